import datetime as dt
import json

import numpy as np
import pytest
from django.contrib.gis.geos import Point
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.engine.datum import parse_crs, to_wgs84
from geo.engine.errors import InputError
from geo.imports.keepers.base import Origin
from geo.imports.keepers.history import CHANGED, Hand, keep_first_versions, keep_versions
from geo.imports.keepers.venues import VenueKeeper
from geo.ingest.hours import Hours, format_hours
from geo.models import CandidateDetail, ImportBatch, ImportChange, OpeningHours, Region, Venue, VenueOrigin
from geo.models.history import without_versions
from geo.quality.traces import Coordinates, Trace, reason_of, trace_of
from geo.services.record_edits import EDITABLE, Editor, edit_venue, restore_version, shown_values, undo_last
from tests.factories import NOW, make_province, make_source

database = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def province(db):
    return make_province()


@pytest.fixture
def venue(province):
    return Venue.objects.create(
        code="a", name_zh="站", kind="gig_station", status="operating", region=province[2], source=make_source(), phone="1",
        location=Point(118.75, 32.05, srid=4326),
    )  # fmt: skip


def hand(minutes, *, venues=None, regions=None):
    return Editor(
        by=None, at=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes),
        venues=Venue.objects.all() if venues is None else venues, regions=Region.objects.all() if regions is None else regions,
    )  # fmt: skip


def codes(error):
    return {each.code for each in error.value.problems}


pytestmark = database


def test_an_edit_is_a_version_and_can_be_taken_back(venue):
    edit_venue(venue, {"name_zh": "新站", "phone": "025-2", "capacity_persons": "40"}, hand(1))
    venue.refresh_from_db()
    assert (venue.name_zh, venue.phone, venue.capacity_persons) == ("新站", "025-2", 40)
    assert venue.history.first().history_change_reason == "quality page"
    undo_last(venue, hand(2))
    venue.refresh_from_db()
    assert (venue.name_zh, venue.phone, venue.capacity_persons) == ("站", "1", None)
    assert venue.history.count() == 3


def test_the_shown_values_change_nothing(venue):
    OpeningHours.objects.create(venue=venue, opens_at=dt.time(5), closes_at=dt.time(10))
    shown = shown_values(venue)
    assert set(shown) == set(EDITABLE)
    assert (shown["x"], shown["y"], shown["datum"], shown["region_code"]) == ("118.75", "32.05", "wgs84", "320102")
    edit_venue(venue, shown, hand(1))
    assert venue.history.count() == 1


def test_wrong_values_change_nothing(venue):
    wrong = {"name_zh": " ", "phone": "9" * 41, "floor_area_m2": "-3", "opening_hours": "周八", "x": "1185.2", "datum": "moon"}
    with pytest.raises(InputError) as error:
        edit_venue(venue, wrong, hand(1))
    assert codes(error) == {
        "field.required", "field.text_too_long", "field.not_positive", "hours.unreadable", "crs.unknown"
    }  # fmt: skip
    with pytest.raises(InputError) as error:
        edit_venue(venue, {"x": "1185.2"}, hand(1))
    assert codes(error) == {"coordinate.out_of_range"}
    venue.refresh_from_db()
    assert venue.phone == "1"
    assert venue.history.count() == 1


def test_a_first_version_cannot_be_taken_back(venue):
    with pytest.raises(InputError) as error:
        undo_last(venue, hand(1))
    assert codes(error) == {"edit.nothing_before"}


def test_what_is_not_the_editors_is_refused_in_the_service(venue, province):
    *_, west, east = province
    edit_venue(venue, {"phone": "1", "name_en": "Station"}, hand(1))  # so that there is something to take back
    nothing = hand(1, venues=Venue.objects.filter(region=east))
    for act in (lambda: edit_venue(venue, {"phone": "2"}, nothing), lambda: undo_last(venue, nothing)):
        with pytest.raises(InputError) as error:
            act()
        assert codes(error) == {"edit.not_permitted"}
    only_west = hand(1, regions=Region.objects.filter(pk=west.pk))
    with pytest.raises(InputError) as error:
        edit_venue(venue, {"x": "118.85"}, only_west)
    assert codes(error) == {"edit.not_permitted"}
    venue.refresh_from_db()
    assert (venue.phone, venue.region, venue.location.x) == ("1", west, 118.75)


def test_an_older_version_in_a_foreign_region_is_not_brought_back(venue, province):
    *_, west, east = province
    edit_venue(venue, {"x": "118.85"}, hand(1))
    with pytest.raises(InputError) as error:
        undo_last(venue, hand(2, regions=Region.objects.filter(pk=east.pk)))
    assert codes(error) == {"edit.not_permitted"}
    undo_last(venue, hand(2))
    venue.refresh_from_db()
    assert venue.region == west


