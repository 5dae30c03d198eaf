"""import_venues reads strictly: all problems at once and nothing written, or all rows kept."""

import csv
import datetime as dt
import json

import pytest

from geo.models import DataSource, ImportBatch, Occupation, OpeningHours, Region, Venue, VenueOrigin
from tests.factories import make_province
from tests.geo.management.files import problems, run, run_json

pytestmark = [pytest.mark.django_db, pytest.mark.database]

HEADER = "code,name_zh,kind,status,lon,lat"
WGS84 = ("--datum", "wgs84")


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture(autouse=True)
def province():
    return make_province()


@pytest.fixture
def write(tmp_path):
    def _write(*lines, name="venues.csv"):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return _write


def counted(answer):
    """Return how many rows were new, changed, unchanged."""
    return tuple(answer["counts"][status] for status in ("new", "changed", "unchanged"))


def test_new_venues_then_the_same_ones_again(write):
    Occupation.objects.create(code="mason", name_zh="瓦工", name_en="mason")
    path = write(
        f"{HEADER},region_code,address,floor_area_m2,capacity_persons,occupations,opening_hours",
        'A1,玄武市场,gig_market_comprehensive,operating,118.75,32.05,320102,"路 1 号, 一楼",500.5,4000,mason,Mo-Fr 05:30-11:30',
        "A2,秦淮驿站,gig_station,trial,118.85,32.05,,,,,,",
    )
    code, answer = run_json("import_venues", path, *WGS84)
    assert (code, answer["rows"], counted(answer)) == (0, 2, (2, 0, 0))
    assert (answer["written"], answer["datum"], answer["unused_columns"]) == ({"created": 2, "changed": 0}, "wgs84", [])
    venue = Venue.objects.get(code="A1")
    assert (venue.location.x, venue.location.y, venue.location.srid) == (118.75, 32.05, 4326)
    assert (venue.address, venue.floor_area_m2, venue.capacity_persons) == ("路 1 号, 一楼", 500.5, 4000)
    assert (venue.source.slug, [trade.code for trade in venue.occupations.all()]) == ("venues-venues", ["mason"])
    span = venue.opening_hours.get()
    assert (span.weekday_mask, span.opens_at, span.closes_at) == (31, dt.time(5, 30), dt.time(11, 30))
    second = Venue.objects.get(code="A2")
    assert (second.region.code, second.capacity_persons, second.source_datum) == ("320104", None, "wgs84")

    code, answer = run_json("import_venues", path, *WGS84)
    assert (code, counted(answer), answer["written"]) == (0, (0, 0, 2), {"created": 0, "changed": 0})
    assert [note["code"] for note in answer["notes"]] == ["import.done_before"]
    assert (Venue.objects.count(), OpeningHours.objects.count()) == (2, 1)
    assert DataSource.objects.filter(slug="venues-venues").count() == 1
    assert Venue.objects.get(code="A1").pk == venue.pk


def test_what_the_file_has_no_column_for_stays(write):
    first = write(f"{HEADER},phone,opening_hours", "A1,甲,gig_station,trial,118.75,32.05,025-1,Mo 05:00-09:00")
    run("import_venues", first, *WGS84)
    _code, answer = run_json("import_venues", write(HEADER, "A1,甲,gig_station,operating,118.85,32.05"), *WGS84)
    assert (counted(answer), answer["written"]) == ((0, 1, 0), {"created": 0, "changed": 1})
    venue = Venue.objects.get(code="A1")
    assert (venue.status, venue.region.code, venue.phone, venue.opening_hours.count()) == ("operating", "320104", "025-1", 1)
    run("import_venues", write(f"{HEADER},opening_hours", "A1,甲,gig_station,operating,118.85,32.05,"), *WGS84)
    assert venue.opening_hours.count() == 0


