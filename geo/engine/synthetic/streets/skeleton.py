"""Which places the main roads join, and how important each road is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, cKDTree

from geo.engine.synthetic.province import Province
from geo.engine.synthetic.settlements import Settlements

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

TRUNK, PRIMARY, SECONDARY, TERTIARY = 0, 1, 2, 3
RANKS = ("trunk", "primary", "secondary", "tertiary")
_WIDEST_BRIDGE_METRES = 4_500.0
_BRIDGE_SPACING_METRES = 14_000.0
_GREAT_TOWNS = 24


@dataclass(frozen=True, kw_only=True, eq=False)
class Skeleton:
    """M main roads between anchors: x, y: (A,) metres; ends: (M, 2) anchors; rank: (M,) index into :data:`RANKS`."""

    x: Float64Array
    y: Float64Array
    ends: Int64Array
    rank: Int64Array


def neighbours(x: Float64Array, y: Float64Array, *, widest_angle_degrees: float = 90.0) -> Int64Array:
    """Return (E, 2) pairs of neighbouring points: Delaunay edges that no third point sees under a wider angle.

    At 90 degrees this is the Gabriel graph (Gabriel & Sokal 1969); smaller angles are sparser and look more like roads.
    Edges come sorted, the lower index first. Fewer than 3 points: the one edge there is, or none.
    """
    few = 4
    if len(x) < few:
        i, j = np.triu_indices(len(x), 1)
        return np.column_stack([i, j]).astype(np.int64)
    edges, angle = delaunay_angles(x, y)
    near: Int64Array = edges[angle <= np.radians(widest_angle_degrees)]
    return near


def delaunay_angles(x: Float64Array, y: Float64Array) -> tuple[Int64Array, Float64Array]:
    """Return the (E, 2) Delaunay edges and the widest angle, in radians, under which a third corner sees each."""
    points = np.column_stack([x, y])
    corners = Delaunay(points).simplices.astype(np.int64)
    low, high, angle = [], [], []
    for k in range(3):
        a, b, c = corners[:, k], corners[:, (k + 1) % 3], corners[:, (k + 2) % 3]
        u, v = points[a] - points[c], points[b] - points[c]
        cross = np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
        angle.append(np.arctan2(cross, (u * v).sum(axis=1)))
        low.append(np.minimum(a, b))
        high.append(np.maximum(a, b))
    key = np.concatenate(low) * len(x) + np.concatenate(high)
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    widest = np.maximum.reduceat(np.concatenate(angle)[order], starts)
    found = key[order][starts]
    return np.column_stack([found // len(x), found % len(x)]), widest


def draw_skeleton(province: Province, settlements: Settlements, *, anchors: int) -> Skeleton:
    """Join neighbouring market places by main roads; roads between county seats rank higher, few cross great water.

    ``anchors``: how many places to join, the county seats at least; the most populous are taken.
    """
    places = _anchors(province, settlements, anchors)
    x, y = settlements.x[places], settlements.y[places]
    persons = settlements.persons[places]
    ends = neighbours(x, y)
    ends = ends[_crossable(province, x, y, ends, persons)]
    length = np.hypot(x[ends[:, 0]] - x[ends[:, 1]], y[ends[:, 0]] - y[ends[:, 1]])
    rank = np.where(persons[ends].max(axis=1) > np.median(persons), SECONDARY, TERTIARY)
    seats = np.searchsorted(places, np.flatnonzero(province.towns.is_seat))
    great = seats[np.argsort(-persons[seats], kind="stable")[:_GREAT_TOWNS]]
    rank[_roads_between(seats, ends, length, x, y)] = PRIMARY
    rank[_roads_between(np.sort(great), ends, length, x, y)] = TRUNK
    return Skeleton(x=x, y=y, ends=ends, rank=rank.astype(np.int64))


def _anchors(province: Province, settlements: Settlements, count: int) -> Int64Array:
    """Return the county seats and the most populous other market places, by index."""
    places = np.flatnonzero(settlements.is_market)
    is_seat = np.zeros(len(settlements), np.bool_)
    is_seat[: settlements.town_count] = province.towns.is_seat
    order = np.lexsort((-settlements.persons[places], ~is_seat[places]))
    chosen: Int64Array = np.sort(places[order[: max(count, int(is_seat.sum()))]])
    return chosen


def _crossable(province: Province, x: Float64Array, y: Float64Array, ends: Int64Array, persons: Float64Array) -> BoolArray:
    """Return which straight roads can be built: on land, or over one of the few bridges, great towns first."""
    lines = shapely.linestrings(np.stack([np.column_stack([x[ends[:, k]], y[ends[:, k]]]) for k in (0, 1)], axis=1))
    wet = shapely.length(shapely.intersection(lines, province.water_metres))
    inside = stays_inside(province, x, y, ends)
    kept: BoolArray = np.asarray((wet < 1.0) & inside)
    wants = np.flatnonzero(~kept & inside & (wet < _WIDEST_BRIDGE_METRES))
    middles: list[tuple[float, float]] = []
    for edge in wants[np.argsort(-persons[ends[wants]].sum(axis=1), kind="stable")]:
        middle = (float(x[ends[edge]].mean()), float(y[ends[edge]].mean()))
        if not middles or cKDTree(middles).query(middle)[0] >= _BRIDGE_SPACING_METRES:
            middles.append(middle)
            kept[edge] = True
    return kept


def stays_inside(province: Province, x: Float64Array, y: Float64Array, ends: Int64Array) -> BoolArray:
    """Return which straight lines keep to the province, but for a sixth of their way at most."""
    parts = np.linspace(0.04, 0.96, 24)
    along_x = (x[ends[:, :1]] * (1 - parts) + x[ends[:, 1:]] * parts).ravel()
    along_y = (y[ends[:, :1]] * (1 - parts) + y[ends[:, 1:]] * parts).ravel()
    outside = (province.county_at(along_x, along_y) < 0).reshape(len(ends), len(parts))
    return np.asarray(outside.mean(axis=1) <= 1 / 6)


def _roads_between(places: Int64Array, ends: Int64Array, length: Float64Array, x: Float64Array, y: Float64Array) -> Int64Array:
    """Return the roads used by the shortest ways between neighbouring ``places``."""
    pairs = neighbours(x[places], y[places])
    n = len(x)
    graph = csr_array((length, (ends[:, 0], ends[:, 1])), shape=(n, n))
    before = dijkstra(graph, directed=False, indices=places, return_predecessors=True)[1]
    road_of = {(int(a), int(b)): road for road, (a, b) in enumerate(ends)}
    used = set()
    for start, goal in pairs:
        here = int(places[goal])
        while before[start, here] >= 0:
            previous = int(before[start, here])
            used.add(road_of[min(here, previous), max(here, previous)])
            here = previous
    return np.array(sorted(used), np.int64)
