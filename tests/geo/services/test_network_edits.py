"""Edits on record: checked, withdrawn, applied as a network that runs can point at. Blocks of 250 m, cars 25 s a block."""

import datetime as dt

import numpy as np
import pytest
from django.contrib.gis.geos import GEOSGeometry, LineString, Point

from geo.engine.errors import InputError
from geo.engine.gridcity import grid_city, grid_points
from geo.models import NetworkEdit, NetworkSnapshot
from geo.selectors import network_of
from geo.services.network_edits import (
    NewEdit,
    add_edit,
    add_edits,
    base_of,
    edit_count,
    edited_network,
    edited_snapshot,
    edits_on,
    withdraw_edit,
)  # fmt: skip
from geo.services.networks import keep_network
from tests.factories import NOW, make_province, make_run, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.database]

COLUMNS = 5
LON, LAT = grid_points(columns=COLUMNS, rows=4, block_metres=250.0)
TODAY = dt.date(2026, 6, 1)


def crossing(column, row):
    number = row * COLUMNS + column
    return float(LON[number]), float(LAT[number])


@pytest.fixture(autouse=True)
def _var(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture
def var(settings):
    return settings.VAR_DIR


@pytest.fixture
def snapshot(var):
    city = grid_city(columns=COLUMNS, rows=4)
    return keep_network(city, name="grid", kind="edges", source=make_source("streets"), var_dir=var, at=NOW)[0]


@pytest.fixture
def county():
    *_, east = make_province()
    return east


def closure(county, **values):
    values = {"valid_from": dt.date(2026, 1, 1)} | values
    return NewEdit(kind="closure", shape=LineString(crossing(1, 1), crossing(2, 1), srid=4326), region=county, **values)


def test_edits_make_a_network_of_their_own(snapshot, county, var):
    row = add_edit(snapshot, closure(county, modes=("car",), reason="bridge"), by=None, at=NOW)
    made = edited_snapshot(snapshot, TODAY, var_dir=var, at=NOW)
    assert (made.name, made.kind, made.is_active, made.source) == ("grid + 1 edits", "edges", False, snapshot.source)
    assert made.report["base_digest"] == snapshot.digest
    (entry,) = made.report["edits"]
    assert (entry["keys"], entry["edges_closed"], entry["metres_closed"]) == ([str(row.pk)], 1, 250.0)
    car = network_of(made).forward_seconds[2]
    assert np.isinf(car).sum() == 1
    assert np.isfinite(network_of(snapshot).forward_seconds).all()
    assert NetworkSnapshot.objects.get(is_active=True) == snapshot
    assert base_of(made) == snapshot


def test_a_run_keeps_its_network(snapshot, county, var):
    add_edit(snapshot, closure(county), by=None, at=NOW)
    made = edited_snapshot(snapshot, TODAY, var_dir=var, at=NOW)
    run = make_run(county, network=made)
    keep_network(grid_city(columns=6), name="new", kind="edges", source=make_source("streets"), var_dir=var, at=NOW)
    run.refresh_from_db()
    assert run.network == made
    assert network_of(run.network).digest == made.digest


def test_the_same_edits_are_applied_once(snapshot, county, var, monkeypatch):
    add_edit(snapshot, closure(county), by=None, at=NOW)
    first = edited_network(snapshot, TODAY, var_dir=var)
    monkeypatch.setattr("geo.services.network_edits.apply_edits", lambda *args: pytest.fail("worked out again"))
    again = edited_network(snapshot, TODAY, var_dir=var)
    assert (again.digest, again.report) == (first.digest, first.report)
    # Both lie over the loaded streets and keep what searches work out beside their files, for other processes.
    assert {each.overlay.below.digest for each in (first, again)} == {snapshot.digest}
    assert {each.folder.name for each in (first, again)} == {first.digest}
    assert edited_snapshot(snapshot, TODAY, var_dir=var, at=NOW) == edited_snapshot(snapshot, TODAY, var_dir=var, at=NOW)


def test_an_edit_holds_from_its_first_day_until_its_last(snapshot, county, var):
    add_edit(snapshot, closure(county, valid_until=dt.date(2026, 3, 1)), by=None, at=NOW)
    days = dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 2, 28), dt.date(2026, 3, 1)
    assert [edits_on(snapshot, day).count() for day in days] == [0, 1, 1, 0]
    assert edited_snapshot(snapshot, days[3], var_dir=var, at=NOW) == snapshot
    assert edit_count(snapshot) == 1


