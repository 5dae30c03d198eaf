"""The origin–destination matrix: sparse, sorted, bit-equal whatever the number of threads."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.engine.network.model import Impedance, TravelNetwork
from geo.engine.progress import Progress, no_progress
from geo.engine.snapping import NOT_SNAPPED, Snaps
from geo.engine.traveltime.access import LEG_SPEED_KPH, Ends, arriving, leaving, limit_ticks, ticks_of
from geo.engine.traveltime.chunk import ByEdge, ByNode, ChunkScratch, Places, chunk_scratch, reach_chunk
from geo.engine.traveltime.graphs import scratch_pool, search_graph
from geo.engine.traveltime.search import Graph
from geo.engine.traveltime.threads import Pool, run_chunks
from geo.engine.units import SECONDS_PER_MINUTE

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

Chunk = tuple[Int64Array, Int32Array, Float32Array]
CHUNK_DESTINATIONS = 32


@dataclass(frozen=True, kw_only=True, eq=False)
class ODMatrix:
    """Costs from origins to destinations, only those within the cutoff; sorted by destination, then by origin.

    indptr: (D + 1,) int64; origin: (nnz,) int32; cost: (nnz,) float32, seconds or metres as ``impedance`` says, both legs
    included; the origins that reach destination d are ``origin[indptr[d]:indptr[d + 1]]``.
    """

    indptr: Int64Array
    origin: Int32Array
    cost: Float32Array
    origin_count: int
    impedance: Impedance

    @property
    def destination(self) -> Int32Array:
        """(nnz,) int32, the destination of each entry."""
        return np.repeat(np.arange(len(self.indptr) - 1, dtype=np.int32), np.diff(self.indptr))

    def to_frame(self, from_ids: Sequence[str], to_ids: Sequence[str]) -> pd.DataFrame:
        """Return a frame ``from_id, to_id, travel_time`` in minutes (``distance_metres`` for metres), in the matrix's order."""
        frame = pd.DataFrame(
            {"from_id": np.asarray(from_ids, object)[self.origin], "to_id": np.asarray(to_ids, object)[self.destination]}
        )
        if self.impedance == "seconds":
            return frame.assign(travel_time=self.cost / np.float32(SECONDS_PER_MINUTE))
        return frame.assign(distance_metres=self.cost)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Groups:
    """Members in groups, compressed: those of group g are ``member[indptr[g]:indptr[g + 1]]``, with a value each."""

    indptr: Int64Array
    member: Int32Array
    value: Float64Array

    @classmethod
    def of(cls, group: Int32Array, member: Int32Array, value: Float64Array, group_count: int) -> "_Groups":
        """Sort members into ``group_count`` groups; within a group by their number."""
        order = np.lexsort((member, group))
        return cls(indptr=_starts(group, group_count), member=member[order], value=value[order])


def _starts(group: Int32Array, group_count: int) -> Int64Array:
    """Return (group_count + 1,) int64, where the members of each group begin."""
    return np.concatenate([[0], np.cumsum(np.bincount(group, minlength=group_count))]).astype(np.int64)


def origins_by_node(ends: Ends, node_count: int) -> _Groups:
    """Group the origins by the nodes they can get to; the value is the cost of that, leg included."""
    cost = ends.cost + ends.leg[:, None]
    origin = np.repeat(np.arange(len(cost), dtype=np.int32), cost.shape[1])
    open_ends = np.isfinite(cost).ravel()
    return _Groups.of(ends.node.ravel()[open_ends], origin[open_ends], cost.ravel()[open_ends], node_count)


def origins_by_edge(ends: Ends, edge_count: int) -> tuple[_Groups, Float64Array]:
    """Group the origins by their edges; the value is the fraction; return the legs to that edge in the same order too."""
    origin, door = np.nonzero(ends.edge != NOT_SNAPPED)
    edge = ends.edge[origin, door]
    order = np.lexsort((origin, edge))
    origin, door = origin[order], door[order]
    groups = _Groups(
        indptr=_starts(edge, edge_count), member=origin.astype(np.int32), value=ends.fraction[origin, door]
    )  # fmt: skip
    return groups, ends.leg[origin] + ends.extra[origin, door]


