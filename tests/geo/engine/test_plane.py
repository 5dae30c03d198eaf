"""The sheet keeps lengths near its middle and goes back to where it came from."""

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.engine.crs import Plane

PLANE = Plane(lon=119.0, lat=33.0)


def test_there_and_back():
    lon, lat = np.array([116.4, 119.0, 121.9]), np.array([30.8, 33.0, 35.1])
    back = PLANE.to_degrees(*PLANE.to_metres(lon, lat))
    np.testing.assert_allclose(back, (lon, lat), atol=1e-9)


def test_lengths_are_geodesic_near_the_middle():
    x, y = PLANE.to_metres(np.array([119.0, 119.1]), np.array([33.0, 33.05]))
    geodesic = Geod(ellps="WGS84").inv(119.0, 33.0, 119.1, 33.05)[2]
    assert np.hypot(x[1] - x[0], y[1] - y[0]) == pytest.approx(geodesic, rel=1e-5)


def test_middle_of_the_points_is_the_origin():
    plane = Plane.around(np.array([118.0, 120.0]), np.array([32.0, 34.0]))
    assert (plane.lon, plane.lat) == (119.0, 33.0)
    assert shapely.get_coordinates(plane.shapes_to_metres(np.array([shapely.Point(119, 33)], object))).tolist() == [
        pytest.approx([0.0, 0.0], abs=1e-6)
    ]
