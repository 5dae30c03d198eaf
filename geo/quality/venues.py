"""Checks of venues, candidates and gathering points, source by source."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import Exists, OuterRef
from scipy.spatial import cKDTree

from geo.engine.crs import Plane
from geo.engine.network.model import TravelNetwork
from geo.engine.snapping import snap
from geo.models import DataSource, OpeningHours, Venue
from geo.quality.lines import INFORMATION, MANY, NEVER, SOME, DataSet, Finding, Line, Rule, Words, line_of
from geo.quality.records import QualityRecords
from geo.quality.sources import source_lines

Float64Array = npt.NDArray[np.float64]

DUPLICATE_METRES = 150.0
OFF_STREET_LIMIT_METRES = 5_000.0
DISTANCE_CLASSES = (
    (0.0, 25.0, INFORMATION),
    (25.0, 100.0, MANY),
    (100.0, 500.0, SOME),
    (500.0, OFF_STREET_LIMIT_METRES, NEVER),
)
TRUSTED_DATUMS = ("wgs84", "cgcs2000")
BOUNDARY_TOLERANCE_METRES = 1_000.0
_DEGREE_DIGITS = 6
_WHOLE = ("条记录", "records")
_CATEGORIES: dict[str, Words] = {
    "venues": ("场所", "Venues"),
    "candidates": ("备选点", "Candidate sites"),
    "gathering-points": ("自发聚集点", "Gathering points"),
}


@dataclass(frozen=True, kw_only=True)
class VenueFacts:
    """One venue as the checks see it; lon, lat in degrees, WGS-84."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    region_code: str
    region_pk: int
    source_pk: int
    datum: str
    lon: float
    lat: float
    phone: str
    address: str
    capacity_persons: int | None
    floor_area_m2: float | None
    has_hours: bool

    def finding(self, detail: str = "") -> Finding:
        """Return the venue as a record of a line."""
        return Finding(key=self.code, name=self.name_zh, region_code=self.region_code, detail=detail)


_FIELDS: tuple[tuple[str, Words, Rule, Callable[[VenueFacts], bool]], ...] = (
    ("no-name-en", ("没有英文名", "Without an English name"), MANY, lambda v: not v.name_en),
    ("no-phone", ("没有电话", "Without a phone number"), MANY, lambda v: not v.phone),
    ("no-address", ("没有地址", "Without an address"), MANY, lambda v: not v.address),
    ("no-hours", ("没有营业时间", "Without opening hours"), MANY, lambda v: not v.has_hours),
    (
        "no-size", ("服务能力和面积都没有", "Without capacity or floor area"), SOME,
        lambda v: v.capacity_persons is None and v.floor_area_m2 is None,
    ),
    ("datum", ("坐标系不明或有偏移", "Datum unknown or offset"), SOME, lambda v: v.datum not in TRUSTED_DATUMS),
)  # fmt: skip


def category_of(kind: str) -> str:
    """Return the data set that a kind of venue belongs to."""
    special = {Venue.Kind.CANDIDATE_SITE: "candidates", Venue.Kind.INFORMAL_GATHERING_POINT: "gathering-points"}
    return special.get(Venue.Kind(kind), "venues")


def venue_data_sets(records: QualityRecords) -> list[DataSet]:
    """Return a data set for each category and source that has records."""
    facts = venue_facts(records)
    shapes = _shapes(records)
    sources = DataSource.objects.in_bulk({each.source_pk for each in facts})
    groups: dict[tuple[str, int], list[VenueFacts]] = {}
    for each in facts:
        groups.setdefault((category_of(each.kind), each.source_pk), []).append(each)
    order = list(_CATEGORIES)
    keys = sorted(groups, key=lambda key: (order.index(key[0]), sources[key[1]].slug))
    return [_data_set(key[0], sources[key[1]], groups[key], shapes, records.network, records.on) for key in keys]


def venue_facts(records: QualityRecords) -> list[VenueFacts]:
    """Return the venues in the order of their codes."""
    rows = records.venues.annotate(
        wkb=AsWKB("location"), has_hours=Exists(OpeningHours.objects.filter(venue=OuterRef("pk")))
    ).order_by("code")  # fmt: skip
    values = list(
        rows.values_list(
            "code", "kind", "name_zh", "name_en", "region__code", "region_id", "source_id", "source_datum", "phone", "address",
            "capacity_persons", "floor_area_m2", "has_hours", "wkb",
        )
    )  # fmt: skip
    points = shapely.get_coordinates(shapely.from_wkb([bytes(row[-1]) for row in values]))
    return [
        VenueFacts(
            code=row[0], kind=row[1], name_zh=row[2], name_en=row[3], region_code=row[4], region_pk=row[5], source_pk=row[6],
            datum=row[7], phone=row[8], address=row[9], capacity_persons=row[10], floor_area_m2=row[11], has_hours=row[12],
            lon=float(point[0]), lat=float(point[1]),
        )
        for row, point in zip(values, points, strict=True)
    ]  # fmt: skip


def _shapes(records: QualityRecords) -> dict[int, shapely.Geometry]:
    rows = records.regions.exclude(boundary=None).annotate(wkb=AsWKB("boundary")).values_list("pk", "wkb")
    return {pk: shapely.from_wkb(bytes(wkb)) for pk, wkb in rows}


