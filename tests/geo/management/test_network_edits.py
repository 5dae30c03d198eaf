"""network_edits as a person uses it: add, list, apply, withdraw."""

import datetime as dt
import json

import pytest

from geo.engine.gridcity import grid_city
from geo.models import NetworkEdit, NetworkSnapshot
from geo.selectors import network_of
from geo.services.networks import keep_network
from tests.factories import NOW, make_province, make_source
from tests.geo.management.files import problems, run, run_json
from tests.geo.services.test_network_edits import crossing

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def snapshot(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    make_province()
    city = grid_city(columns=5, rows=4)
    return keep_network(city, name="grid", kind="edges", source=make_source("streets"), var_dir=settings.VAR_DIR, at=NOW)[0]


def lines(tmp_path, *shapes, name="lines.geojson"):
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": kind, "coordinates": coordinates}}
        for kind, coordinates in shapes
    ]
    path = tmp_path / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def middle(start, end):
    return ",".join(repr(sum(pair) / 2) for pair in zip(start, end, strict=True))


def test_a_barrier_a_closure_and_a_link_become_a_network(tmp_path, snapshot):
    bridge = lines(tmp_path, ("LineString", [crossing(1, 1), crossing(2, 1)]))
    diagonal = lines(tmp_path, ("LineString", [crossing(2, 2), crossing(3, 3)]), name="link.geojson")
    place = middle(crossing(3, 1), crossing(4, 1))
    assert run("network_edits", "--add", "barrier", "--at", place, "--modes", "car", "--reason", "石墩")[0] == 0
    assert run("network_edits", "--close", bridge, "--modes", "ebike, car")[0] == 0
    code, said = run_json("network_edits", "--link", diagonal, "--highway", "service", "--one-way")
    assert code == 0
    assert (said["edits"][0]["highway"], said["edits"][0]["is_oneway"], said["edits"][0]["region"]) == (
        "service",
        True,
        "320104",
    )

    code, made = run_json("network_edits", "--apply")
    assert code == 0
    assert made["base_digest"] == snapshot.digest
    assert [each["warnings"] for each in made["edits"]] == [[], [], []]
    assert made["cut_off"]["car"]["nodes"] == 0
    network = network_of(NetworkSnapshot.objects.get(digest=made["digest"]))
    assert network.node_count == 20 + 2
    assert network.classes == ("residential", "service")
    _, out, _ = run("network_edits", "--apply")
    assert made["digest"] in out

    _, listed = run_json("network_edits", "--list", "--network", made["digest"][:10])
    assert [(each["kind"], each["modes"], each["holds"]) for each in listed["edits"]] == [
        ("barrier", ["car"], True), ("closure", ["car", "ebike"], True), ("new_link", [], True),
    ]  # fmt: skip
    number = listed["edits"][1]["id"]
    assert run_json("network_edits", "--withdraw", number, "--on", "2999-01-01")[1] == {
        "edit": number, "deleted": False, "until": "2999-01-01",
    }  # fmt: skip
    assert run_json("network_edits", "--withdraw", number)[1]["deleted"] is True
    assert NetworkEdit.objects.count() == 2


def test_each_line_of_a_file_is_an_edit(tmp_path):
    both = lines(tmp_path, ("MultiLineString", [[crossing(0, 0), crossing(1, 0)], [crossing(0, 1), crossing(1, 1)]]))
    _, said = run_json("network_edits", "--close", both, "--from", "2026-01-01", "--until", "2026-02-01", "--region", "320104")
    assert [(each["valid_from"], each["valid_until"]) for each in said["edits"]] == [("2026-01-01", "2026-02-01")] * 2
    _, listed = run_json("network_edits", "--list", "--on", "2026-02-01")
    assert [each["holds"] for each in listed["edits"]] == [False, False]


def test_what_hits_nothing_is_said(snapshot):
    (lon, lat), (lon2, lat2) = crossing(1, 1), crossing(2, 2)
    run("network_edits", "--add", "barrier", "--at", f"{(lon + lon2) / 2},{(lat + lat2) / 2}")
    code, out, _ = run("network_edits", "--apply")
    assert code == 0
    assert "no street that its modes may use within 25 m" in out
    assert snapshot.digest in out


def test_an_edit_without_a_region_on_record_is_refused():
    assert problems("network_edits", "--add", "barrier", "--at", "100.5,30.5") == [("edit.region_unclear", None, "")]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--add", "barrier"), "edit.at_missing"),
        (("--add", "barrier", "--at", "1e20,1e7"), "coordinate.out_of_range"),
        (("--add", "barrier", "--at", "nan,32"), "coordinate.not_finite"),
        (("--add", "barrier", "--at", "118.805,32.001", "--modes", "boat"), "edit.mode_unknown"),
        (("--withdraw", "99"), "edit.unknown"),
        (("--list", "--network", "zz"), "network.unknown"),
    ],
)
def test_mistakes_end_with_exit_code_2_and_change_nothing(arguments, code):
    assert [each[0] for each in problems("network_edits", *arguments)] == [code]
    assert not NetworkEdit.objects.exists()


def test_files_without_lines_are_refused(tmp_path):
    assert problems("network_edits", "--close", lines(tmp_path, ("Point", crossing(1, 1))))[0][0] == "line.not_a_line"
    assert problems("network_edits", "--link", tmp_path / "none.geojson")[0][0] == "file.missing"
    link = lines(tmp_path, ("LineString", [crossing(1, 1), crossing(2, 2)]))
    assert problems("network_edits", "--link", link, "--highway", "runway") == [("edit.highway", 1, "highway")]


def test_today_is_the_day_unless_told(snapshot):
    run("network_edits", "--add", "barrier", "--at", middle(crossing(1, 1), crossing(2, 1)))
    assert abs(NetworkEdit.objects.get().valid_from - dt.datetime.now(dt.UTC).date()) <= dt.timedelta(days=1)