def test_geojson(write):
    feature = {
        "type": "Feature",
        "properties": {"code": "G1", "name_zh": "站", "kind": "gig_station", "status": "operating", "capacity_persons": 30},
        "geometry": {"type": "Point", "coordinates": [118.75, 32.05]},
    }
    path = write(json.dumps({"type": "FeatureCollection", "features": [feature]}), name="v.geojson")
    code, answer = run_json("import_venues", path, *WGS84, "--source", "survey", "--source-name-en", "Survey", "--synthetic")
    assert (code, answer["rows"]) == (0, 1)
    venue = Venue.objects.get(code="G1")
    assert (venue.location.x, venue.location.y, venue.capacity_persons) == (118.75, 32.05, 30)
    assert (venue.source.slug, venue.source.name_en, venue.source.is_synthetic) == ("survey", "Survey", True)


def test_a_point_just_outside_is_kept_and_counted(write):
    code, out, _err = run("import_venues", write(HEADER, "A1,甲,gig_station,operating,118.905,32.05"), *WGS84)
    assert code == 0
    assert "1 points lie just outside" in out
    assert Venue.objects.get().region.code == "320104"


def test_all_problems_at_once_and_nothing_written(write):
    path = write(
        f"{HEADER},region_code,capacity_persons,floor_area_m2,datum,occupations,opening_hours",
        "A1,甲,gig_market,operating,118.75,32.05,,-5,0,,,",
        "A2,乙,gig_station,open,32.05,118.75,,x,,,mason,anytime",
        "A3,丙,gig_station,operating,118.75,32.05,999999,,,,,",
        ",,gig_station,operating,nan,32.05,,,,,,",
        "A4,丁,gig_station,operating,118.75,32.05,320104,,,,,",
        "A5,戊,gig_station,operating,121.75,32.05,,,,,,",
        "A6,己,gig_station,operating,118.75",
        "A7,庚,gig_station,operating,118.75,32.05,,,,,,",
        "A7,辛,gig_station,operating,118.75,32.05,,,,,,",
        "A8,壬,gig_station,operating,118.75,32.05,,,,mars,,",
    )
    found = problems("import_venues", path, *WGS84)
    assert found[0] == ("import.not_clean", None, "")
    assert sorted(found[1:], key=str) == sorted(
        [
            ("field.unknown_choice", 2, "kind"), ("field.negative", 2, "capacity_persons"),
            ("field.not_positive", 2, "floor_area_m2"),
            ("coordinate.swapped", 3, "x, y"), ("field.unknown_choice", 3, "status"),
            ("field.not_a_number", 3, "capacity_persons"), ("venue.occupation_unknown", 3, "occupations"),
            ("hours.unreadable", 3, "opening_hours"),
            ("region.unknown_code", 4, "region_code"),
            ("place.not_a_coordinate", 5, "x"), ("field.required", 5, "name_zh"),
            ("region.not_here", 6, "region_code"), ("place.outside", 7, "x, y"), ("table.width", 8, ""),
            ("row.duplicate", 10, ""), ("crs.unknown", 11, "datum"),
        ],
        key=str,
    )  # fmt: skip
    assert Venue.objects.count() == 0
    assert not DataSource.objects.filter(slug="venues-venues").exists()
    assert not ImportBatch.objects.exists()


def test_what_is_wrong_can_be_left_out_and_listed(write, tmp_path):
    path = write(HEADER, "A1,甲,gig_market,operating,118.75,32.05", "A2,乙,gig_station,operating,118.75,32.05")
    errors = tmp_path / "errors.csv"
    code, answer = run_json("import_venues", path, *WGS84, "--skip-invalid", "--errors-to", errors)
    assert (code, answer["counts"]["invalid"], answer["written"]) == (0, 1, {"created": 1, "changed": 0})
    assert list(Venue.objects.values_list("code", flat=True)) == ["A2"]
    with errors.open(encoding="utf-8-sig", newline="") as file:
        assert [(row["row"], row["field"], row["value"]) for row in csv.DictReader(file)] == [("2", "kind", "gig_market")]


def test_a_datum_is_declared_and_offset_ones_are_converted(write):
    path = write(HEADER, "A1,甲,gig_station,operating,118.75,32.05")
    assert problems("import_venues", path) == [("datum.undeclared", None, "")]
    code, answer = run_json("import_venues", path, "--datum", "gcj02")
    assert (code, answer["datum"]) == (0, "gcj02")
    venue, origin = Venue.objects.get(), VenueOrigin.objects.get()
    assert (origin.x, origin.y, origin.datum) == (118.75, 32.05, "gcj02")
    # around Nanjing GCJ-02 lies some 0.005° east and 0.002° south of WGS-84
    assert 0.003 < 118.75 - venue.location.x < 0.007
    assert 0.001 < venue.location.y - 32.05 < 0.004


