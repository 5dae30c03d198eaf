"""The nearest destination of every origin, by one search from all destinations at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.engine.jit import njit
from geo.engine.network.model import Impedance, TravelNetwork
from geo.engine.snapping import NOT_SNAPPED, Snaps
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
from geo.engine.traveltime.search import Scratch, settle_within

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

NONE = -1
STATE_BITS = 60
UNLABELLED = np.int32(2**31 - 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Nearest:
    """For n origins: destination: (n,) int32, ``NONE`` where there is none; cost: (n,) float32, ``inf`` where there is none."""

    destination: Int32Array
    cost: Float32Array


@njit(cache=True, nogil=True)
def _unpacked(state: Int64Array, base: int, limit: int, label_bits: int) -> tuple[Int32Array, Float32Array]:
    """Return (N,) int32 the label of each node and (N,) float32 its cost, ``NONE`` and ``inf`` beyond the limit."""
    label, cost, mask = np.empty(len(state), np.int32), np.empty(len(state), np.float32), (1 << label_bits) - 1
    for node in range(len(state)):
        packed = state[node] - base
        is_reached = packed <= limit
        label[node] = packed & mask if is_reached else NONE
        cost[node] = (packed >> label_bits) * TICK if is_reached else np.inf
    return label, cost


@dataclass(frozen=True, kw_only=True, eq=False)
class _Spread:
    """One search from all destinations at once: each node's cost stands in ``scratch``, the number of its destination below.

    Cost and number are one whole number, so that the search need not know of ties: the lower number is the cheaper.
    """

    scratch: Scratch
    limit: int
    label_bits: int

    def to_nodes(self) -> Nearest:
        """Return the nearest destination of every node."""
        label, cost = _unpacked(self.scratch.state, self.scratch.base[0], self.limit, self.label_bits)
        return Nearest(destination=label, cost=cost)

    def at(self, nodes: Int32Array) -> tuple[Float64Array, Int64Array]:
        """Return the exact cost at nodes, ``inf`` beyond the limit, and the number of the destination, unspecified there."""
        packed = self.scratch.state[nodes] - self.scratch.base[0]
        cost = np.where(packed <= self.limit, (packed >> self.label_bits) * TICK, np.inf)
        return cost, packed & ((1 << self.label_bits) - 1)


@contextmanager
def _spread(network: TravelNetwork, into: Ends, mode: str, impedance: Impedance, cutoff: float) -> Iterator[_Spread]:
    """Search back from all destinations at once; the state is lent until the block ends."""
    label_bits = max(1, len(into.leg).bit_length())
    ticks = ticks_of((into.cost + into.leg[:, None]).ravel())
    # Cost and label share 60 bits; with a million destinations that leaves a year of travel time.
    most = min(limit_ticks(cutoff), 2 ** (STATE_BITS - label_bits))
    labels = np.repeat(np.arange(len(into.leg), dtype=np.int64), into.node.shape[1])
    limit = (most << label_bits) | ((1 << label_bits) - 1)
    seeds = np.where(ticks <= most, (np.minimum(ticks, most) << label_bits) | labels, limit + 1)
    graph = search_graph(network, mode, "to", impedance)._replace(label_bits=label_bits)
    pool = scratch_pool(network)
    scratch = pool.take()
    try:
        _, scratch = settle_within(graph, into.node.ravel(), seeds, limit, scratch)
        yield _Spread(scratch=scratch, limit=limit, label_bits=label_bits)
    finally:
        pool.give(scratch)


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
    with _spread(network, into, mode, impedance, cutoff) as found:
        return found.to_nodes()


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
    with _spread(network, into, mode, impedance, cutoff) as found_on:
        node_cost, node_label = found_on.at(out.node)
    through = out.cost + out.leg[:, None] + node_cost
    labels = np.where(np.isfinite(through), node_label, UNLABELLED)
    direct_cost, direct_label = _direct(network, out, into, mode, impedance)
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
    network: TravelNetwork, out: Ends, into: Ends, mode: str, impedance: Impedance
) -> tuple[Float64Array, Int32Array]:  # fmt: skip
    """Return (n,) the cheapest way along an edge of the origin to a destination on it, and which destination that is."""
    along, against, _ = network.edge_costs(mode, impedance)
    groups, legs = origins_by_edge(into, network.edge_count)
    place, door = np.nonzero(out.edge != NOT_SNAPPED)
    own = out.edge[place, door]
    counts = np.diff(groups.indptr)[own]
    start = groups.indptr[own]
    entry = np.repeat(start - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    origin, edge = np.repeat(place, counts), np.repeat(own, counts)
    ahead = groups.value[entry] - np.repeat(out.fraction[place, door], counts)
    with np.errstate(invalid="ignore"):
        running = np.where(ahead == 0, 0.0, np.where(ahead > 0, ahead * along[edge], -ahead * against[edge]))
    total = np.repeat(out.leg[place] + out.extra[place, door], counts) + in_ticks(running) + legs[entry]
    order = np.lexsort((groups.member[entry], total, origin))
    first = order[np.unique(origin[order], return_index=True)[1]]
    cost = np.full(len(out.leg), np.inf)
    label = np.full(len(out.leg), UNLABELLED, np.int32)
    cost[origin[first]] = total[first]
    label[origin[first]] = groups.member[entry][first]
    return cost, label
