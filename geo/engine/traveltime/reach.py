"""Costs of nodes from or to places: the ground of isochrones."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.engine.jit import njit
from geo.engine.network.model import Direction, Impedance, TravelNetwork
from geo.engine.progress import Progress, no_progress
from geo.engine.snapping import Snaps
from geo.engine.traveltime.access import LEG_SPEED_KPH, TICK, arriving, leaving, limit_ticks, ticks_of
from geo.engine.traveltime.graphs import scratch_pool, search_graph
from geo.engine.traveltime.search import Graph, Scratch, settle_within
from geo.engine.traveltime.threads import chunk_size, run_chunks

Float32Array = npt.NDArray[np.float32]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

FIRST_ROOM = 1 << 14
CHUNKS_A_THREAD, FEWEST_PLACES, MOST_PLACES = 6, 8, 256


@dataclass(frozen=True, kw_only=True, eq=False)
class NodeReach:
    """The nodes within reach of each of n places, each once; within a place in no promised order, but always the same.

    indptr: (n + 1,) int64; node: (nnz,) int32; cost: (nnz,) float32, seconds or metres; those of place p are
    ``indptr[p]:indptr[p + 1]``.
    """

    indptr: Int64Array
    node: Int32Array
    cost: Float32Array


class _Chunk(NamedTuple):
    """The nodes of some places, one after the other: place ``rows[r]`` has ``counts[r]`` of them; the rest is spare room."""

    rows: Int64Array
    counts: Int64Array
    node: Int32Array
    cost: Float32Array


def nodes_in_reach(
    network: TravelNetwork,
    places: Snaps,
    *,
    mode: str,
    direction: Direction,
    cutoff: float,
    impedance: Impedance = "seconds",
    leg_speed_kph: float = LEG_SPEED_KPH,
    threads: int | None = None,
    progress: Progress = no_progress,
) -> NodeReach:
    """Return the nodes that are reached from each place (``"from"``), or that reach it (``"to"``), within ``cutoff``.

    The leg of the place is included. ``cutoff`` in seconds or metres as ``impedance`` says, inclusive, may be ``inf``. A trip
    *to* a place that starts at a node does not pay that node's own delay. ``threads``: None for one a core; the result does not
    depend on it. Raises :class:`NetworkError` for an unknown mode.
    """
    join = leaving if direction == "from" else arriving
    ends = join(network, places, mode, impedance, leg_speed_kph)
    nodes, seeds = ends.node, ticks_of(ends.cost + ends.leg[:, None])
    graph, limit = search_graph(network, mode, direction, impedance), limit_ticks(cutoff)
    # Neighbours on the ground one after the other: they find each other's streets in the cache.
    order = np.argsort(nodes[:, 0], kind="stable")
    size = chunk_size(
        len(places), threads, chunks_a_thread=CHUNKS_A_THREAD, smallest=FEWEST_PLACES, largest=MOST_PLACES
    )  # fmt: skip

    def one_chunk(first: int, scratch: Scratch) -> tuple[_Chunk, Scratch]:
        rows = order[first : first + size]
        counts, node, cost, scratch = settle_each(graph, nodes[rows], seeds[rows], limit, scratch)
        return _Chunk(rows, counts, node, cost), scratch

    pool = scratch_pool(network)
    chunks = run_chunks(range(0, len(places), size), one_chunk, pool, threads=threads, progress=progress)
    return _joined(chunks, len(places))


@njit(cache=True, nogil=True)
def settle_each(
    graph: Graph, nodes: Int32Array, seeds: Int64Array, limit: int, scratch: Scratch
) -> tuple[Int64Array, Int32Array, Float32Array, Scratch]:
    """Search from each row of seeds on its own; return counts, nodes and costs, rows one after the other, then spare room."""
    counts, used = np.zeros(len(nodes), np.int64), 0
    node, cost = np.empty(FIRST_ROOM, np.int32), np.empty(FIRST_ROOM, np.float32)
    for row in range(len(nodes)):
        count, scratch = settle_within(graph, nodes[row], seeds[row], limit, scratch)
        if used + count > len(node):
            room = max(2 * len(node), used + count)
            more, more_costs = np.empty(room, np.int32), np.empty(room, np.float32)
            more[:used], more_costs[:used] = node[:used], cost[:used]
            node, cost = more, more_costs
        base = scratch.base[0]
        for i in range(count):
            settled = scratch.found[i]
            node[used + i] = settled
            cost[used + i] = (scratch.state[settled] - base) * TICK
        used += count
        counts[row] = count
    return counts, node, cost, scratch


@njit(cache=True, nogil=True)
def _put(starts: Int64Array, chunk: _Chunk, node: Int32Array, cost: Float32Array) -> None:
    """Copy what a chunk found to where its places begin."""
    used = 0
    for row in range(len(chunk.rows)):
        start, count = starts[chunk.rows[row]], chunk.counts[row]
        node[start : start + count] = chunk.node[used : used + count]
        cost[start : start + count] = chunk.cost[used : used + count]
        used += count


def _joined(chunks: list[_Chunk], place_count: int) -> NodeReach:
    """Put what was found into the order of the places."""
    counts = np.zeros(place_count, np.int64)
    for chunk in chunks:
        counts[chunk.rows] = chunk.counts
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    node, cost = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.float32)
    for chunk in chunks:
        _put(indptr, chunk, node, cost)
    return NodeReach(indptr=indptr, node=node, cost=cost)


def node_costs(
    network: TravelNetwork,
    point: Snaps,
    *,
    mode: str,
    direction: Direction,
    cutoff: float,
    impedance: Impedance = "seconds",
    leg_speed_kph: float = LEG_SPEED_KPH,
) -> Float32Array:
    """Return (N,) float32: the costs of :func:`nodes_in_reach` of one place, ``inf`` where a node is not within ``cutoff``."""
    reach = nodes_in_reach(
        network, point, mode=mode, direction=direction, cutoff=cutoff, impedance=impedance, leg_speed_kph=leg_speed_kph
    )
    costs = np.full(network.node_count, np.inf, np.float32)
    costs[reach.node] = reach.cost
    return costs
