import datetime as dt

import pytest
from django.contrib.gis.geos import Point

from geo.engine.errors import InputError
from geo.models import Venue
from geo.services.record_edits import edit_venue, undo_last
from tests.factories import NOW, make_province, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def venue():
    *_, west, _ = make_province()
    return Venue.objects.create(
        code="a", name_zh="站", kind="gig_station", status="operating", region=west, source=make_source(), phone="1",
        location=Point(118.75, 32.05, srid=4326),
    )  # fmt: skip


def later(minutes):
    return dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)


def test_an_edit_is_a_version_and_can_be_taken_back(venue):
    edit_venue(venue, {"phone": "025-2", "capacity_persons": "40"}, by=None, at=later(1))
    venue.refresh_from_db()
    assert (venue.phone, venue.capacity_persons) == ("025-2", 40)
    assert venue.history.first().history_change_reason == "quality page"
    undo_last(venue, by=None, at=later(2))
    venue.refresh_from_db()
    assert (venue.phone, venue.capacity_persons) == ("1", None)
    assert venue.history.count() == 3


def test_wrong_values_change_nothing(venue):
    with pytest.raises(InputError) as error:
        edit_venue(venue, {"phone": "9" * 41, "floor_area_m2": "-3"}, by=None, at=NOW)
    assert {each.code for each in error.value.problems} == {"field.text_too_long", "field.not_positive"}
    venue.refresh_from_db()
    assert venue.phone == "1"


def test_a_first_version_cannot_be_taken_back(venue):
    with pytest.raises(InputError):
        undo_last(venue, by=None, at=NOW)
