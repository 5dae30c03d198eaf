"""The nearest destination of every origin, by one search from all destinations at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.engine.jit import njit
from geo.engine.network.model import Impedance, TravelNetwork
from geo.engine.snapping import Snaps
from geo.engine.traveltime.access import LEG_SPEED_KPH, Ends, arriving, in_ticks, largest_cost, leaving, search_costs
from geo.engine.traveltime.matrix import origins_by_edge
from geo.engine.traveltime.search import Graph, scratch_for, settle_within

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]

NONE = -1
UNLABELLED = np.int32(2**31 - 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Nearest:
    """For n origins: destination: (n,) int32, ``NONE`` where there is none; cost: (n,) float32, ``inf`` where there is none."""

    destination: Int32Array
    cost: Float32Array


@njit(cache=True, nogil=True)
def hand_down(
    graph: Graph, settled: Int32Array, cost: Float64Array, seed_nodes: Int32Array, seed_costs: Float64Array,
    seed_labels: Int32Array, label: Int32Array,
) -> None:  # fmt: skip
    """Give every settled node the lowest number among the destinations that are cheapest from it.

    Arc costs are positive, so whoever hands a number to a node was settled before it: one pass in that order is enough.
    """
    indptr, head, arc_cost = graph
    for i in range(len(seed_nodes)):
        if seed_costs[i] == cost[seed_nodes[i]]:
            label[seed_nodes[i]] = min(label[seed_nodes[i]], seed_labels[i])
    for node in settled:
        for arc in range(indptr[node], indptr[node + 1]):
            if cost[node] + arc_cost[arc] == cost[head[arc]]:
                label[head[arc]] = min(label[head[arc]], label[node])


def _spread_all(
    network: TravelNetwork, into: Ends, mode: str, impedance: Impedance, limit: float
) -> tuple[Float64Array, Int32Array]:
    """Return (N,) the cost of the cheapest destination from each node, and its number."""
    arcs = network.arcs
    graph = (arcs.indptr, arcs.head, search_costs(network, mode, "to", impedance))
    nodes, seeds = into.node.ravel(), (into.cost + into.leg[:, None]).ravel()
    numbers = np.repeat(np.arange(len(into.leg), dtype=np.int32), 2)
    scratch, settled = scratch_for(network.node_count, len(arcs.head) + len(nodes)), np.empty(network.node_count, np.int32)
    count = settle_within(graph, nodes, seeds, limit, scratch, settled)
    cost = np.full(network.node_count, np.inf)
    cost[settled[:count]] = scratch.cost[settled[:count]]
    label = np.full(network.node_count, UNLABELLED, np.int32)
    hand_down(graph, settled[:count], cost, nodes, seeds, numbers, label)
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
    node_cost, node_label = _spread_all(network, into, mode, impedance, limit)
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
