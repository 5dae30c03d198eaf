"""The search kernel: bounded shortest paths on arrays, in buckets.

Fast because nodes stand along a Hilbert curve (neighbours share cache lines), the two numbers of an arc lie side by side,
buckets of equal cost take a node in and out in constant time where a heap sifts, whoever can only turn back is never queued,
and one 8-byte number a node says both how dear it is and which search that was: clearing the state is free.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.engine.jit import njit
from geo.engine.pages import in_large_pages

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

MAX_LIMIT_TICKS = 2**45
"""The largest limit of a search: thirty-four years, or the way to Jupiter."""

UNSEEN = 2**62
_FIRST_ENTRIES, _FIRST_SLOTS = 1024, 256
NO_ROOM = -1


class Graph(NamedTuple):
    """What a search runs on; built by :func:`geo.engine.traveltime.graphs.search_graph`.

    indptr: (N + 1,) int32; the arcs of node n are rows ``indptr[n]:indptr[n + 1]`` of ``arcs``: (A, 2) int32, head and cost in
    ticks, >= 1. A head ``h`` is written ``~h`` where all arcs that leave h lead straight back to the tail: who comes that way
    need not be searched further. A closed arc leads from its tail to itself. longest_ticks: of all arcs; bucket_bits: a bucket
    spans ``2**bucket_bits`` ticks. label_bits: seeds, limit and the costs found are ticks times ``2**label_bits``, so that a
    label rides along in the lowest bits: of equal ways the one with the lowest label is the cheapest.
    """

    indptr: Int32Array
    arcs: Int32Array
    longest_ticks: int
    bucket_bits: int
    label_bits: int = 0


class Scratch(NamedTuple):
    """State that searches of one thread share.

    state: (N,) int64, ``base + cost`` of the nodes that the current search has seen; what an earlier search left is larger
    than any cost of this one, because ``base``: (1,) int64 falls by more than the limit from search to search. found: (N,)
    int32, the nodes seen. slots: (B,) int32, B a power of two, first entry of each bucket, -1 for none (all of them between
    searches); entry_node, entry_next: (K,) int32, the entries, linked.
    """

    state: Int64Array
    base: Int64Array
    found: Int32Array
    slots: Int32Array
    entry_node: Int32Array
    entry_next: Int32Array


def scratch_for(node_count: int) -> Scratch:
    """Return fresh state; room for entries grows with need."""
    state = in_large_pages((node_count,), np.int64)
    state[:] = UNSEEN
    return Scratch(
        state,
        np.full(1, UNSEEN, np.int64),
        in_large_pages((node_count,), np.int32),
        np.full(_FIRST_SLOTS, -1, np.int32),
        np.empty(_FIRST_ENTRIES, np.int32),
        np.empty(_FIRST_ENTRIES, np.int32),
    )


@njit(cache=True, nogil=True)
def roomier(scratch: Scratch) -> Scratch:
    """Return the state with twice the room for entries and buckets; the nodes' part is the same array."""
    room = 2 * len(scratch.entry_node)
    slots = np.full(2 * len(scratch.slots), -1, np.int32)
    return Scratch(scratch.state, scratch.base, scratch.found, slots, np.empty(room, np.int32), np.empty(room, np.int32))


@njit(cache=True, nogil=True)
def next_base(state: Int64Array, base: Int64Array, limit: int) -> int:
    """Begin a search that costs at most ``limit``: return its base; what ``state`` holds counts as unseen from now on."""
    begin: int = base[0] - limit - 1
    if begin < 0:
        state[:] = UNSEEN
        begin = UNSEEN - limit - 1
    base[0] = begin
    return begin


@njit(cache=True, nogil=True)
def first_bucket(graph: Graph, seeds: Int64Array, limit: int, scratch: Scratch) -> int:
    """Return the bucket of the cheapest of ``seeds``, or ``NO_ROOM`` if the buckets do not span all that is queued at once."""
    least, most = np.int64(limit + 1), np.int64(0)
    for cost in seeds:
        if cost <= limit:
            least, most = min(least, cost), max(most, cost)
    bits = graph.bucket_bits + graph.label_bits
    span = max(np.int64(graph.longest_ticks) << graph.label_bits, most - least)
    if (span >> bits) + 2 > len(scratch.slots):
        return NO_ROOM
    return int(least >> bits)


