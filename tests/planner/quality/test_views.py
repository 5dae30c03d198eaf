import csv
import io
import json
import re

import pytest
from django.urls import reverse

from geo.imports.kinds.venues import VENUES
from geo.imports.mapping import suggest
from geo.models import DemandModel, OpeningHours, Venue, VenueOrigin
from planner.accounts.models import Role
from tests.factories import NOW
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


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_holds_every_field_and_no_formula(client, world, start):
    world.west.venue.name_zh, world.west.venue.floor_area_m2 = f"{start}1+1", 12.5
    world.west.venue.save()
    (row,) = rows_of(client.get(reverse("quality:csv", kwargs=LINE)))
    assert row["名称"] == f"'{start}1+1"
    assert (row["编号"], row["建筑面积 (m²)"], row["开放时间"], row["经度 (°)"]) == (
        "v-a",
        "12.5",
        "Mo-Su 05:00-10:00",
        "118.75",
    )
    assert "服务能力 (人)" in row


def test_csv_in_english_and_of_other_records(client, world):
    english = client.get(reverse("quality:csv", kwargs=LINE), HTTP_ACCEPT_LANGUAGE="en")
    (row,) = rows_of(english)
    assert row["floor area (m²)"] == ""
    assert row["kind"] == "gig station"
    regions = reverse("quality:csv", kwargs={"dataset": "regions", "check": "no-residents"})
    assert [each["记录"] for each in rows_of(client.get(regions))] == ["320102"]


def test_the_csv_is_a_file_that_the_importer_reads(client, world):
    (row,) = rows_of(client.get(reverse("quality:csv", kwargs=LINE)))
    found = suggest(list(row), VENUES.fields)
    assert set(found) == {spec.name for spec in VENUES.fields}


def test_the_lines_are_a_sheet_too(client, world):
    rows = rows_of(client.get(reverse("quality:lines_csv"), HTTP_ACCEPT_LANGUAGE="en"))
    (phone,) = [row for row in rows if row["data set"] == "Venues · Facts" and row["check"] == "Without a phone number"]
    assert (phone["count"], phone["of"], phone["share (0–1)"], phone["verdict"]) == ("1", "1", "1.000000", "bad")


def test_records_that_are_no_venues_link_to_where_staff_mend_them(client, world):
    address = reverse("quality:records", kwargs={"dataset": "regions", "check": "no-residents"})
    assert [link for _, link in client.get(address).context["lines"]] == [""]
    client.force_login(make_member(Role.PLANNER, world.west.region, name="staff", is_staff=True))
    (link,) = [link for _, link in client.get(address).context["lines"]]
    assert link == "/admin/geo/region/?q=320102"
    assert "玄武区" in client.get(link).content.decode()


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


ADDRESS = {"code": "v-a"}


def mend(client, **given):
    return client.post(reverse("quality:history", kwargs=ADDRESS), given)


def test_a_planner_mends_a_venue_and_takes_it_back(client, world):
    assert mend(client, phone="025-2", opening_hours="周末 06:00-09:00").status_code == 302
    venue = world.west.venue
    venue.refresh_from_db()
    assert venue.phone == "025-2"
    assert venue.history.first().history_user.username == "member"
    assert OpeningHours.objects.get(venue=venue).weekday_mask == 96  # Saturday and Sunday: bits 5 and 6
    page = client.get(reverse("quality:history", kwargs=ADDRESS))
    newest, older = page.context["versions"]
    assert [(each.field, each.before, each.after) for each in newest.changes][1:] == [
        ("开放时间", "Mo-Su 05:00-10:00", "Sa-Su 06:00-09:00")
    ]
    mend(client, restore=str(older.number))
    venue.refresh_from_db()
    assert venue.phone == ""
    assert OpeningHours.objects.get(venue=venue).weekday_mask == 127


def test_the_form_sent_as_it_stands_changes_nothing(client, world):
    page = client.get(reverse("quality:history", kwargs=ADDRESS))
    given = {field.name: field.value for field in page.context["fields"]}
    assert mend(client, **given, seen=str(page.context["versions"][0].number)).status_code == 302
    assert world.west.venue.history.count() == 1


def test_wrong_values_stay_in_the_form_with_what_is_wrong(client, world):
    answer = mend(client, phone="025-3", floor_area_m2="-1", x="1185.2")
    fields = {field.name: field for field in answer.context["fields"]}
    assert answer.status_code == 400
    assert (fields["phone"].value, fields["phone"].errors) == ("025-3", [])
    assert fields["floor_area_m2"].errors
    assert fields["x"].errors
    world.west.venue.refresh_from_db()
    assert world.west.venue.phone == ""