def test_edits_on_an_edited_network_belong_to_its_base(snapshot, county, var):
    add_edit(snapshot, closure(county), by=None, at=NOW)
    made = edited_snapshot(snapshot, TODAY, var_dir=var, at=NOW)
    barrier = NewEdit(kind="barrier", shape=Point(*crossing(3, 1), srid=4326), region=county, valid_from=TODAY)
    assert add_edit(made, barrier, by=None, at=NOW).snapshot == snapshot
    assert edited_snapshot(made, TODAY, var_dir=var, at=NOW).name == "grid + 2 edits"


def test_withdrawing(snapshot, county, var):
    row = add_edit(snapshot, closure(county), by=None, at=NOW)
    assert withdraw_edit(row, on=TODAY).valid_until == TODAY
    assert not edits_on(snapshot, TODAY).exists()
    assert edits_on(snapshot, TODAY - dt.timedelta(days=1)).exists()
    later = add_edit(snapshot, closure(county, valid_from=TODAY), by=None, at=NOW)
    assert withdraw_edit(later, on=TODAY) is None
    assert not NetworkEdit.objects.filter(pk=later.pk).exists()


def test_an_edit_that_hits_nothing_says_so_and_makes_no_network(snapshot, county, var):
    (lon, lat), (lon2, lat2) = crossing(1, 1), crossing(2, 2)
    middle = (lon + lon2) / 2, (lat + lat2) / 2
    add_edit(
        snapshot, NewEdit(kind="barrier", shape=Point(*middle, srid=4326), region=county, valid_from=TODAY), by=None, at=NOW
    )
    assert edited_snapshot(snapshot, TODAY, var_dir=var, at=NOW) == snapshot
    for _ in range(2):
        report = edited_network(snapshot, TODAY, var_dir=var).report
        assert report["edits"][0]["warnings"][0]["code"] == "edit.nothing_hit"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"kind": "tunnel"}, ["edit.kind_unknown"]),
        ({"shape": Point(118.805, 32.001)}, ["edit.shape"]),
        ({"shape": GEOSGeometry("LINESTRING EMPTY")}, ["edit.shape_empty"]),
        ({"shape": GEOSGeometry("LINESTRING (118.80 32, 118.80 32)")}, ["edit.shape_invalid"]),
        ({"shape": LineString((1e20, 1e7), (118.8, 32.0))}, ["coordinate.out_of_range"]),
        ({"shape": LineString((32.0, 118.8), (32.01, 118.8))}, ["coordinate.swapped"]),
        ({"shape": LineString((5e5, 3e6), (5e5, 4e6), srid=4549)}, ["edit.shape_datum"]),
        ({"shape": LineString((100.0, 30.0), (100.1, 30.0))}, ["edit.outside_network"]),
        ({"shape": LineString((118.79, 32.001), (118.7999, 32.001))}, ["edit.outside_network"]),
        ({"modes": ("boat",)}, ["edit.mode_unknown"]),
        ({"valid_until": dt.date(2026, 1, 1)}, ["edit.period"]),
        ({"reason": "x" * 201}, ["edit.reason_long"]),
        ({"kind": "new_link", "highway": "runway", "modes": ("boat",)}, ["edit.mode_unknown", "edit.highway"]),
    ],
)
def test_what_makes_no_sense_is_refused_as_a_whole(snapshot, county, changes, codes):
    good = closure(county)
    bad = NewEdit(**(vars(good) | changes))
    with pytest.raises(InputError) as error:
        add_edits(snapshot, [good, bad], by=None, at=NOW)
    assert [problem.code for problem in error.value.problems] == codes
    assert {problem.row for problem in error.value.problems} == {2}
    assert all(problem.sentence("en") and problem.sentence("zh-hans") for problem in error.value.problems)
    assert not NetworkEdit.objects.exists()


def test_a_shape_outside_the_region_is_refused(snapshot, county):
    west = county.parent.children.get(code="320102")
    with pytest.raises(InputError) as error:
        add_edit(snapshot, closure(west), by=None, at=NOW)
    assert error.value.problems[0].code == "edit.outside_region"


def test_heights_are_left_out(snapshot, county):
    shape = LineString((*crossing(1, 1), 5.0), (*crossing(2, 1), 6.0), srid=4326)
    row = add_edit(snapshot, NewEdit(kind="closure", shape=shape, region=county, valid_from=TODAY), by=None, at=NOW)
    row.refresh_from_db()
    assert not row.shape.hasz
