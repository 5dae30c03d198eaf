"""Costs of nodes from or to places: the ground of isochrones."""

from collections.abc import Iterator
from contextlib import contextmanager
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
from geo.engine.traveltime.threads import Pool, chunk_size, run_chunks

Float32Array = npt.NDArray[np.float32]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

FIRST_ROOM, MOST_KEPT = 1 << 14, 1 << 22
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


class _Store(NamedTuple):
    """Room for what searches find."""

    node: Int32Array
    cost: Float32Array


# Memory that was written to before is quicker than fresh: what a call leaves serves the next one, if it is not large.
_stores: Pool[_Store] = Pool(lambda: _Store(np.empty(FIRST_ROOM, np.int32), np.empty(FIRST_ROOM, np.float32)))


@dataclass
class _Bin:
    """What one thread has found so far: ``used`` nodes and costs in ``store``."""

    scratch: Scratch
    store: _Store
    used: int = 0


class _Chunk(NamedTuple):
    """The nodes of some places: place ``rows[r]`` has ``counts[r]`` of them, one after the other from ``start`` in ``bin``."""

    rows: Int64Array
    counts: Int64Array
    bin: _Bin
    start: int


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

    def one_chunk(first: int, held: _Bin) -> tuple[_Chunk, _Bin]:
        rows, start = order[first : first + size], held.used
        counts, held.used, held.scratch, held.store = settle_each(
            graph, nodes[rows], seeds[rows], limit, held.scratch, held.store, start
        )
        return _Chunk(rows, counts, held, start), held

    with _bins(network) as bins:
        chunks = run_chunks(range(0, len(places), size), one_chunk, bins, threads=threads, progress=progress)
        return _joined(chunks, len(places))


@contextmanager
def _bins(network: TravelNetwork) -> Iterator[Pool[_Bin]]:
    """Lend bins for the threads of one call."""
    scratches = scratch_pool(network)
    bins = Pool(lambda: _Bin(scratches.take(), _stores.take()))
    try:
        yield bins
    finally:
        for held in bins.drain():
            scratches.give(held.scratch)
            if len(held.store.node) <= MOST_KEPT:
                _stores.give(held.store)


@njit(cache=True, nogil=True)
def _roomier(store: _Store, used: int, needed: int) -> _Store:
    """Return a store with room for ``needed`` that holds the first ``used`` of ``store``."""
    room = max(2 * len(store.node), needed)
    more = _Store(np.empty(room, np.int32), np.empty(room, np.float32))
    more.node[:used], more.cost[:used] = store.node[:used], store.cost[:used]
    return more


@njit(cache=True, nogil=True)
def settle_each(
    graph: Graph, nodes: Int32Array, seeds: Int64Array, limit: int, scratch: Scratch, store: _Store, used: int
) -> tuple[Int64Array, int, Scratch, _Store]:
    """Search from each row of seeds on its own and add what is found to a ``store`` of which ``used`` is taken.

    Returns how many nodes each row found, how much of the store is used, and scratch and store to go on with.
    """
    counts = np.zeros(len(nodes), np.int64)
    for row in range(len(nodes)):
        count, scratch = settle_within(graph, nodes[row], seeds[row], limit, scratch)
        if used + count > len(store.node):
            store = _roomier(store, used, used + count)
        base, found, state = scratch.base[0], scratch.found, scratch.state
        for i in range(np.uint64(count)):
            settled = found[i]
            at = np.uint64(used) + i
            store.node[at] = settled
            store.cost[at] = (state[np.uint64(settled)] - base) * TICK
        used += count
        counts[row] = count
    return counts, used, scratch, store


@njit(cache=True, nogil=True)
def _put(
    starts: Int64Array, rows: Int64Array, counts: Int64Array, store: _Store, used: int, node: Int32Array, cost: Float32Array
) -> None:  # fmt: skip
    """Copy what a chunk found to where its places begin."""
    for row in range(len(rows)):
        start, count = starts[rows[row]], counts[row]
        node[start : start + count] = store.node[used : used + count]
        cost[start : start + count] = store.cost[used : used + count]
        used += count


def _joined(chunks: list[_Chunk], place_count: int) -> NodeReach:
    """Put what was found into the order of the places."""
    counts = np.zeros(place_count, np.int64)
    for chunk in chunks:
        counts[chunk.rows] = chunk.counts
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    node, cost = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.float32)
    for chunk in chunks:
        _put(indptr, chunk.rows, chunk.counts, chunk.bin.store, chunk.start, node, cost)
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
