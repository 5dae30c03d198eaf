"""Compile every kernel once, on a small grid city: ``python -m geo.engine.warmup``."""

import numpy as np

from geo.engine.gridcity import grid_city, grid_points
from geo.engine.isochrone import isochrone
from geo.engine.snapping import snap
from geo.engine.traveltime import nearest, nearest_to_nodes, node_costs, od_matrix

BLOCK_METRES = 250.0


def warm_up() -> None:
    """Run each kernel with the array types that real runs use."""
    network = grid_city(columns=3, rows=3, block_metres=BLOCK_METRES)
    lon, lat = grid_points(columns=3, rows=3, block_metres=BLOCK_METRES)
    origins = snap(network, lon, lat, mode="ebike", max_metres=BLOCK_METRES)
    destinations = origins.take(np.array([0, 8]))
    od_matrix(network, origins, destinations, mode="ebike", cutoff=600.0)
    nearest(network, origins, destinations, mode="ebike")
    nearest_to_nodes(network, destinations, mode="ebike")
    place = destinations.take(np.array([0]))
    node_costs(network, place, mode="ebike", direction="to", cutoff=600.0)
    _ = isochrone(network, place, mode="ebike", cutoff=600.0).polygon


if __name__ == "__main__":
    warm_up()
