"""From a place to the parts of streets that are reached, looking at nothing but what the search found."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar, cast
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from geo.engine.crs import Plane
from geo.engine.isochrone.band import band_around
from geo.engine.isochrone.pieces import Shapes
from geo.engine.jit import njit
from geo.engine.network.model import Direction, Impedance, TravelNetwork
from geo.engine.snapping import Snaps, edge_lines
from geo.engine.traveltime.access import LARGEST_FINITE, LEG_SPEED_KPH, leg_costs
from geo.engine.traveltime.reach import NodeReach, nodes_in_reach
from geo.engine.traveltime.threads import Pool

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

BAND_METRES = 50.0
BAND_QUAD_SEGMENTS = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Segments:
    """Parts of edges: edge: (k,) int32; start, end: (k,) float64, fractions from the from-node, 0 <= start < end <= 1."""

    edge: Int32Array
    start: Float64Array
    end: Float64Array


@dataclass(frozen=True, kw_only=True, eq=False)
class Isochrone:
    """What is reached, in degrees WGS-84: the parts of edges, and what is drawn of them when it is asked for.

    Nothing of ``polygon`` is farther from a reached street than ``band_metres``, so that whoever stands in it gets to the
    street, and from there in time; all of the reached streets lie in it. ``exact``: the polygon is the band itself, drawn by
    GEOS; else it is traced on a grid, a hundred times faster, and its edge runs at about 0.58 of the width.
    """

    network: TravelNetwork
    point: Snaps
    segments: Segments
    band_metres: float
    exact: bool = False

    @cached_property
    def lines(self) -> shapely.Geometry:
        """A MultiLineString of the segments."""
        if not len(self.segments.edge):
            return shapely.MultiLineString()
        return self._plane.shape_to_degrees(self._lines_in_metres)

    @cached_property
    def polygon(self) -> shapely.Geometry:
        """A Polygon or MultiPolygon; an empty Polygon where nothing is reached."""
        if not len(self.segments.edge):
            return shapely.Polygon()
        found = self.segments
        traced = None
        if not self.exact:
            traced = band_around(Shapes.of(self.network), found.edge, found.start, found.end, self.band_metres)
        return self._exact_band() if traced is None else traced

    @property
    def _plane(self) -> Plane:
        # Around the point itself, so that the band is true to width however large the network is.
        return Plane(lon=float(self.point.lon[0]), lat=float(self.point.lat[0]))

    @cached_property
    def _lines_in_metres(self) -> shapely.Geometry:
        return shapely.MultiLineString(segment_lines(self.network, self.segments, self._plane).tolist())

    def _exact_band(self) -> shapely.Geometry:
        band = shapely.buffer(self._lines_in_metres, self.band_metres, quad_segs=BAND_QUAD_SEGMENTS)
        return self._plane.shape_to_degrees(band)


def isochrone(
    network: TravelNetwork,
    point: Snaps,
    *,
    mode: str,
    cutoff: float,
    direction: Direction = "to",
    impedance: Impedance = "seconds",
    leg_speed_kph: float = LEG_SPEED_KPH,
    band_metres: float = BAND_METRES,
    exact: bool = False,
) -> Isochrone:
    """Return the streets from which the point is reached (``"to"``), or that are reached from it (``"from"``), in ``cutoff``.

    ``point`` holds one snapped place; its leg counts. ``cutoff`` in seconds or metres as ``impedance`` says. The polygon is a
    band of at most ``band_metres`` around the reached segments: it covers nothing farther from a reached street than that, so
    places that cannot be reached stay uncovered. ``exact``: draw it for print; see :class:`Isochrone`.
    """
    segments = reached_segments(
        network, point, mode=mode, impedance=impedance, direction=direction, cutoff=cutoff, leg_speed_kph=leg_speed_kph
    )
    return Isochrone(network=network, point=point, segments=segments, band_metres=band_metres, exact=exact)


def reached_segments(
    network: TravelNetwork,
    point: Snaps,
    *,
    mode: str,
    direction: Direction,
    cutoff: float,
    impedance: Impedance = "seconds",
    leg_speed_kph: float = LEG_SPEED_KPH,
) -> Segments:
    """Return the parts of edges within ``cutoff`` of the point, sorted by edge and start; see :func:`isochrone`."""
    reach = nodes_in_reach(
        network, point, mode=mode, direction=direction, cutoff=cutoff, impedance=impedance, leg_speed_kph=leg_speed_kph,
        threads=1,
    )  # fmt: skip
    budget = min(cutoff, LARGEST_FINITE)
    streets = _streets(network, mode, direction, impedance)
    found = _around_nodes(network, streets, reach, budget)
    for door in point.doors:
        if door.is_snapped[0]:
            left = budget - float(leg_costs(door, impedance, leg_speed_kph)[0])
            found = _with_own_edge(found, _own_edge(door, streets, left))
    return found


def segment_lines(network: TravelNetwork, segments: Segments, plane: Plane) -> npt.NDArray[np.object_]:
    """Return the segments as LineStrings in metres on ``plane``."""
    lines = edge_lines(network, segments.edge, plane)
    for i in np.flatnonzero((segments.start > 0) | (segments.end < 1)).tolist():
        lines[i] = substring(lines[i], segments.start[i], segments.end[i], normalized=True)
    return lines


class _Streets(NamedTuple):
    """What the kernel reads of a network, in the sense in which the search runs.

    indptr, head, edge, is_forward: of ``network.arcs``; out_of_start, out_of_end: (E,) float32, what the edge costs in the
    sense in which the search leaves its from-node and its to-node; delay: (N,) float32, paid before the search leaves a node.
    """

    indptr: Int32Array
    head: Int32Array
    edge: Int32Array
    is_forward: BoolArray
    out_of_start: Float32Array
    out_of_end: Float32Array
    delay: Float32Array


_known: "WeakKeyDictionary[TravelNetwork, dict[tuple[str, str, str], _Streets]]" = WeakKeyDictionary()
_pools: "WeakKeyDictionary[TravelNetwork, Pool[Float64Array]]" = WeakKeyDictionary()


def _streets(network: TravelNetwork, mode: str, direction: Direction, impedance: Impedance) -> _Streets:
    """Return what the kernel reads; views of the network's arrays, worked out once where they are not."""
    of_network, key = _known.setdefault(network, {}), (mode, direction, impedance)
    if key not in of_network:
        along, against, delay = network.edge_costs(mode, impedance)
        if direction == "from":
            out_of_start, out_of_end, delay = along, against, np.zeros_like(delay)
        else:
            # A trip towards the point enters the node at the end of the edge and pays its delay there.
            out_of_start, out_of_end = against, along
        arcs = network.arcs
        of_network[key] = _Streets(
            plain(arcs.indptr), plain(arcs.head), plain(arcs.edge), plain(arcs.is_forward), plain(out_of_start),
            plain(out_of_end), plain(delay),
        )  # fmt: skip
    return of_network[key]


