"""The doctor: finds what is broken, says the cure, mends indexes."""

import json

import numpy as np
import pytest
from django.contrib.gis.geos import Point, Polygon
from django.core.management import call_command
from django.db import connection

from geo.models import NetworkSnapshot, Venue
from planner.doctor import libraries, surroundings
from planner.doctor.findings import Finding, State
from planner.doctor.spatial_indexes import SpatialColumn, faults, spatial_columns, spatial_indexes
from tests.factories import make_network, make_province, make_source

database = pytest.mark.database
VENUES = SpatialColumn("geo_venue", "location")


def make_venue(region, code, lon=118.75):
    return Venue.objects.create(
        code=code, name_zh=code, kind="gig_station", status="operating", region=region, location=Point(lon, 32.05, srid=4326),
        source=make_source(),
    )  # fmt: skip


def near(lon):
    box = Polygon.from_bbox((lon - 0.01, 32.0, lon + 0.01, 32.1))
    return set(Venue.objects.filter(location__within=box).values_list("code", flat=True))


@pytest.fixture
def examined(settings, tmp_path, capsys):
    settings.VAR_DIR = tmp_path

    def run(*options):
        code = 0
        try:
            call_command("doctor", "--json", *options)
        except SystemExit as stopped:
            code = stopped.code
        return code, json.loads(capsys.readouterr().out)

    return run


def states(summary):
    return {finding["name"]: finding["state"] for finding in summary["findings"]}


def test_our_spatial_columns_are_the_five_of_the_models():
    assert {str(column) for column in spatial_columns()} == {
        "geo_region.boundary", "geo_venue.location", "geo_demandcell.location", "geo_networksnapshot.extent",
        "coverage_recommendedsite.location",
        "geo_networkedit.shape",
    }  # fmt: skip


@database
@pytest.mark.django_db(transaction=True)
def test_fresh_indexes_are_healthy():
    _, _, west, _ = make_province()
    make_venue(west, "v1")
    assert {finding.state for finding in spatial_indexes(repair=False)} == {State.OK}


