"""Regions by import: boundaries in any datum, versions by day, the tree kept whole."""

import datetime as dt
import json

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.engine.datum import Crs, from_wgs84
from geo.engine.errors import InputError
from geo.models import Region, Venue
from geo.services import imports
from tests.factories import NOW, VALID_FROM, make_source
from tests.geo.imports.files import codes_of, committed, received

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SQUARE = [[118.8, 32.0], [118.85, 32.0], [118.85, 32.1], [118.8, 32.1], [118.8, 32.0]]
BOW_TIE = [[118.8, 32.0], [118.85, 32.1], [118.85, 32.0], [118.8, 32.1], [118.8, 32.0]]


def collection(*features):
    listed = [
        {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]} if ring else None}
        for properties, ring in features
    ]
    return json.dumps({"type": "FeatureCollection", "features": listed}, ensure_ascii=False)


def county(**values):
    return {"code": "320104", "name_zh": "秦淮区", "level": "county", "parent_code": "320100"} | values


def read(tmp_path, region, *features, datum="wgs84"):
    return received(tmp_path, region, collection(*features), kind="regions", name="regions.geojson", datum=datum)


def test_a_boundary_in_place_and_back(tmp_path, province):
    before = Region.objects.get(code="320104")
    batch = committed(read(tmp_path, province, (county(), SQUARE)))
    now = Region.objects.get(code="320104")
    assert batch.summary["written"] == {"created": 0, "changed": 1}
    assert shapely.from_wkb(bytes(now.boundary.wkb)).equals(shapely.Polygon(SQUARE))
    assert now.area_km2 == pytest.approx(abs(Geod(ellps="WGS84").geometry_area_perimeter(shapely.Polygon(SQUARE))[0]) / 1e6)
    assert now.valid_from == VALID_FROM
    imports.undo(batch, at=NOW)
    assert Region.objects.get(code="320104").boundary.equals(before.boundary)
    assert Region.history.filter(code="320104").count() == 3


def test_a_boundary_in_a_shifted_datum_is_converted_vertex_by_vertex(tmp_path, province):
    ring = np.array(SQUARE)
    shifted = np.column_stack(from_wgs84(ring[:, 0], ring[:, 1], Crs(code="gcj02"))).tolist()
    committed(read(tmp_path, province, (county(), shifted), datum="gcj02"))
    found = np.array(Region.objects.get(code="320104").boundary.coords[0][0])
    assert np.abs(found - ring).max() < 1e-7


def test_a_new_day_makes_a_new_version_that_venues_follow(tmp_path, province):
    old = Region.objects.get(code="320104")
    venue = Venue.objects.create(
        code="V", name_zh="站", kind="gig_station", status="operating", region=old, location=old.boundary.point_on_surface,
        source=make_source(),
    )  # fmt: skip
    batch = committed(read(tmp_path, province, (county(valid_from="2026-01-01"), SQUARE)))
    old.refresh_from_db()
    venue.refresh_from_db()
    new = Region.objects.get(code="320104", valid_until=None)
    assert (old.valid_until, new.valid_from, venue.region_id) == (dt.date(2026, 1, 1), dt.date(2026, 1, 1), new.pk)
    assert new.path == "320000/320100/320104/"
    imports.undo(batch, at=NOW)
    old.refresh_from_db()
    venue.refresh_from_db()
    assert (old.valid_until, venue.region_id, Region.objects.filter(code="320104").count()) == (None, old.pk, 1)


def test_a_tree_of_new_regions_in_any_order(tmp_path, province):
    town = {"code": "320199001", "name_zh": "镇", "level": "township", "parent_code": "320199", "valid_from": "2025-01-01"}
    district = {"code": "320199", "name_zh": "新区", "level": "county", "parent_code": "320100", "valid_from": "2025-01-01"}
    batch = committed(read(tmp_path, province, (town, None), (district, SQUARE)))
    assert Region.objects.get(code="320199001").path == "320000/320100/320199/320199001/"
    assert read(tmp_path, province, (town, None), (district, SQUARE)).summary["counts"]["unchanged"] == 2
    imports.undo(batch, at=NOW)
    assert Region.objects.count() == 4


@pytest.mark.parametrize(
    ("feature", "code"),
    [
        ((county(), BOW_TIE), "shape.not_valid"),
        ((county(code="32"), SQUARE), "regions.code"),
        ((county(code="320105"), SQUARE), "regions.no_start"),
        ((county(parent_code=""), SQUARE), "regions.no_parent"),
        ((county(parent_code="330100"), SQUARE), "regions.unknown_parent"),
        ((county(parent_code="320104"), SQUARE), "regions.own_parent"),
        ((county(valid_from="2026-01-01", valid_until="2025-01-01"), SQUARE), "regions.period"),
        ((county(valid_from="2010-01-01", valid_until="2021-01-01"), SQUARE), "regions.overlaps"),
    ],
)
def test_faulty_rows(tmp_path, province, feature, code):
    batch = read(tmp_path, province, feature)
    assert code in codes_of(batch)
    with pytest.raises(InputError):
        committed(batch)
    assert Region.objects.count() == 4


def test_a_former_version_that_ended_in_time(tmp_path, province):
    committed(read(tmp_path, province, (county(valid_from="2010-01-01", valid_until="2020-01-01"), SQUARE)))
    assert Region.objects.filter(code="320104").count() == 2


def test_a_region_elsewhere_is_refused(tmp_path, province):
    west = Region.objects.get(code="320102")
    assert codes_of(read(tmp_path, west, (county(), SQUARE))) == ["row.foreign"]
