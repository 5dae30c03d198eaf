"""Records of the API: pages, filters, what is blanked, what is refused."""

import pytest
from django.urls import reverse

from planner.accounts.models import Role
from tests.factories import make_plan_on_province, make_run
from tests.planner.accounts.world import make_member, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def reader(client, world):
    client.force_login(make_member(Role.REVIEWER, world.province))
    return client


def codes(answer):
    assert answer.status_code == 200, answer.content
    return [feature["id"] for feature in answer.json()["features"]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["320000", "320100", "320102", "320104"]),
        ({"level": "county"}, ["320102", "320104"]),
        ({"parent": "320000"}, ["320100"]),
        ({"within": "320100"}, ["320100", "320102", "320104"]),
        ({"within": "32010"}, []),
        ({"valid_on": "2019-12-31"}, []),
        ({"valid_on": "2020-01-01", "level": "province"}, ["320000"]),
        ({"in_bbox": "118.71,32.01,118.72,32.02", "level": "county"}, ["320102"]),
        ({"page_size": "1", "page": "2"}, ["320100"]),
    ],
)
def test_regions_are_filtered(reader, asked, found):
    assert codes(reader.get(reverse("api:region-list"), asked)) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kind": ["gig_station", "branch_market"]}, ["v-a", "v-b"]),
        ({"kind": "branch_market"}, []),
        ({"within": "320104"}, ["v-b"]),
        ({"in_bbox": "118.8,32,118.9,32.1"}, ["v-b"]),
    ],
)
def test_venues_are_filtered(reader, asked, found):
    assert codes(reader.get(reverse("api:venue-list"), asked)) == found


def test_a_page_says_how_many_there_are_and_where_the_next_is(reader):
    page = reader.get(reverse("api:region-list"), {"page_size": 3}).json()
    assert (page["type"], page["count"], page["previous"]) == ("FeatureCollection", 4, None)
    assert "page=2" in page["next"]


def test_a_venue_tells_its_hours(reader):
    venue = reader.get(reverse("api:venue-detail", args=["v-a"])).json()
    assert venue["properties"]["opening_hours"] == [
        {"weekday_mask": 127, "season": "all_year", "opens_at": "05:00:00", "closes_at": "10:00:00"}
    ]
    assert venue["geometry"]["type"] == "Point"


def test_results_of_a_run_by_level(reader, world):
    address = reverse("api:coverage-results", args=[world.west.run.digest])
    (row,) = reader.get(address, {"level": "county"}).json()["results"]
    assert (row["workers_persons"], row["served_share"], row["reached_share"]) == (10, 0.5, 0.8)
    assert reader.get(address, {"level": "prefecture"}).json()["results"] == []


@pytest.mark.parametrize(
    ("name", "asked", "field"),
    [
        ("region-list", {"level": "village"}, "level"),
        ("region-list", {"valid_on": "yesterday"}, "valid_on"),
        ("region-list", {"colour": "blue"}, "colour"),
        ("region-list", {"page_size": "0"}, "page_size"),
        ("region-list", {"page_size": "1001"}, "page_size"),
        ("region-list", {"page": "last"}, "page"),
        ("region-list", {"in_bbox": "a,b,c,d"}, "in_bbox"),
        ("region-list", {"in_bbox": "inf,0,1,1"}, "in_bbox"),
        ("venue-list", {"kind": "shop"}, "kind"),
        ("coverage-run-list", {"state": "sleeping"}, "state"),
        ("standard-list", {"in_bbox": "0,0,1,1"}, "in_bbox"),
    ],
)
def test_a_bad_parameter_is_refused_by_name_in_both_languages(reader, name, asked, field):
    answer = reader.get(reverse(f"api:{name}"), asked)
    assert answer.status_code == 400
    (problem,) = answer.json()["problems"]
    assert problem["field"] == field
    assert problem["value"] == (asked[field] if problem["code"] != "api.parameter_unknown" else "")
    assert field in problem["zh"]
    assert field in problem["en"]


