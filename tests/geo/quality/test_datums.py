"""Venues 5 to 15 m beside the streets of a grid of 700 m blocks: GCJ-02 moves points there by about 500 m, off the streets."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from django.contrib.gis.geos import Point

from geo.engine.crs import Plane
from geo.engine.datum import from_wgs84, parse_crs
from geo.engine.errors import NetworkError, Problem
from geo.engine.gridcity import grid_city, grid_points
from geo.models import Venue, VenueOrigin
from geo.quality.checks import check_one, find_line
from geo.quality.records import all_records
from geo.quality.streets import Streets
from tests.factories import make_province, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.database]
TODAY = dt.date(2026, 11, 23)
COLUMNS, ROWS, BLOCK_METRES, SOUTH_WEST = 12, 9, 700.0, (118.72, 32.02)


@pytest.fixture(scope="module")
def network():
    return grid_city(columns=COLUMNS, rows=ROWS, block_metres=BLOCK_METRES, south_west=SOUTH_WEST)


@pytest.fixture(scope="module")
def places():
    """Eighty points beside streets from west to east, at least 150 m apart along them."""
    lon, lat = grid_points(columns=COLUMNS, rows=ROWS, block_metres=BLOCK_METRES, south_west=SOUTH_WEST)
    random = np.random.default_rng(3)
    corner = np.flatnonzero(np.arange(len(lon)) % COLUMNS < COLUMNS - 1)[:80]
    plane = Plane.around(lon, lat)
    x, y = plane.to_metres(lon[corner], lat[corner])
    return plane.to_degrees(x + random.uniform(100, 600, len(corner)), y + random.uniform(5, 15, len(corner)))


def keep(west, lon, lat, *, datum="wgs84", first=0):
    for number, (x, y) in enumerate(zip(lon, lat, strict=True), start=first):
        Venue.objects.create(
            code=f"v{number:03d}", name_zh=f"站{number}", kind="gig_station", status="operating", region=west,
            source=make_source(), location=Point(x, y, srid=4326), source_datum=datum,
        )  # fmt: skip


def doubt(network):
    return find_line(check_one(all_records(network=network, on=TODAY), "venues.facts"), "datum-doubt")


def test_points_that_fit_their_streets_are_not_doubted(network, places):
    keep(make_province()[2], *places)
    found = doubt(network)
    assert (found.count, found.of_count, found.severity) == (0, 80, "good")
    assert "wgs84" in found.notes[0][1]


def test_points_of_a_web_map_kept_as_wgs84_are_all_doubted(network, places):
    keep(make_province()[2], *from_wgs84(*places, parse_crs("gcj02")))
    found = doubt(network)
    assert (found.count, found.severity) == (80, "bad")
    assert "gcj02" in found.notes[0][1]
    assert "gcj02" in found.notes[0][0]


def test_a_declared_offset_is_examined_as_it_was_given(network, places):
    """Rightly converted points of GCJ-02 fit, with and without their original coordinates on record."""
    keep(make_province()[2], *places, datum="gcj02")
    assert doubt(network).count == 0
    x, y = from_wgs84(*places, parse_crs("gcj02"))
    for venue, east, north in zip(Venue.objects.order_by("code"), x, y, strict=True):
        VenueOrigin.objects.create(venue=venue, x=east, y=north, datum="gcj02")
    found = doubt(network)
    assert found.count == 0
    assert "gcj02" in found.notes[0][1]


def test_a_few_points_say_nothing(network, places):
    keep(make_province()[2], *from_wgs84(places[0][:20], places[1][:20], parse_crs("gcj02")))
    found = doubt(network)
    assert found.count == 0
    assert "too few points" in found.notes[0][1]


def test_without_streets_nothing_is_doubted(places):
    keep(make_province()[2], *places)
    assert doubt(None).count == 0


def test_damaged_streets_leave_the_other_checks(places):
    def fail():
        raise NetworkError(Problem(code="network.none"))

    keep(make_province()[2], *places)
    data_set = check_one(replace(all_records(network=None, on=TODAY), streets=Streets("broken", fail)), "venues.facts")
    assert find_line(data_set, "datum-doubt").count == 0
    assert find_line(data_set, "street-25") is None
    assert find_line(data_set, "no-phone").count == 80


def test_distances_to_streets_fall_into_their_classes(network, places):
    """The grid has streets every 700 m: 10 m beside one, 200 m off, and 60 km away from all."""
    *_, west, _ = make_province()
    keep(west, *places)
    lon, lat = SOUTH_WEST
    keep(west, [lon, lon + 0.001], [lat - 200 / 110_900, lat - 0.5], first=900)  # 110.9 km a degree of latitude at 32° N
    data_set = check_one(all_records(network=network, on=TODAY), "venues.facts")
    counts = {each.check: each.count for each in data_set.lines if each.check.startswith("street-")}
    assert counts == {"street-25": 80, "street-100": 0, "street-500": 1, "street-5000": 0, "street-none": 1}
    (near,) = find_line(data_set, "street-500").findings
    assert near.value == pytest.approx(200, abs=2)
    assert (near.lon, near.key) == (pytest.approx(lon), "v900")
