"""Towns and villages on the plane: where people live, how far built-up land reaches, which way the streets run."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from geo.engine.synthetic.noise import Waves
from geo.engine.synthetic.province import Province

Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

PERSONS_PER_VILLAGE = 1_600
_VILLAGE_SPACING_METRES = 1_500.0
_LEAST_DENSITY_PER_KM2, _MOST_DENSITY_PER_KM2 = 7_000.0, 13_000.0
_DENSE_COUNTY_PER_KM2 = 10_000.0
_LEAST_RADIUS_METRES = 450.0
_VILLAGES_BEYOND_SHARE = 1.08
MARKET_GAP_METRES = 7_000.0
MARKET_VILLAGE_WEIGHT = 5.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Settlements:
    """S settlements, towns first (in the order of the province's towns), then villages.

    x, y: (S,) metres on the province's plane; radius_metres: (S,) of built-up land; persons: (S,) float64 residents;
    county: (S,) int32; angle_radians: (S,) direction of the streets; town_count: how many are towns;
    is_market: (S,) bool, towns and the nameless market villages between them; wobble: (S, 3) phases of the outline of built-up
    land.
    """

    x: Float64Array
    y: Float64Array
    radius_metres: Float64Array
    persons: Float64Array
    county: Int32Array
    angle_radians: Float64Array
    wobble: Float64Array
    town_count: int
    is_market: BoolArray

    def __len__(self) -> int:
        return len(self.x)

    def reach_metres(self, settlement: npt.NDArray[np.integer], dx: Float64Array, dy: Float64Array) -> Float64Array:
        """Return how far built-up land of each settlement reaches in the direction ``(dx, dy)``, metres."""
        angle = np.arctan2(dy, dx)
        phase = self.wobble[settlement]
        bulge = (
            0.14 * np.sin(2 * angle + phase[:, 0])
            + 0.1 * np.sin(3 * angle + phase[:, 1])
            + 0.07 * np.sin(5 * angle + phase[:, 2])
        )
        reach: Float64Array = self.radius_metres[settlement] * (1 + bulge)
        return reach

    def town_at(self, x: Float64Array, y: Float64Array) -> tuple[Int32Array, Float64Array]:
        """Return the town whose built-up land claims each point, and the distance as a share of its reach (> 1: outside)."""
        towns = self.town_count
        count = min(6, towns)
        tree = cKDTree(np.column_stack([self.x[:towns], self.y[:towns]]))
        distance, near = (np.asarray(part).reshape(len(x), count) for part in tree.query(np.column_stack([x, y]), k=count))
        flat = near.ravel()
        dx, dy = np.repeat(x, count) - self.x[flat], np.repeat(y, count) - self.y[flat]
        share = distance / self.reach_metres(flat, dx, dy).reshape(len(x), count)
        best = share.argmin(axis=1)
        rows = np.arange(len(x))
        return near[rows, best].astype(np.int32), share[rows, best]


def settle(province: Province, rng: np.random.Generator) -> Settlements:
    """Give each town its share of its county's urban residents and place villages for the rural ones.

    Built-up land follows from people at 7,000 to 13,000 a square kilometre; villages hold about 1,600 people and stand on a
    jittered lattice, thinned by a smooth field, outside towns and water.
    """
    towns = _towns(province, rng)
    x, y, county = _village_places(province, towns, rng)
    villages = len(x)
    is_market = _market_villages(towns, x, y)
    rural = province.counties.residents_persons - province.counties.urban_persons
    weight = np.where(is_market, MARKET_VILLAGE_WEIGHT, 1.0)
    in_county = np.bincount(county, weights=weight, minlength=len(rural))
    per_village = rural[county] * weight / np.maximum(in_county, 1.0)[county]
    lean = Waves.draw(rng, wavelength_metres=60_000.0).at(x, y)
    return Settlements(
        x=np.concatenate([towns.x, x]),
        y=np.concatenate([towns.y, y]),
        radius_metres=np.concatenate([towns.radius_metres, np.where(is_market, 620.0, 260.0)]),
        persons=np.concatenate([towns.persons, per_village]),
        county=np.concatenate([towns.county, county]).astype(np.int32),
        angle_radians=np.concatenate([towns.angle_radians, 0.25 * lean + rng.normal(0, 0.06, villages)]),
        wobble=np.concatenate([towns.wobble, rng.uniform(0, 2 * np.pi, (villages, 3))]),
        town_count=towns.town_count,
        is_market=np.concatenate([np.ones(towns.town_count, np.bool_), is_market]),
    )


def _market_villages(towns: Settlements, x: Float64Array, y: Float64Array) -> BoolArray:
    """Return which villages serve as nameless market places: far from every known town and from each other."""
    gap = cKDTree(np.column_stack([towns.x, towns.y])).query(np.column_stack([x, y]))[0]
    chosen = np.zeros(len(x), np.bool_)
    taken = np.zeros(len(x), np.bool_)
    tree = cKDTree(np.column_stack([x, y]))
    for village in np.flatnonzero(gap > MARKET_GAP_METRES):
        if not taken[village]:
            chosen[village] = True
            taken[tree.query_ball_point((x[village], y[village]), MARKET_GAP_METRES)] = True
    return chosen


def _towns(province: Province, rng: np.random.Generator) -> Settlements:
    """Return the towns alone: the seat takes the largest share, the more the less urban its county is."""
    counties, towns = province.counties, province.towns
    x, y = province.plane.to_metres(towns.lon, towns.lat)
    seat_weight = 3 + 7 * (1 - counties.urban_share[towns.county])
    weight = np.where(towns.is_seat, seat_weight, 1.0) * rng.lognormal(0, 0.35, len(towns))
    in_county = np.bincount(towns.county, weights=weight, minlength=len(counties))
    persons = counties.urban_persons[towns.county] * weight / in_county[towns.county]
    area_km2 = _areas_km2(province)
    crowd = np.clip(counties.residents_persons / area_km2 / _DENSE_COUNTY_PER_KM2, 0, 1)[towns.county]
    density = _LEAST_DENSITY_PER_KM2 + (_MOST_DENSITY_PER_KM2 - _LEAST_DENSITY_PER_KM2) * crowd
    radius = np.maximum(1000 * np.sqrt(persons / density / np.pi), _LEAST_RADIUS_METRES)
    return Settlements(
        x=x, y=y, radius_metres=radius, persons=persons, county=towns.county, town_count=len(towns),
        angle_radians=rng.uniform(-0.42, 0.42, len(towns)), wobble=rng.uniform(0, 2 * np.pi, (len(towns), 3)),
        is_market=np.ones(len(towns), np.bool_),
    )  # fmt: skip


def _areas_km2(province: Province) -> Float64Array:
    return np.array([shape.area for shape in province.county_shapes_metres]) / 1e6


def _village_places(
    province: Province, towns: Settlements, rng: np.random.Generator
) -> tuple[Float64Array, Float64Array, Int32Array]:
    """Return x, y and county of the villages: as many per county as its rural residents need, where there is room."""
    x, y = _jittered_lattice(province, rng)
    dry = province.is_dry(x, y)
    x, y = x[dry], y[dry]
    outside = towns.town_at(x, y)[1] > _VILLAGES_BEYOND_SHARE
    x, y = x[outside], y[outside]
    county = province.county_at(x, y)
    x, y, county = x[county >= 0], y[county >= 0], county[county >= 0]
    rural = province.counties.residents_persons - province.counties.urban_persons
    wanted = np.ceil(rural / PERSONS_PER_VILLAGE).astype(np.int64)
    liking = Waves.draw(rng, wavelength_metres=9_000.0).at(x, y) + rng.gumbel(0, 0.5, len(x))
    order = np.lexsort((-liking, county))
    starts = np.searchsorted(county[order], np.arange(len(wanted)))
    chosen = order[np.arange(len(order)) - starts[county[order]] < wanted[county[order]]]
    chosen.sort()
    return x[chosen], y[chosen], county[chosen]


def _jittered_lattice(province: Province, rng: np.random.Generator) -> tuple[Float64Array, Float64Array]:
    """Return points on a jittered triangular lattice over the whole province."""
    bounds = np.array([shape.bounds for shape in province.county_shapes_metres])
    west, south = bounds[:, 0].min(), bounds[:, 1].min()
    step = _VILLAGE_SPACING_METRES
    columns = int(np.ceil((bounds[:, 2].max() - west) / step)) + 1
    rows = int(np.ceil((bounds[:, 3].max() - south) / (step * np.sqrt(0.75)))) + 1
    i, j = (part.ravel() for part in np.meshgrid(np.arange(columns), np.arange(rows)))
    x = west + (i + 0.5 * (j % 2)) * step + rng.normal(0, 0.2 * step, len(i))
    y = south + j * step * np.sqrt(0.75) + rng.normal(0, 0.2 * step, len(i))
    return x, y
