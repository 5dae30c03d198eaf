"""The search kernel: Dijkstra's algorithm, bounded, on arrays.

Fast because nodes stand along a Hilbert curve (neighbours share cache lines), a 4-ary heap keeps children together, and
generation stamps make clearing the state free: the cost of a search follows what it reaches, not the size of the network.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.engine.jit import njit

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

# indptr, heads and costs of the arcs: those of node n are ``indptr[n]:indptr[n + 1]``.
Graph = tuple[Int32Array, Int32Array, Float32Array]

FIRST_ROOM = 1024


class Scratch(NamedTuple):
    """State that searches of one thread share.

    cost: (N,) float64 and stamp: (N,) int64, valid where stamp equals the current generation; keys, items: the heap;
    generation: (1,) int64.
    """

    cost: Float64Array
    stamp: Int64Array
    keys: Float64Array
    items: Int32Array
    generation: Int64Array


def scratch_for(node_count: int, arc_count: int) -> Scratch:
    """Return fresh state; the heap holds one entry for each arc and seed, which is all that can ever be pushed."""
    return Scratch(
        cost=np.empty(node_count),
        stamp=np.zeros(node_count, np.int64),
        keys=np.empty(arc_count + 8),
        items=np.empty(arc_count + 8, np.int32),
        generation=np.zeros(1, np.int64),
    )


@njit(cache=True, nogil=True)
def push(keys: Float64Array, items: Int32Array, size: int, key: float, item: int) -> int:
    """Put ``item`` into the heap of ``size`` entries; return the new size."""
    i = size
    while i > 0:
        parent = (i - 1) >> 2
        if keys[parent] <= key:
            break
        keys[i], items[i] = keys[parent], items[parent]
        i = parent
    keys[i], items[i] = key, item
    return size + 1


@njit(cache=True, nogil=True)
def sift_last_down(keys: Float64Array, items: Int32Array, size: int) -> None:
    """Fill the hole at the root with the entry at ``size`` (the last one) and restore the order."""
    key, item, i = keys[size], items[size], 0
    while True:
        child = 4 * i + 1
        if child >= size:
            break
        least = child
        for j in range(child + 1, min(child + 4, size)):
            if keys[j] < keys[least]:
                least = j
        if keys[least] >= key:
            break
        keys[i], items[i] = keys[least], items[least]
        i = least
    keys[i], items[i] = key, item


@njit(cache=True, nogil=True)
def relax(scratch: Scratch, size: int, node: int, cost: float, generation: int) -> int:
    """Note that ``node`` can be reached at ``cost`` if that is better than before; return the heap's size."""
    if scratch.stamp[node] == generation and scratch.cost[node] <= cost:
        return size
    scratch.stamp[node] = generation
    scratch.cost[node] = cost
    return push(scratch.keys, scratch.items, size, cost, node)


@njit(cache=True, nogil=True)
def settle_within(
    graph: Graph, nodes: Int32Array, costs: Float64Array, limit: float, scratch: Scratch, settled: Int32Array
) -> int:
    """Settle all nodes within ``limit`` of the seeds ``nodes`` at ``costs``, cheapest first; return how many.

    Their numbers stand in ``settled[:count]`` and their costs in ``scratch.cost``, under the new generation.
    ``limit`` is finite; what costs ``inf`` is closed and never settled.
    """
    indptr, head, arc_cost = graph
    scratch.generation[0] += 1
    generation, size, count = scratch.generation[0], 0, 0
    for i in range(len(nodes)):
        if costs[i] <= limit:
            size = relax(scratch, size, nodes[i], costs[i], generation)
    while size > 0:
        key, node = scratch.keys[0], scratch.items[0]
        size -= 1
        sift_last_down(scratch.keys, scratch.items, size)
        if key > scratch.cost[node]:
            continue
        settled[count] = node
        count += 1
        for arc in range(indptr[node], indptr[node + 1]):
            reached = key + arc_cost[arc]
            if reached <= limit:
                size = relax(scratch, size, head[arc], reached, generation)
    return count


@njit(cache=True, nogil=True)
def settle_each(
    graph: Graph, nodes: Int32Array, costs: Float64Array, limit: float, scratch: Scratch, settled: Int32Array
) -> tuple[Int64Array, Int32Array, Float32Array]:
    """Search from each row of seeds on its own; return counts, nodes and costs, rows one after the other."""
    counts, used = np.zeros(len(nodes), np.int64), 0
    found, found_costs = np.empty(FIRST_ROOM, np.int32), np.empty(FIRST_ROOM, np.float32)
    for row in range(len(nodes)):
        count = settle_within(graph, nodes[row], costs[row], limit, scratch, settled)
        if used + count > len(found):
            room = max(2 * len(found), used + count)
            more, more_costs = np.empty(room, np.int32), np.empty(room, np.float32)
            more[:used], more_costs[:used] = found[:used], found_costs[:used]
            found, found_costs = more, more_costs
        for i in range(count):
            found[used + i] = settled[i]
            found_costs[used + i] = scratch.cost[settled[i]]
        used += count
        counts[row] = count
    return counts, found[:used].copy(), found_costs[:used].copy()