def test_hours_are_mended_and_come_back(venue):
    OpeningHours.objects.create(venue=venue, weekday_mask=31, opens_at=dt.time(5), closes_at=dt.time(10))
    edit_venue(venue, {"opening_hours": "每天 04:30-11:00"}, hand(1))
    (span,) = OpeningHours.objects.filter(venue=venue)
    assert (span.weekday_mask, span.opens_at, span.closes_at) == (127, dt.time(4, 30), dt.time(11))
    edit_venue(venue, {"opening_hours": ""}, hand(2))
    assert shown_values(venue)["opening_hours"] == ""
    undo_last(venue, hand(3))
    assert shown_values(venue)["opening_hours"] == "Mo-Su 04:30-11:00"
    first = venue.history.last()
    restore_version(venue, first.history_id, hand(4))
    assert shown_values(venue)["opening_hours"] == "Mo-Fr 05:00-10:00"
    undo_last(venue, hand(5))
    assert shown_values(venue)["opening_hours"] == "Mo-Su 04:30-11:00"


def test_coordinates_are_converted_and_the_original_ones_kept(venue):
    """GCJ-02 at this place lies about 500 m off; the expected degrees come from the engine that has its own vectors."""
    edit_venue(venue, {"x": "118.76", "y": "32.04", "datum": "GCJ-02"}, hand(1))
    venue.refresh_from_db()
    lon, lat = to_wgs84(np.array([118.76]), np.array([32.04]), parse_crs("gcj02"))
    assert (venue.location.x, venue.location.y) == pytest.approx((lon[0], lat[0]), abs=1e-12)
    assert abs(venue.location.x - 118.76) > 0.004
    origin = VenueOrigin.objects.get(venue=venue)
    assert (origin.x, origin.y, origin.datum, venue.source_datum) == (118.76, 32.04, "gcj02", "gcj02")
    edit_venue(venue, {"datum": "wgs84"}, hand(2))  # the same numbers under another datum
    venue.refresh_from_db()
    assert (venue.location.x, venue.location.y) == (118.76, 32.04)
    undo_last(venue, hand(3))
    venue.refresh_from_db()
    assert venue.location.x == pytest.approx(lon[0], abs=1e-12)
    assert VenueOrigin.objects.get(venue=venue).datum == "gcj02"
    restore_version(venue, venue.history.last().history_id, hand(4))
    assert not VenueOrigin.objects.filter(venue=venue).exists()
    venue.refresh_from_db()
    assert shown_values(venue)["x"] == "118.75"


def test_projected_coordinates_are_metres(venue):
    """Zone 40 of 3°, central meridian 120° E: an easting below 500 km lies west of it."""
    edit_venue(venue, {"x": "381970", "y": "3547600", "datum": "epsg:4549"}, hand(1))
    venue.refresh_from_db()
    assert venue.location.x == pytest.approx(118.75, abs=0.02)
    assert venue.location.y == pytest.approx(32.05, abs=0.02)


def test_the_region_follows_the_point_unless_one_is_chosen(venue, province):
    *_, west, east = province
    edit_venue(venue, {"x": "118.85"}, hand(1))
    venue.refresh_from_db()
    assert venue.region == east
    with pytest.raises(InputError) as error:
        edit_venue(venue, {"region_code": west.code}, hand(2))
    assert codes(error) == {"region.not_here"}
    with pytest.raises(InputError) as error:
        edit_venue(venue, {"x": "120"}, hand(2))
    assert codes(error) == {"place.outside"}
    edit_venue(venue, {"x": "118.75", "region_code": west.code}, hand(3))
    venue.refresh_from_db()
    assert venue.region == west


def test_a_venue_that_lies_wrong_can_be_put_under_the_region_it_lies_in(venue, province):
    *_, west, east = province
    Venue.objects.filter(pk=venue.pk).update(region=east)
    venue.refresh_from_db()
    edit_venue(venue, {"phone": "3"}, hand(1))  # its place is not judged by the way
    edit_venue(venue, {"region_code": west.code}, hand(2))
    venue.refresh_from_db()
    assert (venue.region, venue.phone) == (west, "3")


def test_who_saw_an_older_version_changes_nothing(venue):
    seen = venue.history.first().history_id
    edit_venue(venue, {"phone": "2"}, hand(1), seen=seen)
    with pytest.raises(InputError) as error:
        edit_venue(venue, {"phone": "3"}, hand(2), seen=seen)
    assert codes(error) == {"edit.changed_since"}
    with pytest.raises(InputError) as error:
        restore_version(venue, seen, hand(2), seen=seen)
    assert codes(error) == {"edit.changed_since"}


