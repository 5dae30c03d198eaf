"""Units of a province as the package gives them, against what GB/T 2260 says."""

import pytest
import shapely
from pyproj import Geod

from geo.engine.errors import InputError
from geo.ingest.boundaries import as_multipolygon, province_of, read_province


def by_level(units):
    return {level: [unit for unit in units if unit.level == level] for level in ("province", "prefecture", "county")}


def test_jiangsu_has_1_13_95_units():
    levels = by_level(read_province("江苏省"))
    assert [len(levels[level]) for level in ("province", "prefecture", "county")] == [1, 13, 95]
    assert levels["province"][0].code == "320000"
    assert [unit.code for unit in levels["prefecture"]] == [f"32{number:02d}00" for number in range(1, 14)]
    assert all(unit.parent_code == unit.code[:4] + "00" for unit in levels["county"])
    assert len({unit.code for unit in levels["county"]}) == 95


def test_boundaries_are_valid_and_counties_fill_the_province():
    levels = by_level(read_province("江苏省"))
    units = [unit for group in levels.values() for unit in group]
    assert all(unit.boundary.is_valid and unit.boundary.geom_type == "MultiPolygon" for unit in units)
    areas = {level: sum(unit.area_km2 for unit in group) for level, group in levels.items()}
    # Tianditu's three levels are generalised apart from each other: they agree within a thousandth.
    assert areas["county"] == pytest.approx(areas["province"], rel=1e-3)
    assert areas["prefecture"] == pytest.approx(areas["province"], rel=1e-3)
    # The province's published land and water area is 107,200 km² with tidal flats; the mapped one is about 102,800.
    assert 102_000 < areas["province"] < 103_500


def test_area_is_that_of_the_ellipsoid():
    county = read_province("江苏省")[20]
    geod = Geod(ellps="WGS84")
    by_part = 0.0
    for polygon in county.boundary.geoms:
        by_part += abs(geod.polygon_area_perimeter(*polygon.exterior.xy)[0])
        by_part -= sum(abs(geod.polygon_area_perimeter(*hole.xy)[0]) for hole in polygon.interiors)
    assert county.area_km2 == pytest.approx(by_part / 1e6, rel=1e-9)


def test_a_municipality_has_no_prefecture_level():
    levels = by_level(read_province("北京市"))
    assert [len(levels[level]) for level in ("province", "prefecture", "county")] == [1, 0, 16]
    assert {unit.parent_code for unit in levels["county"]} == {"110000"}


def test_counties_directly_under_the_province_and_cities_without_counties():
    units = {unit.code: unit for unit in read_province("海南省")}
    assert (units["469002"].level, units["469002"].parent_code) == ("county", "460000")  # 琼海市
    assert (units["460400"].level, units["460400"].parent_code) == ("prefecture", "460000")  # 儋州市
    units = {unit.code: unit for unit in read_province("湖北省")}
    assert (units["429004"].level, units["429004"].parent_code) == ("county", "420000")  # 仙桃市
    assert units["429021"].level == "county"  # 神农架林区


def test_every_province_can_be_read_and_no_code_occurs_twice():
    codes = set()
    for name in ("澳门特别行政区", "台湾省", "广东省", "甘肃省", "新疆维吾尔自治区", "重庆市"):
        units = read_province(name)
        known = {unit.code for unit in units}
        assert len(known) == len(units)
        assert all(unit.parent_code in known for unit in units[1:])
        assert not codes & known
        codes |= known


def test_an_unknown_province_is_told_with_near_names():
    with pytest.raises(InputError) as error:
        read_province("江苏")
    problem = error.value.problems[0]
    assert problem.code == "province.unknown"
    assert "江苏省" in problem.sentence("zh-hans")
    assert "江苏省" in problem.sentence("en")
    with pytest.raises(InputError):
        read_province("")


def test_boundaries_in_gcj02_are_refused():
    for source, code in (("amap", "boundary.gcj02"), ("osm", "boundary.source_unknown")):
        with pytest.raises(InputError) as error:
            read_province("江苏省", source)
        assert error.value.problems[0].code == code


def test_province_of_a_point():
    assert province_of(118.80, 32.05) == "江苏省"
    assert province_of(-46.63, -23.55) is None


def test_bow_ties_become_polygons_and_lines_are_dropped():
    shape = as_multipolygon(shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))"))
    assert shape.is_valid
    assert shape.area == pytest.approx(2.0)
    assert all(polygon.exterior.is_ccw for polygon in shape.geoms)
