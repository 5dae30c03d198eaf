"""What each component of a recipe says: people of cells, read from the records, and who of them could not be placed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings

from geo.engine.demand.areas import NOT_FOUND, OUTSIDE, WIDER, AreaRow, Divided, divide_rows
from geo.engine.demand.cells import cell_ids, cell_of_points, resolution_of, sums_by_cell, to_parents, values_at
from geo.engine.demand.dasymetric import spread
from geo.engine.demand.streets import street_metres
from geo.engine.errors import InputError, Problem, register_messages
from geo.ingest.raster.grid import open_grid
from geo.models import AreaTotal, DataSource, DemandCell
from geo.selectors import active_network, network_of
from geo.services.demand_models.ground import ModelGround
from geo.services.demand_models.recipe import AREA, AREA_TOTALS, CELLS, STREETS, Component
from geo.services.demand_models.waiting import waiting_places
from geo.services.grids import grid_folder

Float64Array = npt.NDArray[np.float64]
MAX_LOST_LISTED = 200
STREET_MODE = "walk"

register_messages(
    {
        "demand_model.source": ("没有短名为“{value}”的来源。", "there is no source with the short name “{value}”."),
        "demand_model.nothing": (
            "来源“{value}”中没有可用的数据（{what}）。", "the source “{value}” holds nothing to use ({what}).",
        ),
        "demand_model.coarse": (
            "“{value}”的单元分辨率是 {found}，比模型的 {expected} 粗。",
            "the cells of “{value}” have resolution {found}, coarser than the model's {expected}.",
        ),
        NOT_FOUND: (
            "“{value}”的 {persons} 人未计入：找不到这个区域。",
            "{persons} people of “{value}” are lost: no such area is known.",
        ),
        OUTSIDE: (
            "“{value}”的 {persons} 人未计入：在模型区域之外。",
            "{persons} people of “{value}” are left out: they live outside the region of the model.",
        ),
        WIDER: (
            "“{value}”的 {persons} 人未计入：该区域大于模型区域。",
            "{persons} people of “{value}” are left out: the area is wider than the region of the model.",
        ),
        "area.difference": (
            "“{value}”的总数与其各部分之和相差 {persons} 人。",
            "the total of “{value}” and its parts differ by {persons} people.",
        ),
        "cells.outside": (
            "来源“{value}”有 {persons} 人的单元或地点在模型区域之外。",
            "{persons} people of the source “{value}” are in cells or places outside the region of the model.",
        ),
        "area.by_land": (
            "“{value}”没有分摊权重，{persons} 人按面积分摊。",
            "“{value}” has no weight to spread by; its {persons} people were spread by land.",
        ),
        "area.no_cells": (
            "“{value}”没有单元，{persons} 人未计入。", "“{value}” has no cells; its {persons} people are lost.",
        ),
    }
)  # fmt: skip


@dataclass(kw_only=True, eq=False)
class Said:
    """What a component says, before its share of workers.

    persons: (C,) float64 people of each cell of the model; grid: (C,) what it was spread by, None for cells and points;
    persons_in: people in the source; notes: what a planner should know, each with a sentence; lost_persons: people of the
    region that have no cell; left_out_persons: people of elsewhere. inputs: what the digest is made of.
    """

    source: DataSource
    year: int
    persons: Float64Array
    persons_in: int
    inputs: dict[str, Any]
    grid: Float64Array | None = None
    lost_persons: int = 0
    left_out_persons: int = 0
    notes: list[Problem] = field(default_factory=list)
    confidences: tuple[str, ...] = ()
    is_synthetic: bool = False


def source_named(slug: str, where: str) -> DataSource:
    """Return the source ``slug``; raise :class:`InputError` naming the entry of the recipe if there is none."""
    found = DataSource.objects.filter(slug=slug).first()
    if found is None:
        raise InputError(Problem(code="demand_model.source", field=where, value=slug[:80]))
    return found


class Weights:
    """What totals are spread by, on the cells of a model; each is read once."""

    def __init__(self, ground: ModelGround, resolution: int) -> None:
        self._ground, self._resolution = ground, resolution
        self.of = cache(self._of)
        self.is_synthetic = False

    def _of(self, spread_by: str) -> tuple[Float64Array, str]:
        """Return (C,) float64 weights and the digest of what they were made from."""
        if spread_by == AREA:
            return self._ground.land_km2, AREA
        if spread_by == STREETS:
            snapshot = active_network()
            self.is_synthetic |= snapshot.source.is_synthetic
            cells, metres = street_metres(network_of(snapshot), STREET_MODE, self._resolution)
            return values_at(self._ground.cells.cells, cells, metres), snapshot.digest
        return self.grid(spread_by.partition(":")[2])

    def grid(self, slug: str) -> tuple[Float64Array, str]:
        """Return the people of a population grid on the cells of the model, and the digest of the grid."""
        source = source_named(slug, "spread_by")
        self.is_synthetic |= source.is_synthetic
        grid = open_grid(grid_folder(settings.VAR_DIR), source.digest, slug)
        cells = _at_resolution(grid.cells, self._resolution, slug)
        return values_at(self._ground.cells.cells, *sums_by_cell(cells, grid.persons)), grid.digest


def _at_resolution(cells: npt.NDArray[np.uint64], resolution: int, slug: str) -> npt.NDArray[np.uint64]:
    """Return the cells of a coarser resolution that hold ``cells``; raise :class:`InputError` if those are coarser already."""
    found = resolution_of(int(cells[0])) if len(cells) else resolution
    if found < resolution:
        details = {"found": found, "expected": resolution}
        raise InputError(Problem(code="demand_model.coarse", value=slug, details=details))
    return cells if found == resolution else to_parents(cells, resolution)


def said_by(component: Component, ground: ModelGround, weights: Weights, where: str) -> Said:
    """Return what ``component`` says of the cells of a model; raise :class:`InputError` if its source holds nothing."""
    source = source_named(component.source, f"{where}.source")
    readers: dict[str, Callable[..., Said]] = {AREA_TOTALS: _area_totals, CELLS: _cells}
    return readers.get(component.kind, _gathering)(component, source, ground, weights)


def area_rows(source: DataSource, measure: str, year: int | None, column: str = "persons") -> tuple[list[AreaRow], int]:
    """Return the rows of a source with one measure and year (None: the newest), and the year."""
    rows = AreaTotal.objects.filter(source=source, measure=measure).exclude(**{column: None})
    newest = year or rows.order_by("-year").values_list("year", flat=True).first()
    fields = ("area_code", "area_name", column, "region__path")
    ordered = rows.filter(year=newest or 0).order_by("area_code", "area_name").values_list(*fields)
    found = [AreaRow(code=code, name=name, persons=persons, path=path or "") for code, name, persons, path in ordered]
    if newest is None or not found:
        raise InputError(_nothing(source, f"{measure} {year or ''} {column}"))
    return found, newest


def _nothing(source: DataSource, what: str) -> Problem:
    return Problem(code="demand_model.nothing", value=source.slug, details={"what": what.strip()})


def _area_totals(component: Component, source: DataSource, ground: ModelGround, weights: Weights) -> Said:
    rows, year = area_rows(source, component.measure, component.year)
    divided = divide_rows(rows, ground.gazetteer)
    grid, grid_digest = weights.of(component.spread_by)
    persons, notes, unplaced = spread_portions(divided, grid, ground)
    notes = [*_row_notes(divided), *notes]
    lost = sum(each.persons for each in divided.lost if each.why == NOT_FOUND) + unplaced
    content = [[row.code, row.name, row.persons, row.path] for row in rows]
    return Said(
        source=source, year=year, persons=persons, persons_in=divided.persons + sum(each.persons for each in divided.lost),
        inputs={"rows": content, "grid": grid_digest}, grid=grid, lost_persons=lost,
        left_out_persons=sum(each.persons for each in divided.lost if each.why != NOT_FOUND), notes=notes[:MAX_LOST_LISTED],
        confidences=(source.confidence,), is_synthetic=source.is_synthetic,
    )  # fmt: skip


def spread_portions(divided: Divided, grid: Float64Array, ground: ModelGround) -> tuple[Float64Array, list[Problem], int]:
    """Return (C,) people of cells, what a planner should know, and how many people found no cell.

    Portions of the same counties are spread together, each over the cells of its counties in proportion to ``grid`` (C,).
    """
    together: dict[tuple[int, ...], int] = {}
    for portion in divided.portions:
        together[portion.counties] = together.get(portion.counties, 0) + portion.persons
    persons, notes, unplaced = np.zeros(len(grid)), [], 0
    members = _cells_by_county(ground)
    for counties, total in sorted(together.items()):
        at = np.concatenate([members[county] for county in counties])
        one = spread(np.array([float(total)]), np.zeros(len(at), np.int64), grid[at], ground.land_km2[at])
        persons[at] += one.persons
        if one.fell_back[0] or one.lost[0]:
            unplaced += total if one.lost[0] else 0
            names = "、".join(ground.counties[county].name_zh for county in counties[:3])
            code = "area.no_cells" if one.lost[0] else "area.by_land"
            notes.append(Problem(code=code, value=names, details={"persons": f"{total:,}"}))
    return persons, notes, unplaced


def _cells_by_county(ground: ModelGround) -> list[npt.NDArray[np.int64]]:
    order = np.argsort(ground.county, kind="stable")
    ends = np.searchsorted(ground.county[order], np.arange(len(ground.counties) + 1))
    return [order[ends[index] : ends[index + 1]] for index in range(len(ground.counties))]


def _row_notes(divided: Divided) -> list[Problem]:
    lost = [_note(each.why, each.row, each.persons) for each in divided.lost]
    return lost + [
        _note("area.difference", each.row, each.difference_persons) for each in divided.sums if each.difference_persons
    ]


def _note(code: str, row: AreaRow, persons: int) -> Problem:
    return Problem(code=code, value=f"{row.name} {row.code}".strip(), details={"persons": f"{persons:,}"})


def _cells(component: Component, source: DataSource, ground: ModelGround, weights: Weights) -> Said:
    rows = DemandCell.objects.filter(source=source)
    newest = component.year or rows.order_by("-year").values_list("year", flat=True).first()
    found = list(rows.filter(year=newest or 0).order_by("h3_index").values_list("h3_index", "workers_persons", "confidence"))
    if not found or newest is None:
        raise InputError(_nothing(source, f"cells {component.year or ''}"))
    texts, people, confidences = zip(*found, strict=True)
    resolution = resolution_of(int(ground.cells.cells[0]))
    cells = _at_resolution(cell_ids(texts), resolution, source.slug)
    return _placed(source, newest, cells, np.array(people, np.float64), ground, tuple(sorted(set(confidences))))


def _gathering(component: Component, source: DataSource, ground: ModelGround, weights: Weights) -> Said:
    places = waiting_places(source=source, year=component.year)
    if not places:
        raise InputError(_nothing(source, f"gathering points {component.year or ''}"))
    resolution = resolution_of(int(ground.cells.cells[0]))
    lon, lat = (np.array([getattr(place, axis) for place in places], np.float64) for axis in ("lon", "lat"))
    people = np.array([place.peak_persons for place in places], np.float64)
    year = max(place.year for place in places)
    return _placed(source, year, cell_of_points(lon, lat, resolution), people, ground, (source.confidence,))


def _placed(
    source: DataSource, year: int, cells: npt.NDArray[np.uint64], people: Float64Array, ground: ModelGround,
    confidences: tuple[str, ...],
) -> Said:  # fmt: skip
    """Return people of cells on the cells of the model; those elsewhere are counted."""
    known, sums = sums_by_cell(cells, people)
    persons = values_at(ground.cells.cells, known, sums)
    outside = round(float(people.sum() - persons.sum()))
    note = Problem(code="cells.outside", value=source.slug, details={"persons": f"{outside:,}"})
    content = [[int(cell), float(value)] for cell, value in zip(known.tolist(), sums.tolist(), strict=True)]
    return Said(
        source=source, year=year, persons=persons, persons_in=round(float(people.sum())), inputs={"cells": content},
        left_out_persons=outside, notes=[note] if outside else [], confidences=confidences, is_synthetic=source.is_synthetic,
    )  # fmt: skip
