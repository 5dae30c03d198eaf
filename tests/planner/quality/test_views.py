import csv
import io

import pytest
from django.urls import reverse

from planner.accounts.models import Role
from planner.quality.views import plain_cell
from tests.planner.accounts.world import make_member, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LINE = {"dataset": "venues.facts", "check": "no-phone"}


@pytest.fixture
def world(client, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    world = make_world()
    client.force_login(make_member(Role.PLANNER, world.west.region))
    return world


def test_only_the_own_records_are_counted_and_listed(client, world):
    page = client.get(reverse("quality:page"))
    (venues,) = [each for each in page.context["data_sets"] if each.code == "venues.facts"]
    assert venues.record_count == 1
    records = client.get(reverse("quality:records", kwargs=LINE)).content.decode()
    assert "v-a" in records
    assert "v-b" not in records


def test_csv_holds_the_records_and_no_formula(client, world):
    world.west.venue.name_zh = "=1+1"
    world.west.venue.save()
    answer = client.get(reverse("quality:csv", kwargs=LINE))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [{"key": "v-a", "name_zh": "'=1+1", "region_code": "320102", "found": ""}]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_formulas_become_text(start):
    assert plain_cell(f"{start}x") == f"'{start}x"
    assert plain_cell("x=") == "x="


def test_unknown_lines_are_not_there(client, world):
    assert client.get(reverse("quality:records", kwargs=LINE | {"check": "nothing"})).status_code == 404
    assert client.get(reverse("quality:records", kwargs=LINE | {"dataset": "nothing"})).status_code == 404


def test_history_tells_old_and_new(client, world):
    venue = world.west.venue
    venue.phone = "025-1"
    venue.save()
    page = client.get(reverse("quality:history", kwargs={"code": venue.code}))
    newest, first = page.context["versions"]
    (change,) = newest.changes
    assert (change.before, change.after) == ("–", "025-1")
    assert first.changes == ()


def test_a_planner_mends_a_venue_and_takes_it_back(client, world):
    address = reverse("quality:history", kwargs={"code": "v-a"})
    assert client.post(address, {"phone": "025-2"}).status_code == 302
    world.west.venue.refresh_from_db()
    assert world.west.venue.phone == "025-2"
    assert world.west.venue.history.first().history_user.username == "member"
    client.post(address, {"undo": "1"})
    world.west.venue.refresh_from_db()
    assert world.west.venue.phone == ""


def test_foreign_venues_and_reviewers_change_nothing(client, world):
    assert client.post(reverse("quality:history", kwargs={"code": "v-b"}), {"phone": "1"}).status_code == 404
    client.force_login(make_member(Role.REVIEWER, world.west.region, name="reviewer"))
    assert client.post(reverse("quality:history", kwargs={"code": "v-a"}), {"phone": "1"}).status_code == 403
