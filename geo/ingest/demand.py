"""Demand in a CSV or GeoJSON file: gig workers by H3 cell, or everything that is wrong with the rows."""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import h3
import numpy as np

from geo.engine.demand.cells import cell_area_km2
from geo.engine.errors import InputError, Problem, register_messages
from geo.ingest.fields import Fields
from geo.ingest.ground import BORDER_METRES, UNKNOWN_CODE, Ground, Place
from geo.ingest.tables import MAX_PROBLEMS_KEPT, Columns, Table, read_table
from geo.ingest.venues import note_unknown_region, place_problem

GROUP_PREFIX = "workers_"
PERSONS = "workers_persons"
COLUMNS = Columns(
    required=(PERSONS, "settlement_class"), optional=("h3_index", "lon", "lat", "region_code"), prefixes=(GROUP_PREFIX,)
)
CLASSES = ("urban", "rural")
DEFAULT_RESOLUTION = 8
RESOLUTIONS = range(5, 12)
_METRES_PER_KM = 1_000.0
_CELL = re.compile(r"[0-9a-f]{15}", re.ASCII)

register_messages(
    {
        "demand.no_place": (
            "须有 h3_index 列，或 lon 和 lat 两列。",
            "there must be a column h3_index, or the columns lon and lat.",
        ),
        "demand.not_a_cell": ("“{value}”不是 H3 单元编号。", "“{value}” is no H3 cell."),
        "demand.resolution": (
            "单元“{value}”的分辨率是 {found}，应为 {expected}。",
            "the cell “{value}” has resolution {found}, not {expected}.",
        ),
        "demand.cell_disagrees": (
            "点在单元 {found}，不在“{value}”。",
            "the point lies in the cell {found}, not in “{value}”.",
        ),
        "demand.cell_twice": (
            "单元“{value}”在第 {first} 行已出现过；请先合计。",
            "the cell “{value}” occurs before, in row {first}; add the rows up first.",
        ),
        "demand.groups_sum": (
            "各组之和是 {found}，workers_persons 是 {value}。",
            "the groups sum to {found}, workers_persons is {value}.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class DemandRow:
    """The gig workers of one cell. lon, lat: centre of the cell, degrees; area_km2: geodesic."""

    row: int
    h3_index: str
    lon: float
    lat: float
    area_km2: float
    region_code: str
    settlement_class: str
    workers_persons: int
    workers_by_group: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class DemandFile:
    """The cells of a file with the region of each, and how many centres lie just outside the generalised boundaries."""

    rows: list[DemandRow]
    places: list[Place]
    resolution: int
    border_count: int


@dataclass(frozen=True, kw_only=True)
class _Cell:
    """A cell with the point that says where its people live: the one in the file, else its centre."""

    h3_index: str
    point: tuple[float, float]


def read_demand(path: Path, ground: Ground, *, resolution: int | None = None) -> DemandFile:
    """Return the demand of ``path``; raises :class:`InputError` with all problems if there is any.

    Each row is one H3 cell, named by ``h3_index`` or by a point in it; all cells have one ``resolution``: that given, else that
    of the first ``h3_index``, else 8. A point and a cell in one row must agree. Regions come from ``ground``.
    """
    if not ground:
        raise InputError(Problem(code="ground.none"))
    table = read_table(path, COLUMNS)
    if "h3_index" not in table.columns and not {"lon", "lat"} <= set(table.columns):
        raise InputError(Problem(code="demand.no_place", file=table.file))
    expected = resolution if resolution is not None else _resolution(table)
    problems = list(table.problems)
    rows, points = _rows(table, ground, expected, problems)
    problems += _twice(table.file, rows)
    places, border_count = _places(table, rows, points, ground, expected, problems)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    return DemandFile(rows=rows, places=places, resolution=expected, border_count=border_count)


def _resolution(table: Table) -> int:
    """Return the resolution of the first valid cell of the table."""
    for row in table.rows:
        cell = row.values.get("h3_index", "").strip().lower()
        if _is_cell(cell):
            return int(h3.get_resolution(cell))
    return DEFAULT_RESOLUTION


def _is_cell(text: str) -> bool:
    """Return whether ``text`` is a cell in its one spelling; longer numbers overflow in h3, ``0x8…`` it would take as well."""
    return _CELL.fullmatch(text) is not None and h3.is_valid_cell(text)


def _rows(
    table: Table, ground: Ground, resolution: int, problems: list[Problem]
) -> tuple[list[DemandRow], list[tuple[float, float]]]:
    rows: list[DemandRow] = []
    points: list[tuple[float, float]] = []
    groups = [name for name in table.columns if name.startswith(GROUP_PREFIX) and name != PERSONS]
    for each in table.rows:
        fields = Fields(table.file, each, problems)
        note_unknown_region(fields, ground)
        cell = _cell(fields, ground, resolution)
        row = _demand(fields, cell, groups)
        if cell is not None and row is not None:
            rows.append(row)
            points.append(cell.point)
        if len(problems) >= MAX_PROBLEMS_KEPT:
            raise InputError(problems)
    return rows, points


def _cell(fields: Fields, ground: Ground, resolution: int) -> _Cell | None:
    given = fields.raw("h3_index").lower()
    if given and not _is_cell(given):
        fields.note("demand.not_a_cell", "h3_index")
        return None
    if given and h3.get_resolution(given) != resolution:
        fields.note("demand.resolution", "h3_index", found=h3.get_resolution(given), expected=resolution)
        return None
    location = fields.location(within=ground.bounds, required=not given)
    if location is None:
        return _Cell(h3_index=given, point=_centre(given)) if given and not fields.raw("lon") + fields.raw("lat") else None
    found = h3.latlng_to_cell(location[1], location[0], resolution)
    if given and found != given:
        fields.note("demand.cell_disagrees", "h3_index", found=found)
        return None
    return _Cell(h3_index=found, point=location)


def _centre(cell: str) -> tuple[float, float]:
    lat, lon = h3.cell_to_latlng(cell)
    return lon, lat


def _demand(fields: Fields, cell: _Cell | None, groups: list[str]) -> DemandRow | None:
    persons = fields.persons(PERSONS, required=True)
    settlement_class = fields.choice("settlement_class", CLASSES)
    by_group = {name.removeprefix(GROUP_PREFIX): fields.persons(name) or 0 for name in groups}
    if groups and persons is not None and sum(by_group.values()) != persons:
        fields.note("demand.groups_sum", PERSONS, found=sum(by_group.values()))
    if cell is None or persons is None or settlement_class is None:
        return None
    lon, lat = _centre(cell.h3_index)
    return DemandRow(
        row=fields.number_of_row, h3_index=cell.h3_index, lon=lon, lat=lat, area_km2=cell_area_km2(cell.h3_index),
        region_code=fields.raw("region_code"), settlement_class=settlement_class, workers_persons=persons,
        workers_by_group=by_group,
    )  # fmt: skip


def _twice(file: str, rows: list[DemandRow]) -> list[Problem]:
    where: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        where[row.h3_index].append(row.row)
    return [
        Problem(code="demand.cell_twice", file=file, row=number, field="h3_index", value=cell, details={"first": numbers[0]})
        for cell, numbers in where.items()
        for number in numbers[1:]
    ]


def _places(
    table: Table, rows: list[DemandRow], points: list[tuple[float, float]], ground: Ground, resolution: int,
    problems: list[Problem],
) -> tuple[list[Place], int]:  # fmt: skip
    """Find the region of each row by its point; a cell may jut out over the border by its own radius."""
    lon, lat = np.array(points, np.float64).reshape(-1, 2).T
    radius_metres = float(h3.average_hexagon_edge_length(resolution, unit="km")) * _METRES_PER_KM
    found = ground.find(lon, lat, [row.region_code for row in rows], border_metres=max(BORDER_METRES, radius_metres))
    for row, each in zip(rows, found, strict=True):
        if each.place is None and each.fault != UNKNOWN_CODE:
            problems.append(place_problem(table.file, row.row, each.fault, row.region_code, dict(each.details)))
    return [each.place for each in found if each.place is not None], sum(each.is_border for each in found)
