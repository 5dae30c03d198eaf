"""Does the declared datum of a file fit regions, streets and the numbers themselves? Proposals only; nothing is changed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from django.db.models import QuerySet

from geo.engine.crs import Float64Array
from geo.engine.datum import parse_crs
from geo.engine.errors import GigshedError, Problem, register_messages
from geo.engine.plausibility import (
    Distances,
    Findings,
    Surroundings,
    coarse_numbers,
    datum_problems,
    examine,
    repeated_places,
)  # fmt: skip
from geo.engine.snapping import snap
from geo.imports.check import Staged
from geo.imports.fields import normal
from geo.imports.found import as_found
from geo.imports.kinds import KINDS
from geo.imports.places import Located
from geo.ingest.ground import BORDER_METRES
from geo.models import ImportBatch, Region
from geo.selectors import active_network, network_of

Int64Array = npt.NDArray[np.int64]

MAX_STREET_METRES = 2_000.0
SHOWN_MINORITY_ROWS = 200
NAME_FIELDS = ("name_zh", "name_en", "code", "id")
SIMPLER_DEGREES = 0.001
"""Outlines are simplified by 100 m, a tenth of the tolerance at borders: questions of 100,000 points stay fast."""

register_messages(
    {
        "datum.row_differs": (
            "“{value}”只符合 {other}，与文件中多数行（{likely}）不同。",
            "“{value}” fits {other} only, unlike most rows of the file ({likely}).",
        ),
    }
)


def plausible(batch: ImportBatch, staged: Staged, located: Located) -> list[dict[str, Any]]:
    """Return what speaks for or against the declared datum of each group of rows, those of the batch's own first.

    Each finding is as :func:`geo.imports.found.as_found` writes it. ``details["datums"]``: the codes to check again with where
    a system is proposed; empty for rows that name their datum themselves (``is_own`` is False) and where the axes have to be
    swapped first. Rows that fit another system than most follow as findings ``datum.row_differs`` with their number, at most
    :data:`SHOWN_MINORITY_ROWS` a group.
    """
    point_of = np.isfinite(located.x) & np.isfinite(located.y)
    if not point_of.any():
        return []
    found = repeated_places(located.x, located.y)
    if KINDS[batch.kind].place == "point":
        found += coarse_numbers(located.x, located.y)
    around = surroundings(batch, staged)
    for code, rows in _groups(located.datums, point_of, parse_crs(batch.datum).code if batch.datum else ""):
        found += _of_group(batch, staged, located, code, rows, around)
    return [as_found(problem) for problem in found]


def _groups(datums: list[str], point_of: npt.NDArray[np.bool_], own: str) -> Iterator[tuple[str, Int64Array]]:
    """Return the declared codes with the positions of their rows that have coordinates."""
    codes = np.array(datums, dtype=object)
    for code in sorted(set(datums) - {""}, key=lambda each: (each != own, each)):
        rows = np.flatnonzero((codes == code) & point_of)
        if len(rows):
            yield code, rows


def _of_group(
    batch: ImportBatch, staged: Staged, located: Located, code: str, rows: Int64Array, around: Surroundings
) -> list[Problem]:
    own = replace(around, region_of=None if around.region_of is None else around.region_of[rows])
    found = examine(located.x[rows], located.y[rows], parse_crs(code), own)
    is_own = bool(batch.datum) and code == parse_crs(batch.datum).code
    datums = _proposed(found) if is_own else []
    said = [replace(each, details=dict(each.details) | {"datums": datums, "is_own": is_own}) for each in datum_problems(found)]
    return said + _rows_that_differ(staged, located, found, rows)


def _proposed(found: Findings) -> list[str]:
    """Return the codes to check again with: several where only the family of readings is known.

    None for packed degrees, which no system reads, and for swapped axes: the check after swapping proposes the datum.
    """
    likely = found.likely
    if found.verdict not in ("looks_like", "mixed") or likely.packing:
        return []
    codes = [each.reading.crs.code for each in found.evidence if each.reading.family == likely.family]
    several = codes if found.is_datum_open else [likely.crs.code]
    return [] if likely.is_swapped else [code for code in several if code != found.declared.crs.code]


def _rows_that_differ(staged: Staged, located: Located, found: Findings, rows: Int64Array) -> list[Problem]:
    if found.verdict != "mixed" or found.other is None:
        return []
    names = next((staged.values[field] for field in NAME_FIELDS if field in staged.values), None)
    details = {"other": found.other.name, "likely": found.likely.name}
    problems = []
    for position in rows[found.minority_rows[:SHOWN_MINORITY_ROWS]].tolist():
        place = f"{located.x[position]:.10g}, {located.y[position]:.10g}"
        value = (names[position] if names is not None else "") or place
        problem = Problem(
            code="datum.row_differs",
            file=staged.file,
            row=staged.rows[position],
            field="x, y",
            value=value[:60],
            details=details,
        )
        problems.append(problem)
    return problems


def surroundings(batch: ImportBatch, staged: Staged) -> Surroundings:
    """Return where the rows should be: in the region of the import, in the regions that they name, and beside streets."""
    shapes, region_of = _named_regions(batch, staged)
    area = _shape(batch.region)
    return Surroundings(
        regions=shapes, region_of=region_of if shapes else None, area=area, tolerance_metres=BORDER_METRES,
        street_distance_metres=street_distances() if KINDS[batch.kind].place == "point" else None,
    )  # fmt: skip


def _shape(region: Region) -> shapely.Geometry | None:
    return None if region.boundary is None else _simpler(bytes(region.boundary.wkb))


def _simpler(wkb: bytes) -> shapely.Geometry:
    return shapely.simplify(shapely.from_wkb(wkb), SIMPLER_DEGREES)


def _named_regions(batch: ImportBatch, staged: Staged) -> tuple[tuple[shapely.Geometry, ...], Int64Array]:
    """Return shapes, and which of them each row names by code or else by a name that only one region has; -1 for none."""
    given = [staged.values.get(field, [""] * len(staged.rows)) for field in ("region_code", "region_name")]
    region_of = np.full(len(staged.rows), -1, np.int64)
    if not any(map(any, given)):
        return (), region_of
    below = Region.objects.filter(path__startswith=batch.region.path, valid_until=None).order_by("code")
    by_word = _words(below)
    known: dict[str, int] = {}
    for position, (code, name) in enumerate(zip(*given, strict=True)):
        found = by_word.get(code) or _called(name, by_word)
        if found:
            region_of[position] = known.setdefault(found, len(known))
    wkb = {region.code: bytes(region.boundary.wkb) for region in below if region.boundary is not None and region.code in known}
    return tuple(_simpler(wkb[code]) for code in known), region_of


def _called(name: str, by_word: Mapping[str, str]) -> str:
    """Return the code of the region that ``name`` is or ends with (南京市玄武区), the longest such word; "" for none."""
    word = normal(name)
    return next((by_word[word[at:]] for at in range(len(word)) if word[at:] in by_word), "")


def _words(regions: QuerySet[Region]) -> Mapping[str, str]:
    """Return code and names of regions → the code of the region with a boundary; a name that two share is left out."""
    shaped = [region for region in regions if region.boundary is not None]
    words = {region.code: region.code for region in shaped}
    taken: dict[str, set[str]] = {}
    for region in shaped:
        for word in {normal(region.name_zh), normal(region.name_zh)[:-1], normal(region.name_en)} - {""}:
            taken.setdefault(word, set()).add(region.code)
    return {word: min(codes) for word, codes in taken.items() if len(codes) == 1} | words


def street_distances() -> Distances | None:
    """Return how far points are from the streets of the active network; None without streets."""
    try:
        network = network_of(active_network())
    except GigshedError:
        return None
    mode = network.modes[0]

    def distances(lon: Float64Array, lat: Float64Array) -> Float64Array:
        snaps = snap(network, lon, lat, mode=mode, max_metres=MAX_STREET_METRES)
        return np.where(snaps.edge >= 0, snaps.snap_metres, np.inf).astype(np.float64)

    return distances
