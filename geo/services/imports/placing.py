"""Where the rows of an import lie, by what its kind has: a point, a cell or a point, a shape, the name of an area, nothing."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import h3
import numpy as np
import numpy.typing as npt
import shapely

from geo.engine.datum import parse_crs, to_wgs84
from geo.engine.errors import InputError, Problem, register_messages
from geo.imports.check import Staged
from geo.imports.found import as_found
from geo.imports.kinds.area_totals import JOIN_NOTE, own_name
from geo.imports.kinds.base import Kind
from geo.imports.kinds.demand import centre, is_cell
from geo.imports.places import Located, Problems, centres, coordinates, locate
from geo.ingest.ground import BORDER_METRES, Ground
from geo.ingest.region_join import Joined
from geo.models import DataSource, ImportBatch, Region
from geo.services.successions import join_to_regions

Float64Array = npt.NDArray[np.float64]
DEFAULT_RESOLUTION = 8
MAX_NOTE_CHARACTERS = 200
SHOWN_NOTES = 100
_METRES_PER_KM = 1_000.0
_POLYGONS = ("Polygon", "MultiPolygon")

register_messages(
    {
        "shape.not_a_polygon": ("图形“{value}”不是面。", "the shape “{value}” is no polygon."),
        "shape.not_valid": (
            "边界有误（{reason}），请在制图软件中修复。", "the boundary is not valid ({reason}); mend it in a mapping program.",
        ),
        "shape.off_the_globe": ("边界的坐标不在所声明的坐标系之内。", "the boundary does not lie within the declared system."),
        "area_totals.joined": (
            "{rows} 行（{value} 人）：按代码 {by_code}、按沿革 {by_succession}、按名称 {by_name}、功能板块 {zones}；"
            "合计行 {sums}；未能对应 {lost} 行、{persons_lost} 人。",
            "{rows} rows ({value} people): {by_code} by code, {by_succession} by what became of the area, {by_name} by name, "
            "{zones} functional zones; {sums} sums; {lost} rows with {persons_lost} people could not be joined.",
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Placed:
    """Rows with their places. ``options``: of the import, completed; ``findings``: what a planner should know of all rows."""

    staged: Staged
    located: Located
    options: Mapping[str, Any]
    findings: list[dict[str, Any]] = field(default_factory=list)


def place_rows(batch: ImportBatch, kind: Kind, staged: Staged, ground: Ground, problems: Problems, *, on: dt.date) -> Placed:
    """Return where the rows lie; faults of rows are noted in ``problems``."""
    if kind.place == "point":
        x, y = _given(batch, staged, problems)
        return Placed(staged=staged, located=_located(batch, staged, x, y, ground, problems), options=batch.options)
    if kind.place == "cell":
        return _cells(batch, staged, ground, problems)
    if kind.place == "shape":
        return _shapes(batch, staged, problems)
    if kind.place == "area":
        return _areas(batch, staged, problems, on)
    return Placed(staged=staged, located=_nowhere(len(staged.rows)), options=batch.options)


def _given(batch: ImportBatch, staged: Staged, problems: Problems) -> tuple[Float64Array, Float64Array]:
    """Return x and y of the rows as given, easting or longitude first."""
    count = len(staged.rows)
    if "x" in staged.values and "y" in staged.values:
        x, y = coordinates(staged.values["x"], "x", problems), coordinates(staged.values["y"], "y", problems)
    elif staged.shapes is not None:
        x, y = centres(staged.shapes)
    else:
        x, y = np.full(count, np.nan), np.full(count, np.nan)
    return (y, x) if batch.options.get("swap_axes") else (x, y)


def _located(
    batch: ImportBatch, staged: Staged, x: Float64Array, y: Float64Array, ground: Ground, problems: Problems, *,
    optional: Set[int] = frozenset(), datums: Sequence[str] | None = None, border_metres: float = BORDER_METRES,
) -> Located:  # fmt: skip
    datums = datums or [text or batch.datum for text in staged.values.get("datum", [""] * len(x))]
    names = {name: staged.values[name] for name in ("region_code", "region_name") if name in staged.values}
    above = [f"{code}|{name}" for code, name in Region.objects.filter(valid_until=None).values_list("code", "name_zh")]
    return locate(
        x, y, datums, ground, names | {"names_above": above}, problems, inside=(batch.region.path, batch.region.name_zh),
        optional=optional, border_metres=border_metres,
    )  # fmt: skip


def _nowhere(count: int) -> Located:
    nan = np.full(count, np.nan)
    return Located(x=nan, y=nan, lon=nan, lat=nan, datums=[""] * count, regions=[""] * count, border_count=0)


def _cells(batch: ImportBatch, staged: Staged, ground: Ground, problems: Problems) -> Placed:
    """Place cells by their point, or by their centre where they have none; a cell may jut out over a border by its radius."""
    cells = [text.strip().lower() for text in staged.values.get("h3_index", [""] * len(staged.rows))]
    resolution = int(batch.options.get("resolution") or _resolution(cells))
    x, y = _given(batch, staged, problems)
    datums = [text or batch.datum for text in staged.values.get("datum", [""] * len(cells))]
    named = {i for i, cell in enumerate(cells) if cell and np.isnan(x[i]) and np.isnan(y[i])}
    for position in named:
        datums[position] = "wgs84"
        if is_cell(cells[position]):  # the kind tells of those that are none
            x[position], y[position] = centre(cells[position])
    radius_metres = float(h3.average_hexagon_edge_length(resolution, unit="km")) * _METRES_PER_KM
    located = _located(
        batch, staged, x, y, ground, problems, optional=named, datums=datums, border_metres=max(BORDER_METRES, radius_metres)
    )
    confidence = batch.source.confidence or DataSource.Confidence.MEDIUM.value
    return Placed(staged=staged, located=located, options={**batch.options, "resolution": resolution, "confidence": confidence})


def _resolution(cells: Sequence[str]) -> int:
    """Return the resolution of the first valid cell."""
    first = next((cell for cell in cells if is_cell(cell)), None)
    return int(h3.get_resolution(first)) if first else DEFAULT_RESOLUTION


def _shapes(batch: ImportBatch, staged: Staged, problems: Problems) -> Placed:
    """Convert boundaries to WGS-84, vertex by vertex, and check that each is a valid polygon."""
    count = len(staged.rows)
    if staged.shapes is None:
        return Placed(staged=staged, located=_nowhere(count), options=batch.options)
    given = shapely.force_2d(shapely.from_wkb(list(staged.shapes), on_invalid="ignore"))
    shapes = shapely.transform(given, _converter(batch))
    kept: list[bytes | None] = [None] * count
    for position, (before, shape) in enumerate(zip(given, shapes, strict=True)):
        fault = _shape_fault(before, shape)
        if fault:
            problems.note(position, fault[0], "geometry", fault[1], reason=fault[1])
        elif shape is not None and not shape.is_empty:
            kept[position] = shapely.to_wkb(shape)
    lon, lat = centres(kept)
    x, y = centres([shapely.to_wkb(each) if kept[i] else None for i, each in enumerate(given)])
    located = dataclasses.replace(_nowhere(count), x=x, y=y, lon=lon, lat=lat, datums=[batch.datum] * count)
    return Placed(staged=dataclasses.replace(staged, shapes=kept), located=located, options=batch.options)


def _converter(batch: ImportBatch) -> Any:
    crs = parse_crs(batch.datum)
    first, second = (1, 0) if batch.options.get("swap_axes") else (0, 1)
    return lambda given: np.column_stack(to_wgs84(given[:, first], given[:, second], crs))


def _shape_fault(given: Any, shape: Any) -> tuple[str, str] | None:
    """Return the code of what is wrong with a boundary, and a word of it."""
    if given is None or given.is_empty:
        return None
    if given.geom_type not in _POLYGONS:
        return "shape.not_a_polygon", given.geom_type
    if shape is None or not np.isfinite(shapely.get_coordinates(shape)).all():
        return "shape.off_the_globe", ""
    if not shapely.is_valid(shape):
        return "shape.not_valid", str(shapely.is_valid_reason(shape))[:60]
    return None


def _areas(batch: ImportBatch, staged: Staged, problems: Problems, on: dt.date) -> Placed:
    """Join rows to the regions of today; how, goes beside the columns, and in sum among the findings."""
    count = len(staged.rows)
    values = {name: list(staged.values.get(name, [""] * count)) for name in ("area_code", "area_name", "parent_name", "year")}
    names = [
        own_name(name.strip(), parent.strip()) for name, parent in zip(values["area_name"], values["parent_name"], strict=True)
    ]
    joined = join_to_regions(values["area_code"], names, _year(values["year"], on), on=on, parents=values["parent_name"])
    located = _nowhere(count)
    for position, code in enumerate(joined.region_codes):
        if code and not joined.paths[code].startswith(batch.region.path):
            details = {"found": code, "region": batch.region.name_zh}
            problems.note(position, "region.outside_import", "area_code", values["area_name"][position], **details)
        elif code:
            located.regions[position] = code
    notes = [_told(row.note) for row in joined.rows]
    with_notes = dataclasses.replace(staged, values={**staged.values, JOIN_NOTE: notes})
    return Placed(
        staged=with_notes, located=located, options=batch.options, findings=_join_findings(batch, joined, staged, count)
    )


def _year(texts: Sequence[str], on: dt.date) -> int:
    """Return the year of a table: that of its first row that has one, else today's; it decides what a code meant."""
    found = next((text[:4] for text in texts if text[:4].isdigit() and len(text[:4]) == len("2020")), "")
    return int(found) if found else on.year


