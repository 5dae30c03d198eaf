"""Generate employment venues: real places' names, invented premises beside the generated streets."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from geo.engine.capacity import capacity_of_area
from geo.engine.synthetic.province import GROUPS, Province
from geo.engine.synthetic.settlements import Settlements
from geo.engine.synthetic.venues.kinds import GATHERING_PLACES, KINDS, OCCUPATIONS, ROADS_ZH, Hours, Kind

Float64Array = npt.NDArray[np.float64]

GIG_MARKETS, BRANCH_MARKETS, GATHERING_POINTS = 23, 23, 90
TRADE_MARKET_EVERY = 6
_PERSONS_PER_STATION, _PERSONS_PER_DOORSTEP = 400_000, 170_000
_BESIDE_STREET_METRES = (8.0, 30.0)
_MANY_WORKERS_PERSONS = 120_000


@dataclass(frozen=True, kw_only=True)
class MadeVenue:
    """One generated venue; coordinates in degrees WGS-84, counts in persons."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    status: str
    county: int
    lon: float
    lat: float
    address: str
    floor_area_m2: float | None
    capacity_persons: int | None
    staff_persons: int | None
    waiting_persons: int | None
    phone: str
    operator: str
    hours: tuple[Hours, ...]
    occupations: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """A venue still without a place: kind, town, and how far from the town's middle it may stand (share of its reach)."""

    kind: str
    town: int
    within: float
    status: str = "operating"


def generate_venues(
    province: Province, settlements: Settlements, *, county_names_zh: tuple[str, ...], county_names_en: tuple[str, ...],
    county_workers: npt.NDArray[np.int64], node_lon: Float64Array, node_lat: Float64Array, rng: np.random.Generator,
) -> list[MadeVenue]:  # fmt: skip
    """Generate the tiers of venues in realistic numbers, each 8 to 30 m from a street node of its county.

    Per county: one public HR market, one or two migrant-worker service centres, one grassroots platform per town, doorstep
    stations by residents; in the province 23 gig markets (drawn by workers), 23 branch markets, a gig
    station per 400,000 urban residents, 90 gathering points by modelled workers. ``node_lon``, ``node_lat``: nodes open to
    walkers. Capacity is 24 workers on the books per m² of floor area, a draft figure. Telephone numbers cannot exist (0000
    exchange).
    """
    ground = _Ground.of(province, settlements, node_lon, node_lat)
    serial: dict[tuple[int, str], int] = {}
    venues = []
    for wish in _wishes(province, county_workers, rng):
        county = int(province.towns.county[wish.town])
        number = serial[county, wish.kind] = serial.get((county, wish.kind), 0) + 1
        lon, lat = ground.beside_street(wish.town, wish.within, rng)
        names = county_names_zh[county], county_names_en[county]
        venues.append(_venue(province, wish, county, number, names, (lon, lat), rng))
    return sorted(venues, key=lambda venue: venue.code)


def _wishes(province: Province, workers: npt.NDArray[np.int64], rng: np.random.Generator) -> Iterator[_Wish]:
    """Say which venues the province has."""
    counties, towns = province.counties, province.towns
    seats = {int(towns.county[town]): int(town) for town in np.flatnonzero(towns.is_seat)}
    for county in range(len(counties)):
        of_county = np.flatnonzero(towns.county == county)
        seat = seats[county]
        yield _Wish(kind="public_hr_market", town=seat, within=0.5)
        for _ in range(2 if workers[county] > _MANY_WORKERS_PERSONS else 1):
            yield _Wish(kind="migrant_service_centre", town=seat, within=0.8)
        for town in of_county:
            yield _Wish(kind="grassroots_hrss_platform", town=int(town), within=0.45)
        for _ in range(int(rng.poisson(counties.urban_persons[county] / _PERSONS_PER_STATION))):
            yield _Wish(kind="gig_station", town=int(rng.choice(of_county)), within=0.7)
        for _ in range(1 + int(rng.poisson(counties.residents_persons[county] / _PERSONS_PER_DOORSTEP))):
            yield _Wish(kind="doorstep_station", town=int(rng.choice(of_county)), within=0.8)
    yield from _market_wishes(province, workers, seats, rng)
    yield from _gathering_wishes(province, workers, rng)