def test_coordinates_keep_what_was_typed(client, world):
    mend(client, x="118.756", y="32.048", datum="gcj02")
    origin = VenueOrigin.objects.get(venue=world.west.venue)
    assert (origin.x, origin.y, origin.datum) == (118.756, 32.048, "gcj02")
    page = client.get(reverse("quality:history", kwargs=ADDRESS))
    values = {field.name: field.value for field in page.context["fields"]}
    assert (values["x"], values["y"], values["datum"]) == ("118.756", "32.048", "gcj02")


def test_a_venue_is_not_moved_into_a_region_of_others(client, world):
    answer = mend(client, x="118.85")
    assert answer.status_code == 400
    assert "320104" not in dict(next(f.choices for f in answer.context["fields"] if f.name == "region_code"))
    world.west.venue.refresh_from_db()
    assert world.west.venue.region == world.west.region


def test_who_saw_an_older_version_is_told(client, world):
    mend(client, phone="1")
    answer = mend(client, phone="2", seen="1")
    assert answer.status_code == 400
    assert answer.context["problems"]


def test_foreign_venues_and_reviewers_change_nothing(client, world):
    assert client.post(reverse("quality:history", kwargs={"code": "v-b"}), {"phone": "1"}).status_code == 404
    client.force_login(make_member(Role.REVIEWER, world.west.region, name="reviewer"))
    assert mend(client, phone="1").status_code == 403
    assert mend(client, restore="1").status_code == 403
    assert client.get(reverse("quality:history", kwargs=ADDRESS)).context["fields"] == []


@pytest.fixture
def many(world):
    """Sixty venues of the west without a telephone, with names and places of their own."""
    template = world.west.venue
    for number in range(60):
        template.pk, template._state.adding = None, True
        template.code, template.name_zh = f"n-{number:02d}", f"驿站{number}"
        template.save()
    return world


def test_records_are_searched_sorted_and_paged(client, many):
    address = reverse("quality:records", kwargs=LINE)
    first = client.get(address)
    assert (first.context["count"], len(first.context["lines"]), first.context["rows"].paginator.num_pages) == (61, 50, 2)
    found = client.get(address, {"q": "驿站5 N-"})
    assert {row.key for row, _ in found.context["lines"]} == {"n-05", *(f"n-5{digit}" for digit in range(10))}
    down = client.get(address, {"sort": "-key"})
    assert [row.key for row, _ in down.context["lines"]][:2] == ["v-a", "n-59"]
    sheet = client.get(reverse("quality:csv", kwargs=LINE), {"q": "驿站5 N-", "sort": "-key"})
    assert [row["编号"] for row in rows_of(sheet)][:2] == ["n-59", "n-58"]
    assert client.get(address, {"sort": "nothing", "page": "x", "region": "9"}).status_code == 200


def test_the_map_has_every_record_as_text(client, many):
    Venue.objects.filter(code="n-00").update(name_zh="</script><b>x")
    text = client.get(reverse("quality:records", kwargs=LINE)).content.decode()
    data = re.search(r'<script id="boot" type="application/json">(.*?)</script>', text, re.DOTALL)[1]
    boot = json.loads(data)
    assert boot["count"] == len(boot["points"]) == 61
    assert "<b>x" not in text
    assert boot["points"][0]["name"] == "</script><b>x"
    assert boot["link"] == "/quality/venues/KEY/history/?from=venues.facts%2Fno-phone"


def test_models_of_larger_regions_are_not_shown(client, world):
    """A report of the province tells of all counties; a planner of one county gets none of it."""
    DemandModel.objects.create(
        slug="all", name_zh="全省", name_en="All", region=world.province, recipe={}, created_at=NOW, state="done",
        report={"components": [], "regions": [{"code": "320104", "name_zh": "秦淮区", "components": []}]},
    )  # fmt: skip
    address = reverse("quality:records", kwargs={"dataset": "model.all", "check": "people-lost"})
    assert client.get(address).status_code == 404
    client.force_login(make_member(Role.PLANNER, world.province, name="all"))
    assert client.get(address).status_code == 200


def test_the_source_of_venues_is_no_venue(client, world):
    page = client.get(reverse("quality:records", kwargs=LINE | {"check": "source-no-year"}))
    assert [(row.key, link) for row, link in page.context["lines"]] == [("facts", "")]
    sheet = client.get(reverse("quality:csv", kwargs=LINE | {"check": "source-no-year"}))
    assert [row["记录"] for row in rows_of(sheet)] == ["facts"]
