"""The two maps: cells merged for the screen, points by hour, of the reader's regions, with limits and marks of sameness."""

import h3
import pytest
from django.urls import reverse

from geo.models import DemandCell
from planner.accounts.models import Role
from tests.planner.accounts.world import make_member, make_world
from tests.planner.demand.ground import make_built, make_census, make_grid, make_survey

pytestmark = [pytest.mark.django_db, pytest.mark.database]
CELLS, WAITING = "/demand/maps/cells/", "/demand/maps/waiting/"


@pytest.fixture
def world(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    world = make_world()
    make_census(world)
    make_grid()
    make_survey(world)
    make_built(world)
    for county, lon in ((world.west, 118.75), (world.east, 118.85)):
        county.cell.h3_index = h3.latlng_to_cell(32.05, lon, 8)
        county.cell.save()
    return world


@pytest.fixture
def reader(world, client):
    client.force_login(make_member(Role.REVIEWER, world.province))
    return client


def cells(client, **asked):
    answer = client.get(CELLS, {"source": "model-workers"} | asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


def people(layer):
    return {feature["id"]: feature["properties"]["persons"] for feature in layer["features"]}


def test_people_live_where_the_model_put_them(reader):
    layer = cells(reader)
    rows = DemandCell.objects.filter(source__slug="model-workers")
    assert people(layer) == dict(rows.values_list("h3_index", "workers_persons"))
    assert (layer["meta"]["workers"], layer["meta"]["persons"], layer["meta"]["resolution"]) == (800, 800, 8)
    ring = layer["features"][0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    expected = [pytest.approx((lon, lat), abs=1e-5) for lat, lon in h3.cell_to_boundary(layer["features"][0]["id"])]
    assert [tuple(corner) for corner in ring[:-1]] == expected


def test_cells_merge_until_they_fit_and_nobody_is_lost(reader):
    fine = cells(reader)
    merged = cells(reader, limit=len(fine["features"]) - 1)
    assert merged["meta"]["resolution"] < 8 == fine["meta"]["resolution"]
    assert merged["meta"]["workers"] == 800
    expected = {}
    for index, persons in people(fine).items():
        parent = h3.cell_to_parent(index, merged["meta"]["resolution"])
        expected[parent] = expected.get(parent, 0) + persons
    assert people(merged) == expected


def test_where_even_merged_cells_are_too_many_the_fullest_are_shown_and_the_rest_is_said(world, reader):
    world.west.cell.h3_index, world.west.cell.workers_persons = h3.latlng_to_cell(40.0, 116.0, 5), 99
    world.west.cell.save()
    layer = cells(reader, source="facts", limit=1)
    assert people(layer) == {world.west.cell.h3_index: 99}
    assert (layer["meta"]["cells_left_out"], layer["meta"]["resolution"]) == (1, 5)


def test_groups_add_up_and_those_nobody_knows_are_not_zero(reader):
    modes = [cells(reader, group=mode)["meta"]["persons"] for mode in ("walk", "ebike", "bus", "motor")]
    assert sum(modes) == 800
    assert cells(reader, group="age50plus")["meta"]["persons"] == 400
    unknown = cells(reader, source="facts", group="walk")
    assert unknown["meta"]["persons"] is None
    assert set(people(unknown).values()) == {None}


def test_the_classes_are_parts_of_the_whole(reader):
    for cell in DemandCell.objects.filter(source__slug="model-workers", region__code="320102"):
        cell.settlement_class = "urban"
        cell.save()
    urban, rural = (cells(reader, settlement=name)["meta"]["workers"] for name in ("urban", "rural"))
    assert urban + rural == 800
    assert cells(reader, settlement="urban")["features"][0]["properties"]["urban_share"] == 1.0


def test_a_box_and_a_county_cut_the_cells(world, reader, client):
    assert cells(reader, in_bbox="118.8,32.0,118.9,32.1")["meta"]["workers"] == 300
    client.force_login(make_member(Role.PLANNER, world.west.region, name="county"))
    assert cells(client)["meta"]["workers"] == 500
    assert people(cells(client, source="facts")) == {world.west.cell.h3_index: 10}
    assert [each["id"] for each in client.get(WAITING).json()["features"]] == ["G-west"]
    page = client.get(reverse("demand:maps")).content.decode()
    assert "G-east" not in page
    assert "秦淮区" not in page


def test_a_changed_cell_shows_at_once(reader):
    before = cells(reader)
    cell = DemandCell.objects.filter(source__slug="model-workers").first()
    cell.settlement_class = "rural" if cell.settlement_class == "urban" else "urban"
    cell.save()  # the sum stays: the new version tells
    assert cells(reader)["features"] != before["features"]


def test_an_id_that_is_no_cell_is_left_out_of_the_maps_and_breaks_nothing(reader, world):
    world.west.cell.h3_index = "8831aa5a1ffffff"  # looks like one
    world.west.cell.save()
    assert people(cells(reader, source="facts")) == {world.east.cell.h3_index: 10}
    assert reader.get(reverse("demand:maps"), {"source": "facts"}).status_code == 200


def test_people_wait_by_the_hour(reader):
    layer = reader.get(WAITING, {"source": "model-workers"}).json()
    east, west = layer["features"]
    assert (east["id"], west["id"]) == ("G-east", "G-west")
    assert [west["properties"]["persons_by_hour"][hour] for hour in (4, 5, 6)] == [0, 40, 8]
    assert west["properties"]["mode_shares"] == {"walk": 0.5, "ebike": 0.5}
    assert east["properties"]["mode_shares"] == {}
    assert layer["meta"] == {"points": 2, "shown": 2}
    one = reader.get(WAITING, {"limit": 1, "in_bbox": "118,31,119,33"}).json()
    assert (one["meta"], one["features"][0]["properties"]["is_urban"]) == ({"points": 2, "shown": 1}, None)


def test_a_point_has_the_class_of_the_cell_it_lies_in(reader):
    index = h3.latlng_to_cell(32.05, 118.85, 8)
    cell = DemandCell.objects.get(h3_index=index, source__slug="model-workers")
    cell.settlement_class = "urban"
    cell.save()
    east = reader.get(WAITING, {"source": "model-workers"}).json()["features"][0]
    assert east["properties"]["is_urban"] is True


@pytest.mark.parametrize("address", [CELLS, WAITING])
def test_an_unchanged_layer_is_not_sent_twice(reader, address):
    first = reader.get(address, {"source": "model-workers"})
    again = reader.get(address, {"source": "model-workers"}, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("asked", [
    {"limit": "0"}, {"limit": "6001"}, {"limit": "x"}, {"group": "children"}, {"settlement": "sea"}, {"in_bbox": "1,2,3"},
    {"in_bbox": "nan,0,1,1"}, {"in_bbox": "5,0,1,1"}, {"unknown": "1"},
])  # fmt: skip
def test_parameters_that_make_no_sense_are_answered_with_a_sentence(reader, asked):
    answer = reader.get(CELLS, {"source": "model-workers"} | asked)
    assert answer.status_code == 400
    assert answer.json()["problems"]


def test_the_page_has_both_as_tables_and_names_stay_text(reader, world):
    page = reader.get(reverse("demand:maps"), {"source": "model-workers"})
    rows = {region.code: sums for region, sums in page.context["rows"]}
    assert {code: sums["workers"] for code, sums in rows.items()} == {"320102": 500, "320104": 300}
    assert rows["320102"]["walk"] + rows["320102"]["ebike"] + rows["320102"]["bus"] + rows["320102"]["motor"] == 500
    assert "G-west" in page.content.decode()
    assert reader.get(reverse("demand:maps"), {"source": "nothing"}).status_code == 404


def test_without_demand_the_page_says_so(settings, tmp_path, client):
    settings.VAR_DIR = tmp_path
    world = make_world()
    DemandCell.objects.all().delete()
    client.force_login(make_member(Role.PLANNER, world.province))
    page = client.get(reverse("demand:maps"))
    assert page.status_code == 200
    assert page.context["chosen"] is None
    assert client.get(WAITING).json()["features"] == []
    assert client.get(reverse("demand:sources")).status_code == 200