def _market_wishes(
    province: Province, workers: npt.NDArray[np.int64], seats: dict[int, int], rng: np.random.Generator
) -> Iterator[_Wish]:
    chance = np.sqrt(workers / workers.sum())
    count = min(GIG_MARKETS, max(1, len(province.counties) // 4))
    chosen = rng.choice(len(province.counties), size=count, replace=False, p=chance / chance.sum())
    for place, county in enumerate(np.sort(chosen)):
        status = ("accepted", "operating", "operating", "trial")[place % 4]
        yield _Wish(
            kind="gig_market_trade" if place % TRADE_MARKET_EVERY == TRADE_MARKET_EVERY - 1 else "gig_market_comprehensive",
            town=seats[int(county)],
            within=0.6,
            status=status,
        )
    for county in rng.choice(chosen, size=min(BRANCH_MARKETS, count), replace=count < BRANCH_MARKETS):
        of_county = np.flatnonzero((province.towns.county == county) & ~province.towns.is_seat)
        yield _Wish(kind="branch_market", town=int(rng.choice(of_county)) if len(of_county) else seats[int(county)], within=0.5)


def _gathering_wishes(province: Province, workers: npt.NDArray[np.int64], rng: np.random.Generator) -> Iterator[_Wish]:
    count = min(GATHERING_POINTS, len(province.counties))
    for county in rng.choice(len(province.counties), size=count, p=workers / workers.sum()):
        of_county = np.flatnonzero(province.towns.county == county)
        weight = np.where(province.towns.is_seat[of_county], 3.0, 1.0)
        yield _Wish(kind="informal_gathering_point", town=int(rng.choice(of_county, p=weight / weight.sum())), within=0.95)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Ground:
    """Street nodes by county, to stand venues beside."""

    province: Province
    settlements: Settlements
    x: Float64Array
    y: Float64Array
    nodes_of: tuple[npt.NDArray[np.int64], ...]
    trees: tuple[cKDTree, ...]

    @classmethod
    def of(cls, province: Province, settlements: Settlements, lon: Float64Array, lat: Float64Array) -> "_Ground":
        """Index the street nodes at ``lon``, ``lat`` (degrees) by county, for finding the nearest."""
        x, y = province.plane.to_metres(lon, lat)
        county = province.county_at(x, y)
        order = np.argsort(county, kind="stable")
        starts = np.searchsorted(county[order], np.arange(len(province.counties) + 1))
        nodes_of = tuple(order[low:high] for low, high in pairwise(starts))
        trees = tuple(cKDTree(np.column_stack([x[nodes], y[nodes]])) for nodes in nodes_of)
        return cls(province=province, settlements=settlements, x=x, y=y, nodes_of=nodes_of, trees=trees)

    def beside_street(self, town: int, within: float, rng: np.random.Generator) -> tuple[float, float]:
        """Return a point 8 to 30 m from a random street node near the middle of ``town``, in the town's county."""
        county = int(self.province.towns.county[town])
        middle = float(self.settlements.x[town]), float(self.settlements.y[town])
        radius = within * float(self.settlements.radius_metres[town])
        near = self.trees[county].query_ball_point(middle, radius, return_sorted=True)
        pick = near[int(rng.integers(len(near)))] if near else int(self.trees[county].query(middle)[1])
        node = self.nodes_of[county][pick]
        for shrink in (1.0, 0.5, 0.1, 0.0):
            gap, angle = shrink * rng.uniform(*_BESIDE_STREET_METRES), rng.uniform(0, 2 * np.pi)
            x, y = self.x[node : node + 1] + gap * np.cos(angle), self.y[node : node + 1] + gap * np.sin(angle)
            if shrink == 0.0 or self.province.county_at(x, y)[0] == county:
                break
        lon, lat = self.province.plane.to_degrees(x, y)
        return round(float(lon[0]), 6), round(float(lat[0]), 6)


def _venue(
    province: Province, wish: _Wish, county: int, number: int, names: tuple[str, str], at: tuple[float, float], rng:
    np.random.Generator
) -> MadeVenue:  # fmt: skip
    kind, town = KINDS[wish.kind], wish.town
    code = province.counties.codes[county]
    gathers = wish.kind == "informal_gathering_point"
    area = None if gathers else round(float(rng.uniform(*kind.area_m2)))
    name_zh, name_en = _names(
        wish.kind, kind, names, (province.towns.names_zh[town], province.towns.names_en[town]), number, rng
    )
    house = int(rng.integers(1, 400))
    return MadeVenue(
        code=f"{code}-{kind.letters}-{number:02d}", name_zh=name_zh, name_en=name_en, kind=wish.kind,
        status=wish.status, county=county, lon=at[0], lat=at[1],
        address=f"{_place_zh(names[0], province.towns.names_zh[town])}{rng.choice(ROADS_ZH)}{house}号（合成）",
        floor_area_m2=area, capacity_persons=None if area is None else capacity_of_area(area),
        staff_persons=None if area is None else max(1, round(area / 100 * kind.staff_per_100_m2)),
        waiting_persons=int(rng.lognormal(4.5, 0.7)) + 15 if gathers else None,
        phone="" if gathers else f"025-0000-{int(rng.integers(10_000)):04d}",
        operator="" if gathers else f"{names[0]}人力资源和社会保障局",
        hours=kind.hours[int(rng.integers(len(kind.hours)))],
        occupations=_occupations(province.counties.group_share[county], rng),
    )  # fmt: skip


def _place_zh(county: str, town: str) -> str:
    return town if town.startswith(county) else county + town


def _names(
    code: str, kind: Kind, county: tuple[str, str], town: tuple[str, str], number: int, rng: np.random.Generator
) -> tuple[str, str]:
    """Return names in Chinese and English: county seats' venues bear the county's name, others the town's too."""
    place_zh = _place_zh(county[0], town[0])
    if code == "informal_gathering_point":
        spot_zh, spot_en = GATHERING_PLACES[int(rng.integers(len(GATHERING_PLACES)))]
        return f"{place_zh}{spot_zh}{kind.name_zh}", f"Gathering point {spot_en}, {town[1]}"
    in_county = code in {"gig_market_comprehensive", "gig_market_trade", "public_hr_market", "migrant_service_centre"}
    if in_county and number == 1:
        return f"{county[0]}{kind.name_zh}", f"{kind.name_en[0].upper()}{kind.name_en[1:]}, {county[1]}"
    suffix_zh = "" if code == "grassroots_hrss_platform" else f"（{number}）"
    suffix_en = "" if code == "grassroots_hrss_platform" else f" {number}"
    return f"{place_zh}{kind.name_zh}{suffix_zh}", f"{kind.name_en[0].upper()}{kind.name_en[1:]}{suffix_en}, {town[1]}"


def _occupations(group_share: Float64Array, rng: np.random.Generator) -> tuple[str, ...]:
    """Return three to seven trades, likelier where the county's census has more of their industry."""
    codes = list(OCCUPATIONS)
    weight = np.array([group_share[GROUPS.index(OCCUPATIONS[code][2])] for code in codes]) + 1e-3
    count = int(rng.integers(3, 8))
    return tuple(sorted(rng.choice(codes, size=count, replace=False, p=weight / weight.sum()).tolist()))
