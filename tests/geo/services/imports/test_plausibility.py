"""What the check says of a file's datum: proposals with their evidence, rows that differ, and nothing changed."""

import time

import numpy as np
import pytest

from geo.engine.datum import Crs, from_wgs84, parse_crs
from geo.imports.check import Staged
from geo.imports.places import Located
from geo.models import ImportBatch
from geo.services.imports import plausibility
from tests.factories import NOW, make_province, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.database]

BLOCK_DEGREES = 0.02
"""Streets run north-south and east-west every 0.02° (about 2 km): offsets of 500 m fall between them."""


@pytest.fixture
def regions():
    return make_province()


@pytest.fixture(autouse=True)
def _streets(monkeypatch):
    monkeypatch.setattr(plausibility, "street_distances", lambda: None)


def grid_distances(lon, lat):
    """Return metres to the nearest line of a square grid of streets, by plain arithmetic."""
    off = [np.abs(v - np.round(v / BLOCK_DEGREES) * BLOCK_DEGREES) for v in (lon, lat)]
    return np.minimum(off[0] * 111_320 * np.cos(np.radians(32)), off[1] * 111_320)


def beside_streets(count, seed=3):
    """Return points 10 m beside streets of the grid, within the province."""
    random = np.random.default_rng(seed)
    lon, lat = random.uniform(118.705, 118.895, count), random.uniform(32.005, 32.095, count)
    on_lon = random.random(count) < 0.5
    lon = np.where(on_lon, np.round(lon / BLOCK_DEGREES) * BLOCK_DEGREES + 1e-4, lon)
    return lon, np.where(on_lon, lat, np.round(lat / BLOCK_DEGREES) * BLOCK_DEGREES + 1e-4)


def findings(region, x, y, datum, *, datums=None, kind="venues", **values):
    batch = ImportBatch.objects.create(
        kind=kind, region=region, source=make_source("sheet"), file_name="a.csv", datum=datum, created_at=NOW
    )
    count = len(x)
    staged = Staged(file="a.csv", rows=list(range(2, count + 2)), values=values)
    nan = np.full(count, np.nan)
    codes = datums or [parse_crs(datum).code if datum else ""] * count
    located = Located(x=x, y=y, lon=nan, lat=nan, datums=codes, regions=[""] * count, border_count=0)
    return plausibility.plausible(batch, staged, located)


def of_datum(found):
    return [each for each in found if each["code"] != "datum.row_differs"]


def test_points_in_the_region_of_the_import_are_said_to_be_placed(regions):
    x, y = beside_streets(200)
    (found,) = findings(regions[0], x, y, "wgs84")
    assert (found["code"], found["details"]["placed"], found["details"]["datums"]) == ("datum.not_placed", "100 %", [])


@pytest.mark.parametrize("meant", ["gcj02", "bd09"])
def test_streets_tell_the_datum_and_both_languages_name_it(regions, monkeypatch, meant):
    monkeypatch.setattr(plausibility, "street_distances", lambda: grid_distances)
    x, y = from_wgs84(*beside_streets(300), Crs(code=meant))
    (found,) = findings(regions[0], x, y, "wgs84")
    assert (found["code"], found["value"], found["details"]["datums"]) == ("datum.looks_like", meant, [meant])
    assert meant in found["zh"]
    assert meant in found["en"]


def test_swapped_axes_are_told_by_the_region(regions):
    x, y = beside_streets(100)
    (found,) = findings(regions[0], y, x, "wgs84")
    assert (found["code"], found["details"]["is_own"]) == ("datum.swapped", True)


@pytest.mark.parametrize("meant", ["epsg:4548", "epsg:4550", "epsg:4527", "epsg:4529"])
def test_another_zone_is_proposed_by_its_code(regions, meant):
    x, y = from_wgs84(*beside_streets(100), parse_crs(meant))
    (found,) = findings(regions[0], x, y, "epsg:4549")
    assert (found["code"], found["details"]["datums"]) == ("datum.other_system", [meant])


