"""Generate the streets of a province: main roads, local streets, motorways, and who may go where."""

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from geo.engine.network.streets import CROSSING, NO_DELAY, SIGNALS, Streets
from geo.engine.progress import Progress, no_progress
from geo.engine.synthetic.province import Province
from geo.engine.synthetic.settlements import Settlements
from geo.engine.synthetic.streets.lattice import Grain, Lattice, build_lattice, clear_of
from geo.engine.synthetic.streets.mainroads import MainRoads, build_main_roads, without_needless_nodes
from geo.engine.synthetic.streets.motorways import Motorways, draw_motorways
from geo.engine.synthetic.streets.skeleton import RANKS, draw_skeleton
from geo.engine.synthetic.streets.weave import LOCAL_CLASSES, Local, weave

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]

CLASSES = ("motorway", "motorway_link", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
           "living_street", "footway", "cycleway")  # fmt: skip
MODES = ("walk", "ebike", "car")
LEAST_NODES, MOST_NODES = 2_000, 20_000_000
_CLEARANCE = 0.62
_BEND_FROM_METRES = 350.0
_ONE_WAY_SHARE = 0.12
_GREAT_CLASSES = frozenset({"trunk", "primary", "secondary"})


def generate_streets(
    province: Province, settlements: Settlements, *, nodes: int, rng: np.random.Generator, progress: Progress = no_progress
) -> Streets:
    """Generate about ``nodes`` nodes of streets, one connected piece, the same for the same generator state.

    Main roads join neighbouring towns (Gabriel graph; trunk and primary roads follow the shortest ways between county seats)
    with few bridges over water. Towns get turned grids, fine in the middle, superblocks outside; villages get small grids.
    Everything is joined by Delaunay edges that pass an angle test, and by a spanning tree. Motorways lie above and are for cars
    only.

    ``nodes``: 2,000 to 20,000,000; Jiangsu comes within about a tenth of it, others within a third. Raises
    ``ValueError`` outside that range.
    """
    if not LEAST_NODES <= nodes <= MOST_NODES:
        raise ValueError(f"nodes must be {LEAST_NODES} to {MOST_NODES}")
    grain = Grain.for_nodes(settlements, nodes)
    skeleton = draw_skeleton(province, settlements, anchors=grain.anchors)
    roads = build_main_roads(skeleton, settlements, grain=grain, rng=rng)
    progress(0.2)
    lattice = clear_of(
        build_lattice(province, settlements, grain, rng), roads.x, roads.y, _CLEARANCE * np.minimum(roads.spacing, 260.0)
    )
    progress(0.35)
    local = weave(province, roads, lattice, town_count=settlements.town_count, block_metres=grain.block_metres, rng=rng)
    progress(0.8)
    motorways = draw_motorways(province, settlements, roads, rng)
    links = motorways.ends[motorways.ends >= len(motorways.x)] - len(motorways.x)
    roads = without_needless_nodes(roads, np.concatenate([local.ends.ravel(), links]), len(roads.x) + len(lattice))
    streets = _assemble(province, settlements, roads, lattice, local, motorways, rng)
    progress(1.0)
    return streets


def _assemble(
    province: Province, settlements: Settlements, roads: MainRoads, lattice: Lattice, local: Local, motorways: Motorways,
    rng: np.random.Generator,
) -> Streets:  # fmt: skip
    """Lay the three layers together: node numbers are main roads, lattice, motorways."""
    first_motorway = len(roads.x) + len(lattice)
    x = np.concatenate([roads.x, lattice.x, motorways.x])
    y = np.concatenate([roads.y, lattice.y, motorways.y])
    local_shapes = _local_shapes(x, y, local, rng)
    motorway_ends = np.where(
        motorways.ends >= len(motorways.x), motorways.ends - len(motorways.x), motorways.ends + first_motorway
    )
    motorway_shapes = _motorway_shapes(x, y, motorway_ends, motorways)
    ends = np.concatenate([roads.ends, local.ends, motorway_ends]).astype(np.int32)
    edge_class = _classes(roads, local, motorways)
    indptr, shape_x, shape_y = _joined((roads.shape_indptr, roads.shape_x, roads.shape_y), local_shapes, motorway_shapes)
    forward, backward = _rights(edge_class, ends, lattice, len(roads.x), rng)
    lon, lat = province.plane.to_degrees(x, y)
    shape_lon, shape_lat = province.plane.to_degrees(shape_x, shape_y)
    shape_lon[indptr[:-1]], shape_lat[indptr[:-1]] = lon[ends[:, 0]], lat[ends[:, 0]]
    shape_lon[indptr[1:] - 1], shape_lat[indptr[1:] - 1] = lon[ends[:, 1]], lat[ends[:, 1]]
    count = len(ends)
    way = np.concatenate([roads.road, np.arange(count - len(roads.road)) + int(roads.road.max(initial=-1)) + 1]) + 1
    return Streets(
        node_lon=lon, node_lat=lat, node_control=_controls(x, y, ends, edge_class, settlements),
        edge_from=ends[:, 0].copy(), edge_to=ends[:, 1].copy(), edge_way_id=way.astype(np.int64), edge_class=edge_class,
        classes=CLASSES, shape_indptr=indptr, shape_lon=shape_lon, shape_lat=shape_lat, modes=MODES,
        forward_allowed=forward, backward_allowed=backward,
        max_speed_kph=np.full(count, np.nan, np.float32), fixed_seconds=np.full(count, np.nan, np.float32),
    )  # fmt: skip