Array = TypeVar("Array", bound=npt.NDArray[Any])


def plain(array: Array) -> Array:
    """Return a read-only view as a plain array: kernels are compiled once, for memory and for files alike."""
    view = np.asarray(array).view(np.ndarray)
    view.setflags(write=False)
    return cast(Array, view)


def _around_nodes(network: TravelNetwork, streets: _Streets, reach: NodeReach, budget: float) -> Segments:
    """Return the parts of the edges of the nodes found, without those that only the point itself leads to."""
    node_count = network.node_count
    pool = _pools.setdefault(network, Pool(lambda: np.full(node_count, np.inf)))
    costs = pool.take()
    try:
        edge, start, end = _cut_edges(streets, reach.node, reach.cost, budget, costs)
    finally:
        pool.give(costs)
    order = np.argsort(edge, kind="stable")
    return Segments(edge=edge[order], start=start[order], end=end[order])


@njit(cache=True, nogil=True)
def _share(left: float, edge_cost: float) -> float:
    """Return the share of an edge that can be covered with what is left at one end, 0 to 1."""
    if left <= 0 or not np.isfinite(edge_cost):
        return 0.0
    return min(max(left / edge_cost, 0.0), 1.0)


@njit(cache=True, nogil=True)
def _cut_edges(
    streets: _Streets, node: Int32Array, cost: Float32Array, budget: float, costs: Float64Array
) -> tuple[Int32Array, Float64Array, Float64Array]:
    """Return edge, start and end of the parts that are covered from either end, the two of one edge in order.

    ``costs``: (N,) float64, ``inf`` everywhere, and so again in the end.
    """
    room = 0
    for i in range(len(node)):
        costs[node[i]] = np.float64(cost[i]) + np.float64(streets.delay[node[i]])
        room += streets.indptr[node[i] + 1] - streets.indptr[node[i]]
    edges, starts, ends, count = np.empty(room, np.int32), np.empty(room), np.empty(room), 0
    for i in range(len(node)):
        for arc in range(streets.indptr[node[i]], streets.indptr[node[i] + 1]):
            here, there, edge = costs[node[i]], costs[streets.head[arc]], streets.edge[arc]
            forward = streets.is_forward[arc]
            # An edge with both ends found is seen twice; it is cut where it begins.
            if not forward and there < np.inf:
                continue
            head = _share(budget - here, np.float64(streets.out_of_start[edge])) if forward else 0.0
            behind = there if forward else here
            tail = _share(budget - behind, np.float64(streets.out_of_end[edge]))
            if head + tail >= 1 or (head > 0 and tail > 0 and 1 - tail <= head):
                edges[count], starts[count], ends[count], count = edge, 0.0, 1.0, count + 1
                continue
            if head > 0:
                edges[count], starts[count], ends[count], count = edge, 0.0, head, count + 1
            if tail > 0 and 1 - tail < 1:
                edges[count], starts[count], ends[count], count = edge, 1 - tail, 1.0, count + 1
    for i in range(len(node)):
        costs[node[i]] = np.inf
    return edges[:count], starts[:count], ends[:count]


