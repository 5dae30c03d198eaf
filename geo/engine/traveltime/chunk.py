"""Some destinations in a row: one search back from each, and the origins found on the way."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.engine.jit import njit
from geo.engine.traveltime.access import TICK
from geo.engine.traveltime.search import UNSEEN, Graph, Scratch, next_base, settle_within

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

FIRST_ROOM = 1 << 14

# Origins by node: indptr, origin, ticks of getting from the origin to the node, leg included.
ByNode = tuple[Int64Array, Int32Array, Int64Array]
# Origins by edge: indptr, origin, fraction along the edge, leg in ticks; then the costs along and against each edge.
ByEdge = tuple[Int64Array, Int32Array, Float64Array, Int64Array, Float32Array, Float32Array]
# Destinations with w doors: (D, w) edge, fraction, ticks beyond the leg; (D, 2w) the nodes of the edges, the ticks from these,
# those beyond the leg included; (D,) leg in ticks.
Places = tuple[Int32Array, Float64Array, Int64Array, Int32Array, Int64Array, Int64Array]


class ChunkScratch(NamedTuple):
    """State of one thread.

    search: of the search; best: (n,) int64, ``base + cost`` of each origin as in :class:`Scratch`, with its own base: (1,)
    int64; touched: (n,) int32, the origins found.
    """

    search: Scratch
    best: Int64Array
    base: Int64Array
    touched: Int32Array


def chunk_scratch(search: Scratch, origin_count: int) -> ChunkScratch:
    """Return fresh state for one thread."""
    return ChunkScratch(
        search=search,
        best=np.full(origin_count, UNSEEN, np.int64),
        base=np.full(1, UNSEEN, np.int64),
        touched=np.empty(origin_count, np.int32),
    )


@njit(cache=True, nogil=True)
def note(scratch: ChunkScratch, count: int, origin: int, cost: int, top: int) -> int:
    """Keep the cheapest cost (base included) of an origin; return how many origins were found so far."""
    before = scratch.best[origin]
    if cost < before:
        scratch.best[origin] = cost
        if before > top:
            scratch.touched[count] = origin
            return count + 1
    return count


@njit(cache=True, nogil=True)
def on_same_edge(
    by_edge: ByEdge, edge: int, fraction: float, extra: int, limit: int, base: int, scratch: ChunkScratch, count: int
) -> int:  # fmt: skip
    """Find origins on an edge of the destination that go to it directly, ``extra`` ticks beyond its leg."""
    indptr, origin, at, leg, along, against = by_edge
    for k in range(indptr[edge], indptr[edge + 1]):
        ahead = fraction - at[k]
        running = 0.0
        if ahead > 0.0:
            running = ahead * along[edge]
        elif ahead < 0.0:
            running = -ahead * against[edge]
        if running > limit * TICK:
            continue
        ticks = np.int64(np.rint(running / TICK))
        if running > 0.0:
            ticks = max(ticks, np.int64(1))
        if leg[k] + ticks + extra <= limit:
            count = note(scratch, count, origin[k], base + leg[k] + ticks + extra, base + limit)
    return count


@njit(cache=True, nogil=True)
def reach_one(
    graph: Graph, by_node: ByNode, by_edge: ByEdge, edges: Int32Array, fractions: Float64Array, extras: Int64Array,
    nodes: Int32Array, seeds: Int64Array, limit: int, scratch: ChunkScratch,
) -> tuple[int, ChunkScratch]:  # fmt: skip
    """Find all origins within ``limit`` of one destination; return how many; they stand in ``scratch.touched``."""
    settled, search = settle_within(graph, nodes, seeds, limit, scratch.search)
    scratch = ChunkScratch(search, scratch.best, scratch.base, scratch.touched)
    base = next_base(scratch.best, scratch.base, limit)
    count = 0
    for door in range(len(edges)):
        if edges[door] >= 0:
            count = on_same_edge(by_edge, edges[door], fractions[door], extras[door], limit, base, scratch, count)
    first, origin, access = by_node
    for i in range(settled):
        node = search.found[i]
        reached = search.state[node] - search.base[0]
        for k in range(first[node], first[node + 1]):
            cost = reached + access[k]
            if cost <= limit:
                count = note(scratch, count, origin[k], base + cost, base + limit)
    return count, scratch


@njit(cache=True, nogil=True)
def reach_chunk(
    graph: Graph, by_node: ByNode, by_edge: ByEdge, places: Places, limit: int, scratch: ChunkScratch
) -> tuple[Int64Array, Int32Array, Float32Array, ChunkScratch]:
    """Return counts, origins (sorted), costs (both legs included) of a row of destinations, and the scratch to go on with."""
    edges, fractions, extras, nodes, seeds, legs = places
    counts = np.zeros(len(edges), np.int64)
    origins, totals, used = np.empty(FIRST_ROOM, np.int32), np.empty(FIRST_ROOM, np.float32), 0
    for d in range(len(edges)):
        if edges[d, 0] < 0 or legs[d] > limit:
            continue
        left = limit - legs[d]
        count, scratch = reach_one(
            graph, by_node, by_edge, edges[d], fractions[d], extras[d], nodes[d], seeds[d], left, scratch
        )
        if used + count > len(origins):
            room = max(2 * len(origins), used + count)
            more_origins, more_totals = np.empty(room, np.int32), np.empty(room, np.float32)
            more_origins[:used], more_totals[:used] = origins[:used], totals[:used]
            origins, totals = more_origins, more_totals
        found = np.sort(scratch.touched[:count])
        for i in range(count):
            origins[used + i] = found[i]
            totals[used + i] = (scratch.best[found[i]] - scratch.base[0] + legs[d]) * TICK
        used += count
        counts[d] = count
    return counts, origins[:used].copy(), totals[:used].copy(), scratch
