"""Costs of all nodes from or to one place: the ground of isochrones."""

import numpy as np
import numpy.typing as npt

from geo.engine.network.model import Direction, Impedance, TravelNetwork
from geo.engine.snapping import Snaps
from geo.engine.traveltime.access import LEG_SPEED_KPH, arriving, largest_cost, leaving, search_costs
from geo.engine.traveltime.search import scratch_for, settle_within


def node_costs(
    network: TravelNetwork,
    point: Snaps,
    *,
    mode: str,
    direction: Direction,
    cutoff: float,
    impedance: Impedance = "seconds",
    leg_speed_kph: float = LEG_SPEED_KPH,
) -> npt.NDArray[np.float64]:
    """Return (N,) float64: what it costs to come from the point to each node (``"from"``), or from each node to it (``"to"``).

    ``point`` holds one snapped place; its leg is included. Costs in seconds or metres as ``impedance`` says; ``inf`` where the
    cost is above ``cutoff`` (inclusive). A trip *to* the point that starts at a node does not pay that node's own delay.
    """
    join = leaving if direction == "from" else arriving
    ends = join(network, point, mode, impedance, leg_speed_kph)
    costs = np.full(network.node_count, np.inf)
    if not point.is_snapped[0]:
        return costs
    arcs = network.arcs
    scratch, settled = scratch_for(network.node_count, len(arcs.head)), np.empty(network.node_count, np.int32)
    seeds = ends.cost[0] + ends.leg[0]
    arc_cost = search_costs(network, mode, direction, impedance)
    count = settle_within(arcs.indptr, arcs.head, arc_cost, ends.node[0], seeds, largest_cost(cutoff), scratch, settled)
    reached = settled[:count]
    costs[reached] = scratch.cost[reached]
    return costs
