"""Map layers: what they hold, for whom, and how they are sent."""

import datetime as dt
import gzip

import h3
import numpy as np
import orjson
import pandas as pd
import pytest
import shapely
from django.urls import reverse

from coverage.models import CoverageRun, Recommendation
from planner.accounts.models import RegionGrant, User
from planner.api.layers.boundaries import simplified
from tests.factories import make_plan_on_province, make_run, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def plan():
    return make_plan_on_province()


def member(region, role="planner", name="p"):
    user = User.objects.create_user(name)
    RegionGrant.objects.create(user=user, role=role, region=region)
    return user


@pytest.fixture
def region_named(plan):
    from geo.models import Region

    return lambda code: Region.objects.get(code=code)


def layer(client, name, **parameters):
    answer = client.get(reverse(f"api:layer-{name}"), parameters)
    assert answer.status_code == 200, answer.content
    return orjson.loads(answer.content)


@pytest.fixture
def cells(plan, settings, tmp_path):
    """Two cells in the west (one with nobody out of reach) and two in the east."""
    settings.VAR_DIR = tmp_path
    folder = tmp_path / "coverage" / plan.run.digest
    folder.mkdir(parents=True)
    places = [(118.74, 32.05), (118.76, 32.05), (118.84, 32.05), (118.86, 32.05)]
    frame = pd.DataFrame(
        {
            "h3_index": [h3.latlng_to_cell(lat, lon, 8) for lon, lat in places],
            "region_code": ["320102", "320102", "320104", "320104"],
            "lon": [lon for lon, _ in places],
            "lat": [lat for _, lat in places],
            "is_urban": [True, True, False, False],
            "workers_persons": [200, 200, 300, 300],
            "served_persons": [200, 0, 0, 0],
            "over_capacity_persons": [0, 100, 0, 0],
            "out_of_reach_persons": [0, 100, 300, 300],
            "nearest_minutes": np.array([5.0, 21.26, np.inf, np.nan], dtype=np.float32),
        }
    )
    frame.to_parquet(folder / "cells.parquet")
    return frame


def test_regions_carry_the_results_of_the_newest_run(client, plan, region_named):
    client.force_login(member(region_named("320000"), "reviewer"))
    shown = layer(client, "regions")
    assert shown["meta"]["run"] == plan.run.digest
    assert shown["meta"]["is_synthetic"] is True
    west, east = shown["features"]
    assert west["properties"]["code"] == "320102"
    assert west["properties"]["workers_persons"] == 400
    assert west["properties"]["served_share"] == 0.5  # 200 of 400
    assert west["properties"]["reached_share"] == 0.75  # 300 of 400
    assert west["properties"]["reached_area_share"] == 0.25  # 2 of 8 km²
    assert east["properties"]["served_share"] == 0
    assert east["properties"]["parent_code"] == "320100"
    assert west["geometry"]["type"] == "MultiPolygon"


def test_levels_are_chosen(client, plan, region_named):
    client.force_login(member(region_named("320000")))
    assert [f["id"] for f in layer(client, "regions", level="prefecture")["features"]] == ["320100"]
    assert [f["id"] for f in layer(client, "regions", level="province")["features"]] == ["320000"]


def test_a_county_sees_its_own_region_alone(client, plan, region_named, cells):
    client.force_login(member(region_named("320102")))
    assert [f["id"] for f in layer(client, "regions")["features"]] == ["320102"]
    assert layer(client, "regions", level="province")["features"] == []
    assert [f["properties"]["rank"] for f in layer(client, "sites")["features"]] == [1]
    assert [f["properties"]["out_of_reach_persons"] for f in layer(client, "uncovered")["features"]] == [100]


def test_neighbours_still_share_their_line_when_simplified():
    zigzag = [(1, y / 10 + 0.0) for y in range(11)]
    wobble = [(x + (0.004 if index % 2 else 0), y) for index, (x, y) in enumerate(zigzag)]
    left = shapely.Polygon([(0, 0), *wobble, (0, 1)])
    right = shapely.Polygon([(2, 0), (2, 1), *wobble[::-1]])
    thin = [shapely.from_geojson(orjson.dumps(shape)) for shape in simplified((left.wkb, right.wkb), 0.05)]
    assert len(thin[0].exterior.coords) < len(left.exterior.coords)
    assert thin[0].intersection(thin[1]).area == 0
    assert shapely.union_all(thin).area == pytest.approx(2, abs=1e-6)


def test_the_uncovered_come_most_people_first_without_the_reached(client, plan, region_named, cells):
    client.force_login(member(region_named("320000")))
    shown = layer(client, "uncovered")
    assert [f["properties"]["out_of_reach_persons"] for f in shown["features"]] == [300, 300, 100]
    assert shown["meta"]["out_of_reach_persons"] == 700
    assert [f["properties"]["nearest_minutes"] for f in shown["features"]] == [None, None, 21.3]


def test_the_uncovered_as_hexagons_within_a_box(client, plan, region_named, cells):
    client.force_login(member(region_named("320000")))
    shown = layer(client, "uncovered", shape="cell", in_bbox="118.8,32,118.85,32.1", min_persons=200)
    (only,) = shown["features"]
    assert only["id"] == cells.h3_index[2]
    ring = only["geometry"]["coordinates"][0]
    assert len(ring) == 7
    assert ring[0] == ring[-1]
    assert shapely.Polygon(ring).contains(shapely.Point(cells.lon[2], cells.lat[2]))


