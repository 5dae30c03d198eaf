"""Motorways: a net of their own above the other roads, joined by links at interchanges, closed to e-bikes and walkers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from geo.engine.synthetic.province import Province
from geo.engine.synthetic.settlements import Settlements
from geo.engine.synthetic.streets.mainroads import MainRoads
from geo.engine.synthetic.streets.skeleton import PRIMARY, neighbours, stays_inside

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]

_MOST_CITIES = 44
_CITY_SPACING_METRES = 30_000.0
_WIDEST_BRIDGE_METRES = 4_500.0
_STEP_METRES = 4_000.0
_BEND = 0.06
_PAST_TOWN = 1.12


@dataclass(frozen=True, kw_only=True, eq=False)
class Motorways:
    """Motorway nodes and edges.

    x, y: (N,) metres, new nodes; ends: (E, 2), where links end at main-road node ``k`` written as ``N + k``; is_link: (E,)
    bool; mid_x, mid_y: (E, 3) metres, points along the edge.
    """

    x: Float64Array
    y: Float64Array
    ends: Int64Array
    is_link: npt.NDArray[np.bool_]
    mid_x: Float64Array
    mid_y: Float64Array


def draw_motorways(province: Province, settlements: Settlements, roads: MainRoads, rng: np.random.Generator) -> Motorways:
    """Run motorways past the largest county seats, an interchange at each."""
    seats = np.flatnonzero(province.towns.is_seat)
    cities = _spread(seats[np.argsort(-settlements.persons[seats], kind="stable")], settlements)
    side = rng.uniform(0, 2 * np.pi, len(cities))
    reach = _PAST_TOWN * settlements.reach_metres(cities, np.cos(side), np.sin(side))
    hub_x, hub_y = settlements.x[cities] + reach * np.cos(side), settlements.y[cities] + reach * np.sin(side)
    pairs = neighbours(hub_x, hub_y, widest_angle_degrees=86.0)
    inside = province.county_at(hub_x, hub_y) >= 0
    pairs = pairs[inside[pairs].all(axis=1) & stays_inside(province, hub_x, hub_y, pairs)]
    pairs = pairs[_length_in_water(province, hub_x, hub_y, pairs) < _WIDEST_BRIDGE_METRES]
    return _with_links(_strung(hub_x, hub_y, pairs, rng), len(cities), roads, np.unique(pairs))


def _spread(seats: Int64Array, settlements: Settlements) -> Int64Array:
    """Return the first of ``seats`` that keep their distance from each other, by index."""
    chosen: list[int] = []
    for seat in seats:
        gaps = np.hypot(settlements.x[chosen] - settlements.x[seat], settlements.y[chosen] - settlements.y[seat])
        if gaps.min(initial=np.inf) >= _CITY_SPACING_METRES:
            chosen.append(int(seat))
    return np.sort(np.array(chosen[:_MOST_CITIES], np.int64))


def _length_in_water(province: Province, x: Float64Array, y: Float64Array, pairs: Int64Array) -> Float64Array:
    corners = np.stack([np.column_stack([x[pairs[:, k]], y[pairs[:, k]]]) for k in (0, 1)], axis=1)
    return np.asarray(shapely.length(shapely.intersection(shapely.linestrings(corners), province.water_metres)))


def _strung(x: Float64Array, y: Float64Array, pairs: Int64Array, rng: np.random.Generator) -> Motorways:
    """Bend each motorway and cut it into stretches of about 4 km."""
    a, b = pairs[:, 0], pairs[:, 1]
    dx, dy = x[b] - x[a], y[b] - y[a]
    pieces = np.maximum(np.rint(np.hypot(dx, dy) / _STEP_METRES), 1).astype(np.int64)
    road = np.repeat(np.arange(len(pairs)), pieces)
    k = np.arange(len(road)) - (np.cumsum(pieces) - pieces)[road]
    wave = rng.normal(0, _BEND, (len(pairs), 2))

    def at(t: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Return x, y in metres at the share ``t`` of each road."""
        bend = wave[road, 0] * np.sin(np.pi * t) + 0.5 * wave[road, 1] * np.sin(2 * np.pi * t)
        return x[a][road] + t * dx[road] - bend * dy[road], y[a][road] + t * dy[road] + bend * dx[road]

    inner = k > 0
    number = np.where(inner, len(x) + np.cumsum(inner) - 1, a[road])
    following = np.where(k + 1 < pieces[road], len(x) + np.cumsum(inner), b[road])
    new_x, new_y = at(k / pieces[road])
    mids = [at((k + part) / pieces[road]) for part in (0.25, 0.5, 0.75)]
    return Motorways(
        x=np.concatenate([x, new_x[inner]]), y=np.concatenate([y, new_y[inner]]), ends=np.column_stack([number, following]),
        is_link=np.zeros(len(road), np.bool_),
        mid_x=np.column_stack([m[0] for m in mids]), mid_y=np.column_stack([m[1] for m in mids]),
    )  # fmt: skip


def _with_links(strung: Motorways, hubs: int, roads: MainRoads, used: Int64Array) -> Motorways:
    """Join hubs and every third stretch to the nearest trunk or primary road, if there is one."""
    great = np.unique(roads.ends[roads.rank <= PRIMARY])
    if len(great) == 0:
        great = np.arange(len(roads.x))
    along = np.arange(hubs + 2, len(strung.x), 4)
    exits = np.concatenate([used, along])
    near = great[
        cKDTree(np.column_stack([roads.x[great], roads.y[great]])).query(np.column_stack([strung.x[exits], strung.y[exits]]))[1]
    ]
    parts = np.array([0.25, 0.5, 0.75])
    mid_x = strung.x[exits][:, None] * (1 - parts) + roads.x[near][:, None] * parts
    mid_y = strung.y[exits][:, None] * (1 - parts) + roads.y[near][:, None] * parts
    links = np.column_stack([exits, len(strung.x) + near])
    return Motorways(
        x=strung.x, y=strung.y, ends=np.concatenate([strung.ends, links]),
        is_link=np.concatenate([strung.is_link, np.ones(len(links), np.bool_)]),
        mid_x=np.concatenate([strung.mid_x, mid_x]), mid_y=np.concatenate([strung.mid_y, mid_y]),
    )  # fmt: skip