def _data_set(
    category: str, source: DataSource, venues: list[VenueFacts], shapes: dict[int, shapely.Geometry],
    network: TravelNetwork | None, on: dt.date,
) -> DataSet:  # fmt: skip
    name = _CATEGORIES[category]
    lines = [
        *_field_lines(venues),
        *_duplicate_lines(venues),
        _outside_line(venues, shapes),
        *(_street_lines(venues, network) if network else ()),
        *source_lines(source, on=on),
    ]
    title = (f"{name[0]} · {source.name_zh}", f"{name[1]} · {source.name_en}")
    return DataSet(code=f"{category}.{source.slug}", title=title, record_count=len(venues), lines=tuple(lines))


def _field_lines(venues: list[VenueFacts]) -> Iterable[Line]:
    for check, title, rule, is_wrong in _FIELDS:
        found = [each.finding(each.datum if check == "datum" else "") for each in venues if is_wrong(each)]
        yield line_of(check, title, found, len(venues), _WHOLE, rule)


def _coordinates(venues: list[VenueFacts]) -> tuple[Float64Array, Float64Array]:
    return np.array([each.lon for each in venues]), np.array([each.lat for each in venues])


def _duplicate_lines(venues: list[VenueFacts]) -> Iterable[Line]:
    title = (f"同名且相距不到 {DUPLICATE_METRES:g} 米", f"Same name within {DUPLICATE_METRES:g} m")
    yield line_of("same-name", title, _same_name(venues), len(venues), _WHOLE, SOME)
    yield line_of("same-place", ("坐标完全相同", "Same coordinates"), _same_place(venues), len(venues), _WHOLE, SOME)


def _same_name(venues: list[VenueFacts]) -> list[Finding]:
    lon, lat = _coordinates(venues)
    metres = np.column_stack(Plane.around(lon, lat).to_metres(lon, lat))
    twins: dict[int, str] = {}
    for i, j in sorted(cKDTree(metres).query_pairs(DUPLICATE_METRES)):
        if venues[i].name_zh == venues[j].name_zh:
            twins.setdefault(i, venues[j].code)
            twins.setdefault(j, venues[i].code)
    return [venues[i].finding(f"= {code}") for i, code in sorted(twins.items())]


def _same_place(venues: list[VenueFacts]) -> list[Finding]:
    places: dict[tuple[float, float], list[VenueFacts]] = {}
    for each in venues:
        places.setdefault((round(each.lon, _DEGREE_DIGITS), round(each.lat, _DEGREE_DIGITS)), []).append(each)
    return [each.finding(f"{lon}, {lat}") for (lon, lat), there in places.items() if len(there) > 1 for each in there]


def _outside_line(venues: list[VenueFacts], shapes: dict[int, shapely.Geometry]) -> Line:
    bounded = [each for each in venues if each.region_pk in shapes]
    found = []
    for pk in sorted({each.region_pk for each in bounded}):
        here = [each for each in bounded if each.region_pk == pk]
        shape = shapes[pk]
        shapely.prepare(shape)
        lon, lat = _coordinates(here)
        inside = shapely.intersects_xy(shape, lon, lat)
        found += [each.finding(_away(shape, each)) for each, is_inside in zip(here, inside, strict=True) if not is_inside]
    title = ("落在所属区域边界之外", "Outside the boundary of their region")
    whole = ("条所属区域有边界的记录", "records whose region has a boundary")
    return line_of("outside-region", title, found, len(bounded), whole, SOME)


def _away(shape: shapely.Geometry, venue: VenueFacts) -> str:
    plane = Plane(lon=venue.lon, lat=venue.lat)
    moved = shapely.transform(shape, lambda points: np.column_stack(plane.to_metres(points[:, 0], points[:, 1])))
    x, y = plane.to_metres(np.array([venue.lon]), np.array([venue.lat]))
    return f"{shapely.distance(moved, shapely.Point(x[0], y[0])):.0f} m"


def _street_lines(venues: list[VenueFacts], network: TravelNetwork) -> Iterable[Line]:
    lon, lat = _coordinates(venues)
    metres = snap(network, lon, lat, mode="walk", max_metres=OFF_STREET_LIMIT_METRES).snap_metres
    for low, high, rule in DISTANCE_CLASSES:
        chosen = (metres <= high) & ((metres > low) | (low == 0.0))
        found = [venues[i].finding(f"{metres[i]:.0f} m") for i in np.flatnonzero(chosen).tolist()]
        title = (f"距步行道路 {low:g}–{high:g} 米", f"{low:g}–{high:g} m from a walkable street")
        yield line_of(f"street-{high:g}", title, found, len(venues), _WHOLE, rule)
    far = [venues[i].finding() for i in np.flatnonzero(~np.isfinite(metres)).tolist()]
    title = (f"{OFF_STREET_LIMIT_METRES:g} 米内没有步行道路", f"No walkable street within {OFF_STREET_LIMIT_METRES:g} m")
    yield line_of("street-none", title, far, len(venues), _WHOLE, NEVER)
