"""What reading a population grid found, as lines for a page: pixels or rows, those without people, people in and out."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from geo.models import DataSource
from geo.services.grids import facts_of

Line = tuple[str, str]


def grid_lines(source: DataSource) -> list[Line]:
    """Return label and value of each fact about the grid that ``source`` holds; none if it holds none."""
    facts = facts_of(source, settings.VAR_DIR)
    if facts is None:
        return []
    return [
        (_("people"), f"{round(facts.persons):,}"), (_("cells"), f"{facts.cells:,}"),
        (_("H3 resolution"), str(facts.resolution)), *about_lines(facts.about),
    ]  # fmt: skip


def about_lines(about: Mapping[str, Any]) -> list[Line]:
    """Return the lines of what reading found: the form, pixels of a raster or rows of a table."""
    forms = {
        "geotiff": _("raster, exact shares of pixels"), "polygons": _("polygons, by area"),
        "squares": _("points of a lattice, taken as squares"), "points": _("points"),
    }  # fmt: skip
    lines = [(_("form"), forms.get(about.get("form", ""), "–"))]
    if pixels := about.get("pixels"):
        lines += _pixels(about, pixels)
    if "rows" in about:
        lines += [
            (_("rows"), f"{about['rows']:,}"), (_("rows outside the box of the region"), f"{about['rows_outside']:,}"),
            (_("rows without a count"), f"{about['rows_without_count']:,}"),
            (_("rows with a negative count"), f"{about['rows_negative']:,}"),
        ]  # fmt: skip
    return lines


def _pixels(about: Mapping[str, Any], pixels: Mapping[str, Any]) -> list[Line]:
    """Return the lines of a raster: its size, and the pixels that were taken as nobody, by reason."""
    return [
        (_("size of the raster"), f"{about['width']:,} × {about['height']:,}"), (_("band"), str(about["band"])),
        (_("pixels read"), f"{pixels['pixels']:,}"), (_("pixels without data"), f"{pixels['nodata']:,}"),
        (_("pixels that are no number"), f"{pixels['not_finite']:,}"),
        (_("negative pixels"), f"{pixels['negative']:,}"), (_("absurdly large pixels"), f"{pixels['absurd']:,}"),
    ]  # fmt: skip
