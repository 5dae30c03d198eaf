"""Which venues count, in which province, at which clock time; which regions get a row."""

import datetime as dt

import pytest
from django.contrib.gis.geos import Point

from coverage.engine.hours import Day
from coverage.selectors import counted_venues, facilities_of, region_parts, result_regions, standard_inputs
from geo.engine.inputs import UNLIMITED_PERSONS
from geo.models import OpeningHours, Region, Venue
from tests.factories import VALID_FROM, make_province, make_region, make_source, make_standard

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WEDNESDAY, SUNDAY = Day(weekday=2, season="summer"), Day(weekday=6, season="winter")


def make_venue(code, region, *, kind="gig_station", status="operating", capacity=None, hours=()):
    venue = Venue.objects.create(
        code=code, name_zh=code, kind=kind, status=status, region=region, location=Point(118.75, 32.05, srid=4326),
        capacity_persons=capacity, source=make_source(),
    )  # fmt: skip
    for mask, season, opens, closes in hours:
        OpeningHours.objects.create(
            venue=venue, weekday_mask=mask, season=season,
            opens_at=dt.time.fromisoformat(opens), closes_at=dt.time.fromisoformat(closes),
        )  # fmt: skip
    return venue


def test_venues_of_the_whole_province_count_and_of_no_other():
    _, _, west, east = make_province()
    other = make_region("330000", "浙江省", "province")
    make_venue("V2", east, capacity=80)
    make_venue("V1", west)
    make_venue("V3", other)
    found = facilities_of(west, make_standard())
    assert found.ids == ("V1", "V2")
    assert found.capacity_persons.tolist() == [UNLIMITED_PERSONS, 80]
    assert found.lon.tolist() == [118.75, 118.75]


def test_kinds_and_statuses_are_those_of_the_standard():
    _, _, west, _ = make_province()
    make_venue("A", west, status="closed")
    make_venue("B", west, kind="public_hr_market")
    make_venue("C", west)
    assert facilities_of(west, make_standard()).ids == ("C",)


def test_open_at_the_clock_time_of_the_day():
    _, _, west, _ = make_province()
    standard = make_standard()
    standard.open_at = dt.time(6)
    make_venue("EARLY", west, hours=[(127, "all_year", "05:30", "12:00")])
    make_venue("LATE", west, hours=[(127, "all_year", "09:00", "17:00")])
    make_venue("NIGHT", west, hours=[(0b0000010, "all_year", "22:00", "06:30")])  # Tuesday evening to Wednesday morning
    make_venue("SUMMER", west, hours=[(127, "summer", "05:00", "10:00"), (127, "winter", "07:00", "10:00")])
    make_venue("UNKNOWN", west)
    found = counted_venues(west, standard, day=WEDNESDAY)
    assert found.facilities.ids == ("EARLY", "NIGHT", "SUMMER", "UNKNOWN")
    assert (found.closed_count, found.without_hours_count, found.without_capacity_count) == (1, 1, 4)
    assert counted_venues(west, standard, day=SUNDAY).facilities.ids == ("EARLY", "UNKNOWN")


def test_without_a_clock_time_hours_do_not_matter():
    _, _, west, _ = make_province()
    make_venue("LATE", west, hours=[(127, "all_year", "09:00", "17:00")])
    found = counted_venues(west, make_standard())
    assert found.facilities.ids == ("LATE",)
    assert (found.closed_count, found.without_hours_count) == (0, 0)


def test_the_engine_gets_the_rules_of_the_standard():
    standard = make_standard()
    inputs = standard_inputs(standard)
    assert inputs.rule_of("rural").cutoff == 900.0
    assert (inputs.max_snap_metres, inputs.snap_speed_kph) == (1000, 3.96)


def test_rows_for_statutory_units_down_to_counties_the_newest_of_each_code():
    province, city, west, _ = make_province()
    Region.objects.create(
        code="320571", name_zh="功能区", level="county", unit_type="functional_zone", parent=city, valid_from=VALID_FROM,
        source=make_source(),
    )  # fmt: skip
    make_region("320102001", "街道", "township", parent=west)
    newer = Region.objects.create(
        code="320104", name_zh="新区", level="county", parent=city, valid_from=dt.date(2024, 1, 1), source=make_source()
    )
    assert [region.pk for region in result_regions(province)] == [province.pk, city.pk, west.pk, newer.pk]
    assert [region.pk for region in result_regions(west)] == [west.pk]


def test_parts_of_a_region_are_the_codes_below_it():
    province, city, west, east = make_province()
    Region.objects.create(
        code="320571", name_zh="功能区", level="county", unit_type="functional_zone", parent=city, valid_from=VALID_FROM,
        source=make_source(),
    )  # fmt: skip
    parts = region_parts([province, city, west, east], ("320102", "320104", "320571"))
    assert parts == {
        "320000": ["320102", "320104", "320571"],
        "320100": ["320102", "320104", "320571"],
        "320102": ["320102"],
        "320104": ["320104"],
    }
