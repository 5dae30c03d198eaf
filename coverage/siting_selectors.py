"""Rows of venues and regions to what siting works on."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Min

from coverage.engine.siting.build_sites import RegionName
from coverage.engine.siting.candidates import VenueFacts
from coverage.engine.siting.plan import QUOTA_LEVELS, QuotaRegion
from coverage.selectors import result_regions
from geo.models import Region, Venue

SITING_KINDS = (
    Venue.Kind.PUBLIC_HR_MARKET, Venue.Kind.GRASSROOTS_HRSS_PLATFORM, Venue.Kind.MIGRANT_SERVICE_CENTRE,
    Venue.Kind.DOORSTEP_STATION, Venue.Kind.PRIVATE_HR_AGENCY, Venue.Kind.CANDIDATE_SITE,
)  # fmt: skip


def venue_facts(region: Region, kinds: Iterable[str] = SITING_KINDS) -> list[VenueFacts]:
    """Return the venues of ``kinds`` in ``region`` and below, sorted by code, with their earliest opening."""
    rows = (
        Venue.objects.filter(region__path__startswith=region.path, kind__in=tuple(kinds))
        .select_related("region")
        .annotate(earliest=Min("opening_hours__opens_at"))
        .order_by("code")
    )
    return [_facts(row, row.earliest) for row in rows]


def gathering_points(region: Region) -> list[VenueFacts]:
    """Return the informal gathering points in ``region`` that are not closed, sorted by code."""
    gone = (Venue.Status.CLOSED, Venue.Status.RELOCATED)
    return [facts for facts in venue_facts(region, [Venue.Kind.INFORMAL_GATHERING_POINT]) if facts.status not in gone]


def _facts(row: Venue, earliest: dt.time | None) -> VenueFacts:
    return VenueFacts(
        code=row.code, name_zh=row.name_zh, name_en=row.name_en, kind=row.kind, status=row.status, lon=row.location.x,
        lat=row.location.y, region_path=row.region.path, floor_area_m2=row.floor_area_m2, staff_persons=row.staff_persons,
        capacity_persons=row.capacity_persons, waiting_persons=row.waiting_persons, opens_at=earliest,
    )  # fmt: skip


def quota_regions(region: Region) -> list[QuotaRegion]:
    """Return the cities and counties of ``region`` that quotas may name, in the order of codes."""
    return [
        QuotaRegion(code=row.code, level=row.level, name_zh=row.name_zh, name_en=row.name_en or row.name_zh)
        for row in result_regions(region)
        if row.level in QUOTA_LEVELS
    ]


def region_names(region: Region, codes: Iterable[str]) -> dict[str, RegionName]:
    """Return path and names of the regions with ``codes`` and of all counties of ``region``, the newest row of each code."""
    rows = Region.objects.filter(code__in=tuple(codes)) | Region.objects.filter(
        path__startswith=region.path, level=Region.Level.COUNTY
    )
    return {
        row.code: RegionName(path=row.path, name_zh=row.name_zh, name_en=row.name_en or row.name_zh)
        for row in rows.order_by("code", "valid_from")
    }
