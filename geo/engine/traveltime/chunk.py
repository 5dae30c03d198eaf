"""Some destinations in a row: one search back from each, and the origins found on the way."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.engine.jit import njit
from geo.engine.traveltime.access import TICK
from geo.engine.traveltime.search import FIRST_ROOM, Graph, Scratch, scratch_for, settle_within

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

# Origins by node: indptr, origin, cost of getting from the origin to the node, leg included.
ByNode = tuple[Int64Array, Int32Array, Float64Array]
# Origins by edge: indptr, origin, fraction along the edge, leg; then the costs along and against each edge.
ByEdge = tuple[Int64Array, Int32Array, Float64Array, Float64Array, Float32Array, Float32Array]
# Destinations: edge, fraction, the two nodes of the edge, the costs from these, leg.
Places = tuple[Int32Array, Float64Array, Int32Array, Float64Array, Float64Array]


class ChunkScratch(NamedTuple):
    """State of one thread.

    search: of the search; settled: (N,) int32; best: (n,) float64 and seen: (n,) int64, the best cost of each origin, valid in
    the current generation; touched: (n,) int32, the origins found.
    """

    search: Scratch
    settled: Int32Array
    best: Float64Array
    seen: Int64Array
    touched: Int32Array


def chunk_scratch(node_count: int, arc_count: int, origin_count: int) -> ChunkScratch:
    """Return fresh state for one thread."""
    return ChunkScratch(
        search=scratch_for(node_count, arc_count),
        settled=np.empty(node_count, np.int32),
        best=np.empty(origin_count),
        seen=np.zeros(origin_count, np.int64),
        touched=np.empty(origin_count, np.int32),
    )


@njit(cache=True, nogil=True)
def note(scratch: ChunkScratch, count: int, origin: int, cost: float) -> int:
    """Keep the cheapest cost of an origin; return how many origins were found so far."""
    generation = scratch.search.generation[0]
    if scratch.seen[origin] != generation:
        scratch.seen[origin] = generation
        scratch.best[origin] = cost
        scratch.touched[count] = origin
        return count + 1
    scratch.best[origin] = min(scratch.best[origin], cost)
    return count


@njit(cache=True, nogil=True)
def on_same_edge(by_edge: ByEdge, edge: int, fraction: float, limit: float, scratch: ChunkScratch, count: int) -> int:
    """Find origins on the destination's own edge that go to it directly."""
    indptr, origin, at, leg, along, against = by_edge
    for k in range(indptr[edge], indptr[edge + 1]):
        ahead = fraction - at[k]
        running = 0.0
        if ahead > 0.0:
            running = ahead * along[edge]
        elif ahead < 0.0:
            running = -ahead * against[edge]
        ticks = np.rint(running / TICK)
        if running > 0.0:
            ticks = max(ticks, 1.0)
        cost = leg[k] + ticks * TICK
        if cost <= limit:
            count = note(scratch, count, origin[k], cost)
    return count


@njit(cache=True, nogil=True)
def reach_one(
    graph: Graph, by_node: ByNode, by_edge: ByEdge, edge: int, fraction: float, nodes: Int32Array, costs: Float64Array,
    limit: float, scratch: ChunkScratch,
) -> int:  # fmt: skip
    """Find all origins within ``limit`` of one destination; return how many; they stand in ``scratch.touched``."""
    settled = settle_within(graph, nodes, costs, limit, scratch.search, scratch.settled)
    count = on_same_edge(by_edge, edge, fraction, limit, scratch, 0)
    first, origin, access = by_node
    for i in range(settled):
        node = scratch.settled[i]
        reached = scratch.search.cost[node]
        for k in range(first[node], first[node + 1]):
            cost = reached + access[k]
            if cost <= limit:
                count = note(scratch, count, origin[k], cost)
    return count


@njit(cache=True, nogil=True)
def reach_chunk(
    graph: Graph, by_node: ByNode, by_edge: ByEdge, places: Places, limit: float, scratch: ChunkScratch
) -> tuple[Int64Array, Int32Array, Float32Array]:
    """Return counts, origins (sorted) and costs (both legs included) of a row of destinations."""
    edges, fractions, nodes, costs, legs = places
    counts = np.zeros(len(edges), np.int64)
    origins, totals, used = np.empty(FIRST_ROOM, np.int32), np.empty(FIRST_ROOM, np.float32), 0
    for d in range(len(edges)):
        if edges[d] < 0 or legs[d] > limit:
            continue
        count = reach_one(graph, by_node, by_edge, edges[d], fractions[d], nodes[d], costs[d], limit - legs[d], scratch)
        if used + count > len(origins):
            room = max(2 * len(origins), used + count)
            more_origins, more_totals = np.empty(room, np.int32), np.empty(room, np.float32)
            more_origins[:used], more_totals[:used] = origins[:used], totals[:used]
            origins, totals = more_origins, more_totals
        found = np.sort(scratch.touched[:count])
        for i in range(count):
            origins[used + i] = found[i]
            totals[used + i] = scratch.best[found[i]] + legs[d]
        used += count
        counts[d] = count
    return counts, origins[:used].copy(), totals[:used].copy()
