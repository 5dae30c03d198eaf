"""Join crossings to streets: grid lines inside a settlement, seams between settlements and main roads, nothing left apart."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from geo.engine.synthetic.province import Province
from geo.engine.synthetic.streets.lattice import Lattice
from geo.engine.synthetic.streets.mainroads import MainRoads
from geo.engine.synthetic.streets.skeleton import delaunay_angles

Int64Array = npt.NDArray[np.int64]
Float64Array = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LOCAL_CLASSES = ("secondary", "tertiary", "unclassified", "residential", "living_street", "footway", "cycleway")
_SECONDARY, _TERTIARY, _UNCLASSIFIED, _RESIDENTIAL, _LIVING, _FOOTWAY, _CYCLEWAY, DROP = range(8)
_SEAM_ANGLE, _LONG_SEAM_ANGLE = np.radians(100.0), np.radians(84.0)
_LIVING_SHARE, _CLOSED_SHARE, _FOOTWAY_SHARE, _CYCLEWAY_SHARE = 0.16, 0.11, 0.02, 0.012
_SEAM_BLOCKS = 2.4
_LONGEST_SEAM_METRES = 6_000.0
_TREE_LENGTH = 1e-3
_OVER_WATER = 1e7


@dataclass(frozen=True, kw_only=True, eq=False)
class Local:
    """L local streets between points (main-road nodes first, then the lattice): ends: (L, 2); kind: (L,) of LOCAL_CLASSES."""

    ends: Int64Array
    kind: Int64Array


def weave(
    province: Province, roads: MainRoads, lattice: Lattice, *, town_count: int, block_metres: float, rng: np.random.Generator
) -> Local:
    """Choose local streets among the Delaunay edges of all points: crossing-free, one piece with the main roads."""
    x, y = np.concatenate([roads.x, lattice.x]), np.concatenate([roads.y, lattice.y])
    ends, angle = delaunay_angles(x, y)
    ends, angle = _without(ends, angle, roads.ends, len(x))
    length = np.hypot(x[ends[:, 0]] - x[ends[:, 1]], y[ends[:, 0]] - y[ends[:, 1]])
    kind = np.full(len(ends), DROP)
    base = len(roads.x)
    inner = ends[:, 0] >= base
    same = np.zeros(len(ends), np.bool_)
    same[inner] = lattice.patch[ends[inner, 0] - base] == lattice.patch[ends[inner, 1] - base]
    kind[same] = _grid_kind(lattice, ends[same] - base, town_count, rng)
    seam = ~same & (ends[:, 1] >= base)
    kind[seam] = _seam_kind(lattice, ends[seam], length[seam], angle[seam], base, town_count, block_metres)
    wet = _crosses_water(province, x, y, ends, length)
    kind[wet] = DROP
    joins = _joins(ends, kind != DROP, roads.ends, np.where(wet, length + _OVER_WATER, length), len(x))
    kind[joins] = np.where(length[joins] > 4 * block_metres, _UNCLASSIFIED, _RESIDENTIAL)
    chosen = kind != DROP
    return Local(ends=ends[chosen], kind=kind[chosen])


def _without(ends: Int64Array, angle: Float64Array, taken: Int64Array, n: int) -> tuple[Int64Array, Float64Array]:
    """Return the edges that are not main roads already."""
    keys = ends[:, 0] * n + ends[:, 1]
    road = np.sort(taken.min(axis=1) * n + taken.max(axis=1))
    free = ~np.isin(keys, road)
    return ends[free], angle[free]


def _grid_kind(lattice: Lattice, ends: Int64Array, town_count: int, rng: np.random.Generator) -> Int64Array:
    """Return the kind of edges inside one settlement: every fourth line is a through street, some lots are closed."""
    a, b = ends[:, 0], ends[:, 1]
    di, dj = np.abs(lattice.i[a] - lattice.i[b]), np.abs(lattice.j[a] - lattice.j[b])
    straight = ((di == 0) | (dj == 0)) & (di + dj <= 2)  # noqa: PLR2004 superblocks are two steps wide
    line = np.where(di == 0, lattice.i[a], lattice.j[a])
    is_town = lattice.patch[a] < town_count
    luck = rng.random(len(ends))
    core = lattice.is_core[a] & lattice.is_core[b]
    kind = np.where(core & (luck < _LIVING_SHARE), _LIVING, _RESIDENTIAL)
    kind = np.where(is_town & (line % np.where(core, 4, 8) == 0), _TERTIARY, kind)
    kind = np.where(is_town & (line % 16 == 0), _SECONDARY, kind)
    closed = (luck > 1 - _CLOSED_SHARE) & ((line % 4 != 0) | ~is_town)
    paths = np.where(luck < _FOOTWAY_SHARE, _FOOTWAY, np.where(luck < _FOOTWAY_SHARE + _CYCLEWAY_SHARE, _CYCLEWAY, DROP))
    kind = np.where(straight & ~closed, kind, np.where(straight, DROP, np.where(is_town, paths, DROP)))
    return kind.astype(np.int64)


def _seam_kind(
    lattice: Lattice,
    ends: Int64Array,
    length: Float64Array,
    angle: Float64Array,
    base: int,
    town_count: int,
    block_metres: float,
) -> Int64Array:
    """Return the kind of edges between settlements, or between one and a main road: all short ones in town, few outside."""
    patch_b = lattice.patch[ends[:, 1] - base].astype(np.int64)
    from_road = ends[:, 0] < base
    patch_a = np.where(from_road, -1, lattice.patch[np.maximum(ends[:, 0] - base, 0)])
    in_town = (patch_b < town_count) & (from_road | (patch_a < town_count))
    short = in_town & (length < _SEAM_BLOCKS * block_metres) & (angle < _SEAM_ANGLE)
    rural = ~in_town & (angle < _LONG_SEAM_ANGLE) & (length < _LONGEST_SEAM_METRES)
    rural &= _shortest_of_pair(patch_a, patch_b, ends[:, 0], length, from_road, rural)
    kind = np.where(short, _RESIDENTIAL, np.where(rural, _UNCLASSIFIED, DROP))
    return kind.astype(np.int64)


def _shortest_of_pair(
    patch_a: Int64Array, patch_b: Int64Array, node_a: Int64Array, length: Float64Array, from_road: BoolArray, among: BoolArray
) -> BoolArray:
    """Return the shortest edge of each pair of settlements; a settlement keeps its two shortest ways to main roads."""
    low, high = np.minimum(patch_a, patch_b), np.maximum(patch_a, patch_b)
    rows = np.flatnonzero(among)
    order = rows[np.lexsort((node_a[rows], length[rows], high[rows], low[rows]))]
    first = np.ones(len(order), np.bool_)
    first[1:] = (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])
    run = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    place = np.arange(len(order)) - run
    kept = np.zeros(len(length), np.bool_)
    kept[order[place < np.where(from_road[order], 2, 1)]] = True
    return kept


def _crosses_water(province: Province, x: Float64Array, y: Float64Array, ends: Int64Array, length: Float64Array) -> BoolArray:
    """Return which edges touch water; edges shorter than 250 m between dry points are not looked at."""
    wet = np.zeros(len(ends), np.bool_)
    long = np.flatnonzero(length > 250.0)  # noqa: PLR2004 metres, see above
    if len(long) == 0 or province.water_metres.is_empty:
        return wet
    corners = np.stack([np.column_stack([x[ends[long, k]], y[ends[long, k]]]) for k in (0, 1)], axis=1)
    wet[long] = shapely.intersects(province.water_metres, shapely.linestrings(corners))
    return wet


def _joins(ends: Int64Array, is_kept: BoolArray, road_ends: Int64Array, length: Float64Array, n: int) -> Int64Array:
    """Return the dropped edges that a spanning tree needs to make everything one piece: the shortest such."""
    tails = np.concatenate([ends[:, 0], road_ends.min(axis=1)])
    heads = np.concatenate([ends[:, 1], road_ends.max(axis=1)])
    cost = np.concatenate([np.where(is_kept, _TREE_LENGTH, length), np.full(len(road_ends), _TREE_LENGTH)])
    _, once = np.unique(tails * n + heads, return_index=True)
    tree = minimum_spanning_tree(coo_array((cost[once], (tails[once], heads[once])), shape=(n, n)).tocsr()).tocoo()
    costly = tree.data > 2 * _TREE_LENGTH
    wanted = np.minimum(tree.row, tree.col)[costly].astype(np.int64) * n + np.maximum(tree.row, tree.col)[costly]
    return np.flatnonzero(np.isin(ends[:, 0] * n + ends[:, 1], wanted) & ~is_kept)