def test_nothing_is_left_of_a_check(write):
    path = write(HEADER, "A1,甲,gig_station,operating,118.75,32.05")
    code, answer = run_json("import_venues", path, *WGS84, "--check-only")
    assert (code, counted(answer), answer["written"], answer["import"]) == (0, (1, 0, 0), None, None)
    assert (Venue.objects.count(), ImportBatch.objects.count()) == (0, 0)
    assert not DataSource.objects.filter(slug="venues-venues").exists()


def test_sentences_name_file_row_field_and_value_in_both_languages(write):
    code, _out, err = run("import_venues", write(HEADER, "A1,甲,gig_market,operating,118.75,32.05"), *WGS84)
    assert code == 2
    assert "venues.csv，第 2 行，“kind”：“gig_market”不在可用值之中" in err
    assert "venues.csv, row 2, “kind”: “gig_market” is not known" in err


def test_at_most_a_hundred_are_shown_and_the_rest_counted(write):
    lines = (f"A{i},甲{i},gig_station,operating,118.75,95" for i in range(150))
    code, out, err = run("import_venues", write(HEADER, *lines), *WGS84)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 101
    assert "51 more problems" in err  # 150 rows, and that there are wrong rows


@pytest.mark.parametrize(("name", "fault"), [("nothing.csv", "file.missing"), ("venues", "file.missing")])
def test_files_that_are_not_there(tmp_path, name, fault):
    assert problems("import_venues", tmp_path / name, *WGS84) == [(fault, None, "")]


@pytest.mark.parametrize(("name", "fault"), [("venues.doc", "file.form_not_read"), ("venues.xlsx", "file.not_what_it_says")])
def test_files_that_are_not_read(write, name, fault):
    path = write(HEADER, "A1,甲,gig_station,operating,118.75,32.05", name=name)
    assert [code for code, _row, _field in problems("import_venues", path, *WGS84)] == [fault]
    assert not ImportBatch.objects.exists()


def test_columns_are_found_or_named(write):
    path = write("code,name_zh,kind,status,lon,lat,mobile", "A1,甲,gig_station,operating,118.75,32.05,025-1")
    assert run_json("import_venues", path, *WGS84, "--check-only")[1]["unused_columns"] == ["mobile"]
    code, answer = run_json("import_venues", path, *WGS84, "--map", "phone=mobile", "--set", "operator=某局")
    assert (code, answer["unused_columns"], answer["mapping"]["phone"]) == (0, [], "mobile")
    venue = Venue.objects.get()
    assert (venue.phone, venue.operator) == ("025-1", "某局")
    bare = write("code,lon,lat", "A1,118.75,32.05")
    assert problems("import_venues", bare, *WGS84) == [("mapping.required", None, "")] * 3


def test_without_regions_it_says_what_to_do_first(write):
    for level in ("county", "prefecture", "province"):
        Region.objects.filter(level=level).delete()
    path = write(HEADER, "A1,甲,gig_station,operating,118.75,32.05")
    assert problems("import_venues", path, *WGS84) == [("ground.none", None, "")]


@pytest.mark.parametrize(
    ("option", "value", "fault"),
    [
        ("--source", "a b/../", "source.slug"),
        ("--source", "x" * 81, "source.too_long"),
        ("--owner", "o" * 201, "source.too_long"),
        ("--source-name-zh", "名" * 201, "source.too_long"),
    ],
)
def test_a_source_that_no_field_holds_is_refused(write, option, value, fault):
    path = write(HEADER, "A1,市场,gig_station,trial,118.75,32.05")
    assert problems("import_venues", path, *WGS84, option, value) == [(fault, None, option)]
    assert not Venue.objects.exists()
    assert not DataSource.objects.filter(file_name=path.name).exists()
