"""import_demand reads strictly: each cell once, groups that sum, points that agree with cells."""

import json

import h3
import pytest

from geo.models import DemandCell
from geo.selectors import demand_inputs
from tests.factories import make_province
from tests.geo.management.files import problems, run, run_json

pytestmark = [pytest.mark.django_db, pytest.mark.database]

WEST = h3.latlng_to_cell(32.05, 118.75, 8)
EAST = h3.latlng_to_cell(32.05, 118.85, 8)
HEADER = "h3_index,workers_persons,settlement_class"
OF_2020 = ("--set", "year=2020")


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture(autouse=True)
def province():
    return make_province()[0]


@pytest.fixture
def write(tmp_path):
    def _write(*lines, name="people.csv"):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return _write


def people():
    return dict(DemandCell.objects.values_list("h3_index", "workers_persons"))


def test_cells_by_index(write, province):
    path = write(
        f"{HEADER},workers_construction,workers_catering",
        f"{WEST},10,urban,4,6",
        f"{EAST.upper()},7,rural,7,",
    )
    code, answer = run_json("import_demand", path, *OF_2020, "--modelled", "--set", "confidence=low")
    assert (code, answer["rows"], answer["written"]) == (0, 2, {"created": 2, "changed": 0})
    cell = DemandCell.objects.get(h3_index=WEST)
    assert (cell.region.code, cell.year, cell.confidence, cell.is_modelled) == ("320102", 2020, "low", True)
    assert cell.workers_by_group == {"construction": 4, "catering": 6}
    assert cell.source.is_modelled
    # H3's own area is on a sphere of the same surface: within half a percent of the ellipsoid's.
    assert cell.area_km2 == pytest.approx(h3.cell_area(WEST, "km^2"), rel=5e-3)
    lat, lon = h3.cell_to_latlng(WEST)
    assert (cell.location.x, cell.location.y) == (lon, lat)
    demand = demand_inputs(province)
    assert demand.workers_persons.sum() == 17
    assert demand.region_codes == ("320102", "320104")


def test_cells_by_point(write):
    path = write("lon,lat,workers_persons,settlement_class", "118.75,32.05,10,urban", "118.85,32.05,0,rural")
    assert problems("import_demand", path, *OF_2020) == [("datum.undeclared", None, "")]
    assert run_json("import_demand", path, *OF_2020, "--datum", "wgs84")[0] == 0
    assert people() == {WEST: 10, EAST: 0}
    coarse = (*OF_2020, "--datum", "wgs84", "--source", "coarse", "--resolution", 6)
    assert run_json("import_demand", path, *coarse)[0] == 0
    found = DemandCell.objects.filter(source__slug="coarse").values_list("h3_index", flat=True)
    assert set(found) == {h3.latlng_to_cell(32.05, 118.75, 6), h3.latlng_to_cell(32.05, 118.85, 6)}


def test_again_updates_keeps_others_and_replaces_on_demand(write):
    run("import_demand", write(HEADER, f"{WEST},10,urban", f"{EAST},7,rural"), *OF_2020)
    code, out, _err = run("import_demand", write(HEADER, f"{WEST},11,rural"), "--set", "year=2021")
    assert code == 0
    assert "1 others of the source are not in the file and stay; --replace removes them" in out
    cell = DemandCell.objects.get(h3_index=WEST)
    assert (cell.workers_persons, cell.settlement_class, cell.year) == (11, "rural", 2021)
    assert people() == {WEST: 11, EAST: 7}
    answer = run_json("import_demand", write(HEADER, f"{WEST},12,rural"), "--set", "year=2021", "--replace")[1]
    assert answer["written"] == {"created": 0, "changed": 1, "removed": 1}
    assert people() == {WEST: 12}


def test_two_sources_keep_their_own_cells(write):
    path = write(HEADER, f"{WEST},10,urban")
    for slug in ("census", "survey"):
        assert run("import_demand", path, *OF_2020, "--source", slug)[0] == 0
    assert DemandCell.objects.filter(h3_index=WEST).count() == 2


