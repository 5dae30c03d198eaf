"""Model gig workers from census figures and spread them over H3 cells around towns and villages."""

from dataclasses import dataclass

import h3.api.numpy_int as h3
import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from geo.engine.demand.remainder import largest_remainder, shares_by_group
from geo.engine.synthetic.province import Counties, Province
from geo.engine.synthetic.settlements import Settlements

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]

RESOLUTION = 8
TOTAL_WORKERS_PERSONS = 8_000_000
_TOWN_FALL = 1.3
_TOWN_EDGE = 1.15
_VILLAGE_SIGMA_METRES = 430.0
_VILLAGE_REACH_METRES = 820.0


@dataclass(frozen=True, kw_only=True, eq=False)
class ModelledDemand:
    """Modelled gig workers in n cells with at least one of them, sorted by county, then cell.

    h3_index: (n,) uint64; lon, lat: (n,) degrees, centres; county: (n,) int32; area_km2: (n,); is_urban: (n,) bool;
    workers_by_group: (n, 4) int64, columns as GROUPS; county_workers: (C,) int64, what each county got.
    """

    h3_index: npt.NDArray[np.uint64]
    lon: Float64Array
    lat: Float64Array
    county: Int32Array
    area_km2: Float64Array
    is_urban: npt.NDArray[np.bool_]
    workers_by_group: Int64Array
    county_workers: Int64Array

    def __len__(self) -> int:
        return len(self.h3_index)

    @property
    def workers_persons(self) -> Int64Array:
        """(n,) all groups together."""
        total: Int64Array = self.workers_by_group.sum(axis=1)
        return total


def county_workers(counties: Counties, total_persons: int = TOTAL_WORKERS_PERSONS) -> tuple[Int64Array, Int64Array]:
    """Return (C,) gig workers per county and (C, 4) by group; both sum to ``total_persons`` exactly.

    weight of a county = people registered in another township x share of workers in construction, catering, resident services
    and transport; workers = ``total_persons`` in proportion, by largest remainder; groups in proportion to the four shares,
    likewise.
    """
    weight = counties.elsewhere_persons * counties.group_share.sum(axis=1)
    workers = largest_remainder(weight, total_persons)
    groups = np.stack([largest_remainder(share, int(n)) for share, n in zip(counties.group_share, workers, strict=True)])
    return workers, groups


def model_demand(province: Province, settlements: Settlements, *, total_persons: int = TOTAL_WORKERS_PERSONS) -> ModelledDemand:
    """Spread the modelled gig workers of each county over its H3 cells (resolution 8).

    A cell belongs to the county that holds its centre. Within a county, the urban share of the census goes to cells on built-up
    land, denser in the middle (exponential fall); the rural share goes to cells around villages (Gaussian kernel). Whole
    persons by largest remainder. Cells are urban from the densest down until the county's urban share of people is reached.
    """
    cells, county = _cells(province)
    lat, lon = np.array([h3.cell_to_latlng(cell) for cell in cells], np.float64).T
    x, y = province.plane.to_metres(lon, lat)
    weight = _weights(province, settlements, x, y, county)
    workers, groups = county_workers(province.counties, total_persons)
    persons = shares_by_group(weight, county, workers)
    some = persons > 0
    cells, county, persons = cells[some], county[some], persons[some]
    return ModelledDemand(
        h3_index=cells, lon=lon[some], lat=lat[some], county=county, area_km2=np.array([h3.cell_area(cell) for cell in cells]),
        is_urban=_urban_cells(persons, weight[some], county, province.counties.urban_share),
        workers_by_group=split_into_groups(persons, county, groups), county_workers=workers,
    )  # fmt: skip


def _cells(province: Province) -> tuple[npt.NDArray[np.uint64], Int32Array]:
    """Return all cells whose centre lies in a county, with that county (the first, should two claim one), sorted."""
    parts = [
        np.asarray(h3.geo_to_cells(shapely.simplify(shape, 0), RESOLUTION), np.uint64) for shape in province.counties.shapes
    ]
    cells, owner = np.concatenate(parts), np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts])
    cells, first = np.unique(cells, return_index=True)
    owner = owner[first]
    order = np.lexsort((cells, owner))
    return cells[order], owner[order]


