import datetime as dt
from dataclasses import replace

import pytest
from django.contrib.gis.geos import Point

from geo.engine.errors import InputError
from geo.models import AreaTotal, OpeningHours, Venue
from geo.quality.checks import check_all, find_data_set, find_line
from geo.quality.lines import MANY, NEVER
from geo.quality.records import all_records
from tests.factories import make_network, make_province, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.database]
TODAY = dt.date(2026, 11, 23)


def venue(code, region, lon, lat, **values):
    values = {"name_zh": code, "kind": "gig_station", "status": "operating", "source": make_source(year=2018)} | values
    return Venue.objects.create(code=code, region=region, location=Point(lon, lat, srid=4326), **values)


def line(check, data_set="venues.facts"):
    return find_line(find_data_set(check_all(all_records(network=None, on=TODAY)), data_set), check)


def keys(check, data_set="venues.facts"):
    return [found.key for found in line(check, data_set).findings]


def test_missing_fields_are_counted():
    *_, west, _ = make_province()
    full = venue(
        "a", west, 118.75, 32.05, name_en="A", phone="1", address="x", capacity_persons=5
    )  # fmt: skip
    OpeningHours.objects.create(venue=full, opens_at=dt.time(5), closes_at=dt.time(10))
    venue("b", west, 118.76, 32.05, floor_area_m2=9.0, source_datum="gcj02")
    venue("c", west, 118.77, 32.05)
    assert keys("no-phone") == keys("no-address") == keys("no-hours") == keys("no-name-en") == ["b", "c"]
    assert keys("no-size") == ["c"]
    assert keys("datum") == ["b"]
    assert line("no-hours").of_count == 3
    assert line("no-hours").severity == "bad"  # 2 of 3 is above one half


def test_duplicates_need_the_same_name_nearby_or_the_same_point():
    *_, west, _ = make_province()
    # 0.001° of longitude at 32.05° is 94 m, 0.002° is 189 m.
    venue("a", west, 118.750, 32.05, name_zh="站")
    venue("b", west, 118.751, 32.05, name_zh="站")
    venue("c", west, 118.753, 32.05, name_zh="站")
    venue("d", west, 118.753, 32.05, name_zh="别的")
    assert keys("same-name") == ["a", "b"]
    assert keys("same-place") == ["c", "d"]


def test_venues_outside_their_region_say_how_far():
    *_, west, _ = make_province()
    venue("in", west, 118.75, 32.05)
    venue("out", west, 118.81, 32.05)  # 0.01° east of the border: 944 m
    found = line("outside-region").findings
    assert [each.key for each in found] == ["out"]
    assert abs(int(found[0].detail.removesuffix(" m")) - 944) <= 2


def test_kinds_make_data_sets_of_their_own_and_sources_tell_their_age():
    *_, west, _ = make_province()
    venue("a", west, 118.75, 32.05)
    venue("b", west, 118.75, 32.05, kind="candidate_site")
    venue("c", west, 118.75, 32.05, kind="informal_gathering_point")
    codes = [each.code for each in check_all(all_records(network=None, on=TODAY))]
    assert codes == ["venues.facts", "candidates.facts", "gathering-points.facts", "regions"]
    assert keys("same-place") == []


def test_people_of_areas_without_a_region_are_lost():
    *_, west, _ = make_province()
    common = {"source": make_source("census", year=2020), "year": 2020, "measure": "residents"}
    AreaTotal.objects.create(region=west, area_code="320102", persons=900, **common)
    AreaTotal.objects.create(area_name="港闸区", persons=100, **common)
    lost = line("people-lost", "area-totals.census")
    assert (lost.count, lost.of_count, lost.severity) == (100, 1000, "bad")
    assert [each.name for each in lost.findings] == ["港闸区"]
    assert line("source-old", "area-totals.census").count == 1  # 2020 is six years ago


def test_regions_and_networks():
    province, *_ = make_province()
    province.resident_persons = 5
    province.save()
    make_network()
    assert keys("no-residents", "regions") == ["320100", "320102", "320104"]
    assert keys("no-boundary", "regions") == []
    assert line("synthetic", "networks").count == 1
    assert line("old", "networks").count == 0


def test_an_unknown_data_set_is_refused():
    with pytest.raises(InputError):
        find_data_set((), "nothing")


def test_limits_are_exclusive():
    assert MANY.judge(0.1) == "good"
    assert MANY.judge(0.11) == "warn"
    assert MANY.judge(0.51) == "bad"
    assert NEVER.judge(0.0) == "good"


def test_only_the_records_given_are_checked():
    *_, west, east = make_province()
    venue("a", west, 118.75, 32.05)
    venue("b", east, 118.85, 32.05)
    records = all_records(network=None, on=TODAY)
    own = replace(records, venues=records.venues.filter(region=west))
    assert find_data_set(check_all(own), "venues.facts").record_count == 1
