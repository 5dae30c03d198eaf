"""load_network: every source ends in a snapshot, every mistake in a sentence and nothing changed."""

import json
from pathlib import Path

import h3
import numpy as np
import osmnx as ox
import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from geo.engine.network.store import open_network
from geo.models import DataSource, DemandCell, NetworkSnapshot
from geo.selectors import network_of
from tests.doubles.overpass import overpass_double
from tests.factories import make_province, make_source
from tests.geo.engine.network.osm_files import SQUARE, WHOLE, write
from tests.geo.ingest.raster.rasters import write_raster

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


TOWN = {
    "type": "FeatureCollection",
    "features": [{
        "type": "Feature", "properties": {},
        "geometry": {"type": "Polygon", "coordinates": [
            [[118.7995, 31.999], [118.8012, 31.999], [118.8012, 32.0004], [118.7995, 32.0004], [118.7995, 31.999]]
        ]},
    }],
}  # fmt: skip
POINT = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [118.8, 32.0]}}
SPEEDS = "class,settlement,mode,kph\nresidential,urban,car,11\ntertiary,rural,car,28\n"


def town_files(tmp_path, areas=TOWN, speeds=SPEEDS):
    (tmp_path / "town.geojson").write_text(json.dumps(areas), encoding="utf-8")
    (tmp_path / "town.csv").write_text(speeds, encoding="utf-8")
    return "--class-speeds", tmp_path / "town.csv", "--urban-areas", tmp_path / "town.geojson"


def car_kph(settings, digest):
    """Return km/h by car along each street that cars may use, by way and west to east."""
    network = open_network(settings.VAR_DIR / "networks", digest)
    seconds = network.forward_seconds[network.mode_index("car")]
    kph = network.edge_length_metres * 3.6 / seconds
    order = np.lexsort((network.shape_lon[network.shape_indptr[:-1]], network.edge_way_id))
    return [round(float(kph[edge]), 2) for edge in order if np.isfinite(seconds[edge])]


def test_town_and_country_have_speeds_of_their_own(capsys, tmp_path, settings):
    plain = loaded(capsys, "--osm", write(tmp_path))
    assert car_kph(settings, plain["digest"]) == [22.0, 22.0, 20.0, 20.0]
    said = loaded(capsys, "--osm", write(tmp_path), *town_files(tmp_path))
    # Only the middle of node 1 – 2 lies in the town; way 11 is posted 20 km/h and stays so.
    assert sorted(car_kph(settings, said["digest"])) == [11.0, 20.0, 20.0, 22.0]
    found = NetworkSnapshot.objects.get(digest=said["digest"]).report["class_speeds"]
    assert (found["file"], found["urban_from"], found["urban_edges"], found["urban_km"]) == ("town.csv", "town.geojson", 1, 0.1)
    assert NetworkSnapshot.objects.get(digest=said["digest"]).name == "square.osm + class speeds"


def test_urban_demand_cells_say_what_is_urban(capsys, tmp_path, settings):
    _, _, west, east = make_province()
    for lon, lat, settlement, region in ((118.8005, 32.0, "urban", west), (118.8015, 32.0, "rural", east)):
        DemandCell.objects.create(
            h3_index=h3.latlng_to_cell(lat, lon, 11), region=region, settlement_class=settlement,
            location=Point(lon, lat, srid=4326), area_km2=0.01, workers_persons=1, year=2020, confidence="low",
            is_modelled=True, source=make_source("people"),
        )  # fmt: skip
    said = loaded(capsys, "--osm", write(tmp_path), *town_files(tmp_path)[:2])
    assert sorted(car_kph(settings, said["digest"])) == [11.0, 20.0, 20.0, 22.0]
    assert said["report"]["class_speeds"]["urban_from"] == "demand cells"


def test_hills_slow_walkers_and_e_bikes(capsys, tmp_path, settings):
    # Ground that rises 10 m for each 0.001 degrees east.
    middles = 0.0005 * (np.arange(40) + 0.5)
    dem = write_raster(tmp_path / "dem.tif", np.tile(middles * 1e4, (40, 1)), west=118.79, north=32.01, step=0.0005)
    plain = loaded(capsys, "--osm", write(tmp_path))
    said = loaded(capsys, "--osm", write(tmp_path), "--dem", dem)
    flat, hilly = (open_network(settings.VAR_DIR / "networks", each["digest"]) for each in (plain, said))
    rise = 1e4 * (flat.node_lon[flat.edge_to] - flat.node_lon[flat.edge_from])
    # Streets that go straight up or down the plane, or along it: Tobler, uphill exp(3.5 × grade).
    uphill = rise > 1
    grade = rise[uphill] / flat.edge_length_metres[uphill]
    straight = np.diff(flat.shape_indptr)[uphill] == 2
    slower = (hilly.forward_seconds[0] / flat.forward_seconds[0])[uphill]
    np.testing.assert_allclose(slower[straight], np.exp(3.5 * grade[straight]), rtol=1e-3)
    assert straight.sum() >= 1
    assert (hilly.forward_seconds[2] == flat.forward_seconds[2]).all()
    found = said["report"]["elevation"]
    assert (found["file"], found["edges_without_heights"]) == ("dem.tif", 0)
    # 1 – 2 and 2 – 3 and the cycleway from 3 back to 4: 30 m; the streets to the north lie level.
    assert found["climb_and_fall_metres"] == 30
    call_command("load_network", "--osm", str(write(tmp_path)), "--dem", str(dem), *map(str, town_files(tmp_path)))
    lines = capsys.readouterr().out
    assert "30 m up and down in all, 0 streets without heights" in lines
    assert "class speeds: town.csv" in lines
    assert "square.osm + class speeds + slopes" in lines


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"speeds": SPEEDS + "canal,urban,car,20\n"}, "town.csv, row 4, “class”: “canal” is not one of"),
        ({"speeds": SPEEDS + "residential,urban,ebike,x\n"}, "town.csv, row 4, “kph”: “x” is not a number above 0"),
        (
            {"areas": {"type": "FeatureCollection", "features": [POINT]}},
            "town.geojson, row 1: “POINT (118.8 32)” is no polygon that can be used",
        ),
    ],
)
def test_wrong_speeds_of_town_and_country_change_nothing(capsys, tmp_path, options, sentence):
    assert sentence in refused(capsys, "--osm", write(tmp_path), *town_files(tmp_path, **options))


def test_what_goes_only_together_is_said(capsys, tmp_path):
    speeds, areas = town_files(tmp_path)[:2], town_files(tmp_path)[2:]
    assert "--urban-areas goes with --class-speeds only" in refused(capsys, "--osm", write(tmp_path), *areas)
    assert "give polygons with --urban-areas" in refused(capsys, "--osm", write(tmp_path), *speeds)


@pytest.mark.parametrize("name", ["dem.csv", "none.tif", "elsewhere.tif", "empty.tif"])
def test_a_wrong_raster_of_elevations_changes_nothing(capsys, tmp_path, name):
    sentences = {
        "dem.csv": "elevations come as GeoTIFF", "none.tif": "none.tif", "elsewhere.tif": "covers none of the streets",
        "empty.tif": "empty.tif",
    }  # fmt: skip
    (tmp_path / "dem.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "empty.tif").touch()
    write_raster(tmp_path / "elsewhere.tif", np.ones((3, 3)), west=100.0)
    assert sentences[name] in refused(capsys, "--osm", write(tmp_path), "--dem", tmp_path / name)