def test_a_venue_without_history_gets_a_first_version(venue):
    venue.history.all().delete()
    edit_venue(venue, {"phone": "2"}, hand(1))
    undo_last(venue, hand(2))
    venue.refresh_from_db()
    assert venue.phone == "1"


EDITS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "phone": st.sampled_from(["", "1", "025-2"]), "name_zh": st.sampled_from(["站", "新站"]),
            "capacity_persons": st.sampled_from(["", "0", "40"]), "floor_area_m2": st.sampled_from(["", "12.5"]),
            "opening_hours": st.sampled_from(["", "Mo-Su 04:30-11:00", "Mo-Fr 05:00-10:00; Sa-Su 22:00-02:00"]),
            "x": st.sampled_from(["118.75", "118.77", "118.85"]), "datum": st.sampled_from(["wgs84", "gcj02", "cgcs2000"]),
        },
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@given(EDITS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_version_can_be_brought_back_whole(venue, edits):
    """Whatever was edited in whatever order: each version comes back as it was shown, and the one before it after that."""
    Venue.objects.filter(pk=venue.pk).update(phone="1")
    venue.history.all().delete()
    minute, shown = 0, {}
    for edit in edits:
        minute += 1
        edit_venue(venue, edit, hand(minute))
        venue.refresh_from_db()
        newest = venue.history.order_by("-history_date", "-history_id").first()
        if newest is not None:
            shown[newest.history_id] = shown_values(venue)
    for number in list(shown)[:-1]:
        minute += 1
        before = shown_values(venue)
        restore_version(venue, number, hand(minute))
        venue.refresh_from_db()
        assert shown_values(venue) == shown[number]
        undo_last(venue, hand(minute + 0.5))
        venue.refresh_from_db()
        assert shown_values(venue) == before


def test_the_change_of_an_import_is_taken_back_whole(venue, province):
    """The import changes phone, hours, place and the facts of a candidate; one undo brings all of them back."""
    CandidateDetail.objects.create(venue=venue, action="renovation", risk="旧")
    OpeningHours.objects.create(venue=venue, opens_at=dt.time(5), closes_at=dt.time(10))
    batch = ImportBatch.objects.create(
        kind="venues", region=province[0], source=venue.source, file_name="f.csv", file_digest="0" * 32, created_at=NOW,
        stage="committed", committed_at=NOW,
    )  # fmt: skip
    keeper = VenueKeeper(venue.source, batch)
    before = keeper.current(["a"])["a"]
    after = before | {"phone": "9", "opening_hours": "Sa 06:00-07:00", "lon": 118.76, "action": "construction", "risk": "新"}
    at = hand(1).at
    keep_first_versions(Venue, [venue.pk], at)
    with without_versions():
        keeper.keep([after], [Origin(row=2, x=118.76, y=32.05, datum="wgs84")])
    keep_versions(Venue, [venue.pk], CHANGED, Hand(at=at, by=None, reason="import", batch=batch))
    ImportChange.objects.create(batch=batch, row=2, key="a", before=json.loads(json.dumps(before)), after=after)
    venue.refresh_from_db()
    assert venue.phone == "9"
    undo_last(venue, hand(2))
    assert keeper.current(["a"])["a"] == before
    assert not VenueOrigin.objects.filter(venue=venue).exists()


spans = st.builds(
    Hours, season=st.sampled_from(["all_year", "summer", "winter"]), weekday_mask=st.integers(1, 127),
    opens_at=st.times().map(lambda time: time.replace(second=0, microsecond=0)),
    closes_at=st.times().map(lambda time: time.replace(second=0, microsecond=0)),
)  # fmt: skip
numbers = st.floats(-1e8, 1e8, allow_nan=False)
origins = st.none() | st.builds(
    Coordinates, x=numbers, y=numbers, datum=st.sampled_from(["wgs84", "cgcs2000", "epsg:4549"]),
    batch=st.none() | st.integers(1, 10**6), row=st.none() | st.integers(1, 10**6),
)  # fmt: skip


@given(st.lists(spans, max_size=20), origins, st.booleans(), st.booleans())
def test_a_reason_tells_what_was_before(hours, origin, has_hours, has_origin):
    trace = Trace(
        has_hours=has_hours, hours=tuple(hours) if has_hours else (), has_origin=has_origin,
        origin=origin if has_origin else None,
    )  # fmt: skip
    reason = reason_of(trace)
    assert len(reason) <= 200
    assert trace_of(reason) == trace
    assert trace_of(reason).hours_text == format_hours(trace.hours)


@pytest.mark.parametrize("reason", [None, "", "import 3: h=AAAA.csv", "quality page"])
def test_other_reasons_tell_nothing(reason):
    assert trace_of(reason) == Trace()