def test_cells_that_are_gone_are_said(client, plan, region_named, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    client.force_login(member(region_named("320000")))
    answer = client.get(reverse("api:layer-uncovered"))
    assert answer.status_code == 404
    assert answer.json()["problems"][0]["code"] == "api.cells_missing"


def test_sites_say_where_how_and_what_for(client, plan, region_named):
    client.force_login(member(region_named("320000"), "committee_member"))
    shown = layer(client, "sites", recommendation=plan.digest)
    first = shown["features"][0]["properties"]
    assert shown["meta"] == {"recommendation": plan.digest, "plan": "plan", "run": plan.run.digest}
    assert (first["rank"], first["action"], first["year"], first["cost_yuan"]) == (1, "integrate", 2022, 480_000)
    assert (first["newly_reached_persons"], first["overlap_persons"], first["lost_without_persons"]) == (100, 20, 50)
    assert [f["properties"]["action"] for f in shown["features"]] == ["integrate", "build", "renovate"]


def test_venues_say_whether_they_count(client, plan, region_named):
    from django.contrib.gis.geos import Point

    from geo.models import Venue

    for code, kind, status in (
        ("v1", "gig_station", "operating"),
        ("v2", "gig_station", "planned"),
        ("v3", "public_hr_market", "operating"),
    ):
        Venue.objects.create(
            code=code, name_zh=code, kind=kind, status=status, region=region_named("320102"),
            location=Point(118.75, 32.05, srid=4326), source=make_source("made", is_synthetic=True),
        )  # fmt: skip
    client.force_login(member(region_named("320100")))
    shown = layer(client, "venues", run=plan.run.digest)
    assert {f["id"]: f["properties"]["counts"] for f in shown["features"]} == {"v1": True, "v2": False, "v3": False}
    assert shown["features"][0]["geometry"] == {"type": "Point", "coordinates": [118.75, 32.05]}
    assert shown["features"][0]["properties"]["is_synthetic"] is True


def test_nothing_yet_is_empty_not_an_error(client):
    from tests.factories import make_province

    province, *_ = make_province()
    client.force_login(member(province))
    assert layer(client, "sites")["features"] == []
    assert layer(client, "uncovered")["features"] == []
    regions = layer(client, "regions")
    assert regions["meta"]["run"] is None
    assert regions["features"][0]["properties"]["served_persons"] is None


def test_an_unchanged_layer_is_not_sent_twice(client, plan, region_named):
    client.force_login(member(region_named("320000")))
    first = client.get(reverse("api:layer-regions"))
    again = client.get(reverse("api:layer-regions"), headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    other = client.get(reverse("api:layer-regions"), {"level": "province"}, headers={"if-none-match": first["ETag"]})
    assert other.status_code == 200


def test_a_layer_is_compressed_where_the_browser_can_and_other_answers_never(client, plan, region_named, cells):
    client.force_login(member(region_named("320000")))
    packed = client.get(reverse("api:layer-regions"), headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert orjson.loads(gzip.decompress(packed.content))["type"] == "FeatureCollection"
    assert "private" in packed["Cache-Control"]
    page = client.get(reverse("accounts:me"), headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in page


@pytest.mark.parametrize(
    ("name", "parameters", "code"),
    [
        ("regions", {"level": "village"}, "api.parameter_value"),
        ("regions", {"detail": "best"}, "api.parameter_value"),
        ("regions", {"colour": "blue"}, "api.parameter_unknown"),
        ("uncovered", {"min_persons": "-1"}, "api.whole_number"),
        ("uncovered", {"min_persons": "９"}, "api.whole_number"),
        ("uncovered", {"in_bbox": "1,2,3"}, "api.bbox"),
        ("uncovered", {"in_bbox": "nan,0,1,1"}, "api.bbox"),
        ("uncovered", {"in_bbox": "119,32,118,33"}, "api.bbox"),
        ("uncovered", {"in_bbox": "0,0,1e9,1"}, "api.bbox"),
    ],
)
def test_a_bad_parameter_is_refused_in_both_languages(client, plan, region_named, name, parameters, code):
    client.force_login(member(region_named("320000")))
    answer = client.get(reverse(f"api:layer-{name}"), parameters)
    assert answer.status_code == 400
    (problem,) = answer.json()["problems"]
    assert problem["code"] == code
    assert problem["field"] == next(iter(parameters))
    assert problem["zh"] != problem["en"]


@pytest.mark.parametrize("parameter", ["run", "recommendation"])
def test_an_unknown_digest_is_not_found(client, plan, region_named, parameter):
    client.force_login(member(region_named("320000")))
    answer = client.get(reverse("api:layer-regions"), {parameter: "0" * 32})
    assert answer.status_code == 404
    assert answer.json()["problems"][0]["code"] == f"api.{parameter}_missing"


def test_a_newer_run_of_a_profile_is_shown_only_when_asked_for(client, plan, region_named):
    slow = make_run(plan.region, standard=plan.run.standard, network=plan.run.network, digest="1" * 32)
    later = plan.run.created_at + dt.timedelta(days=1)
    CoverageRun.objects.filter(pk=slow.pk).update(profile="slow-walkers", created_at=later)
    other = Recommendation.objects.create(
        digest="2" * 32, plan=plan.plan, run=slow, region=plan.region, engine_version="0.1.0", state="done", method="exact",
        created_at=later,
    )  # fmt: skip
    client.force_login(member(region_named("320000"), "reviewer"))
    meta = layer(client, "regions")["meta"]
    assert (meta["run"], meta["profile"]) == (plan.run.digest, "")
    asked = layer(client, "regions", run=slow.digest)["meta"]
    assert (asked["run"], asked["profile"]) == (slow.digest, "slow-walkers")
    assert len(layer(client, "sites")["features"]) == 3
    assert layer(client, "sites", recommendation=other.digest)["features"] == []
