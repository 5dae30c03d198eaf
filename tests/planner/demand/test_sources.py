"""The sources of demand: each apart, with the people it counts and the people it lost, of the reader's regions alone."""

import pytest
from django.urls import reverse

from geo.models import AreaTotal
from planner.accounts.models import Role
from planner.demand.sources import people_once, source_cards
from tests.planner.accounts.world import make_member, make_world
from tests.planner.demand.ground import make_built, make_census, make_grid, make_survey

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def world(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    world = make_world()
    make_census(world)
    make_grid()
    make_survey(world)
    return world


def held(user):
    return {
        (card.source.slug, each.kind): (each.rows, each.persons, each.lost_rows, each.lost_persons)
        for card in source_cards(user)
        for each in card.holdings
    }


def test_each_source_says_what_it_counts_and_what_it_lost(world):
    make_built(world)
    found = held(make_member(Role.PLANNER, world.province))
    assert found["census", "area_totals"] == (4, 8_000, 1, 70)
    assert found["pop", "grid"] == (3, 8_000, 0, 0)
    assert found["survey", "gathering"] == (2, 130, 0, 0)
    assert found["model-workers", "cells"][1] == 800
    assert found["facts", "cells"] == (2, 20, 0, 0)


def test_a_county_sees_its_own_people_alone(world):
    make_built(world)
    found = held(make_member(Role.PLANNER, world.west.region))
    assert found["census", "area_totals"] == (1, 5_000, 0, 0)
    assert found["survey", "gathering"] == (1, 40, 0, 0)
    assert found["model-workers", "cells"][1] == 500
    assert found["facts", "cells"] == (1, 10, 0, 0)


def test_lost_rows_are_shown_to_those_for_whose_region_the_file_was_brought(world, client):
    address = reverse("demand:records", args=["census"])
    client.force_login(make_member(Role.REVIEWER, world.city))
    text = client.get(address).content.decode()
    assert "没有这个区域" in text
    assert text.index("某农场") < text.index("玄武区")
    client.force_login(make_member(Role.REVIEWER, world.west.region, name="county"))
    text = client.get(address).content.decode()
    assert "某农场" not in text
    assert "5,000" in text
    assert "3,000" not in text


@pytest.mark.parametrize(("totals", "persons"), [
    ([], 0),
    ([("1/", 10), ("1/2/", 4), ("1/2/3/", 4), ("1/4/", 6)], 10),
    ([("1/2/", 4), ("1/2/3/", 4), ("1/4/", 6), ("", 99)], 10),
    ([("1/2/", 4), ("1/2/", 5)], 9),
    ([("1/2/", 4), ("1/20/", 5)], 9),
])  # fmt: skip
def test_people_of_a_city_and_its_counties_are_counted_once(totals, persons):
    assert people_once(totals) == persons


def test_a_source_shows_what_its_grid_was_made_from(world, client):
    client.force_login(make_member(Role.PLANNER, world.province))
    lines = client.get(reverse("demand:records", args=["pop"])).context["grid"]
    values = [value for _label, value in lines]
    assert values[:3] == ["8,000", "3", "8"]
    assert values[4:] == ["30 × 20", "1", "600", "40", "1", "2", "3"]


def test_names_are_escaped_and_a_source_without_demand_is_not_there(world, client):
    AreaTotal.objects.filter(area_code="320102").update(area_name="<script>alert(1)</script>")
    client.force_login(make_member(Role.PLANNER, world.province))
    assert b"<script>alert(1)" not in client.get(reverse("demand:records", args=["census"])).content
    assert client.get(reverse("demand:records", args=["streets"])).status_code == 404


def test_the_committee_reads_no_demand(world, client):
    client.force_login(make_member(Role.COMMITTEE_MEMBER, world.province))
    assert client.get(reverse("demand:sources")).status_code == 403
    assert reverse("demand:sources") not in client.get("/accounts/me/").content.decode()
