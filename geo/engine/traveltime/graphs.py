"""From a network to what its searches run on: arcs with costs in whole ticks, kept beside the network's files."""

import contextlib
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from geo.engine.network.model import Direction, Impedance, Overlay, TravelNetwork
from geo.engine.pages import in_large_pages
from geo.engine.traveltime.access import TICK
from geo.engine.traveltime.search import Graph, Scratch, scratch_for
from geo.engine.traveltime.threads import Pool
from geo.engine.whole_files import whole_file

Int32Array = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

LONGEST_TICKS = 2**31 - 1
"""An edge that costs more (65,536 seconds or metres) counts as this much."""

BUCKETS_A_MEDIAN_ARC = 4
LAYOUT = 1
"""Rises whenever what :func:`search_arcs` returns changes: files of another layout are not read."""

Key = tuple[str, Direction, Impedance]
_graphs: "WeakKeyDictionary[TravelNetwork, dict[Key, Graph]]" = WeakKeyDictionary()
_pools: "WeakKeyDictionary[TravelNetwork, Pool[Scratch]]" = WeakKeyDictionary()


def search_graph(network: TravelNetwork, mode: str, direction: Direction, impedance: Impedance) -> Graph:
    """Return what searches of ``mode`` run on; worked out once a network, and once for all processes if it is a stored one.

    A stored network has its arcs written beside its files and mapped into memory the next time, so that nothing but what a
    search touches is ever read. Raises :class:`NetworkError` for an unknown mode.
    """
    known, key = _graphs.setdefault(network, {}), (mode, direction, impedance)
    if key not in known:
        network.mode_index(mode)
        arcs = _stored_arcs(network, key)
        costs = arcs[:, 1]
        # A sample of the arcs says how wide a bucket should be; the longest one how many there must be.
        median = float(np.median(costs[:: max(1, len(costs) // 10_000)])) if len(costs) else 1.0
        bits = max(0, int(np.log2(max(1.0, median / BUCKETS_A_MEDIAN_ARC))))
        known[key] = Graph(_frozen(network.arc_indptr), arcs, int(costs.max(initial=1)), bits)
    return known[key]


def scratch_pool(network: TravelNetwork) -> Pool[Scratch]:
    """Return the states for searches on ``network``; they stay with it, so that a small search need not make one."""
    node_count = network.node_count
    return _pools.setdefault(network, Pool(lambda: scratch_for(node_count)))


def search_arcs(network: TravelNetwork, mode: str, direction: Direction, impedance: Impedance) -> Int32Array:
    """Return (A, 2) int32: head and cost in ticks of each arc of ``network.arcs``, as :class:`Graph` tells."""
    seconds = network.arc_costs(mode, direction, impedance)
    adjacency = network.arcs
    is_open = np.isfinite(seconds)
    arcs = in_large_pages((len(seconds), 2), np.int32)
    arcs[:, 0] = np.where(is_open, adjacency.head, adjacency.tail)
    ticks = np.clip(np.rint(np.where(is_open, seconds, 0.0) / np.float64(TICK)), 1, LONGEST_TICKS)
    arcs[:, 1] = np.where(is_open, ticks, 1)
    turns_back = _turns_back(adjacency.indptr, adjacency.tail, arcs[:, 0])
    arcs[turns_back, 0] = ~arcs[turns_back, 0]
    return arcs


def _turns_back(indptr: Int32Array, tail: Int32Array, head: Int32Array) -> BoolArray:
    """Return (A,) bool: everything that leaves the head leads to the tail or to the head itself."""
    node_count = len(indptr) - 1
    leaves = head != tail
    least, most = np.full(node_count, node_count, np.int32), np.full(node_count, -1, np.int32)
    np.minimum.at(least, tail[leaves], head[leaves])
    np.maximum.at(most, tail[leaves], head[leaves])
    return np.asarray(leaves & (most[head] <= tail) & (least[head] >= tail))


def _stored_arcs(network: TravelNetwork, key: Key) -> Int32Array:
    """Return the arcs from the network's folder, or work them out and leave them there; read-only."""
    if network.folder is None:
        return _frozen(_made_arcs(network, key))
    path = network.folder / f"search-{LAYOUT}-{'-'.join(key)}.npy"
    with contextlib.suppress(OSError, ValueError):
        stored = np.load(path, mmap_mode="r", allow_pickle=False)
        if stored.shape == (2 * network.edge_count, 2) and stored.dtype == np.int32:
            return _frozen(stored)
    arcs = _made_arcs(network, key)
    # A folder that may not be written to, or a full disk: the searches run all the same.
    with contextlib.suppress(OSError), whole_file(path) as aside, aside.open("wb") as file:
        np.save(file, arcs, allow_pickle=False)
    return _frozen(arcs)


def _made_arcs(network: TravelNetwork, key: Key) -> Int32Array:
    """Return the arcs of a network that has none stored: an overlay changes those of the network below."""
    return search_arcs(network, *key) if network.overlay is None else _patched(network, network.overlay, key)


def _patched(network: TravelNetwork, overlay: Overlay, key: Key) -> Int32Array:
    """Return the arcs of the network below with those of the changed edges written anew.

    An arc that closes leaves true what is said of dead ends. One that opens may lead on from what was an end: the arcs into
    its tail lose the mark.
    """
    arcs = np.array(search_graph(overlay.below, *key).arcs)
    adjacency, mode, direction, impedance = network.arcs, *key
    along, against, delay = network.edge_costs(mode, impedance)
    for edge in overlay.edges.tolist():
        for slot in _slots(network, edge):
            tail, head = int(np.searchsorted(adjacency.indptr, slot, side="right")) - 1, int(adjacency.head[slot])
            running = along[edge] if bool(adjacency.is_forward[slot]) == (direction == "from") else against[edge]
            cost = float(running + delay[head if direction == "from" else tail])
            if np.isfinite(cost):
                arcs[slot] = head, int(np.clip(np.rint(cost / TICK), 1, LONGEST_TICKS))
                _unmark(network, arcs, tail)
            else:
                arcs[slot] = tail, 1
    return arcs


def _slots(network: TravelNetwork, edge: int) -> list[int]:
    """Return where the two arcs of an edge stand."""
    found: set[int] = set()
    for node in (int(network.edge_from[edge]), int(network.edge_to[edge])):
        first, last = network.arcs.indptr[node], network.arcs.indptr[node + 1]
        found |= {int(first) + at for at in np.flatnonzero(network.arcs.edge[first:last] == edge).tolist()}
    return sorted(found)


def _unmark(network: TravelNetwork, arcs: Int32Array, node: int) -> None:
    """Take the mark of a dead end from all arcs that lead into ``node``."""
    first, last = network.arcs.indptr[node], network.arcs.indptr[node + 1]
    for edge in network.arcs.edge[first:last].tolist():
        for slot in _slots(network, edge):
            if arcs[slot, 0] == ~node:
                arcs[slot, 0] = node


def _frozen(array: Int32Array) -> Int32Array:
    """Return a read-only view as a plain array: kernels are compiled once, for memory and for files alike."""
    plain = np.asarray(array).view(np.ndarray)
    plain.setflags(write=False)
    return plain