def _own_edge(point: Snaps, streets: _Streets, left: float) -> Segments:
    """Return the part of the point's own edge on both sides of it, if any."""
    edge, at = int(point.edge[0]), float(point.fraction[0])
    ahead = _share(left, float(streets.out_of_start[edge]))
    back = _share(left, float(streets.out_of_end[edge]))
    start, end = max(0.0, at - back), min(1.0, at + ahead)
    kept = slice(0, int(end > start))
    return Segments(edge=np.array([edge], np.int32)[kept], start=np.array([start])[kept], end=np.array([end])[kept])


def _with_own_edge(found: Segments, own: Segments) -> Segments:
    """Put the part of the point's own edge among the others; those of the edge that overlap or touch become one."""
    if not len(own.edge):
        return found
    first, last = np.searchsorted(found.edge, own.edge[0], "left"), np.searchsorted(found.edge, own.edge[0], "right")
    start, end = _merged(np.append(found.start[first:last], own.start), np.append(found.end[first:last], own.end))

    def spliced(old: Array, new: Array) -> Array:
        return cast(Array, np.concatenate([old[:first], new, old[last:]]))

    edge = np.full(len(start), own.edge[0], np.int32)
    return Segments(edge=spliced(found.edge, edge), start=spliced(found.start, start), end=spliced(found.end, end))


def _merged(start: Float64Array, end: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return parts of one edge in order; those that overlap or touch as one."""
    order = np.argsort(start, kind="stable")
    start, furthest = start[order], np.maximum.accumulate(end[order])
    opens = np.append(True, start[1:] > furthest[:-1])
    closes = np.append(opens[1:], True)
    return start[opens], furthest[closes]