def _weights(
    province: Province, settlements: Settlements, x: Float64Array, y: Float64Array, county: Int32Array
) -> Float64Array:
    """Return the weight of each cell; per county the urban part sums to its urban share, the rural part to the rest."""
    count = len(province.counties)
    dry = province.is_dry(x, y)
    town, reach = settlements.town_at(x, y)
    core = settlements.persons[town] / settlements.radius_metres[town] ** 2
    urban = np.where(dry & (reach < _TOWN_EDGE), core * np.exp(-_TOWN_FALL * reach), 0.0)
    villages = settlements.town_count
    rural = _village_kernel(settlements.x[villages:], settlements.y[villages:], settlements.persons[villages:], x, y) * dry
    urban_share = province.counties.urban_share
    sums = [np.bincount(county, weights=part, minlength=count) for part in (urban, rural)]
    # A county without any built-up or any village cell puts everything on the other kind, or on all cells alike.
    urban_part = np.where(sums[0] <= 0, 0.0, np.where(sums[1] <= 0, 1.0, urban_share))
    rural_part = np.where(sums[1] <= 0, 0.0, 1.0 - urban_part)
    flat = np.bincount(county, minlength=count)
    nowhere = (sums[0] <= 0) & (sums[1] <= 0)
    scaled = (
        urban * (urban_part / np.maximum(sums[0], 1e-300))[county] + rural * (rural_part / np.maximum(sums[1], 1e-300))[county]
    )
    return np.where(nowhere[county], 1.0 / flat[county], scaled)


def _village_kernel(
    at_x: Float64Array, at_y: Float64Array, persons: Float64Array, x: Float64Array, y: Float64Array
) -> Float64Array:
    """Return for each point the sum of persons of near villages times a Gaussian of the distance."""
    total = np.zeros(len(x))
    if len(at_x) == 0:
        return total
    near = list(cKDTree(np.column_stack([x, y])).query_ball_point(np.column_stack([at_x, at_y]), _VILLAGE_REACH_METRES))
    count = np.array([len(np.atleast_1d(points)) for points in near])
    point = np.concatenate([np.asarray(points, np.int64) for points in near])
    village = np.repeat(np.arange(len(at_x)), count)
    gap2 = (x[point] - at_x[village]) ** 2 + (y[point] - at_y[village]) ** 2
    np.add.at(total, point, persons[village] * np.exp(-gap2 / (2 * _VILLAGE_SIGMA_METRES**2)))
    return total


def _urban_cells(
    persons: Int64Array, weight: Float64Array, county: Int32Array, urban_share: Float64Array
) -> npt.NDArray[np.bool_]:
    """Return the densest cells of each county that together hold its urban share of people (to within half a cell)."""
    order = np.lexsort((np.arange(len(persons)), -weight, county))
    running = np.cumsum(persons[order]) - 0.5 * persons[order]
    sums = np.bincount(county, weights=persons, minlength=len(urban_share))
    before = np.concatenate([[0.0], np.cumsum(sums)])[:-1]
    within = (running - before[county[order]]) / sums[county[order]]
    urban = np.zeros(len(persons), np.bool_)
    urban[order] = within <= urban_share[county[order]]
    return urban


def split_into_groups(persons: Int64Array, county: Int32Array, county_groups: Int64Array) -> Int64Array:
    """Split the workers of each cell into groups so that cells and counties both add up exactly.

    ``persons``: (n,), sorted by ``county``: (n,); ``county_groups``: (C, G) sums to the workers of each county. The workers of
    a county stand in a row in which every group is spread evenly; each cell takes its stretch of the row. Returns (n, G) int64.
    """
    n, groups = len(persons), county_groups.shape[1]
    found = np.zeros((n, groups), np.int64)
    for index, sizes in enumerate(county_groups):
        cells = slice(*np.searchsorted(county, [index, index + 1]))
        row = np.concatenate([(np.arange(size) + 0.5) / max(size, 1) for size in sizes])
        group = np.repeat(np.arange(groups), sizes)[np.argsort(row, kind="stable")]
        cell = np.repeat(np.arange(cells.stop - cells.start), persons[cells])
        counts = np.bincount(cell * groups + group, minlength=(cells.stop - cells.start) * groups)
        found[cells] = counts.reshape(-1, groups)
    return found