def test_polygons_of_cells_in_geojson(write):
    boundary = [[lon, lat] for lat, lon in h3.cell_to_boundary(WEST)]
    feature = {
        "type": "Feature",
        "properties": {"h3_index": WEST, "workers_persons": 10, "settlement_class": "urban"},
        "geometry": {"type": "Polygon", "coordinates": [[*boundary, boundary[0]]]},
    }
    path = write(json.dumps({"type": "FeatureCollection", "features": [feature]}), name="cells.geojson")
    assert run_json("import_demand", path, *OF_2020, "--datum", "wgs84")[0] == 0
    assert people() == {WEST: 10}


def test_all_problems_at_once_and_nothing_written(write):
    path = write(
        "h3_index,lon,lat,workers_persons,settlement_class,region_code,workers_a,workers_b",
        f"{WEST},,,10,urban,,4,5",
        f"{WEST},,,-1,town,,,",
        "88,,,1,urban,,1,",
        f"{h3.latlng_to_cell(32.05, 118.75, 7)},,,1,urban,,1,",
        f"{WEST},118.85,32.05,1,urban,,1,",
        ",32.05,118.75,1,urban,,1,",
        ",,,1,urban,,1,",
        ",121,32.05,1,urban,,1,",
        f"{EAST},,,1,urban,320102,1,",
        f"{EAST},,,1,urban,,1,",
        f"{EAST},,,1,urban,,1,",
        ",118.85,,1,urban,,1,",
    )
    found = problems("import_demand", path, *OF_2020, "--datum", "wgs84")
    assert found[0] == ("import.not_clean", None, "")
    assert sorted(found[1:], key=str) == sorted(
        [
            ("demand.groups_sum", 2, "workers_persons"),
            ("field.negative", 3, "workers_persons"), ("field.unknown_choice", 3, "settlement_class"),
            ("demand.not_a_cell", 4, "h3_index"), ("demand.resolution", 5, "h3_index"),
            ("demand.cell_disagrees", 6, "h3_index"),
            ("coordinate.swapped", 7, "x, y"), ("place.no_coordinates", 8, "x, y"), ("place.outside", 9, "x, y"),
            ("region.not_here", 10, "region_code"), ("row.duplicate", 12, ""), ("place.no_coordinates", 13, "x, y"),
        ],
        key=str,
    )  # fmt: skip
    assert DemandCell.objects.count() == 0


def test_a_table_without_places_is_refused(write):
    path = write("workers_persons,settlement_class", "1,urban")
    assert problems("import_demand", path, *OF_2020) == [("demand.no_place", None, "")]
    path = write("h3_index,persons_total_x,settlement_class", f"{WEST},1,urban")
    code, answer = run_json("import_demand", path, *OF_2020)
    assert (code, [each["code"] for each in answer["problems"]]) == (2, ["mapping.required"])
    assert "workers_persons" in answer["problems"][0]["value"]


def test_the_year_must_be_given_and_make_sense(write):
    path = write(HEADER, f"{WEST},1,urban")
    assert problems("import_demand", path) == [("mapping.required", None, "")]
    assert problems("import_demand", path, "--set", "year=20") == [
        ("import.not_clean", None, ""), ("field.not_a_year", 2, "year"),
    ]  # fmt: skip
    assert not DemandCell.objects.exists()


@pytest.mark.parametrize("index", ["f" * 18, "-1", f"0x{WEST}", f"0{WEST}", "8_8" + WEST[2:]])
def test_an_index_has_one_spelling(write, index):
    path = write(HEADER, f"{index},10,urban", f"{EAST},1,urban")
    told = problems("import_demand", path, *OF_2020)
    assert told == [("import.not_clean", None, ""), ("demand.not_a_cell", 2, "h3_index")]
    assert not DemandCell.objects.exists()


@pytest.mark.parametrize("name", ["workers_construction", "workers_group_2"])
def test_further_columns_are_groups(write, name):
    run("import_demand", write(f"{HEADER},{name}", f"{WEST},10,urban,10"), *OF_2020)
    assert DemandCell.objects.get().workers_by_group == {name.removeprefix("workers_"): 10}


@pytest.mark.parametrize("name", ["workers_", "workers_=1+1", "workers_建筑", "workers_A"])
def test_what_is_no_name_of_a_group_is_no_column(write, name):
    answer = run_json("import_demand", write(f"{HEADER},{name}", f"{WEST},10,urban,10"), *OF_2020)[1]
    assert answer["unused_columns"] == [name]
    assert DemandCell.objects.get().workers_by_group == {}
