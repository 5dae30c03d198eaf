"""The street network: nodes, edges with their shapes, and running times of each mode in both directions."""

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from geo.engine.digest import digest_of
from geo.engine.errors import NetworkError, Problem
from geo.engine.jit import njit
from geo.engine.network.streets import no_levels

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
Int8Array = npt.NDArray[np.int8]
BoolArray = npt.NDArray[np.bool_]

if TYPE_CHECKING:
    from geo.engine.modes import SpeedTable

Direction = Literal["from", "to"]
Impedance = Literal["seconds", "metres"]
CLOSED = np.float32(np.inf)


@dataclass(frozen=True, kw_only=True, eq=False)
class TravelNetwork:
    """A routable street network of N nodes and E edges (two-way streets are one edge) for M modes.

    Nodes are crossings, dead ends and points with a delay (signals, crossings); they stand in the order of a Hilbert curve, so
    that neighbours on the ground are neighbours in memory. An edge runs from ``edge_from`` to ``edge_to`` along its shape.

    Shapes, dtypes, units:
        node_lon, node_lat: (N,) float64, degrees, WGS-84.
        edge_from, edge_to: (E,) int32, node indices.
        edge_length_metres: (E,) float32, geodesic, > 0.
        edge_way_id: (E,) int64, id of the way in the source.
        edge_class: (E,) uint8, index into ``classes``.
        edge_level: (E,) int8, 0 on the ground, above it more (bridges, elevated roads), below it less; all 0 when not given.
        classes: names of the highway classes ("primary", "cycleway", "ferry", ...).
        shape_indptr: (E + 1,) int64; shape_lon, shape_lat: (P,) float64, degrees; the vertices of edge e are
            ``shape_indptr[e]:shape_indptr[e + 1]``, first = from-node, last = to-node.
        modes: M names, for instance ("walk", "ebike", "car").
        forward_seconds, backward_seconds: (M, E) float32, running time along and against the edge without delays at nodes,
            > 0, ``inf`` where the mode may not go.
        node_delay_seconds: (M, N) float32, >= 0, paid on every entry into the node (also when it is not the end of a trip).
        source: name of where it comes from; report: counts made while building (JSON types only).

    All arrays are read-only. The digest names the content.
    """

    node_lon: Float64Array
    node_lat: Float64Array
    edge_from: Int32Array
    edge_to: Int32Array
    edge_length_metres: Float32Array
    edge_way_id: Int64Array
    edge_class: npt.NDArray[np.uint8]
    classes: tuple[str, ...]
    shape_indptr: Int64Array
    shape_lon: Float64Array
    shape_lat: Float64Array
    modes: tuple[str, ...]
    forward_seconds: Float32Array
    backward_seconds: Float32Array
    node_delay_seconds: Float32Array
    source: str
    report: dict[str, Any]
    edge_level: Int8Array = field(default_factory=no_levels)

    def __post_init__(self) -> None:
        if not len(self.edge_level):
            # Networks stored before there were levels have none in their files.
            vars(self)["edge_level"] = np.zeros(self.edge_count, np.int8)
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @classmethod
    def from_osmnx(cls, graph: Any, *, speeds: "SpeedTable | None" = None, source: str = "OSMnx") -> "TravelNetwork":
        """Build the network of an OSMnx graph in degrees; see :func:`geo.engine.network.osmnx_graph.from_osmnx`."""
        # OSMnx takes a second to load, and its readers build on this module.
        from geo.engine.network.build import build_network  # noqa: PLC0415
        from geo.engine.network.osmnx_graph import from_osmnx  # noqa: PLC0415

        return build_network(from_osmnx(graph), speeds=speeds, source=source)

    def to_osmnx(self, mode: str) -> Any:
        """Return the streets that ``mode`` may use as an OSMnx graph; see :func:`geo.engine.network.osmnx_graph.to_osmnx`."""
        from geo.engine.network.osmnx_graph import to_osmnx  # noqa: PLC0415

        return to_osmnx(self, mode)

    @property
    def node_count(self) -> int:
        """N."""
        return len(self.node_lon)

    @property
    def edge_count(self) -> int:
        """E."""
        return len(self.edge_from)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        return (
            float(self.node_lon.min()), float(self.node_lat.min()), float(self.node_lon.max()), float(self.node_lat.max()),
        )  # fmt: skip

    @cached_property
    def digest(self) -> str:
        """32 hex characters that name the content (not the report); levels count where there are some."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        parts: dict[str, Any] = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
        if not self.edge_level.any():
            # All on the ground: the name it had before there were levels.
            del parts["edge_level"]
        return digest_of(parts | {"classes": list(self.classes), "modes": list(self.modes)})

    def mode_index(self, mode: str) -> int:
        """Return the row of ``mode``; raise :class:`NetworkError` if this network does not have it."""
        if mode not in self.modes:
            raise NetworkError(Problem(code="mode.unknown", value=mode, details={"known": ", ".join(self.modes)}))
        return self.modes.index(mode)

    def allowed_edges(self, mode: str) -> BoolArray:
        """Return (E,) bool: edges that ``mode`` may use in at least one direction."""
        row = self.mode_index(mode)
        allowed: BoolArray = np.isfinite(self.forward_seconds[row]) | np.isfinite(self.backward_seconds[row])
        return allowed

    @property
    def folder(self) -> Path | None:
        """The folder that holds the network's files, if it was opened from there."""
        folder: Path | None = vars(self).get("_folder")
        return folder

    @property
    def overlay(self) -> "Overlay | None":
        """What this network lies over, if only some edges differ from it."""
        overlay: Overlay | None = vars(self).get("_overlay")
        return overlay

    def lie_over(self, overlay: "Overlay") -> None:
        """Note that all but some edges is that of another network; one with other times alone shares its adjacency."""
        vars(self)["_overlay"] = overlay

    def with_report(self, report: dict[str, Any]) -> "TravelNetwork":
        """Return this network with another report, which is no content: digest, files and overlay are the same."""
        found = dataclasses.replace(self, report=report)
        vars(found).update({name: value for name, value in vars(self).items() if name not in vars(found)})
        return found

    @cached_property
    def arc_indptr(self) -> Int32Array:
        """(N + 1,) int32, where the arcs of each node begin in :attr:`arcs`."""
        if self.overlay is not None and self.overlay.below.edge_count == self.edge_count:
            return self.overlay.below.arc_indptr
        counts = np.bincount(self.edge_from, minlength=self.node_count) + np.bincount(self.edge_to, minlength=self.node_count)
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)

    @cached_property
    def arcs(self) -> "Arcs":
        """The adjacency of the network: two arcs an edge, sorted by tail node."""
        if self.overlay is not None and self.overlay.below.edge_count == self.edge_count:
            return self.overlay.below.arcs
        return Arcs.of(self.edge_from, self.edge_to, self.arc_indptr)

    def edge_costs(self, mode: str, impedance: Impedance = "seconds") -> tuple[Float32Array, Float32Array, Float32Array]:
        """Return what a trip pays: (E,) along, (E,) against the edge, (N,) on entry into a node.

        ``seconds``: running times and delays. ``metres``: lengths where the mode may go, no delays.
        """
        row = self.mode_index(mode)
        forward, backward = self.forward_seconds[row], self.backward_seconds[row]
        if impedance == "seconds":
            return forward, backward, self.node_delay_seconds[row]
        length = self.edge_length_metres
        no_delay = np.zeros(self.node_count, np.float32)
        return np.where(np.isfinite(forward), length, CLOSED), np.where(np.isfinite(backward), length, CLOSED), no_delay

    def arc_costs(self, mode: str, direction: Direction, impedance: Impedance = "seconds") -> Float32Array:
        """Return (A,) float32, the cost of each arc of :attr:`arcs` for a search.

        ``direction="from"``: searches away from an origin; arc x -> y costs running time x to y plus the delay on entering y.
        ``direction="to"``: searches back from a destination; the slot of arc x -> y holds what the trip y to x costs, with the
        delay on entering x. ``inf`` where closed.
        """
        along, against, delay = self.edge_costs(mode, impedance)
        arcs = self.arcs
        with_edge = arcs.is_forward if direction == "from" else ~arcs.is_forward
        running = np.where(with_edge, along[arcs.edge], against[arcs.edge])
        entered = arcs.head if direction == "from" else arcs.tail
        return (running + delay[entered]).astype(np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class Overlay:
    """The network below, and (k,) int64 the edges that differ from it, in their times or because they were cut.

    Edges and nodes that the network has more than the one below follow the others, which keep their numbers.
    """

    below: TravelNetwork
    edges: Int64Array

    def changed_nodes(self, network: TravelNetwork) -> list[int]:
        """Return the nodes of ``network``, rising, that follow those below or whose arcs may differ from those below."""
        changed = [*self.edges.tolist(), *range(self.below.edge_count, network.edge_count)]
        ends = [network.edge_from[changed], network.edge_to[changed]]
        ends += [self.below.edge_from[self.edges], self.below.edge_to[self.edges]]
        nodes: list[int] = np.unique(np.concatenate([*ends, np.arange(self.below.node_count, network.node_count)])).tolist()
        return nodes


@dataclass(frozen=True, kw_only=True, eq=False)
class Arcs:
    """Compressed adjacency of A = 2E arcs, sorted by tail, then by edge.

    indptr: (N + 1,) int32; the arcs that leave node n are ``indptr[n]:indptr[n + 1]``. head: (A,) int32 nodes; edge: (A,)
    int32; is_forward: (A,) bool, the arc runs along its edge.
    """

    indptr: Int32Array
    head: Int32Array
    edge: Int32Array
    is_forward: BoolArray

    @classmethod
    def of(cls, edge_from: Int32Array, edge_to: Int32Array, indptr: Int32Array) -> "Arcs":
        """Build the adjacency of edges whose nodes have their arcs at ``indptr``."""
        head, edge, is_forward = _sorted_arcs(np.array(edge_from), np.array(edge_to), indptr)
        return cls(indptr=indptr, head=head, edge=edge, is_forward=is_forward)

    @property
    def tail(self) -> Int32Array:
        """(A,) int32, the node that each arc leaves."""
        return np.repeat(np.arange(len(self.indptr) - 1, dtype=np.int32), np.diff(self.indptr))


@njit(cache=True)
def _sorted_arcs(edge_from: Int32Array, edge_to: Int32Array, indptr: Int32Array) -> tuple[Int32Array, Int32Array, BoolArray]:
    """Return head, edge and sense of the arcs in one pass over the edges: a counting sort, much faster than comparing."""
    arc_count = 2 * len(edge_from)
    free = indptr.copy()
    head, edge = np.empty(arc_count, np.int32), np.empty(arc_count, np.int32)
    is_forward = np.empty(arc_count, np.bool_)
    for e in range(len(edge_from)):
        tail, tip = edge_from[e], edge_to[e]
        for forward in (True, False):
            at = free[tail]
            free[tail] += 1
            head[at], edge[at], is_forward[at] = tip, e, forward
            tail, tip = tip, tail
    return head, edge, is_forward
