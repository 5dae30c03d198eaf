"""Middles of streets by hand, and the areas they lie in."""

import dataclasses

import numpy as np
import pytest
import shapely

from geo.engine.gridcity import grid_city
from geo.engine.network.middles import edge_middles, edges_in_areas
from tests.geo.engine.graphs import make_network

CITY = grid_city(columns=4, rows=3)


def test_the_middle_is_half_way_along_the_shape():
    # Two streets on the equator: 0 → 1 → 4 (milli-degrees east), half way at 2; and 0 → 0 north 2, then east 2: at the bend.
    made = make_network([(0, 1, 1.0, 1.0), (0, 2, 1.0, 1.0)], points=[(0, 0), (0.004, 0), (0.002, 0.002)])
    bent = dataclasses.replace(
        made, shape_indptr=np.array([0, 3, 6]), shape_lon=np.array([0, 0.001, 0.004, 0, 0, 0.002]),
        shape_lat=np.array([0, 0, 0, 0, 0.002, 0.002]),
    )  # fmt: skip
    lon, lat = edge_middles(bent)
    assert lon.tolist() == pytest.approx([0.002, 0.0], abs=1e-9)
    assert lat.tolist() == pytest.approx([0.0, 0.002], abs=1e-9)


def test_straight_streets_have_theirs_between_the_ends():
    lon, lat = edge_middles(CITY)
    np.testing.assert_allclose(lon, (CITY.node_lon[CITY.edge_from] + CITY.node_lon[CITY.edge_to]) / 2, atol=1e-9)
    np.testing.assert_allclose(lat, (CITY.node_lat[CITY.edge_from] + CITY.node_lat[CITY.edge_to]) / 2, atol=1e-9)


def test_points_that_coincide_have_their_middle_there():
    lon, lat = edge_middles(make_network([(0, 1, 1.0, 1.0)], points=[(118.5, 32.5), (118.5, 32.5)]))
    assert (lon.tolist(), lat.tolist()) == ([118.5], [32.5])


def test_streets_of_areas():
    middle = (CITY.node_lon.min() + CITY.node_lon.max()) / 2
    west = shapely.box(118, 31, middle - 1e-6, 33)
    lon, _ = edge_middles(CITY)
    np.testing.assert_array_equal(edges_in_areas(CITY, np.array([west, west])), lon < middle - 1e-6)
    assert not edges_in_areas(CITY, np.array([], object)).any()
