"""Metres of street in cells."""

import numpy as np
import pytest

from geo.engine.demand.cells import cell_of_points
from geo.engine.demand.streets import street_metres
from geo.engine.gridcity import grid_city


def test_all_metres_are_in_some_cell():
    network = grid_city()
    cells, metres = street_metres(network, "walk", 9)
    walkable = network.allowed_edges("walk")
    assert metres.sum() == pytest.approx(float(network.edge_length_metres[walkable].sum(dtype="float64")), rel=1e-4)
    assert np.all(metres > 0)
    at_nodes = cell_of_points(np.asarray(network.node_lon), np.asarray(network.node_lat), 9)
    assert set(cells.tolist()) >= set(at_nodes.tolist())


def test_a_mode_the_network_lacks():
    with pytest.raises(Exception, match="hovercraft"):
        street_metres(grid_city(), "hovercraft", 8)
