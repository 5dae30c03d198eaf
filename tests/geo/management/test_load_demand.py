"""load_demand reads strictly: each cell once, groups that sum, points that agree with cells."""

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


def test_cells_by_index(write, province):
    path = write(
        "h3_index,workers_persons,settlement_class,workers_construction,workers_catering",
        f"{WEST},10,urban,4,6",
        f"{EAST.upper()},7,rural,7,",
    )
    code, answer = run_json("load_demand", path, "--year", 2020, "--modelled", "--confidence", "low")
    assert (code, answer["cells"], answer["workers_persons"], answer["created"], answer["resolution"]) == (0, 2, 17, 2, 8)
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
    assert run_json("load_demand", path, "--year", 2020)[0] == 0
    assert set(DemandCell.objects.values_list("h3_index", flat=True)) == {WEST, EAST}
    code, answer = run_json("load_demand", path, "--year", 2020, "--source", "coarse", "--resolution", 6)
    assert (code, answer["resolution"]) == (0, 6)


def test_again_updates_keeps_others_and_replaces_on_demand(write):
    header = "h3_index,workers_persons,settlement_class"
    run("load_demand", write(header, f"{WEST},10,urban", f"{EAST},7,rural"), "--year", 2020)
    code, out, _err = run("load_demand", write(header, f"{WEST},11,rural"), "--year", 2021)
    assert code == 0
    assert "1 cells of this source are not in the file and were kept (together 18 workers)" in out
    cell = DemandCell.objects.get(h3_index=WEST)
    assert (cell.workers_persons, cell.settlement_class, cell.year) == (11, "rural", 2021)
    answer = run_json("load_demand", write(header, f"{WEST},12,rural"), "--year", 2021, "--replace")[1]
    assert (answer["created"], answer["updated"], answer["removed"], answer["source_workers_persons"]) == (0, 1, 1, 12)
    assert DemandCell.objects.count() == 1


def test_two_sources_keep_their_own_cells(write):
    path = write("h3_index,workers_persons,settlement_class", f"{WEST},10,urban")
    for slug in ("census", "survey"):
        assert run("load_demand", path, "--year", 2020, "--source", slug)[0] == 0
    assert DemandCell.objects.filter(h3_index=WEST).count() == 2


def test_polygons_of_cells_in_geojson(write):
    boundary = [[lon, lat] for lat, lon in h3.cell_to_boundary(WEST)]
    feature = {
        "type": "Feature",
        "properties": {"h3_index": WEST, "workers_persons": 10, "settlement_class": "urban"},
        "geometry": {"type": "Polygon", "coordinates": [[*boundary, boundary[0]]]},
    }
    path = write(json.dumps({"type": "FeatureCollection", "features": [feature]}), name="cells.geojson")
    assert run_json("load_demand", path, "--year", 2020)[0] == 0
    assert DemandCell.objects.get().h3_index == WEST


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
        f"{WEST},,,1,urban,,1,",
    )
    assert problems("load_demand", path, "--year", 2020) == [
        ("demand.groups_sum", 2, "workers_persons"),
        ("field.negative", 3, "workers_persons"),
        ("field.unknown_choice", 3, "settlement_class"),
        ("demand.not_a_cell", 4, "h3_index"),
        ("demand.resolution", 5, "h3_index"),
        ("demand.cell_disagrees", 6, "h3_index"),
        ("coordinate.swapped", 7, "lon, lat"),
        ("field.required", 8, "lon"),
        ("place.outside", 9, "lon, lat"),
        ("region.not_here", 10, "region_code"),
        ("demand.cell_twice", 11, "h3_index"),
    ]
    assert DemandCell.objects.count() == 0


def test_a_table_without_places_is_refused(write):
    path = write("workers_persons,settlement_class", "1,urban")
    assert problems("load_demand", path, "--year", 2020) == [("demand.no_place", None, "")]
    path = write("h3_index,persons,settlement_class", f"{WEST},1,urban")
    assert problems("load_demand", path, "--year", 2020) == [
        ("column.missing", 1, "workers_persons"), ("column.unknown", 1, "persons"),
    ]  # fmt: skip


def test_the_year_must_make_sense(write):
    from django.core.management import CommandError

    path = write("h3_index,workers_persons,settlement_class", f"{WEST},1,urban")
    with pytest.raises(CommandError):
        run("load_demand", path, "--year", "20")


@pytest.mark.parametrize("index", ["f" * 18, "-1", f"0x{WEST}", f"0{WEST}", "8_8" + WEST[2:]])
def test_an_index_has_one_spelling(write, index):
    path = write("h3_index,workers_persons,settlement_class", f"{index},10,urban")
    assert problems("load_demand", path, "--year", "2020") == [("demand.not_a_cell", 2, "h3_index")]
    assert not DemandCell.objects.exists()
