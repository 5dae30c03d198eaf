"""The nearest destination of every origin, by one search from all destinations at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.engine.jit import njit
from geo.engine.network.model import Impedance, TravelNetwork
from geo.engine.snapping import Snaps
from geo.engine.traveltime.access import (
    LEG_SPEED_KPH,
    TICK,
    Ends,
    arriving,
    in_ticks,
    largest_cost,
    leaving,
    limit_ticks,
    ticks_of,
)  # fmt: skip
from geo.engine.traveltime.graphs import scratch_pool, search_graph
from geo.engine.traveltime.matrix import origins_by_edge
from geo.engine.traveltime.search import NO_ROOM, Graph, Scratch, enter, first_bucket, next_base, roomier

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

NONE = -1
UNLABELLED = np.int32(2**31 - 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Nearest:
    """For n origins: destination: (n,) int32, ``NONE`` where there is none; cost: (n,) float32, ``inf`` where there is none."""

    destination: Int32Array
    cost: Float32Array


@njit(cache=True, nogil=True)
def _is_better(state: Int64Array, label: Int32Array, node: int, reached: int, number: int) -> bool:
    """Whether a node is reached at less cost than before, or at the same by a lower number."""
    return bool(reached < state[node] or (reached == state[node] and number < label[node]))


@njit(cache=True, nogil=True)
def _begin(
    graph: Graph, nodes: Int32Array, seeds: Int64Array, numbers: Int32Array, limit: int, scratch: Scratch, label: Int32Array
) -> tuple[int, int]:  # fmt: skip
    """Put the seeds into their buckets; return how many entries are used (or ``NO_ROOM``) and how many wait."""
    used, waiting, mask, base = 0, 0, len(scratch.slots) - 1, scratch.base[0]
    for i in range(len(nodes)):
        if seeds[i] <= limit and _is_better(scratch.state, label, nodes[i], base + seeds[i], numbers[i]):
            scratch.state[nodes[i]], label[nodes[i]] = base + seeds[i], numbers[i]
            used, _ = enter(scratch, (seeds[i] >> graph.bucket_bits) & mask, nodes[i], used, -1)
            waiting += 1
            if used == NO_ROOM:
                break
    return used, waiting


@njit(cache=True, nogil=True)
def _try_spread(
    graph: Graph, nodes: Int32Array, seeds: Int64Array, numbers: Int32Array, limit: int, scratch: Scratch, label: Int32Array
) -> int:  # fmt: skip
    """Do the work of :func:`spread`, or return ``NO_ROOM`` if the scratch is too small for it.

    The search of :func:`geo.engine.traveltime.search.settle_within`, where of two equal ways the lower number is the cheaper.
    """
    indptr, arcs, bits, state = graph.indptr, graph.arcs, graph.bucket_bits, scratch.state
    slots, mask, free = scratch.slots, len(scratch.slots) - 1, -1
    base, bucket = next_base(state, scratch.base, limit), first_bucket(graph, seeds, limit, scratch)
    if bucket == NO_ROOM:
        return NO_ROOM
    used, waiting = _begin(graph, nodes, seeds, numbers, limit, scratch, label)
    while waiting > 0 and used != NO_ROOM:
        slot, begin = bucket & mask, base + (np.int64(bucket) << bits)
        while slots[slot] >= 0:
            entry = slots[slot]
            slots[slot], node, cost = scratch.entry_next[entry], scratch.entry_node[entry], state[scratch.entry_node[entry]]
            scratch.entry_next[entry], free, waiting = free, entry, waiting - 1
            for arc in range(indptr[node], indptr[node + 1] if cost >= begin else 0):
                head, reached = arcs[arc, 0], cost + arcs[arc, 1]
                turns_back = head < 0
                head = ~head if turns_back else head
                if reached > base + limit or not _is_better(state, label, head, reached, label[node]):
                    continue
                state[head], label[head] = reached, label[node]
                if not turns_back:
                    used, free = enter(scratch, ((reached - base) >> bits) & mask, head, used, free)
                    waiting += 1
                    if used == NO_ROOM:
                        return NO_ROOM
        bucket += 1
    return used


@njit(cache=True, nogil=True)
def spread(
    graph: Graph, nodes: Int32Array, seeds: Int64Array, labels: Int32Array, limit: int, scratch: Scratch
) -> tuple[Float64Array, Int32Array, Scratch]:
    """Search from all ``nodes`` at once, which cost ``seeds`` ticks and carry ``labels``.

    Returns (N,) float64 the least cost of each node, ``inf`` beyond ``limit``, (N,) int32 the lowest label among those that
    reach it at that cost, ``UNLABELLED`` beyond, and the scratch to go on with.
    """
    label = np.empty(len(scratch.state), np.int32)
    while _try_spread(graph, nodes, seeds, labels, limit, scratch, label) == NO_ROOM:
        scratch = roomier(scratch)
    cost, base = np.empty(len(label)), scratch.base[0]
    for node in range(len(label)):
        ticks = scratch.state[node] - base
        if ticks <= limit:
            cost[node] = ticks * TICK
        else:
            cost[node], label[node] = np.inf, UNLABELLED
    return cost, label, scratch


def nearest_to_nodes(
    network: TravelNetwork,
    destinations: Snaps,
    *,
    mode: str,
    cutoff: float = np.inf,
    impedance: Impedance = "seconds",
    leg_speed_kph: float = LEG_SPEED_KPH,
) -> Nearest:
    """Return for each node of the network the destination that costs least; see :func:`nearest`."""
    into = arriving(network, destinations, mode, impedance, leg_speed_kph)
    cost, label = _spread_all(network, into, mode, impedance, limit_ticks(cutoff))
    return Nearest(destination=np.where(label == UNLABELLED, NONE, label).astype(np.int32), cost=cost.astype(np.float32))


def _spread_all(
    network: TravelNetwork, into: Ends, mode: str, impedance: Impedance, limit: int
) -> tuple[Float64Array, Int32Array]:
    """Return (N,) the cost of the cheapest destination from each node, and its number."""
    nodes, seeds = into.node.ravel(), ticks_of((into.cost + into.leg[:, None]).ravel())
    labels = np.repeat(np.arange(len(into.leg), dtype=np.int32), into.node.shape[1])
    pool = scratch_pool(network)
    scratch = pool.take()
    try:
        cost, label, scratch = spread(search_graph(network, mode, "to", impedance), nodes, seeds, labels, limit, scratch)
    finally:
        pool.give(scratch)
    return cost, label


def nearest(
    network: TravelNetwork,
    origins: Snaps,
    destinations: Snaps,
    *,
    mode: str,
    cutoff: float = np.inf,
    impedance: Impedance = "seconds",
    leg_speed_kph: float = LEG_SPEED_KPH,
) -> Nearest:
    """Return for each origin the destination that costs least, in the direction origin → destination.

    Costs as in :func:`geo.engine.traveltime.matrix.od_matrix`; of equally cheap destinations the lowest number wins.
    One search from all destinations at once. Raises :class:`NetworkError` for an unknown mode.
    """
    out = leaving(network, origins, mode, impedance, leg_speed_kph)
    into = arriving(network, destinations, mode, impedance, leg_speed_kph)
    limit = largest_cost(cutoff)
    node_cost, node_label = _spread_all(network, into, mode, impedance, limit_ticks(cutoff))
    through = out.cost + out.leg[:, None] + node_cost[out.node]
    labels = np.where(np.isfinite(through), node_label[out.node], UNLABELLED)
    direct_cost, direct_label = _direct(network, origins, destinations, out.leg, into.leg, mode, impedance)
    cost = np.column_stack([through, direct_cost])
    label = np.column_stack([labels, direct_label])
    rows = np.arange(len(cost))
    best = cost.min(axis=1, initial=np.inf)
    winner = np.where(cost == best[:, None], label, UNLABELLED).argmin(axis=1)
    found = np.isfinite(best) & (best <= limit)
    return Nearest(
        destination=np.where(found, label[rows, winner], NONE).astype(np.int32),
        cost=np.where(found, best, np.inf).astype(np.float32),
    )


def _direct(
    network: TravelNetwork,
    origins: Snaps,
    destinations: Snaps,
    origin_leg: Float64Array,
    destination_leg: Float64Array,
    mode: str,
    impedance: Impedance,
) -> tuple[Float64Array, Int32Array]:
    """Return (n,) the cheapest way along the origin's own edge to a destination on it, and which destination that is."""
    along, against, _ = network.edge_costs(mode, impedance)
    groups, legs = origins_by_edge(destinations, destination_leg, network.edge_count)
    snapped = np.flatnonzero(origins.is_snapped)
    counts = np.diff(groups.indptr)[origins.edge[snapped]]
    origin = np.repeat(snapped, counts)
    start = groups.indptr[origins.edge[snapped]]
    entry = np.repeat(start - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    edge = origins.edge[origin]
    ahead = groups.value[entry] - origins.fraction[origin]
    with np.errstate(invalid="ignore"):
        running = np.where(ahead == 0, 0.0, np.where(ahead > 0, ahead * along[edge], -ahead * against[edge]))
    total = origin_leg[origin] + in_ticks(running) + legs[entry]
    order = np.lexsort((groups.member[entry], total, origin))
    first = order[np.unique(origin[order], return_index=True)[1]]
    cost = np.full(len(origins), np.inf)
    label = np.full(len(origins), UNLABELLED, np.int32)
    cost[origin[first]] = total[first]
    label[origin[first]] = groups.member[entry][first]
    return cost, label