def _classes(roads: MainRoads, local: Local, motorways: Motorways) -> npt.NDArray[np.uint8]:
    main = np.array([CLASSES.index(name) for name in RANKS], np.uint8)[roads.rank]
    inner = np.array([CLASSES.index(name) for name in LOCAL_CLASSES], np.uint8)[local.kind]
    fast = np.where(motorways.is_link, CLASSES.index("motorway_link"), CLASSES.index("motorway")).astype(np.uint8)
    return np.concatenate([main, inner, fast])


Shapes = tuple[Int64Array, Float64Array, Float64Array]


def _local_shapes(x: Float64Array, y: Float64Array, local: Local, rng: np.random.Generator) -> Shapes:
    """Return the shapes of local streets: straight in town, long lanes bend a little."""
    a, b = local.ends[:, 0], local.ends[:, 1]
    dx, dy = x[b] - x[a], y[b] - y[a]
    count = np.where(np.hypot(dx, dy) > _BEND_FROM_METRES, 5, 2)
    indptr = np.concatenate([[0], np.cumsum(count)])
    edge = np.repeat(np.arange(len(a)), count)
    t = (np.arange(len(edge)) - indptr[edge]) / (count - 1)[edge]
    wave = rng.normal(0, 0.035, (len(a), 2))
    bend = np.where(count[edge] > 2, wave[edge, 0] * np.sin(np.pi * t) + wave[edge, 1] * np.sin(2 * np.pi * t), 0.0)  # noqa: PLR2004
    return indptr, x[a][edge] + t * dx[edge] - bend * dy[edge], y[a][edge] + t * dy[edge] + bend * dx[edge]


def _motorway_shapes(x: Float64Array, y: Float64Array, ends: Int64Array, motorways: Motorways) -> Shapes:
    shape_x = np.column_stack([x[ends[:, 0]], motorways.mid_x, x[ends[:, 1]]])
    shape_y = np.column_stack([y[ends[:, 0]], motorways.mid_y, y[ends[:, 1]]])
    return np.arange(len(ends) + 1) * shape_x.shape[1], shape_x.ravel(), shape_y.ravel()


def _joined(*parts: Shapes) -> Shapes:
    """Return one pointer and one pair of coordinate arrays of several."""
    counts = np.concatenate([np.diff(indptr) for indptr, _, _ in parts])
    return (
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate([part[1] for part in parts]),
        np.concatenate([part[2] for part in parts]),
    )


def _rights(
    edge_class: npt.NDArray[np.uint8], ends: npt.NDArray[np.int32], lattice: Lattice, base: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return who may go along and against each edge.

    Motorways: cars. Footways: walkers; cycleways: walkers and e-bikes. About one residential grid line in eight is one-way for
    cars and e-bikes in the core of a town.
    """
    car_only = edge_class <= CLASSES.index("motorway_link")
    no_car = edge_class >= CLASSES.index("footway")
    foot_only = edge_class == CLASSES.index("footway")
    forward = np.stack([~car_only, ~car_only & ~foot_only, ~no_car])
    backward = forward.copy()
    one_way = _one_way(edge_class, ends, lattice, base, rng)
    backward[1:, one_way] = False
    return forward, backward


def _one_way(
    edge_class: npt.NDArray[np.uint8], ends: npt.NDArray[np.int32], lattice: Lattice, base: int, rng: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Return which edges are one-way: whole lines of a core's grid, so that the direction does not change on the way."""
    inside = (
        (ends.min(axis=1) >= base) & (ends.max(axis=1) < base + len(lattice)) & (edge_class == CLASSES.index("residential"))
    )
    rows = np.flatnonzero(inside)
    a, b = ends[rows, 0] - base, ends[rows, 1] - base
    along = (lattice.i[a] == lattice.i[b]) & (lattice.patch[a] == lattice.patch[b]) & lattice.is_core[a] & lattice.is_core[b]
    rows, a = rows[along], a[along]
    salt = int(rng.integers(1, 2**31))
    lottery = (lattice.patch[a].astype(np.int64) * 7919 + lattice.i[a].astype(np.int64) * 104_729 + salt) % 1000
    chosen = np.zeros(len(ends), np.bool_)
    chosen[rows[lottery < 2000 * _ONE_WAY_SHARE]] = True
    return chosen


def _controls(
    x: Float64Array, y: Float64Array, ends: npt.NDArray[np.int32], edge_class: npt.NDArray[np.uint8], settlements: Settlements
) -> npt.NDArray[np.uint8]:
    """Return signals where great roads cross in or near a town, zebra crossings on through streets inside."""
    great = np.isin(edge_class, [CLASSES.index(name) for name in _GREAT_CLASSES])
    through = great | (edge_class == CLASSES.index("tertiary"))
    arms = np.bincount(ends.ravel(), minlength=len(x))
    great_arms = np.bincount(ends[great].ravel(), minlength=len(x))
    through_arms = np.bincount(ends[through].ravel(), minlength=len(x))
    busy = np.flatnonzero((through_arms >= 2) & (arms >= 3))  # noqa: PLR2004 a through road and at least one more arm
    towns = settlements.town_count
    gap, town = cKDTree(np.column_stack([settlements.x[:towns], settlements.y[:towns]])).query(
        np.column_stack([x[busy], y[busy]])
    )
    in_town = gap < 1.2 * settlements.radius_metres[town]
    control = np.full(len(x), NO_DELAY)
    control[busy[in_town & (through_arms[busy] >= 3)]] = CROSSING  # noqa: PLR2004 through streets that meet
    control[busy[in_town & (great_arms[busy] >= 3)]] = SIGNALS  # noqa: PLR2004 great roads that meet
    return control
