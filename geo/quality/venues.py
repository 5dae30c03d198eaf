"""Checks of venues, candidates and gathering points, source by source."""

from collections.abc import Callable, Iterable

import numpy as np
import shapely

from geo.engine.crs import Plane
from geo.models import DataSource
from geo.quality.datums import BORDER_METRES, datum_line
from geo.quality.lines import INFORMATION, MANY, NEVER, SOME, DataSet, Finding, Line, Rule, Words, line_of
from geo.quality.records import QualityRecords
from geo.quality.sources import source_lines
from geo.quality.streets import OFF_STREET_LIMIT_METRES
from geo.quality.venue_facts import (
    DUPLICATE_METRES,
    VenueFacts,
    VenueGround,
    category_of,
    coordinates,
)

DISTANCE_CLASSES = (
    (0.0, 25.0, INFORMATION),
    (25.0, 100.0, MANY),
    (100.0, 500.0, SOME),
    (500.0, OFF_STREET_LIMIT_METRES, NEVER),
)
TRUSTED_DATUMS = ("wgs84", "cgcs2000")
_WHOLE = ("条记录", "records")
_CATEGORIES: dict[str, Words] = {
    "venues": ("场所", "Venues"),
    "candidates": ("备选点", "Candidate sites"),
    "gathering-points": ("自发聚集点", "Gathering points"),
}
PREFIXES = tuple(_CATEGORIES)
_POINTLESS = {"gathering-points": ("no-phone", "no-size")}
"""A street corner has neither telephone nor floor."""

__all__ = ["DISTANCE_CLASSES", "PREFIXES", "category_of", "venue_data_sets"]


def _has_no_size(venue: VenueFacts) -> bool:
    return venue.capacity_persons is None and venue.floor_area_m2 is None


def _has_no_count(venue: VenueFacts) -> bool:
    return venue.waiting_persons is None and not venue.has_counts


_NEEDED: dict[str, tuple[tuple[Words, Callable[[VenueFacts], bool]], ...]] = {
    "venues": (
        (("名称", "name"), lambda v: not v.name_zh.strip()),
        (("开放时间", "opening hours"), lambda v: not v.has_hours),
        (("服务能力或面积", "capacity or floor area"), _has_no_size),
    ),
    "candidates": (
        (("名称", "name"), lambda v: not v.name_zh.strip()),
        (("建设方式", "action"), lambda v: not v.action),
        (("服务能力或面积", "capacity or floor area"), _has_no_size),
    ),
    "gathering-points": (
        (("名称", "name"), lambda v: not v.name_zh.strip()),
        (("候工人数或逐时人数", "workers waiting, or counts by hour"), _has_no_count),
    ),
}  # fmt: skip
"""What the analysis needs of each category."""

_FIELDS: tuple[tuple[str, Words, Rule, Callable[[VenueFacts], bool]], ...] = (
    ("no-name-en", ("没有英文名", "Without an English name"), MANY, lambda v: not v.name_en),
    ("no-phone", ("没有电话", "Without a phone number"), MANY, lambda v: not v.phone),
    ("no-address", ("没有地址", "Without an address"), MANY, lambda v: not v.address),
    ("no-hours", ("没有营业时间", "Without opening hours"), MANY, lambda v: not v.has_hours),
    ("no-size", ("服务能力和面积都没有", "Without capacity or floor area"), SOME, _has_no_size),
    ("datum", ("坐标系不明或有偏移", "Datum unknown or offset"), SOME, lambda v: v.datum not in TRUSTED_DATUMS),
)  # fmt: skip


def venue_data_sets(records: QualityRecords, only: str = "") -> list[DataSet]:
    """Return a data set for each category and source that has records; with ``only`` a code, no other than that one."""
    ground = VenueGround(records)
    sources = DataSource.objects.in_bulk({each.source_pk for each in ground.facts})
    groups: dict[tuple[str, int], list[VenueFacts]] = {}
    for each in ground.facts:
        groups.setdefault((each.category, each.source_pk), []).append(each)
    keys = sorted(groups, key=lambda key: (PREFIXES.index(key[0]), sources[key[1]].slug))
    return [
        _data_set(category, sources[source], groups[category, source], ground, records)
        for category, source in keys
        if only in ("", _code(category, sources[source]))
    ]


def _code(category: str, source: DataSource) -> str:
    return f"{category}.{source.slug}"


def _data_set(
    category: str, source: DataSource, venues: list[VenueFacts], ground: VenueGround, records: QualityRecords
) -> DataSet:
    name = _CATEGORIES[category]
    lines = [
        _required_line(category, venues),
        *_field_lines(category, venues),
        datum_line(venues, ground),
        *_duplicate_lines(venues, ground),
        _outside_line(venues, ground.shapes),
        *_street_lines(venues, ground),
        *source_lines(source, on=records.on),
    ]
    title = (f"{name[0]} · {source.name_zh}", f"{name[1]} · {source.name_en}")
    return DataSet(code=_code(category, source), title=title, record_count=len(venues), lines=tuple(lines))


