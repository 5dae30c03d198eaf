"""The plane and the ellipsoid against figures from the literature and against each other."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.engine.crs import Plane, area_km2, distance_metres

NANJING = Plane(lon=118.8, lat=32.06)


def test_one_degree_of_the_meridian_at_the_equator():
    # WGS-84: the meridian from 0° to 1° N measures 110,574.3886 m, the equator 111,319.4908 m a degree.
    assert distance_metres(np.array([0.0]), np.array([0.0]), np.array([0.0]), np.array([1.0]))[0] == pytest.approx(
        110574.3886, abs=1e-3
    )
    assert distance_metres(np.array([0.0]), np.array([0.0]), np.array([1.0]), np.array([0.0]))[0] == pytest.approx(
        111319.4908, abs=1e-3
    )


@given(lon=st.floats(117.0, 121.0), lat=st.floats(30.5, 35.0))
def test_there_and_back_is_the_same_point(lon, lat):
    x, y = NANJING.to_metres(np.array([lon]), np.array([lat]))
    back_lon, back_lat = NANJING.to_degrees(x, y)
    assert back_lon[0] == pytest.approx(lon, abs=1e-9)
    assert back_lat[0] == pytest.approx(lat, abs=1e-9)


@given(lon=st.floats(118.3, 119.3), lat=st.floats(31.6, 32.5), azimuth=st.floats(0, 2 * np.pi))
def test_lengths_near_the_middle_are_true_in_every_direction(lon, lat, azimuth):
    to_lon, to_lat = lon + 0.01 * np.sin(azimuth), lat + 0.01 * np.cos(azimuth)
    x, y = NANJING.to_metres(np.array([lon, to_lon]), np.array([lat, to_lat]))
    metres = distance_metres(*(np.array([v]) for v in (lon, lat, to_lon, to_lat)))[0]
    assert np.hypot(np.diff(x), np.diff(y))[0] == pytest.approx(metres, rel=5e-5)


def test_the_plane_starts_in_the_middle_with_east_and_north_positive():
    plane = Plane.around(np.array([118.0, 120.0, 118.5]), np.array([31.0, 33.0, 31.2]))
    assert (plane.lon, plane.lat) == (119.0, 32.0)
    x, y = plane.to_metres(np.array([119.0, 119.1]), np.array([32.0, 32.1]))
    assert (x[0], y[0]) == pytest.approx((0.0, 0.0), abs=1e-6)
    assert x[1] > 0
    assert y[1] > 0


def test_shapes_go_there_and_back():
    square = shapely.box(118.7, 32.0, 118.9, 32.1)
    assert NANJING.shape_to_degrees(NANJING.shape_to_metres(square)).equals_exact(square, 1e-9)


def test_the_area_of_a_degree_at_the_equator():
    # Between 0° and 1°, one degree wide, WGS-84: 12,308.78 km²; geodesic edges differ from the parallel by 0.2 km² at most.
    assert area_km2(shapely.box(0, 0, 1, 1)) == pytest.approx(12308.8, abs=0.3)


def test_areas_do_not_depend_on_the_sense_of_the_rings_and_holes_count_off():
    square, hole = shapely.box(118.0, 32.0, 118.2, 32.2), shapely.box(118.05, 32.05, 118.1, 32.1)
    assert area_km2(shapely.Polygon(square.exterior.coords[::-1])) == pytest.approx(area_km2(square))
    assert area_km2(square - hole) == pytest.approx(area_km2(square) - area_km2(hole))
    two = shapely.MultiPolygon([square, shapely.box(119, 32, 119.1, 32.1)])
    assert area_km2(two) == pytest.approx(area_km2(square) + area_km2(two.geoms[1]))


def test_the_equal_area_projection_agrees_and_web_mercator_does_not():
    from pyproj import Transformer

    square = shapely.segmentize(shapely.box(118.7, 32.0, 118.9, 32.2), 0.001)

    def projected_km2(crs):
        to = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        return shapely.area(shapely.transform(square, lambda p: np.column_stack(to.transform(p[:, 0], p[:, 1])))) / 1e6

    assert area_km2(square) == pytest.approx(projected_km2("EPSG:6933"), rel=1e-4)
    assert projected_km2("EPSG:3857") / area_km2(square) > 1.36
