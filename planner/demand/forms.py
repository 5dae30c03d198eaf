"""The form with which a population grid comes: the file, what it counts, how it is read, and where it is from."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from geo.engine.digest import digest_of
from geo.ingest.raster import GridOptions
from geo.models import DataSource, Region
from geo.services.sources import keep_source
from planner.accounts.policy import Act
from planner.accounts.scope import Person, scoped
from planner.imports.columns import DATUMS
from planner.imports.forms import RegionChoice
from planner.imports.uploads import FileForm

MEASURES = (("residents", _("residents")), ("gig_workers", _("gig workers")))
RESOLUTIONS = (
    (6, _("6 – hexagons of 36 km²")), (7, _("7 – 5.2 km²")), (8, _("8 – 0.74 km²")), (9, _("9 – 0.11 km²")),
    (10, _("10 – 0.015 km²")),
)  # fmt: skip
DEFAULT_RESOLUTION = 8
NAMES_NO_DATUM = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".parquet")
"""Files whose places are columns of numbers: nothing in them says in which datum."""
_MAX_BAND = 999


def own_regions(user: Person) -> Any:
    """Return the regions whose records a person manages."""
    return scoped(Region, user, Act.MANAGE_RECORDS).filter(valid_until=None).order_by("path").defer("boundary")


class GridForm(FileForm):
    """One file with a population grid; its source is described here, and is the region's own."""

    region = RegionChoice(queryset=None, label=_("Region"), empty_label=None)
    measure = forms.ChoiceField(label=_("What was counted"), choices=MEASURES)
    resolution = forms.TypedChoiceField(
        label=_("H3 resolution"), choices=RESOLUTIONS, coerce=int, initial=DEFAULT_RESOLUTION, required=False,
        empty_value=str(DEFAULT_RESOLUTION),
    )  # fmt: skip
    datum = forms.ChoiceField(
        label=_("Datum"),
        required=False,
        choices=[("", _("as the file declares")), *((code, name) for code, name, _why in DATUMS)],
    )
    column = forms.CharField(label=_("Column with the people (tables)"), max_length=100, required=False)
    band = forms.IntegerField(label=_("Band (rasters with several)"), min_value=1, max_value=_MAX_BAND, required=False)
    as_points = forms.BooleanField(label=_("Points are places, not the middles of squares"), required=False)

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name_zh", "year"):
            self.fields[name].required = True
        regions = self.fields["region"]
        assert isinstance(regions, RegionChoice)
        regions.queryset = own_regions(user)

    def clean(self) -> dict[str, Any]:
        """Ask for the datum where the file cannot say it."""
        data: dict[str, Any] = super().clean() or {}
        name = data["file"].name if data.get("file") else ""
        if name.lower().endswith(NAMES_NO_DATUM) and not data.get("datum"):
            self.add_error("datum", _("A table of numbers cannot say its datum: choose it."))
        return data

    def options(self) -> GridOptions:
        """Return how the grid is read."""
        data = self.cleaned_data
        return GridOptions(
            resolution=int(data["resolution"]), band=data["band"], datum=data["datum"], column=data["column"].strip(),
            as_points=data["as_points"],
        )  # fmt: skip

    def source_of(self) -> DataSource:
        """Keep and return the source: the same name, owner, year and region is the same source, whose grid is replaced.

        The region is part of it, so that nobody replaces the grid of another region.
        """
        data = self.cleaned_data
        named = {"name": data["name_zh"], "owner": data["owner"], "year": data["year"], "region": data["region"].code}
        return keep_source(f"grid-{digest_of(named)[:10]}", **self.source_values())