def _required_line(category: str, venues: list[VenueFacts]) -> Line:
    """Return the line of records without something that the analysis needs, each with what it lacks."""
    found = []
    for venue in venues:
        lacks = [words for words, is_missing in _NEEDED[category] if is_missing(venue)]
        if lacks:
            found.append(venue.finding(("、".join(zh for zh, _ in lacks), ", ".join(en for _, en in lacks)), len(lacks)))
    return line_of("required", ("缺少必要内容", "Without something that is needed"), found, len(venues), _WHOLE, SOME)


def _field_lines(category: str, venues: list[VenueFacts]) -> Iterable[Line]:
    for check, title, rule, is_wrong in _FIELDS:
        if check in _POINTLESS.get(category, ()):
            continue
        found = [each.finding(each.datum if check == "datum" else "") for each in venues if is_wrong(each)]
        yield line_of(check, title, found, len(venues), _WHOLE, rule)


def _duplicate_lines(venues: list[VenueFacts], ground: VenueGround) -> Iterable[Line]:
    twins = [(each, *ground.namesakes[each.code]) for each in venues if each.code in ground.namesakes]
    title = (f"同名且相距不到 {DUPLICATE_METRES:g} 米", f"Same name within {DUPLICATE_METRES:g} m")
    found = [each.finding(f"{code} · {metres:.0f} m", metres) for each, code, metres in twins]
    yield line_of("same-name", title, found, len(venues), _WHOLE, SOME)
    crowd = [(each, ground.crowded[each.code]) for each in venues if each.code in ground.crowded]
    found = [each.finding(f"{each.lon:.6f}, {each.lat:.6f} × {count}", count) for each, count in crowd]
    yield line_of("same-place", ("坐标完全相同", "Same coordinates"), found, len(venues), _WHOLE, SOME)


def _outside_line(venues: list[VenueFacts], shapes: dict[int, shapely.Geometry]) -> Line:
    bounded = [each for each in venues if each.region_pk in shapes]
    found: list[Finding] = []
    for pk in sorted({each.region_pk for each in bounded}):
        here = [each for each in bounded if each.region_pk == pk]
        lon, lat = coordinates(here)
        metres = metres_outside(shapes[pk], lon, lat)
        found += [here[i].finding(f"{metres[i]:.0f} m", float(metres[i])) for i in np.flatnonzero(metres > 0.0).tolist()]
    title = ("落在所属区域边界之外", "Outside the boundary of their region")
    whole = ("条所属区域有边界的记录", "records whose region has a boundary")
    far = sum(1 for each in found if each.value is not None and each.value > BORDER_METRES)
    note = (
        f"其中 {far} 条超出 {BORDER_METRES / 1000:g} 千米；已载入的边界经过概化，较近的多为边界误差。",
        f"{far} of them by more than {BORDER_METRES / 1000:g} km; boundaries are generalised, nearer ones may be right.",
    )
    return line_of("outside-region", title, found, len(bounded), whole, SOME, [note] if found else [])


def metres_outside(shape: shapely.Geometry, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return (n,) metres by which points, degrees, lie outside ``shape``; 0 inside."""
    shapely.prepare(shape)
    metres = np.zeros(len(lon))
    out = np.flatnonzero(~shapely.intersects_xy(shape, lon, lat))
    if len(out):
        plane = Plane.around(lon[out], lat[out])
        metres[out] = shapely.distance(plane.shape_to_metres(shape), shapely.points(*plane.to_metres(lon[out], lat[out])))
    return metres


def _street_lines(venues: list[VenueFacts], ground: VenueGround) -> Iterable[Line]:
    metres = ground.street_metres_of(venues)
    if metres is None:
        return
    for low, high, rule in DISTANCE_CLASSES:
        chosen = (metres <= high) & ((metres > low) | (low == 0.0))
        found = [venues[i].finding(f"{metres[i]:.0f} m", float(metres[i])) for i in np.flatnonzero(chosen).tolist()]
        title = (f"距步行道路 {low:g}–{high:g} 米", f"{low:g}–{high:g} m from a walkable street")
        yield line_of(f"street-{high:g}", title, found, len(venues), _WHOLE, rule)
    far = [venues[i].finding() for i in np.flatnonzero(~np.isfinite(metres)).tolist()]
    title = (f"{OFF_STREET_LIMIT_METRES:g} 米内没有步行道路", f"No walkable street within {OFF_STREET_LIMIT_METRES:g} m")
    yield line_of("street-none", title, far, len(venues), _WHOLE, NEVER)
