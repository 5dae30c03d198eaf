"""GeoJSON files as people have them, good and bad."""

import json

import pytest

from geo.engine.errors import InputError
from geo.ingest.tables import Columns, read_table

COLUMNS = Columns(required=("code", "lon", "lat"), optional=("people",))


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def point(lon, lat):
    return {"type": "Point", "coordinates": [lon, lat]}


@pytest.fixture
def write(tmp_path):
    def _write(document, name="t.geojson"):
        path = tmp_path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return path

    return _write


def collection(*features, **more):
    return {"type": "FeatureCollection", "features": list(features)} | more


def codes_of(path):
    with pytest.raises(InputError) as error:
        read_table(path, COLUMNS)
    return [problem.code for problem in error.value.problems]


def test_a_point_gives_its_coordinates_as_written(write):
    table = read_table(write(collection(feature(point(118.800000001, 32), code="A", people=3))), COLUMNS)
    assert table.rows[0].number == 1
    assert table.rows[0].values == {"code": "A", "people": "3", "lon": "118.800000001", "lat": "32"}


def test_a_polygon_gives_its_centroid(write):
    square = {"type": "Polygon", "coordinates": [[[118, 32], [120, 32], [120, 34], [118, 34], [118, 32]]]}
    row = read_table(write(collection(feature(square, code="A"))), COLUMNS).rows[0]
    assert (float(row.values["lon"]), float(row.values["lat"])) == pytest.approx((119.0, 33.0))


def test_no_geometry_leaves_the_properties(write):
    table = read_table(write(collection(feature(None, code="A", lon=118.5, lat=32), feature(None, code=None))), COLUMNS)
    assert (table.rows[0].values["lon"], table.rows[0].values["lat"]) == ("118.5", "32")
    assert table.rows[1].values == {"code": "", "lon": "", "lat": ""}


def test_not_a_number_reaches_the_fields_as_text(write):
    table = read_table(write('{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "A"}, '
                             '"geometry": {"type": "Point", "coordinates": [NaN, 32]}}]}'), COLUMNS)  # fmt: skip
    assert table.rows[0].values["lon"] == "NaN"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ('{"type": "FeatureCollection", "features": [{"type": "Fea', "json.broken"),
        ("[" * 100_000, "json.too_deep"),
        ("[1, 2]", "geojson.not_a_collection"),
        ('{"type": "FeatureCollection"}', "geojson.not_a_collection"),
        (collection(), "geojson.no_features"),
        (collection(feature(point(1, 2), code="A"), crs={"type": "name", "properties": {"name": "EPSG:3857"}}), "geojson.crs"),
        (
            collection(feature(point(1, 2), code="A"), crs={"type": "link", "properties": {"href": "http://127.0.0.1/x"}}),
            "geojson.crs",
        ),
        (collection(feature(point(1, 2), cod="A")), "column.missing"),
    ],
)
def test_files_that_cannot_be_read(write, document, code):
    assert code in codes_of(write(document))


def test_geographic_systems_are_read(write):
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4490"):
        document = collection(feature(point(118, 32), code="A"), crs={"type": "name", "properties": {"name": name}})
        assert len(read_table(write(document), COLUMNS).rows) == 1


def test_features_that_cannot_be_used_are_told_by_number(write):
    bow_tie = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    table = read_table(
        write(
            collection(
                feature(point(118, 32), code="A"),
                feature({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, code="B"),
                feature(bow_tie, code="C"),
                feature({"type": "Point", "coordinates": []}, code="D"),
                feature({"type": "Polygon", "coordinates": [[["a", "b"]]]}, code="E"),
                "no feature",
                feature(point(118, 32), code={"nested": 1}),
            )
        ),
        COLUMNS,
    )
    assert [(problem.code, problem.row) for problem in table.problems] == [
        ("geojson.geometry", 2), ("geojson.geometry", 3), ("geojson.geometry", 4), ("geojson.geometry", 5),
        ("geojson.not_a_feature", 6), ("geojson.value", 7),
    ]  # fmt: skip
    assert len(table.rows) == 1
