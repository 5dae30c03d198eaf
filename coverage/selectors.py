"""Rows of the ground and of standards to what the coverage engine works on."""

import dataclasses
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from django.db.models import QuerySet

from coverage.engine.hours import TYPICAL_DAY, Day, Span, is_open
from coverage.engine.standard import Rule, SettlementClass, Standard
from coverage.models import CoverageRun, CoverageStandard
from geo.engine.inputs import UNLIMITED_PERSONS, Facilities
from geo.engine.network import TravelNetwork
from geo.engine.profiles import SpeedProfile
from geo.models import OpeningHours, Region, Venue
from geo.selectors import network_of

RESULT_LEVELS = (Region.Level.PROVINCE, Region.Level.PREFECTURE, Region.Level.COUNTY)


@dataclass(frozen=True, kw_only=True)
class CountedVenues:
    """The venues that count under a standard on a kind of day, sorted by code, and what had to be assumed.

    region_codes: (F,) the region of each. closed_count: meet the standard but are closed at its clock time, so not in
    ``facilities``. without_hours_count, without_capacity_count: of ``facilities``, taken as open and as unlimited.
    """

    facilities: Facilities
    region_codes: tuple[str, ...]
    closed_count: int
    without_hours_count: int
    without_capacity_count: int
    is_synthetic: bool


def standard_inputs(standard: CoverageStandard) -> Standard:
    """Return what the engine needs of a standard; raises :class:`geo.engine.errors.InputError` if its rules are incomplete."""
    rules = tuple(
        Rule(
            settlement_class=_class_of(row.settlement_class),
            mode=row.mode,
            cutoff_minutes=row.cutoff_minutes,
            cutoff_metres=row.cutoff_metres,
        )
        for row in standard.rules.all()
    )
    return Standard(rules=rules, max_snap_metres=standard.max_snap_metres, snap_speed_kph=standard.snap_speed_kph)


def at_speeds(standard: Standard, profile: SpeedProfile) -> Standard:
    """Return the rules with the way between a place and its street at the speed of ``profile``."""
    return dataclasses.replace(standard, snap_speed_kph=profile.leg_kph(standard.snap_speed_kph))


def network_of_run(run: CoverageRun) -> TravelNetwork:
    """Return the streets of ``run`` at the speeds of its profile; raises what :func:`geo.selectors.network_of` does."""
    return run.speeds.of_network(network_of(run.network))


def standard_of_run(run: CoverageRun) -> Standard:
    """Return the rules that ``run`` was made with, as it noted them: its standard may have been changed since."""
    noted = run.parameters
    rules = tuple(
        Rule(
            settlement_class=_class_of(rule["settlement_class"]),
            mode=rule["mode"],
            cutoff_minutes=_number(rule["cutoff_minutes"]),
            cutoff_metres=_number(rule["cutoff_metres"]),
        )
        for rule in noted["rules"]
    )
    return Standard(rules=rules, max_snap_metres=noted["max_snap_metres"], snap_speed_kph=noted["snap_speed_kph"])


def _number(noted: float | str | None) -> float | None:
    """Return a cutoff from JSON, where an infinite one is the string ``"inf"``."""
    return None if noted is None else float(noted)


def _class_of(name: str) -> SettlementClass:
    return "urban" if name == "urban" else "rural"


def facilities_of(region: Region, standard: CoverageStandard, *, day: Day = TYPICAL_DAY) -> Facilities:
    """Return the venues that count for ``region`` under ``standard``; see :func:`counted_venues`."""
    return counted_venues(region, standard, day=day).facilities


def counted_venues(region: Region, standard: CoverageStandard, *, day: Day = TYPICAL_DAY) -> CountedVenues:
    """Return the venues that count for the workers of ``region``.

    They are those of the whole province, not of the region alone: workers cross borders of counties and cities. Kinds and
    statuses are the standard's. If it names a clock time, a venue must be open then on ``day``; one without any hours on record
    counts as open.
    """
    meeting = standard_venues(region, standard)
    rows = list(meeting.select_related("region", "source"))
    hours = _hours_of(meeting) if standard.open_at else {}
    closed = {
        row.pk for row in rows if standard.open_at and row.pk in hours and not is_open(hours[row.pk], day, standard.open_at)
    }
    kept = sorted((row for row in rows if row.pk not in closed), key=lambda row: row.code)
    return CountedVenues(
        facilities=facilities_from(kept),
        region_codes=tuple(row.region.code for row in kept),
        closed_count=len(closed),
        without_hours_count=sum(row.pk not in hours for row in kept) if standard.open_at else 0,
        without_capacity_count=sum(row.capacity_persons is None for row in kept),
        is_synthetic=any(row.source.is_synthetic for row in kept),
    )


def standard_venues(region: Region, standard: CoverageStandard) -> QuerySet[Venue]:
    """Return the venues of the province of ``region`` whose kind and status count, whatever their hours."""
    root = region.path.split("/")[0]
    return Venue.objects.filter(
        region__path__startswith=f"{root}/", kind__in=standard.venue_kinds, status__in=standard.venue_statuses
    )


def facilities_from(venues: list[Venue]) -> Facilities:
    """Return ``venues``, sorted by code, as facilities; no capacity on record means unlimited."""
    ordered = sorted(venues, key=lambda venue: venue.code)
    unlimited = int(UNLIMITED_PERSONS)
    return Facilities(
        ids=tuple(venue.code for venue in ordered),
        lon=np.array([venue.location.x for venue in ordered], np.float64),
        lat=np.array([venue.location.y for venue in ordered], np.float64),
        capacity_persons=np.array(
            [unlimited if venue.capacity_persons is None else venue.capacity_persons for venue in ordered], np.int64
        ),
    )


def _hours_of(venues: QuerySet[Venue]) -> dict[int, list[Span]]:
    """Return the spans of each venue that has any."""
    spans: dict[int, list[Span]] = defaultdict(list)
    for row in OpeningHours.objects.filter(venue__in=venues.order_by()):
        spans[row.venue_id].append(
            Span(weekday_mask=row.weekday_mask, season=row.season, opens_at=row.opens_at, closes_at=row.closes_at)
        )
    return spans


def result_regions(region: Region) -> list[Region]:
    """Return ``region`` and the statutory units below it down to counties, by code; each code once, the newest."""
    rows = Region.objects.filter(
        path__startswith=region.path, level__in=RESULT_LEVELS, unit_type=Region.UnitType.STATUTORY
    ).order_by("code", "valid_from")
    newest = {row.code: row for row in rows} | {region.code: region}
    return [newest[code] for code in sorted(newest)]


def region_parts(regions: list[Region], codes: tuple[str, ...]) -> dict[str, list[str]]:
    """Return, for each of ``regions``, those of ``codes`` that lie in it or are it; ``codes`` are codes of regions."""
    rows = Region.objects.filter(code__in=codes).order_by("code", "valid_from").values_list("code", "path")
    paths = dict(rows)
    return {region.code: [code for code in codes if paths[code].startswith(region.path)] for region in regions}