def test_what_is_not_there_is_said_in_both_languages(reader):
    answer = reader.get(reverse("api:venue-detail", args=["nowhere"]))
    assert answer.status_code == 404
    (problem,) = answer.json()["problems"]
    assert "没有" in problem["zh"]
    assert "no such record" in problem["en"]


def test_strangers_are_told_to_sign_in(client):
    answer = client.get(reverse("api:region-list"))
    assert answer.status_code == 403
    assert answer.json()["problems"][0]["code"] == "api.not_signed_in"


def test_sums_over_a_larger_region_are_blank_for_those_who_see_a_part(client):
    plan = make_plan_on_province()
    address = reverse("api:recommendation-detail", args=[plan.digest])
    client.force_login(make_member(Role.PLANNER, plan.region.children.get(), name="city"))
    part = client.get(address).json()
    assert part["workers_persons"] is None
    assert part["cost_yuan"] is None
    assert part["unmet"] is None
    client.force_login(make_member(Role.PLANNER, plan.region, name="province"))
    whole = client.get(address).json()
    assert whole["workers_persons"] == 1000
    assert whole["unmet"][0]["code"] == "quota"


def test_a_run_of_a_larger_region_shows_only_the_own_rows(client, world):
    run = make_run(world.province, standard=world.standard, network=world.network, digest="9" * 32)
    from tests.factories import make_result

    make_result(run, world.province, 10, 0, 0)
    make_result(run, world.west.region, 4, 0, 0)
    make_result(run, world.east.region, 6, 0, 0)
    client.force_login(make_member(Role.PLANNER, world.west.region))
    assert client.get(reverse("api:coverage-run-detail", args=[run.digest])).json()["warnings"] is None
    rows = client.get(reverse("api:coverage-results", args=[run.digest])).json()["results"]
    assert [row["region_code"] for row in rows] == ["320102"]


def test_too_many_requests_are_turned_away(reader, monkeypatch):
    from django.core.cache import cache
    from rest_framework.throttling import UserRateThrottle

    cache.clear()
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min"})
    answers = [reader.get(reverse("api:standard-list")) for _ in range(3)]
    cache.clear()
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["problems"][0]["code"] == "api.too_many"


def test_the_schema_names_every_address_and_the_layers(reader):
    schema = reader.get(reverse("api:schema"), headers={"accept": "application/vnd.oai.openapi+json"}).json()
    assert {"/api/v1/regions/", "/api/v1/recommendations/{digest}/sites/", "/api/v1/layers/uncovered.geojson"} <= set(
        schema["paths"]
    )
    methods = {method for path in schema["paths"].values() for method in path}
    assert methods == {"get"}
    boxed = [parameter["name"] for parameter in schema["paths"]["/api/v1/venues/"]["get"]["parameters"]]
    assert {"in_bbox", "kind", "page", "page_size", "within"} <= set(boxed)


def test_the_documentation_page_needs_no_exception_from_the_policy(reader):
    page = reader.get(reverse("api:docs"))
    assert page.status_code == 200
    assert b"<style" not in page.content
    assert b"<script>" not in page.content
    script = reader.get(reverse("api:docs"), {"script": ""})
    assert script.status_code == 200
    assert "javascript" in script["Content-Type"]


def test_runs_at_plain_speeds_and_of_a_profile_are_told_apart(reader, world):
    type(world.west.run).objects.filter(pk=world.west.run.pk).update(profile="slow-walkers")
    address = reverse("api:coverage-run-list")
    plain = reader.get(address, {"at_plain_speeds": "true"}).json()["results"]
    (other,) = reader.get(address, {"at_plain_speeds": "false"}).json()["results"]
    assert (other["digest"], other["profile"]) == (world.west.run.digest, "slow-walkers")
    assert world.west.run.digest not in [run["digest"] for run in plain]
    assert reader.get(address, {"profile": "slow-walkers"}).json()["results"] == [other]