@njit(cache=True, nogil=True)
def _begin(
    graph: Graph, nodes: Int32Array, seeds: Int64Array, limit: int, scratch: Scratch, base: int
) -> tuple[int, int, int]:  # fmt: skip
    """Put the seeds into their buckets; return how many nodes were seen, entries used (or ``NO_ROOM``) and entries waiting."""
    count, used = 0, 0
    bits, mask = graph.bucket_bits + graph.label_bits, len(scratch.slots) - 1
    for i in range(len(nodes)):
        before = scratch.state[nodes[i]]
        if seeds[i] > limit or base + seeds[i] >= before:
            continue
        if before > base + limit:
            scratch.found[count] = nodes[i]
            count += 1
        scratch.state[nodes[i]] = base + seeds[i]
        if used == len(scratch.entry_node):
            scratch.slots[:] = -1
            return count, NO_ROOM, 0
        slot = (seeds[i] >> bits) & mask
        scratch.entry_node[used], scratch.entry_next[used] = nodes[i], scratch.slots[slot]
        scratch.slots[slot] = used
        used += 1
    return count, used, used


# Whole in one piece: a call for each arc costs a third of the speed. Indices that are unsigned spare a test for negative ones.
@njit(cache=True, nogil=True)
def _try_within(
    graph: Graph, nodes: Int32Array, seeds: Int64Array, limit: int, scratch: Scratch
) -> int:  # fmt: skip
    """Do the work of :func:`settle_within`, or return ``NO_ROOM`` if the scratch is too small for it."""
    indptr, arcs, label_bits, bits = graph.indptr, graph.arcs, graph.label_bits, graph.bucket_bits + graph.label_bits
    state, found, slots, mask = scratch.state, scratch.found, scratch.slots, len(scratch.slots) - 1
    entry_node, entry_next, room = scratch.entry_node, scratch.entry_next, len(scratch.entry_node)
    base, bucket = next_base(state, scratch.base, limit), first_bucket(graph, seeds, limit, scratch)
    if bucket == NO_ROOM:
        return NO_ROOM
    count, used, waiting = _begin(graph, nodes, seeds, limit, scratch, base)
    top, free = base + limit, -1
    while waiting > 0:
        slot, begin = np.uint64(bucket & mask), base + (np.int64(bucket) << bits)
        while slots[slot] >= 0:
            taken = slots[slot]
            slots[slot], node = entry_next[taken], entry_node[taken]
            entry_next[taken], free, waiting = free, taken, waiting - 1
            cost = state[node]
            # What has become cheaper meanwhile was taken out of an earlier bucket already.
            if cost < begin:
                continue
            for arc in range(np.uint64(indptr[node]), np.uint64(indptr[node + 1])):
                reached = cost + (np.int64(arcs[arc, 1]) << label_bits)
                if reached > top:
                    continue
                written = arcs[arc, 0]
                head = np.uint64(~written if written < 0 else written)
                before = state[head]
                if reached >= before:
                    continue
                if before > top:
                    found[np.uint64(count)] = head
                    count += 1
                state[head] = reached
                if written < 0:
                    continue
                if free >= 0:
                    entry = free
                    free = entry_next[np.uint64(entry)]
                elif used < room:
                    entry = used
                    used += 1
                else:
                    slots[:] = -1
                    return NO_ROOM
                into, at = np.uint64(((reached - base) >> bits) & mask), np.uint64(entry)
                entry_node[at], entry_next[at] = head, slots[into]
                slots[into] = entry
                waiting += 1
        bucket += 1
    return NO_ROOM if used == NO_ROOM else count


@njit(cache=True, nogil=True)
def settle_within(graph: Graph, nodes: Int32Array, seeds: Int64Array, limit: int, scratch: Scratch) -> tuple[int, Scratch]:
    """Find all nodes within ``limit`` ticks of the ``nodes`` that cost ``seeds`` ticks to begin with.

    Returns how many, and the scratch to go on with (a roomier one, if need was). Their numbers stand in
    ``scratch.found[:count]``, in the order in which they were first seen, their costs as
    ``scratch.state[node] - scratch.base[0]``. ``limit`` is at most :data:`MAX_LIMIT_TICKS`; seeds above it do not count.
    Costs are whole numbers: the result does not depend on any order.

    Buckets after R. Dial, Communications of the ACM 12 (1969); a node that becomes cheaper within the bucket under work is
    taken out again, as in delta-stepping (Meyer and Sanders, Journal of Algorithms 49, 2003).
    """
    count = _try_within(graph, nodes, seeds, limit, scratch)
    while count == NO_ROOM:
        scratch = roomier(scratch)
        count = _try_within(graph, nodes, seeds, limit, scratch)
    return count, scratch
