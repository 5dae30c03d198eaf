"""Coordinates are judged before anything transforms them."""

import math

import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry, Point
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from geo.validation import coordinate_fault, geometry_fault, validate_geometry

JIANGSU = (116.3, 30.7, 122.0, 35.2)


@pytest.mark.parametrize(
    ("lon", "lat", "fault"),
    [
        (118.8, 32.0, None),
        (-180.0, 90.0, None),
        (math.nan, 32.0, "coordinate.not_finite"),
        (118.8, math.inf, "coordinate.not_finite"),
        (32.0, 118.8, "coordinate.swapped"),
        (1e20, 1e7, "coordinate.out_of_range"),
        (181.0, 0.0, "coordinate.out_of_range"),
        (0.0, 200.0, "coordinate.out_of_range"),
    ],
)
def test_points(lon, lat, fault):
    assert coordinate_fault(lon, lat) == fault


def test_a_point_that_fits_only_the_other_way_round_is_swapped():
    europe = (5.0, 45.0, 15.0, 55.0)
    assert coordinate_fault(50.0, 10.0, within=europe) == "coordinate.swapped"
    assert coordinate_fault(10.0, 50.0, within=europe) is None
    assert coordinate_fault(1.0, 2.0, within=europe) is None


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_exchange_of_a_good_point_is_never_taken_for_good_unless_both_read_as_one(lat, lon):
    exchanged = coordinate_fault(lat, lon)
    assert coordinate_fault(lon, lat) is None
    assert exchanged == ("coordinate.swapped" if abs(lon) > 90 else None)


@pytest.mark.parametrize(
    ("wkt", "fault"),
    [
        ("POINT (118.8 32)", None),
        ("POINT EMPTY", "geometry.empty"),
        ("POLYGON EMPTY", "geometry.empty"),
        ("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))", "geometry.invalid"),
        ("LINESTRING (0 0, 1e20 1e7)", "coordinate.out_of_range"),
        ("POINT (NaN 1)", "coordinate.not_finite"),
        ("POLYGON ((118 32, 119 32, 119 33, 118 32))", None),
    ],
)
def test_shapes(wkt, fault):
    assert geometry_fault(shapely.from_wkt(wkt)) == fault


def test_form_fields_get_a_validation_error_with_the_code():
    validate_geometry(Point(118.8, 32.0, srid=4326))
    validate_geometry(Point(118.8, 32.0, srid=4490))
    for bad, code in (
        (GEOSGeometry("POINT EMPTY", srid=4326), "geometry.empty"),
        (Point(1e20, 1e7, srid=4326), "coordinate.out_of_range"),
        (Point(500_000, 3_500_000, srid=4549), "geometry.datum"),
    ):
        with pytest.raises(ValidationError) as error:
            validate_geometry(bad)
        assert error.value.code == code
        assert error.value.messages[0]
