"""People and venues for a place on real streets: modelled and synthetic, and recorded as such."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from django.contrib.gis.geos import Point
from django.db import transaction

from geo.engine.capacity import capacity_of_area
from geo.engine.network import TravelNetwork
from geo.engine.synthetic.place import (
    WORKERS_PER_STREET_KM,
    PlacePeople,
    PlaceVenue,
    people_along_streets,
    venues_along_streets,
)
from geo.engine.synthetic.venues.kinds import KINDS
from geo.models import WGS84, DataSource, DemandCell, OpeningHours, Region, Venue
from geo.services.place_regions import PlaceRegions, place_regions
from geo.services.sources import keep_source

BATCH_ROWS = 5_000
WAITING_PERSONS_PER_M2 = 0.3


@dataclass(frozen=True, kw_only=True)
class PlaceDemo:
    """What was made: the region that holds the place, and counts."""

    region: Region
    cells_count: int
    workers_persons: int
    venues_count: int


def load_place(network: TravelNetwork, *, name: str, workers_persons: int | None, seed: int, at: dt.datetime) -> PlaceDemo:
    """Model gig workers along the streets of ``network``, invent venues, keep both in one transaction.

    What an earlier call left is replaced, so that one place is there at a time.
    """
    people = people_along_streets(network, workers_persons=workers_persons)
    venues = venues_along_streets(network, people, np.random.default_rng(seed))
    with transaction.atomic():
        regions = place_regions(people, name=name, valid_from=at.date())
        _keep_people(people, regions, year=at.year)
        _keep_venues(venues, regions, people, name)
    return PlaceDemo(
        region=regions.whole,
        cells_count=len(people.cell_ids),
        workers_persons=int(people.workers_persons.sum()),
        venues_count=len(venues),
    )


def _keep_people(people: PlacePeople, regions: PlaceRegions, *, year: int) -> None:
    source = keep_source(
        "place-demand",
        name_zh="按街道长度估算的零工人员",
        name_en="Gig workers modelled along the streets",
        method=f"{WORKERS_PER_STREET_KM:g} workers per weighted km of street unless a total was given; docs/demonstration.md",
        is_modelled=True,
        year=year,
    )
    DemandCell.objects.filter(source=source).delete()
    columns = (people.lon, people.lat, people.area_km2, people.workers_persons, people.is_urban, regions.county_of_cell)
    rows = [
        DemandCell(
            h3_index=cell, region=regions.counties[county], settlement_class="urban" if is_urban else "rural",
            location=Point(lon, lat, srid=WGS84), area_km2=area, workers_persons=workers, year=year,
            confidence=DemandCell.Confidence.LOW, is_modelled=True, source=source,
        )
        for cell, lon, lat, area, workers, is_urban, county in zip(
            people.cell_ids, *(column.tolist() for column in columns), strict=True
        )
    ]  # fmt: skip
    DemandCell.objects.bulk_create(rows, batch_size=BATCH_ROWS)


def _keep_venues(venues: tuple[PlaceVenue, ...], regions: PlaceRegions, people: PlacePeople, name: str) -> None:
    source = keep_source(
        "place-venues",
        name_zh="示范场所（合成）",
        name_en="Demonstration venues (synthetic)",
        method="Placed at random along the streets where people live; docs/demonstration.md",
        is_synthetic=True,
    )
    Venue.objects.filter(source=source).delete()
    near = np.array([_nearest_cell(people, venue) for venue in venues])
    counties = [regions.counties[county] for county in regions.county_of_cell[near].tolist()]
    rows = Venue.objects.bulk_create(
        [_venue(venue, county, name, source) for venue, county in zip(venues, counties, strict=True)], batch_size=BATCH_ROWS
    )
    OpeningHours.objects.bulk_create(
        [span for venue, row in zip(venues, rows, strict=True) for span in _hours(venue, row)], batch_size=BATCH_ROWS
    )


def _nearest_cell(people: PlacePeople, venue: PlaceVenue) -> int:
    squeeze = np.cos(np.radians(venue.lat))
    return int(np.argmin(((people.lon - venue.lon) * squeeze) ** 2 + (people.lat - venue.lat) ** 2))


def _venue(venue: PlaceVenue, county: Region, name: str, source: DataSource) -> Venue:
    kind = KINDS[venue.kind]
    waiting = venue.kind == Venue.Kind.INFORMAL_GATHERING_POINT
    return Venue(
        code=f"{county.code}-{kind.letters}-{venue.number:03d}", name_zh=f"{name}{kind.name_zh}{venue.number}",
        name_en=f"{name} {kind.name_en} {venue.number}", kind=venue.kind, status=venue.status, region=county,
        location=Point(venue.lon, venue.lat, srid=WGS84), floor_area_m2=None if waiting else venue.floor_area_m2,
        capacity_persons=None if waiting else capacity_of_area(venue.floor_area_m2),
        staff_persons=None if waiting else max(1, round(venue.floor_area_m2 / 100 * kind.staff_per_100_m2)),
        waiting_persons=round(venue.floor_area_m2 * WAITING_PERSONS_PER_M2) if waiting else None, source=source,
    )  # fmt: skip


def _hours(venue: PlaceVenue, row: Venue) -> list[OpeningHours]:
    spans = KINDS[venue.kind].hours[0]
    return [
        OpeningHours(
            venue=row,
            weekday_mask=span.weekday_mask,
            opens_at=_clock(span.opens_minute),
            closes_at=_clock(span.closes_minute),
        )
        for span in spans
    ]


def _clock(minute: int) -> dt.time:
    return dt.time(minute // 60, minute % 60)