def test_degrees_declared_as_metres_leave_the_datum_open(regions):
    found = of_datum(findings(regions[0], *beside_streets(100), "epsg:4549"))
    assert found[0]["code"] == "datum.other_system"
    assert set(found[0]["details"]["datums"]) == {"wgs84", "gcj02", "bd09"}


def test_packed_degrees_are_told_and_no_system_is_proposed(regions):
    lon, lat = beside_streets(200)
    packed = [np.floor(v) + np.floor(v % 1 * 60) / 100 + np.floor(v * 60 % 1 * 60) / 1e4 for v in (lon, lat)]
    (found,) = of_datum(findings(regions[0], *packed, "wgs84"))
    assert (found["code"], found["details"]["datums"]) == ("datum.packed", [])


def test_rows_of_another_system_are_listed_by_number_and_name(regions):
    x, y = beside_streets(200)
    x[:20], y[:20] = y[:20].copy(), x[:20].copy()
    found = findings(regions[0], x, y, "wgs84", name_zh=[f"场所{i}" for i in range(200)])
    assert of_datum(found)[0]["code"] == "datum.mixed"
    strange = [each for each in found if each["code"] == "datum.row_differs"]
    assert [each["row"] for each in strange] == list(range(2, 22))
    assert strange[3]["value"] == "场所3"
    assert "wgs84 (y, x)" in strange[3]["zh"]


@pytest.mark.parametrize(
    ("field", "west", "east"), [("region_code", "320102", "320104"), ("region_name", "玄武", "南京市秦淮区")]
)
def test_regions_named_in_rows_are_evidence_where_the_region_of_the_import_is_too_wide(regions, field, west, east):
    x, y = beside_streets(100)
    names = [west if lon < 118.8 else east for lon in x]
    (right,) = findings(regions[0], x, y, "wgs84", **{field: names})
    assert right["details"]["placed"] == "100 %"
    other = [east if lon < 118.79 else west if lon > 118.82 else "" for lon in x]
    (wrong,) = findings(regions[0], x, y, "wgs84", **{field: other})
    assert int(wrong["details"]["placed"].split()[0]) < 25


def test_rows_that_name_their_datum_are_judged_by_themselves(regions, monkeypatch):
    monkeypatch.setattr(plausibility, "street_distances", lambda: grid_distances)
    lon, lat = beside_streets(400)
    x, y = from_wgs84(lon, lat, Crs(code="gcj02"))
    x, y = np.r_[lon[:200], x[200:]], np.r_[lat[:200], y[200:]]
    right = findings(regions[0], x, y, "wgs84", datums=["wgs84"] * 200 + ["gcj02"] * 200)
    assert [(each["code"], each["value"]) for each in right] == [("datum.fits", "wgs84"), ("datum.fits", "gcj02")]
    wrong = findings(regions[0], x, y, "wgs84", datums=["wgs84"] * 200 + ["bd09"] * 200)
    assert [(each["code"], each["details"]["datums"]) for each in wrong] == [("datum.fits", []), ("datum.looks_like", [])]


def test_coarse_and_repeated_coordinates_are_told(regions):
    x, y = np.full(40, 118.8), np.full(40, 32.1)
    assert [each["code"] for each in findings(regions[0], x, y, "wgs84")] == ["datum.all_equal", "datum.coarse"]


def test_without_coordinates_there_is_nothing_to_say(regions):
    nan = np.full(3, np.nan)
    assert findings(regions[0], nan, nan, "") == []


def test_a_hundred_thousand_rows_are_judged_within_three_seconds(regions, monkeypatch):
    monkeypatch.setattr(plausibility, "street_distances", lambda: grid_distances)
    x, y = beside_streets(100_000)
    names = ["玄武区" if lon < 118.8 else "秦淮区" for lon in x]
    begun = time.process_time()
    findings(regions[0], x, y, "wgs84", region_name=names)
    assert time.process_time() - begun < 3
