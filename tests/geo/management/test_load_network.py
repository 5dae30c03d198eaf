"""load_network: every source ends in a snapshot, every mistake in a sentence and nothing changed."""

import json
from pathlib import Path

import numpy as np
import osmnx as ox
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from geo.engine.network.store import open_network
from geo.models import DataSource, NetworkSnapshot
from geo.selectors import network_of
from tests.doubles.overpass import overpass_double
from tests.geo.engine.network.osm_files import SQUARE, WHOLE, write

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def _var(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


def loaded(capsys, *words):
    call_command("load_network", "--json", *map(str, words))
    return json.loads(capsys.readouterr().out)


def refused(capsys, *words):
    with pytest.raises(SystemExit) as stopped:
        call_command("load_network", *map(str, words))
    assert stopped.value.code == 2
    assert not NetworkSnapshot.objects.exists()
    assert not DataSource.objects.exists()
    return capsys.readouterr().err


def test_an_extract_becomes_the_active_network(capsys, tmp_path, settings):
    said = loaded(capsys, "--osm", write(tmp_path))
    snapshot = NetworkSnapshot.objects.get()
    assert snapshot.is_active
    assert (snapshot.node_count, snapshot.edge_count) == (said["nodes"], said["edges"]) == (5, 5)
    assert snapshot.digest == said["digest"]
    assert open_network(settings.VAR_DIR / "networks", said["digest"]).edge_count == 5
    assert snapshot.source.licence.startswith("ODbL")


def test_the_same_file_again_is_already_there(capsys, tmp_path):
    first, second = (loaded(capsys, "--osm", write(tmp_path)) for _ in range(2))
    assert (first["is_new"], second["is_new"]) == (True, False)
    assert NetworkSnapshot.objects.count() == 1


def test_a_new_network_takes_over_and_the_old_one_stays(capsys, tmp_path):
    first = loaded(capsys, "--osm", write(tmp_path))
    loaded(capsys, "--osm", write(tmp_path, SQUARE.replace("residential", "service"), "other.osm"))
    assert NetworkSnapshot.objects.count() == 2
    assert not NetworkSnapshot.objects.get(digest=first["digest"]).is_active
    loaded(capsys, "--osm", write(tmp_path))
    assert NetworkSnapshot.objects.get(is_active=True).digest == first["digest"]


def test_only_streets_of_a_rectangle(capsys, tmp_path):
    # The rectangle holds nodes 3 and 5 of the square; each street with an end in it stays: 2 – 3 and 3 – 5 – 4.
    said = loaded(capsys, "--osm", write(tmp_path), "--bbox", "118.8015,31.9,118.9,32.1")
    assert said["edges"] == 2


@pytest.mark.parametrize(
    ("bbox", "sentence"),
    [
        ("1,2,3", "no rectangle"),
        ("a,b,c,d", "no rectangle"),
        ("118.9,32,118.7,33", "no rectangle"),
        ("1,1,2,2", "no street within 1,1,2,2"),
    ],
)
def test_a_rectangle_that_is_none_or_empty_is_said(capsys, tmp_path, bbox, sentence):
    assert sentence in refused(capsys, "--osm", write(tmp_path), "--bbox", bbox)


def test_lengths_of_a_table_are_kept(capsys, tmp_path):
    table = tmp_path / "streets.csv"
    table.write_text("from_id,to_id,from_lon,from_lat,to_lon,to_lat,length_m\na,b,118.8,32,118.81,32,2000\n", encoding="utf-8")
    assert loaded(capsys, "--edges", table)["km"] == {"walk": 2.0, "ebike": 2.0, "car": 2.0}
    assert NetworkSnapshot.objects.get().kind == "edges"


def test_a_graph_of_osmnx(capsys, tmp_path):
    path = tmp_path / "square.graphml"
    # OSMnx does not read ways with nodes that are not in the file.
    whole = write(tmp_path, SQUARE.replace('<nd ref="99"/>', '<nd ref="3"/>'), "whole.osm")
    ox.save_graphml(ox.graph_from_xml(whole, bidirectional=False, simplify=False, retain_all=True), path)
    said = loaded(capsys, "--graphml", path)
    assert said["km"]["car"] == loaded(capsys, "--osm", whole)["km"]["car"]


def test_nothing_is_left_when_the_row_cannot_be_written(capsys, tmp_path, monkeypatch, settings):
    def broken(*args, **values):
        raise DatabaseError("disk full")

    monkeypatch.setattr(NetworkSnapshot.objects, "get_or_create", broken)
    with pytest.raises(DatabaseError):
        loaded(capsys, "--osm", write(tmp_path))
    assert not DataSource.objects.exists()
    assert not list((settings.VAR_DIR / "networks").glob(".part-*"))


def test_other_speeds_make_another_network(capsys, tmp_path):
    speeds = tmp_path / "speeds.csv"
    text = Path("geo/engine/speeds.csv").read_text(encoding="utf-8")
    speeds.write_text(text.replace("residential,3.96,15,22", "residential,3.96,20,22"), encoding="utf-8")
    first = loaded(capsys, "--osm", write(tmp_path))
    assert loaded(capsys, "--osm", write(tmp_path), "--speeds", speeds)["digest"] != first["digest"]


def test_a_place_is_fetched_from_the_services_of_the_settings(capsys, tmp_path, settings):
    with overpass_double(write(tmp_path, WHOLE)) as (address, asked):
        settings.OVERPASS_URL, settings.NOMINATIM_URL = f"{address}/api", f"{address}/"
        said = loaded(capsys, "--place", "南京市")
        assert "/api/interpreter" in asked
        assert "/search" in asked
    assert said["km"]["walk"] == loaded(capsys, "--osm", write(tmp_path, WHOLE))["km"]["walk"]
    assert NetworkSnapshot.objects.get(digest=said["digest"]).kind == "osmnx"


def test_barriers_of_a_place_are_fetched_too(capsys, tmp_path, settings):
    # A stile in the bend of the cycleway: e-bikes must not pass, walkers climb over it.
    text = WHOLE.replace('lon="118.802"/>\n <node id="6"', 'lon="118.802"><tag k="barrier" v="stile"/></node>\n <node id="6"')
    assert text != WHOLE
    with overpass_double(write(tmp_path, text)) as (address, _):
        settings.OVERPASS_URL, settings.NOMINATIM_URL = f"{address}/api", f"{address}/"
        said = loaded(capsys, "--place", "南京市")
    assert said["km"] == loaded(capsys, "--osm", write(tmp_path, text))["km"]
    network = network_of(NetworkSnapshot.objects.get(digest=said["digest"]))
    walk, ebike, _ = network.forward_seconds
    assert network.edge_length_metres[np.isfinite(walk) & np.isinf(ebike)].tolist() == pytest.approx([1.0], abs=0.01)


def test_an_unknown_place_is_said(capsys, tmp_path, settings):
    with overpass_double(write(tmp_path, WHOLE)) as (address, _):
        settings.OVERPASS_URL, settings.NOMINATIM_URL = f"{address}/api", f"{address}/"
        assert "there is no place “nowhere”" in refused(capsys, "--place", "nowhere")


def test_a_service_that_does_not_answer_is_said(capsys, settings):
    settings.OVERPASS_URL = settings.NOMINATIM_URL = "http://127.0.0.1:9/"
    assert "could not be fetched from 127.0.0.1:9" in refused(capsys, "--place", "南京市")


def test_a_broken_file_is_said_in_both_languages(capsys, tmp_path):
    said = refused(capsys, "--osm", write(tmp_path, SQUARE[:300]))
    assert "square.osm：不是完整的" in said
    assert "square.osm: is not a whole" in said


def test_a_broken_speed_table_stops_before_anything_is_read(capsys, tmp_path):
    speeds = tmp_path / "speeds.csv"
    speeds.write_text("class\n", encoding="utf-8")
    assert "speeds.csv, row 1" in refused(capsys, "--osm", write(tmp_path), "--speeds", speeds)


def test_one_source_is_needed():
    with pytest.raises(CommandError, match="one of the arguments"):
        call_command("load_network")
