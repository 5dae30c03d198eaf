"""The grid city is what it says: exact blocks, round times."""

import numpy as np
import pytest
from pyproj import Geod

from geo.engine.gridcity import grid_city, grid_points, grid_streets, node_number


def test_blocks_are_exact_on_the_ellipsoid():
    lon, lat = grid_points(columns=6, rows=5, block_metres=250.0)
    geod = Geod(ellps="WGS84")
    lon, lat = lon.reshape(5, 6), lat.reshape(5, 6)
    _, _, east = geod.inv(lon[:, :-1], lat[:, :-1], lon[:, 1:], lat[:, 1:])
    _, _, north = geod.inv(lon[:-1, 0], lat[:-1, 0], lon[1:, 0], lat[1:, 0])
    assert np.abs(np.asarray(east) - 250).max() < 1e-3
    assert np.abs(np.asarray(north) - 250).max() < 1e-3


def test_a_block_takes_250_s_on_foot_60_s_by_ebike_and_25_s_by_car():
    city = grid_city(columns=3, rows=3)
    # 250 m at 1 m/s, at 15 km/h = 250 m a minute, at 10 m/s.
    np.testing.assert_allclose(city.forward_seconds, np.array([[250.0], [60.0], [25.0]]) * np.ones(12), rtol=1e-5)
    assert (city.forward_seconds == city.backward_seconds).all()


def test_it_has_all_its_streets():
    # 4 columns × 3 rows: 3 × 3 streets along the rows, 4 × 2 along the columns.
    city = grid_city(columns=4, rows=3)
    assert (city.node_count, city.edge_count) == (12, 17)


def test_one_way_rows_bind_wheels_not_feet():
    city = grid_city(columns=3, rows=3, one_way_rows=(1,))
    assert np.isinf(city.backward_seconds).sum(axis=1).tolist() == [0, 2, 2]
    assert np.isfinite(city.forward_seconds).all()


def test_signals_delay_everybody_at_their_crossing():
    city = grid_city(columns=3, rows=3, signals=((1, 1),))
    lon, lat = grid_points(columns=3, rows=3, block_metres=250.0)
    middle = node_number(1, 1, 3)
    node = np.flatnonzero(np.isclose(city.node_lon, lon[middle]) & np.isclose(city.node_lat, lat[middle]))
    assert city.node_delay_seconds[:, node].ravel().tolist() == [30, 30, 30]
    assert city.node_delay_seconds.sum() == pytest.approx(90)


def test_streets_run_east_and_north():
    streets = grid_streets(columns=2, rows=2)
    assert list(zip(streets.edge_from.tolist(), streets.edge_to.tolist(), strict=True)) == [(0, 1), (2, 3), (0, 2), (1, 3)]
