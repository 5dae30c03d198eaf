"""Main roads on the ground: gentle curves, ring roads, crossings where lines meet, nodes along the way."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from geo.engine.synthetic.settlements import Settlements
from geo.engine.synthetic.streets.lattice import Grain
from geo.engine.synthetic.streets.skeleton import SECONDARY, Skeleton

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

_BEND = 0.05
_RING_LEAST_RADIUS_METRES = 2_600.0
_RING_AT = 0.62
_GRID_METRES = 1.0
_NEAR_VILLAGE_METRES = 650.0


@dataclass(frozen=True, kw_only=True, eq=False)
class MainRoads:
    """Nodes and edges of the main roads on the plane.

    x, y: (N,) metres; ends: (E, 2) nodes; rank: (E,); road: (E,) id of the piece; shape_indptr: (E + 1,), shape_x, shape_y:
    vertices, both ends included; spacing: (N,) metres between nodes hereabouts.
    """

    x: Float64Array
    y: Float64Array
    ends: Int64Array
    rank: Int64Array
    road: Int64Array
    shape_indptr: Int64Array
    shape_x: Float64Array
    shape_y: Float64Array
    spacing: Float64Array


def build_main_roads(skeleton: Skeleton, settlements: Settlements, *, grain: Grain, rng: np.random.Generator) -> MainRoads:
    """Bend the roads of the skeleton, add rings around big towns, cut everything where it crosses, and set nodes."""
    lines, rank = _bent_lines(skeleton, rng)
    rings = _rings(settlements)
    pieces = _crossed(np.concatenate([lines, rings]))
    all_ranks = np.concatenate([rank, np.full(len(rings), SECONDARY)])
    piece_rank = _rank_of_pieces(pieces, np.concatenate([lines, rings]), all_ranks)
    return _with_nodes(pieces, piece_rank, settlements, grain)


def _bent_lines(skeleton: Skeleton, rng: np.random.Generator) -> tuple[Shapes, Int64Array]:
    """Return one smooth line per road: a few sine waves across the straight line, zero at both ends."""
    start, end = skeleton.ends[:, 0], skeleton.ends[:, 1]
    dx, dy = skeleton.x[end] - skeleton.x[start], skeleton.y[end] - skeleton.y[start]
    count = np.clip(np.hypot(dx, dy) // 350, 4, 60).astype(np.int64) + 1
    road = np.repeat(np.arange(len(start)), count)
    first = np.concatenate([[0], np.cumsum(count)])[:-1]
    t = (np.arange(len(road)) - first[road]) / (count - 1)[road]
    wave = rng.normal(0, 1, (len(start), 3))[road]
    bend = _BEND * (
        wave[:, 0] * np.sin(np.pi * t) + 0.6 * wave[:, 1] * np.sin(2 * np.pi * t) + 0.35 * wave[:, 2] * np.sin(3 * np.pi * t)
    )
    x = skeleton.x[start][road] + t * dx[road] - bend * dy[road]
    y = skeleton.y[start][road] + t * dy[road] + bend * dx[road]
    return shapely.linestrings(x, y, indices=road), skeleton.rank


def _rings(settlements: Settlements) -> Shapes:
    """Return a ring road for each town big enough to have one."""
    towns = np.flatnonzero(settlements.radius_metres[: settlements.town_count] > _RING_LEAST_RADIUS_METRES)
    angle = np.linspace(0, 2 * np.pi, 49)
    town = np.repeat(towns, len(angle))
    dx, dy = np.tile(np.cos(angle), len(towns)), np.tile(np.sin(angle), len(towns))
    reach = _RING_AT * settlements.reach_metres(town, dx, dy)
    x, y = settlements.x[town] + reach * dx, settlements.y[town] + reach * dy
    rings: Shapes = (
        shapely.linestrings(x, y, indices=np.repeat(np.arange(len(towns)), len(angle))) if len(towns) else np.array([], object)
    )
    return rings


def _crossed(lines: Shapes) -> Shapes:
    """Return the pieces of all lines cut at every crossing, on a grid of one metre."""
    merged = shapely.line_merge(shapely.union_all(lines, grid_size=_GRID_METRES))
    pieces: Shapes = shapely.get_parts(merged)
    return pieces[shapely.length(pieces) > _GRID_METRES]


def _rank_of_pieces(pieces: Shapes, lines: Shapes, rank: Int64Array) -> Int64Array:
    """Return the highest rank among the lines that each piece is part of."""
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    piece, line = shapely.STRtree(lines).query(middles, predicate="dwithin", distance=3 * _GRID_METRES)
    found = np.full(len(pieces), SECONDARY + 1, np.int64)
    np.minimum.at(found, piece, rank[line])
    return found


def _with_nodes(pieces: Shapes, rank: Int64Array, settlements: Settlements, grain: Grain) -> MainRoads:
    """Sample the pieces finely, then make every so-many-th sample a node, closer together where streets are dense."""
    length = shapely.length(pieces)
    step = max(60.0, grain.block_metres / 2)
    count = np.maximum(np.ceil(length / step).astype(np.int64), 1) + 1
    piece = np.repeat(np.arange(len(pieces)), count)
    first = np.concatenate([[0], np.cumsum(count)])[:-1]
    rank_in_piece = np.arange(len(piece)) - first[piece]
    t = rank_in_piece / (count - 1)[piece]
    at = shapely.get_coordinates(shapely.line_interpolate_point(pieces[piece], t, normalized=True))
    x, y = at[:, 0], at[:, 1]
    spacing = _spacing(x, y, settlements, grain)
    is_node = _node_samples(length, count, piece, first, spacing)
    return _assemble(x, y, piece, is_node, rank, spacing)


def _spacing(x: Float64Array, y: Float64Array, settlements: Settlements, grain: Grain) -> Float64Array:
    """Return the wanted distance between nodes: a block in towns and villages, more in the fields."""
    share = settlements.town_at(x, y)[1]
    tree = cKDTree(np.column_stack([settlements.x, settlements.y]))
    gap = tree.query(np.column_stack([x, y]))[0]
    dense, middling = share < 0.55, (share < 1.05) | (gap < _NEAR_VILLAGE_METRES)  # noqa: PLR2004 shares of a town's reach
    block = grain.block_metres
    return np.where(dense, block, np.where(middling, np.maximum(1.6 * block, 0.5 * grain.rural_metres), grain.rural_metres))


def _node_samples(
    length: Float64Array, count: Int64Array, piece: Int64Array, first: Int64Array, spacing: Float64Array
) -> npt.NDArray[np.bool_]:
    """Return which samples are nodes: both ends of each piece, and where as many wanted spacings are full."""
    step = (length / (count - 1))[piece]
    total = np.cumsum(step / spacing)
    before = (total - step / spacing)[first]
    measure = total - before[piece] - (step / spacing)[first][piece]
    last = first + count - 1
    whole = np.maximum(np.rint(measure[last]), 1)
    scaled = np.floor(measure * (whole / np.maximum(measure[last], 1e-9))[piece] + 1e-9)
    is_node = np.diff(scaled, prepend=0) >= 1
    is_node[first] = True
    is_node[last] = True
    # The fine sample just before an end can pass the last whole number by rounding; the end itself is the node.
    is_node[last[count > 2] - 1] &= scaled[last[count > 2] - 1] < whole[count > 2]  # noqa: PLR2004
    nodes: npt.NDArray[np.bool_] = np.asarray(is_node)
    return nodes


def _assemble(
    x: Float64Array, y: Float64Array, piece: Int64Array, is_node: npt.NDArray[np.bool_], rank: Int64Array, spacing: Float64Array
) -> MainRoads:
    """Give numbers to nodes (pieces that meet share theirs) and cut the samples into edges with shapes."""
    nodes = np.flatnonzero(is_node)
    place = np.rint(x[nodes] / _GRID_METRES).astype(np.int64) * 2**31 + np.rint(y[nodes] / _GRID_METRES).astype(np.int64)
    _, keep, number = np.unique(place, return_index=True, return_inverse=True)
    begins = np.flatnonzero(piece[nodes[:-1]] == piece[nodes[1:]])
    ends = np.column_stack([number[begins], number[begins + 1]])
    real = ends[:, 0] != ends[:, 1]
    begins, ends = begins[real], ends[real]
    lows, highs = nodes[begins], nodes[begins + 1]
    count = highs - lows + 1
    indptr = np.concatenate([[0], np.cumsum(count)])
    take = np.repeat(lows - indptr[:-1], count) + np.arange(indptr[-1])
    node_x, node_y = x[nodes[keep]], y[nodes[keep]]
    shape_x, shape_y = x[take].copy(), y[take].copy()
    shape_x[indptr[:-1]], shape_y[indptr[:-1]] = node_x[ends[:, 0]], node_y[ends[:, 0]]
    shape_x[indptr[1:] - 1], shape_y[indptr[1:] - 1] = node_x[ends[:, 1]], node_y[ends[:, 1]]
    return MainRoads(
        x=node_x, y=node_y, ends=ends, rank=rank[piece[lows]], road=piece[lows], shape_indptr=indptr,
        shape_x=shape_x, shape_y=shape_y, spacing=spacing[nodes[keep]],
    )  # fmt: skip


def without_needless_nodes(roads: MainRoads, other_ends: Int64Array, node_count: int) -> MainRoads:
    """Return the roads with edges joined where nothing else meets them: nodes that only pass a road along become shape.

    ``other_ends``: (E, 2) ends of all other edges, in the same numbering of ``node_count`` nodes. The nodes themselves stay in
    ``x`` and ``y``, unused.
    """
    arms = np.bincount(np.concatenate([roads.ends.ravel(), other_ends.ravel()]), minlength=node_count)
    follows = (roads.ends[1:, 0] == roads.ends[:-1, 1]) & (roads.road[1:] == roads.road[:-1])
    joined = follows & (arms[roads.ends[1:, 0]] == 2) & (roads.ends[1:, 0] != roads.ends[1:, 1])  # noqa: PLR2004 passes along
    begins = np.concatenate([[True], ~joined])[: len(roads.ends)]
    first = np.flatnonzero(begins)
    last = np.concatenate([first[1:] - 1, [len(roads.ends) - 1]]) if len(first) else first
    # A vertex at a joined node stands twice, at the end of one edge and the start of the next: the second one goes.
    kept = np.ones(len(roads.shape_x), np.bool_)
    kept[roads.shape_indptr[:-1][~begins]] = False
    position = np.concatenate([[0], np.cumsum(kept)])
    return replace(
        roads, ends=np.column_stack([roads.ends[first, 0], roads.ends[last, 1]]), rank=roads.rank[first],
        road=roads.road[first], shape_indptr=np.append(position[roads.shape_indptr[first]], position[-1]),
        shape_x=roads.shape_x[kept], shape_y=roads.shape_y[kept],
    )  # fmt: skip
