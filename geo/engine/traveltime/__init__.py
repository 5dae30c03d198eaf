"""Travel time from many places to many places, in the direction people go: from where they live to the venue."""

from geo.engine.traveltime.access import LEG_SPEED_KPH, largest_cost
from geo.engine.traveltime.matrix import ODMatrix, od_matrix
from geo.engine.traveltime.nearest import Nearest, nearest, nearest_to_nodes
from geo.engine.traveltime.reach import NodeReach, node_costs, nodes_in_reach

__all__ = [
    "LEG_SPEED_KPH", "Nearest", "NodeReach", "ODMatrix", "largest_cost", "nearest", "nearest_to_nodes", "node_costs",
    "nodes_in_reach", "od_matrix",
]  # fmt: skip