def places_of(ends: Ends) -> Places:
    """Return destinations as :func:`geo.engine.traveltime.chunk.reach_chunk` takes them."""
    return ends.edge, ends.fraction, ticks_of(ends.extra), ends.node, ticks_of(ends.cost), ticks_of(ends.leg)


def od_matrix(
    network: TravelNetwork,
    origins: Snaps,
    destinations: Snaps,
    *,
    mode: str,
    cutoff: float,
    impedance: Impedance = "seconds",
    leg_speed_kph: float = LEG_SPEED_KPH,
    threads: int | None = None,
    progress: Progress = no_progress,
) -> ODMatrix:
    """Return what it costs to go from each origin to each destination, where that is at most ``cutoff``.

    ``origins`` (n) and ``destinations`` (D) are snapped with the same mode. ``cutoff``: seconds or metres as ``impedance``
    says, >= 0, inclusive (a millionth above still counts, see :func:`largest_cost`), may be ``inf``. The cost of a trip is the
    leg from the origin to the street at ``leg_speed_kph``, the way along edges with the delay of every node entered, and the
    leg to the destination; between places on one edge also the direct way. One bounded search back from each destination
    (Dijkstra, Numerische Mathematik 1, 1959).

    ``threads``: None for one a core; the result does not depend on it. Raises :class:`NetworkError` for an unknown mode.
    """
    fixed = _ground(network, origins, mode, impedance, leg_speed_kph)
    into = arriving(network, destinations, mode, impedance, leg_speed_kph)
    into_places, limit = places_of(into), limit_ticks(cutoff)

    def one_chunk(first: int, scratch: ChunkScratch) -> tuple[Chunk, ChunkScratch]:
        rows = slice(first, first + CHUNK_DESTINATIONS)
        edge, fraction, extra, node, seeds, legs = into_places
        places = (edge[rows], fraction[rows], extra[rows], node[rows], seeds[rows], legs[rows])
        counts, origin, cost, scratch = reach_chunk(*fixed, places, limit, scratch)
        return (counts, origin, cost), scratch

    searches = scratch_pool(network)
    pool = Pool(lambda: chunk_scratch(searches.take(), len(origins)))
    firsts = range(0, len(destinations), CHUNK_DESTINATIONS)
    try:
        chunks = run_chunks(firsts, one_chunk, pool, threads=threads, progress=progress)
    finally:
        for scratch in pool.drain():
            searches.give(scratch.search)
    return _joined(chunks, len(origins), impedance)


def _ground(
    network: TravelNetwork, origins: Snaps, mode: str, impedance: Impedance, leg_speed_kph: float
) -> tuple[Graph, ByNode, ByEdge]:
    """Return what all searches share: the graph, the origins by node, and the origins by edge with the edges' costs."""
    out = leaving(network, origins, mode, impedance, leg_speed_kph)
    by_node = origins_by_node(out, network.node_count)
    by_edge, edge_legs = origins_by_edge(out, network.edge_count)
    along, against, _ = network.edge_costs(mode, impedance)
    return (
        search_graph(network, mode, "to", impedance),
        (by_node.indptr, by_node.member, ticks_of(by_node.value)),
        # Copies: kernels are compiled once for plain arrays, whether the network is in memory or mapped from a file.
        (by_edge.indptr, by_edge.member, by_edge.value, ticks_of(edge_legs), np.array(along), np.array(against)),
    )


def _joined(chunks: list[Chunk], origin_count: int, impedance: Impedance) -> ODMatrix:
    nothing: Chunk = (np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
    counts, origin, cost = (np.concatenate(parts) for parts in zip(nothing, *chunks, strict=True))
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return ODMatrix(indptr=indptr, origin=origin, cost=cost, origin_count=origin_count, impedance=impedance)
