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

Float32Array = npt.NDArray[np.float32]
Int32Array = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

LONGEST_TICKS = 2**31 - 1
"""An edge that costs more (65,536 seconds or metres) counts as this much."""

BUCKETS_A_MEDIAN_ARC = 4
MAX_CHANGED_SHARE, FEW_NODES = 0.01, 1000
"""Of the nodes below an overlay: where more have changed, making all arcs anew is quicker than patching them."""

LAYOUT = 1
"""Rises whenever what :func:`search_arcs` returns changes: files of another layout are not read."""

Key = tuple[str, Direction, Impedance]
Costs = tuple[Float32Array, Float32Array, Float32Array]
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
    arcs[:, 1] = _ticks(seconds)
    turns_back = _turns_back(adjacency.indptr, adjacency.tail, arcs[:, 0])
    arcs[turns_back, 0] = ~arcs[turns_back, 0]
    return arcs


def _ticks(seconds: Float32Array) -> npt.NDArray[np.float64]:
    """Return (A,) whole ticks for (A,) costs; 1 where closed."""
    is_open = np.isfinite(seconds)
    return np.where(is_open, np.clip(np.rint(np.where(is_open, seconds, 0.0) / np.float64(TICK)), 1, LONGEST_TICKS), 1)


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
    """Return the arcs of a network that has none stored: an overlay changes those of the network below, unless many do."""
    overlay = network.overlay
    if overlay is None or len(overlay.changed_nodes(network)) > MAX_CHANGED_SHARE * network.node_count + FEW_NODES:
        return search_arcs(network, *key)
    return _patched(network, overlay, key)


def _patched(network: TravelNetwork, overlay: Overlay, key: Key) -> Int32Array:
    """Return what :func:`search_arcs` does: the arcs of the network below, with those of the changed nodes written anew.

    Where a link joins a node of the network below, the arcs behind it move, and all are made again.
    """
    below, adjacency = search_graph(overlay.below, *key), network.arcs
    if not np.array_equal(adjacency.indptr[: len(below.indptr)], below.indptr):
        return search_arcs(network, *key)
    arcs = in_large_pages((2 * network.edge_count, 2), np.int32)
    arcs[: len(below.arcs)] = below.arcs
    changed = set(overlay.changed_nodes(network))
    mode, direction, impedance = key
    costs = network.edge_costs(mode, impedance)
    for node in changed:
        _write_arcs(network, arcs, node, direction, costs)
    # Whether an arc leads to a dead end depends on what leaves its head.
    around = {head for node in changed for head in adjacency.head[_slots(network, node)].tolist()}
    for node in changed | around:
        for slot in range(*_span(network, node)):
            head = _plain(int(arcs[slot, 0]))
            if head != node and (node in changed or head in changed):
                is_end = _leads(network, arcs, head) <= {node}
                arcs[slot, 0] = ~head if is_end else head
    return arcs


def _write_arcs(network: TravelNetwork, arcs: Int32Array, node: int, direction: Direction, costs: Costs) -> None:
    """Write the arcs that leave ``node``, none of them marked; ``costs`` as :meth:`TravelNetwork.edge_costs` returns them."""
    adjacency, (along, against, delay) = network.arcs, costs
    slots = _slots(network, node)
    head, edge = adjacency.head[slots], adjacency.edge[slots]
    with_edge = adjacency.is_forward[slots] if direction == "from" else ~adjacency.is_forward[slots]
    entered = head if direction == "from" else np.full_like(head, node)
    seconds = (np.where(with_edge, along[edge], against[edge]) + delay[entered]).astype(np.float32)
    arcs[slots, 0] = np.where(np.isfinite(seconds), head, node)
    arcs[slots, 1] = _ticks(seconds)


def _slots(network: TravelNetwork, node: int) -> slice:
    """Return where the arcs that leave ``node`` stand."""
    return slice(*_span(network, node))


def _span(network: TravelNetwork, node: int) -> tuple[int, int]:
    indptr = network.arcs.indptr
    return int(indptr[node]), int(indptr[node + 1])


def _plain(head: int) -> int:
    """Return the head of an arc without its mark."""
    return head if head >= 0 else ~head


def _leads(network: TravelNetwork, arcs: Int32Array, node: int) -> set[int]:
    """Return the other nodes to which open arcs lead from ``node``."""
    return {_plain(head) for head in arcs[_slots(network, node), 0].tolist()} - {node}


def _frozen(array: Int32Array) -> Int32Array:
    """Return a read-only view as a plain array: kernels are compiled once, for memory and for files alike."""
    plain = np.asarray(array).view(np.ndarray)
    plain.setflags(write=False)
    return plain
