"""The search kernel: bounded shortest paths on arrays, in buckets.

Fast because nodes stand along a Hilbert curve (neighbours share cache lines), the two numbers of an arc lie side by side,
buckets of equal cost take a node in and out in constant time where a heap sifts, whoever can only turn back is never queued,
and one 8-byte number a node says both how dear it is and which search that was: clearing the state is free.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.engine.jit import njit

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


@njit(cache=True, nogil=True)
def scratch_for(node_count: int) -> Scratch:
    """Return fresh state; room for entries grows with need."""
    return Scratch(
        np.full(node_count, UNSEEN, np.int64),
        np.full(1, UNSEEN, np.int64),
        np.empty(node_count, np.int32),
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
def enter(scratch: Scratch, slot: int, node: int, used: int, free: int) -> tuple[int, int]:
    """Put ``node`` into a bucket; return how many entries were ever used, or ``NO_ROOM``, and the first one free again."""
    entry = free
    if free >= 0:
        free = scratch.entry_next[free]
    elif used < len(scratch.entry_node):
        entry, used = used, used + 1
    else:
        scratch.slots[:] = -1
        return NO_ROOM, free
    scratch.entry_node[entry], scratch.entry_next[entry] = node, scratch.slots[slot]
    scratch.slots[slot] = entry
    return used, free


@njit(cache=True, nogil=True)
def _begin(
    graph: Graph, nodes: Int32Array, seeds: Int64Array, limit: int, scratch: Scratch, base: int
) -> tuple[int, int, int]:  # fmt: skip
    """Put the seeds into their buckets; return how many nodes were seen, entries used (or ``NO_ROOM``) and entries waiting."""
    count, used, waiting = 0, 0, 0
    bits, mask = graph.bucket_bits + graph.label_bits, len(scratch.slots) - 1
    for i in range(len(nodes)):
        before = scratch.state[nodes[i]]
        if seeds[i] > limit or base + seeds[i] >= before:
            continue
        if before > base + limit:
            scratch.found[count] = nodes[i]
            count += 1
        scratch.state[nodes[i]] = base + seeds[i]
        used, _ = enter(scratch, (seeds[i] >> bits) & mask, nodes[i], used, -1)
        if used == NO_ROOM:
            break
        waiting += 1
    return count, used, waiting


@njit(cache=True, nogil=True)
def _try_within(graph: Graph, nodes: Int32Array, seeds: Int64Array, limit: int, scratch: Scratch) -> int:
    """Do the work of :func:`settle_within`, or return ``NO_ROOM`` if the scratch is too small for it."""
    indptr, arcs, label_bits, bits = graph.indptr, graph.arcs, graph.label_bits, graph.bucket_bits + graph.label_bits
    state, found, slots, mask = scratch.state, scratch.found, scratch.slots, len(scratch.slots) - 1
    base, bucket, free = next_base(state, scratch.base, limit), first_bucket(graph, seeds, limit, scratch), -1
    if bucket == NO_ROOM:
        return NO_ROOM
    count, used, waiting = _begin(graph, nodes, seeds, limit, scratch, base)
    top = base + limit
    while waiting > 0 and used != NO_ROOM:
        slot, begin = bucket & mask, base + (np.int64(bucket) << bits)
        while slots[slot] >= 0:
            entry = slots[slot]
            slots[slot], node, cost = scratch.entry_next[entry], scratch.entry_node[entry], state[scratch.entry_node[entry]]
            scratch.entry_next[entry], free, waiting = free, entry, waiting - 1
            # What has become cheaper meanwhile was taken out of an earlier bucket already.
            for arc in range(indptr[node], indptr[node + 1] if cost >= begin else 0):
                head, reached = arcs[arc, 0], cost + (np.int64(arcs[arc, 1]) << label_bits)
                turns_back = head < 0
                head = ~head if turns_back else head
                if reached > top or reached >= state[head]:
                    continue
                if state[head] > top:
                    found[count] = head
                    count += 1
                state[head] = reached
                if not turns_back:
                    used, free = enter(scratch, ((reached - base) >> bits) & mask, head, used, free)
                    waiting += 1
                    if used == NO_ROOM:
                        return NO_ROOM
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
