"""load_venues reads strictly: all problems at once and nothing written, or all rows kept."""

import datetime as dt
import json

import pytest

from geo.models import DataSource, Occupation, OpeningHours, Venue
from tests.factories import make_province
from tests.geo.management.files import problems, run, run_json

pytestmark = [pytest.mark.django_db, pytest.mark.database]

HEADER = "code,name_zh,kind,status,lon,lat"


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


def test_new_venues_then_the_same_ones_again(write):
    Occupation.objects.create(code="mason", name_zh="瓦工", name_en="mason")
    path = write(
        f"{HEADER},region_code,address,floor_area_m2,capacity_persons,occupations,opening_hours",
        'A1,玄武市场,gig_market_comprehensive,operating,118.75,32.05,320102,"路 1 号, 一楼",500.5,4000,mason,Mo-Fr 05:30-11:30',
        "A2,秦淮驿站,gig_station,trial,118.85,32.05,,,,,,",
    )
    code, answer = run_json("load_venues", path)
    assert (code, answer["created"], answer["updated"], answer["source"]) == (0, 2, 0, "venues-venues")
    venue = Venue.objects.get(code="A1")
    assert (venue.location.x, venue.location.y, venue.location.srid) == (118.75, 32.05, 4326)
    assert (venue.address, venue.floor_area_m2, venue.capacity_persons) == ("路 1 号, 一楼", 500.5, 4000)
    assert [trade.code for trade in venue.occupations.all()] == ["mason"]
    span = venue.opening_hours.get()
    assert (span.weekday_mask, span.opens_at, span.closes_at) == (31, dt.time(5, 30), dt.time(11, 30))
    second = Venue.objects.get(code="A2")
    assert (second.region.code, second.capacity_persons, second.source_datum) == ("320104", None, "wgs84")

    code, answer = run_json("load_venues", path)
    assert (code, answer["created"], answer["updated"]) == (0, 0, 2)
    assert (Venue.objects.count(), OpeningHours.objects.count(), DataSource.objects.filter(slug="venues-venues").count()) == (
        2,
        1,
        1,
    )
    assert Venue.objects.get(code="A1").pk == venue.pk


def test_what_the_file_has_no_column_for_stays(write):
    run("load_venues", write(f"{HEADER},phone,opening_hours", "A1,甲,gig_station,trial,118.75,32.05,025-1,Mo 05:00-09:00"))
    run("load_venues", write(HEADER, "A1,甲,gig_station,operating,118.85,32.05"))
    venue = Venue.objects.get(code="A1")
    assert (venue.status, venue.region.code, venue.phone, venue.opening_hours.count()) == ("operating", "320104", "025-1", 1)
    run("load_venues", write(f"{HEADER},opening_hours", "A1,甲,gig_station,operating,118.85,32.05,"))
    assert venue.opening_hours.count() == 0


def test_geojson(write):
    feature = {
        "type": "Feature",
        "properties": {"code": "G1", "name_zh": "站", "kind": "gig_station", "status": "operating", "capacity_persons": 30},
        "geometry": {"type": "Point", "coordinates": [118.75, 32.05]},
    }
    path = write(json.dumps({"type": "FeatureCollection", "features": [feature]}), name="v.geojson")
    code, answer = run_json("load_venues", path, "--source", "survey", "--source-name-en", "Survey", "--synthetic")
    assert (code, answer["venues"]) == (0, 1)
    source = Venue.objects.get(code="G1").source
    assert (source.slug, source.name_en, source.is_synthetic) == ("survey", "Survey", True)


def test_a_point_just_outside_is_kept_and_counted(write):
    code, out, _err = run("load_venues", write(HEADER, "A1,甲,gig_station,operating,118.905,32.05"))
    assert code == 0
    assert "1 points lie up to 1 km outside" in out
    assert Venue.objects.get().region.code == "320104"


def test_all_problems_at_once_and_nothing_written(write):
    path = write(
        f"{HEADER},region_code,capacity_persons,floor_area_m2,datum,occupations,opening_hours",
        "A1,甲,gig_market,operating,118.75,32.05,,-5,0,,,",
        "A1,乙,gig_station,open,32.05,118.75,999999,x,,gcj02,mason,anytime",
        ",,gig_station,operating,nan,32.05,,,,,,",
        "A4,丁,gig_station,operating,118.75,32.05,320104,,,,,",
        "A5,戊,gig_station,operating,121.75,32.05,,,,,,",
        "A6,己,gig_station,operating,118.75",
        "A7,庚,gig_station,operating,118.75,32.05,,,,,,",
    )
    assert problems("load_venues", path) == [
        ("field.unknown_choice", 2, "kind"),
        ("field.negative", 2, "capacity_persons"),
        ("field.not_positive", 2, "floor_area_m2"),
        ("field.unknown_choice", 3, "status"),
        ("venue.datum_offset", 3, "datum"),
        ("field.not_a_number", 3, "capacity_persons"),
        ("venue.occupation_unknown", 3, "occupations"),
        ("hours.unreadable", 3, "opening_hours"),
        ("coordinate.swapped", 3, "lon, lat"),
        ("region.unknown_code", 3, "region_code"),
        ("row.duplicate", 3, "code"),
        ("field.required", 4, "code"),
        ("field.required", 4, "name_zh"),
        ("coordinate.not_finite", 4, "lon"),
        ("region.not_here", 5, "region_code"),
        ("place.outside", 6, "lon, lat"),
        ("csv.width", 7, ""),
    ]
    assert Venue.objects.count() == 0
    assert not DataSource.objects.filter(slug="venues-venues").exists()


def test_sentences_name_file_row_field_and_value_in_both_languages(write):
    code, _out, err = run("load_venues", write(HEADER, "A1,甲,gig_market,operating,118.75,32.05"))
    assert code == 2
    assert "venues.csv，第 2 行，“kind”：“gig_market”不在可用值之中" in err
    assert "venues.csv, row 2, “kind”: “gig_market” is not known" in err


def test_at_most_a_hundred_are_shown_and_the_rest_counted(write):
    code, out, err = run("load_venues", write(HEADER, *(f"A{i},甲,gig_station,operating,118.75,95" for i in range(150))))
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 101
    assert "50 more problems" in err


@pytest.mark.parametrize("name", ["nothing.csv", "venues.xlsx", "venues"])
def test_files_that_are_not_there_or_not_read(tmp_path, name):
    assert problems("load_venues", tmp_path / name)[0][0] in ("file.missing", "file.form_unknown")


def test_without_regions_it_says_what_to_do_first(write):
    Venue.objects.all().delete()
    for level in ("county", "prefecture", "province"):
        from geo.models import Region

        Region.objects.filter(level=level).delete()
    assert problems("load_venues", write(HEADER, "A1,甲,gig_station,operating,118.75,32.05")) == [("ground.none", None, "")]


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
    assert problems("load_venues", path, option, value) == [(fault, None, option)]
    assert not Venue.objects.exists()
    assert not DataSource.objects.filter(file_name=path.name).exists()