def _told(note: Problem | None) -> str:
    return "" if note is None else f"{note.sentence('zh-hans')} / {note.sentence('en')}"[:MAX_NOTE_CHARACTERS]


def _join_findings(batch: ImportBatch, joined: Joined, staged: Staged, count: int) -> list[dict[str, Any]]:
    texts = staged.values.get("persons", [""] * count)
    persons = [int(float(text)) if text.replace(".", "", 1).isdigit() else 0 for text in texts]
    report = joined.report(persons)
    by_how = {how: found["rows"] for how, found in report["by_how"].items()}
    details = {
        "rows": report["rows"], "by_code": by_how["code"], "by_succession": by_how["succession"], "by_name": by_how["name"],
        "zones": by_how["zone"], "sums": report["sums"], "lost": len(report["lost"]), "persons_lost": report["persons_lost"],
    }  # fmt: skip
    said = Problem(code="area_totals.joined", file=batch.file_name, value=f"{report['persons']:,}", details=details)
    told = [
        dataclasses.replace(row.note, file=batch.file_name, row=staged.rows[position])
        for position, row in enumerate(joined.rows)
        if row.note is not None and row.how not in {"zone"}
    ]
    return [as_found(each) for each in [said, *told[:SHOWN_NOTES]]]


def check_place(kind: Kind, mapping: Mapping[str, str], batch: ImportBatch) -> None:
    """Raise :class:`InputError` if the columns do not say where rows of a kind are."""
    has_cells = "h3_index" in mapping or {"x", "y"} <= set(mapping) or batch.facts.get("has_shapes")
    if kind.place == "cell" and not has_cells:
        raise InputError(Problem(code="demand.no_place", file=batch.file_name))
