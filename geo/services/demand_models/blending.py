"""From what the components say to whole workers per cell, their class, and their groups."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.engine.demand.areas import divide_rows
from geo.engine.demand.blend import Part, blend, divide, region_totals
from geo.engine.demand.cells import sums_by_cell, to_parents, values_at
from geo.engine.demand.dasymetric import whole_persons
from geo.engine.demand.settlement import settle_cells
from geo.engine.errors import InputError, Problem, register_messages
from geo.models import DemandCell
from geo.services.demand_models.ground import ModelGround
from geo.services.demand_models.recipe import BY_GRID, BY_SOURCE, MODES, RESIDENTS, RURAL, URBAN, Recipe
from geo.services.demand_models.sources import Said, Weights, area_rows, source_named, spread_portions

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

register_messages(
    {
        "demand_model.nobody": (
            "各来源在模型区域内都没有人。", "no source knows anybody within the region of the model.",
        ),
        "demand_model.floor_region": ("没有代码为“{value}”的区县。", "no county has the code “{value}”."),
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Blended:
    """Workers of the C cells of a model.

    workers: (C,) int64; is_urban: (C,) bool; age50plus: (C,) int64 or None; modes: (C, 4) int64 in the order of ``MODES``, or
    None; groups: name → (C,) int64; county_totals: (R,) int64.
    """

    workers: Int64Array
    is_urban: BoolArray
    age50plus: Int64Array | None
    modes: Int64Array | None
    groups: dict[str, Int64Array]
    county_totals: Int64Array


def blended(recipe: Recipe, said: Sequence[Said], ground: ModelGround, weights: Weights) -> Blended:
    """Blend what the components say, ``said`` in their order, into whole workers."""
    parts = [
        Part(workers=each.persons * component.workers_share, weight=component.weight)
        for component, each in zip(recipe.components, said, strict=True)
    ]
    count = len(ground.counties)
    mean = blend(parts, ground.county, count)
    if not mean.sum() > 0:
        raise InputError(Problem(code="demand_model.nobody"))
    totals = region_totals(
        mean, ground.county, count, total_persons=recipe.total_persons, floors=_floors(recipe, ground)
    )  # fmt: skip
    workers = whole_persons(mean, ground.county, totals)
    is_urban = _urban(recipe, said, ground, weights)
    return Blended(
        workers=workers, is_urban=is_urban, age50plus=_age(recipe, workers, ground),
        modes=_modes(recipe, workers, is_urban, ground), groups=_groups(recipe, workers, ground), county_totals=totals,
    )  # fmt: skip


def _floors(recipe: Recipe, ground: ModelGround) -> Int64Array | None:
    codes = [county.code for county in ground.counties]
    unknown = sorted(set(recipe.floors) - set(codes))
    if unknown:
        raise InputError([Problem(code="demand_model.floor_region", field="floors", value=code) for code in unknown])
    return np.array([recipe.floors.get(code, 0) for code in codes], np.int64) if recipe.floors else None


def _urban(recipe: Recipe, said: Sequence[Said], ground: ModelGround, weights: Weights) -> BoolArray:
    """Return (C,) bool by the rule of the recipe."""
    settlement = recipe.settlement
    if settlement.by == BY_SOURCE:
        return _urban_of_source(settlement.source, recipe.resolution, ground)
    if settlement.by == BY_GRID:
        residents = weights.grid(settlement.source)[0]
    else:
        pairs = zip(recipe.components, said, strict=True)
        residents = next(each.persons for component, each in pairs if component.measure == RESIDENTS)
    return settle_cells(ground.cells.cells, residents, ground.land_km2, settlement.rule).is_urban


def _urban_of_source(slug: str, resolution: int, ground: ModelGround) -> BoolArray:
    """Return (C,) bool: cells that a source calls urban, those of a finer one where most of its workers are urban."""
    source = source_named(slug, "settlement.source")
    rows = DemandCell.objects.filter(source=source).values_list("h3_index", "settlement_class", "workers_persons")
    found = list(rows)
    if not found:
        raise InputError(Problem(code="demand_model.nothing", value=slug, details={"what": "settlement"}))
    texts, classes, workers = zip(*found, strict=True)
    cells = to_parents(np.array([int(text, 16) for text in texts], np.uint64), resolution)
    sign = np.where(np.array(classes) == URBAN, 1.0, -1.0) * (np.array(workers, np.float64) + 1.0)
    return values_at(ground.cells.cells, *sums_by_cell(cells, sign)) > 0


def _age(recipe: Recipe, workers: Int64Array, ground: ModelGround) -> Int64Array | None:
    """Return (C,) workers aged 50 or more; with a source, each county has its own share."""
    if recipe.age50plus_share is None:
        return None
    if isinstance(recipe.age50plus_share, float):
        shares = np.full(len(ground.counties), recipe.age50plus_share)
    else:
        shares = county_age_shares(recipe.age50plus_share, ground)
    return divide(workers, np.column_stack([shares, 1.0 - shares]), ground.county)[:, 0]


def county_age_shares(slug: str, ground: ModelGround) -> Float64Array:
    """Return (R,) the share of people aged 50 or more in each county, from the totals of a source that has both figures.

    A county without figures gets the share of all together.
    """
    source = source_named(slug, "age50plus_share.source")
    measures = list(source.area_totals.exclude(age50plus_persons=None).order_by("measure").values_list("measure", flat=True))
    if not measures:
        raise InputError(Problem(code="demand_model.nothing", value=slug, details={"what": "age50plus_persons"}))
    old_rows, year = area_rows(source, measures[0], None, "age50plus_persons")
    named = {(row.code, row.name) for row in old_rows}
    all_rows = [row for row in area_rows(source, measures[0], year)[0] if (row.code, row.name) in named]
    sums = []
    for rows in (old_rows, all_rows):
        persons, _, _ = spread_portions(divide_rows(rows, ground.gazetteer), ground.land_km2, ground)
        sums.append(np.bincount(ground.county, weights=persons, minlength=len(ground.counties)))
    old, everybody = sums
    together = float(old.sum() / everybody.sum()) if everybody.sum() > 0 else 0.0
    return np.clip(np.where(everybody > 0, old / np.where(everybody > 0, everybody, 1.0), together), 0.0, 1.0)


def _modes(recipe: Recipe, workers: Int64Array, is_urban: BoolArray, ground: ModelGround) -> Int64Array | None:
    """Return (C, 4) workers by mode; the shares of its class hold in each county."""
    if recipe.mode_shares is None:
        return None
    shares = np.array([[recipe.mode_shares[name].get(mode, 0.0) for mode in MODES] for name in (URBAN, RURAL)])
    return divide(workers, np.tile(shares, (len(ground.counties), 1)), 2 * ground.county + np.where(is_urban, 0, 1))


def _groups(recipe: Recipe, workers: Int64Array, ground: ModelGround) -> dict[str, Int64Array]:
    """Return workers by trade; the shares hold in each county."""
    if not recipe.group_shares:
        return {}
    names = sorted(recipe.group_shares)
    shares = np.array([[recipe.group_shares[name] for name in names]])
    parts = divide(workers, np.repeat(shares, len(ground.counties), axis=0), ground.county)
    return {name: parts[:, index] for index, name in enumerate(names)}