def drop_index(column):
    """Break the index as a later migration would: on SpatiaLite its triggers go, on PostGIS the index itself."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = %s AND indexdef LIKE '%%gist%%'", [column.table])
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP INDEX "{name}"')
            return
        for prefix in ("gii", "giu", "gid"):
            cursor.execute(f'DROP TRIGGER "{prefix}_{column.table}_{column.column}"')


@database
@pytest.mark.django_db(transaction=True)
def test_a_broken_index_is_found_and_repaired_without_losing_a_row(examined):
    _, _, west, _ = make_province()
    make_venue(west, "before", 118.75)
    drop_index(VENUES)
    make_venue(west, "after", 118.79)
    code, summary = examined()
    assert code == 1
    assert states(summary)["spatial index geo_venue.location"] == "bad"
    broken = next(finding for finding in summary["findings"] if finding["name"] == "spatial index geo_venue.location")
    assert "missing" in broken["said"]
    assert "--repair" in broken["cure_en"]
    assert "--repair" in broken["cure_zh"]
    code, summary = examined("--repair")
    assert states(summary)["spatial index geo_venue.location"] == "ok"
    assert code == 0
    make_venue(west, "later", 118.71)
    assert faults(VENUES) == []
    assert (near(118.75), near(118.79), near(118.71)) == ({"before"}, {"after"}, {"later"})


@pytest.mark.django_db(transaction=True)
def test_a_lost_index_table_is_made_anew():
    if connection.vendor == "postgresql":
        pytest.skip("SpatiaLite keeps its index in a table; PostGIS does not")
    _, _, west, _ = make_province()
    make_venue(west, "v1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT DisableSpatialIndex('geo_venue', 'location')")
        cursor.execute("DROP TABLE idx_geo_venue_location")
    assert faults(VENUES) == ["the index is missing"]
    repaired = spatial_indexes(repair=True)
    assert {finding.state for finding in repaired} == {State.OK}
    assert faults(VENUES) == []


@pytest.mark.django_db(transaction=True)
def test_rows_that_the_index_does_not_know_are_counted():
    if connection.vendor == "postgresql":
        pytest.skip("only SpatiaLite's index can lag behind its table")
    _, _, west, _ = make_province()
    make_venue(west, "v1")
    make_venue(west, "v2")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM idx_geo_venue_location WHERE pkid = (SELECT max(pkid) FROM idx_geo_venue_location)")
    assert faults(VENUES) == ["2 rows, 1 in the index"]
    spatial_indexes(repair=True)
    assert faults(VENUES) == []


@database
@pytest.mark.django_db
def test_every_library_is_named_with_version_and_path(examined):
    _, summary = examined()
    said = {finding["name"]: finding["said"] for finding in summary["findings"]}
    for name in (
        "Python",
        "GDAL (GeoDjango)",
        "GEOS (GeoDjango)",
        "PROJ (pyproj)",
        "numba",
        "HiGHS",
        "shapely",
        "pyogrio",
        "osmium",
    ):
        assert "/" in said[name], name
        assert any(character.isdigit() for character in said[name]), name
    assert ("PostGIS" if connection.vendor == "postgresql" else "SpatiaLite").lower() in said["database"].lower()
    assert states(summary)["migrations"] == "ok"
    assert states(summary)["street network"] == "warn"


def test_a_library_that_cannot_be_loaded_is_bad():
    def look():
        raise ImportError("no such file")

    found = libraries.library("GDAL", look)
    assert found.state is State.BAD
    assert "bootstrap" in found.cure_en


def test_a_python_that_cannot_load_extensions_is_bad(monkeypatch):
    class Plain:
        pass

    monkeypatch.setattr(libraries.sqlite3, "Connection", Plain)
    assert libraries.sqlite().state is State.BAD


@pytest.mark.parametrize(("free", "state"), [(10 * 2**30, State.OK), (2**30, State.WARN), (2**20, State.BAD)])
def test_free_disk_is_judged(monkeypatch, free, state):
    monkeypatch.setattr(surroundings.shutil, "disk_usage", lambda _: type("Usage", (), {"free": free}))
    assert surroundings.free_disk().state is state


def test_a_var_folder_that_is_not_there_is_bad(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "gone"
    assert surroundings.var_folder().state is State.BAD
    settings.VAR_DIR = tmp_path
    assert surroundings.var_folder().state is State.OK


def test_reports_need_a_chinese_font(monkeypatch):
    monkeypatch.setattr(surroundings.font_manager, "findSystemFonts", lambda: ["/fonts/DejaVuSans.ttf"])
    assert surroundings.fonts().state is State.BAD
    monkeypatch.setattr(surroundings.font_manager, "findSystemFonts", lambda: ["/fonts/NotoSansCJK-Regular.ttc"])
    assert surroundings.fonts().state is State.OK


def test_kernels_not_compiled_yet_are_a_warning(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert surroundings.kernels().state is State.WARN
    (tmp_path / "search-1.nbi").write_bytes(b"")
    assert surroundings.kernels().state is State.OK


@database
@pytest.mark.django_db
def test_networks_without_their_files_are_bad(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    snapshot = make_network()
    (found,) = surroundings.networks()
    assert found.state is State.BAD
    assert "load_network" in found.cure_en
    NetworkSnapshot.objects.filter(pk=snapshot.pk).update(is_active=False)
    assert surroundings.networks()[0].state is State.WARN


@database
@pytest.mark.django_db
def test_a_network_whose_files_are_there_is_well(settings, tmp_path):
    from geo.engine.gridcity import grid_city
    from geo.engine.network.store import save_network

    settings.VAR_DIR = tmp_path
    network = grid_city(columns=3, rows=3, block_metres=100)
    save_network(network, tmp_path / "networks")
    make_network(digest=network.digest)
    assert [found.state for found in surroundings.networks()] == [State.OK]
    largest = max((tmp_path / "networks" / network.digest).glob("*.npy"), key=lambda path: path.stat().st_size)
    np.save(largest, np.zeros(1))
    assert [found.state for found in surroundings.networks()] == [State.BAD]


@database
@pytest.mark.django_db
def test_pending_migrations_are_bad(monkeypatch):
    step = type("Step", (), {"app_label": "geo", "name": "0002_more"})
    monkeypatch.setattr(surroundings.MigrationExecutor, "migration_plan", lambda *_: [(step, False)])
    found = surroundings.migrations()
    assert found.state is State.BAD
    assert "geo.0002_more" in found.said


@database
@pytest.mark.django_db
def test_people_read_the_cure_below_the_line(settings, tmp_path, capsys):
    settings.VAR_DIR = tmp_path
    call_command("doctor")
    shown = capsys.readouterr().out
    assert "ok   SQLite: " in shown
    assert "     → 请运行 load_network 或 load_demo / run load_network or load_demo" in shown
    assert shown.strip().endswith("0 bad, 1 warnings.")


def test_a_database_out_of_reach_is_one_finding_not_a_crash(monkeypatch, examined):
    from planner.management.commands import doctor

    gone = Finding(name="database", state=State.BAD, said="refused", cure_zh="", cure_en="")
    monkeypatch.setattr(doctor, "libraries", lambda: [gone])
    code, summary = examined()
    assert code == 1
    assert "migrations" not in states(summary)
