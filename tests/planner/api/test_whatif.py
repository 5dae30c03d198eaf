"""What a facility at a point would do, over HTTP: for whom, what is refused, how much is kept."""

from types import SimpleNamespace

import numpy as np
import orjson
import pandas as pd
import pytest
import shapely
from django.urls import reverse

from coverage.models import CoverageRun
from geo.engine.network.store import save_network
from geo.models import Region
from planner.accounts.models import RegionGrant, User
from planner.api.whatif import GROUNDS, Grounds
from tests.coverage.engine.cases import LAT, LON, city, demand_at, standard_of
from tests.factories import make_plan_on_province

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MIDDLE = {"lon": LON[60], "lat": LAT[60]}  # the crossing (5, 5) of the grid city


@pytest.fixture
def run(settings, tmp_path):
    """A finished run on the grid city; column 4 (urban, west) and column 6 (rural, east) are reached already."""
    settings.VAR_DIR = tmp_path
    GROUNDS.forget()
    network, demand = city(), demand_at()
    found = make_plan_on_province().run
    save_network(network, tmp_path / "networks")
    found.network.digest = network.digest
    found.network.save()
    CoverageRun.objects.filter(pk=found.pk).update(parameters=standard_of().as_json())
    folder = tmp_path / "coverage" / found.digest
    folder.mkdir(parents=True)
    columns = np.arange(len(demand)) % 11
    pd.DataFrame(
        {
            "h3_index": demand.cell_ids, "region_code": np.array(demand.region_codes)[demand.region_index],
            "lon": demand.lon, "lat": demand.lat, "is_urban": demand.is_urban, "workers_persons": demand.workers_persons,
            "is_reached": np.isin(columns, [4, 6]),
        }
    ).to_parquet(folder / "cells.parquet")  # fmt: skip
    yield CoverageRun.objects.get(pk=found.pk)
    GROUNDS.forget()


def member(code, role="reviewer"):
    user = User.objects.create_user(f"{role}-{code}")
    RegionGrant.objects.create(user=user, role=role, region=Region.objects.get(code=code))
    return user


def ask(client, run, **parameters):
    answer = client.get(reverse("api:coverage-what-if", kwargs={"digest": run.digest}), parameters)
    return SimpleNamespace(status=answer.status_code, **orjson.loads(answer.content))


def test_isochrone_and_people_of_every_county(client, run):
    client.force_login(member("320000"))
    found = ask(client, run, **MIDDLE)
    # As by hand in tests/coverage/engine/test_whatif.py.
    assert found.properties["counties"] == [
        {"region_code": "320102", "workers_reached_persons": 160, "workers_newly_reached_persons": 110},
        {"region_code": "320104", "workers_reached_persons": 40, "workers_newly_reached_persons": 10},
    ]
    assert found.properties["workers_reached_persons"] == 200
    assert found.properties["workers_newly_reached_persons"] == 120
    assert found.properties["is_snapped"] is True
    assert found.properties["isochrone"] == {
        "settlement_class": "urban", "mode": "ebike", "cutoff_minutes": 3.0, "cutoff_metres": None, "band_metres": 50.0,
    }  # fmt: skip
    assert found.meta["run"] == run.digest
    area = shapely.geometry.shape(found.geometry)
    assert area.is_valid
    assert area.covers(shapely.Point(*found.properties["point"]))


def test_the_rule_of_the_other_class(client, run):
    client.force_login(member("320000"))
    urban, rural = (ask(client, run, **MIDDLE, settlement_class=name) for name in ("urban", "rural"))
    assert rural.properties["isochrone"]["cutoff_metres"] == 500.0
    assert rural.properties["counties"] == urban.properties["counties"]
    assert shapely.geometry.shape(rural.geometry).area < shapely.geometry.shape(urban.geometry).area


def test_only_people_of_the_own_counties(client, run):
    client.force_login(member("320104", "committee_member"))
    found = ask(client, run, **MIDDLE)
    assert [county["region_code"] for county in found.properties["counties"]] == ["320104"]
    assert found.properties["workers_reached_persons"] == 40


def test_far_from_any_street(client, run):
    client.force_login(member("320000"))
    found = ask(client, run, lon=LON[0], lat=LAT[0] - 0.5)
    assert (found.geometry, found.properties["is_snapped"], found.properties["counties"]) == (None, False, [])


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"lat": 32}, "lon"),
        ({"lon": 118.8}, "lat"),
        ({"lon": "east", "lat": 32}, "lon"),
        ({"lon": "nan", "lat": 32}, "lon"),
        ({"lon": "inf", "lat": 32}, "lon"),
        ({"lon": 118.8, "lat": 90.1}, "lat"),
        ({"lon": 118.8, "lat": 32, "settlement_class": "mixed"}, "settlement_class"),
        ({"lon": 118.8, "lat": 32, "mode": "car"}, "mode"),
    ],
)
def test_what_cannot_be_asked_is_said_in_both_languages(client, run, parameters, field):
    client.force_login(member("320000"))
    found = ask(client, run, **parameters)
    assert found.status == 400
    assert [problem["field"] for problem in found.problems] == [field]
    assert found.problems[0]["zh"]
    assert found.problems[0]["en"]


def test_a_run_without_its_cells_and_a_run_that_is_not_there(client, run, settings, tmp_path):
    client.force_login(member("320000"))
    assert ask(client, SimpleNamespace(digest="0" * 32), **MIDDLE).problems[0]["code"] == "api.run_missing"
    settings.VAR_DIR = tmp_path / "elsewhere"
    found = ask(client, run, **MIDDLE)
    assert (found.status, found.problems[0]["code"]) == (404, "api.cells_missing")


def test_a_ground_is_made_once_and_a_few_are_kept(run):
    grounds = Grounds(most=2)
    made = []
    grounds._made = lambda of: made.append(of.digest) or SimpleNamespace()
    for digest in ("a", "b", "a", "c", "a", "b"):
        grounds.of(SimpleNamespace(digest=digest))
    # b was the one asked about least lately when c came.
    assert made == ["a", "b", "c", "b"]


def test_runs_on_the_same_streets_share_them(run):
    grounds = Grounds()
    first = grounds.of(run)
    assert grounds._network(run) is first.network


def test_a_run_of_a_profile_asks_at_its_speeds(client, run):
    client.force_login(member("320000"))
    plain = ask(client, run, **MIDDLE)
    CoverageRun.objects.filter(pk=run.pk).update(profile="ebike=0.5")
    GROUNDS.forget()
    slow = ask(client, run, **MIDDLE)
    # Within 3 minutes: one block instead of three, 4 urban crossings instead of 16; the 4 rural ones within 500 m stay.
    persons = [answer.properties["workers_reached_persons"] for answer in (plain, slow)]
    assert persons == [200, 80]
    assert (plain.meta["profile"], slow.meta["profile"]) == ("", "ebike=0.5")
