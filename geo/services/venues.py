"""Keep the venues of a file: new codes are added, known ones brought up to date, all in one transaction."""

from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.db import transaction

from geo.ingest.venues import VenueFile, VenueRow
from geo.models import WGS84, DataSource, Occupation, OpeningHours, Venue

_BATCH_ROWS = 2_000
_ALWAYS_UPDATED = ("location", "region", "source")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """How many rows were new, how many were on record before."""

    created_count: int
    updated_count: int


@transaction.atomic
def save_venues(file: VenueFile, source: DataSource) -> Kept:
    """Keep the venues of ``file`` under ``source``.

    A venue on record keeps what the file has no column for; occupations and hours are replaced where the file has them.
    """
    if not file.rows:
        return Kept(created_count=0, updated_count=0)
    before = Venue.objects.count()
    venues = [_venue(row, place.pk, source) for row, place in zip(file.rows, file.places, strict=True)]
    Venue.objects.bulk_create(
        venues, batch_size=_BATCH_ROWS, update_conflicts=True, unique_fields=["code"],
        update_fields=[*_ALWAYS_UPDATED, *_plain_fields(file)],
    )  # fmt: skip
    pks = dict(Venue.objects.values_list("code", "pk"))
    _replace_occupations(file.rows, pks)
    _replace_hours(file.rows, pks)
    created = Venue.objects.count() - before
    return Kept(created_count=created, updated_count=len(file.rows) - created)


def _plain_fields(file: VenueFile) -> list[str]:
    return [name for name in file.rows[0].values if name != "source_datum" or "datum" in file.columns]


def _venue(row: VenueRow, region_pk: int, source: DataSource) -> Venue:
    return Venue(code=row.code, location=Point(row.lon, row.lat, srid=WGS84), region_id=region_pk, source=source, **row.values)


def _replace_occupations(rows: list[VenueRow], pks: dict[str, int]) -> None:
    given = [row for row in rows if row.occupations is not None]
    link = Venue.occupations.through
    for start in range(0, len(given), _BATCH_ROWS):
        link.objects.filter(venue_id__in=[pks[row.code] for row in given[start : start + _BATCH_ROWS]]).delete()
    trades = dict(Occupation.objects.values_list("code", "pk"))
    links = [link(venue_id=pks[row.code], occupation_id=trades[code]) for row in given for code in row.occupations or ()]
    link.objects.bulk_create(links, batch_size=_BATCH_ROWS)


def _replace_hours(rows: list[VenueRow], pks: dict[str, int]) -> None:
    given = [row for row in rows if row.hours is not None]
    for start in range(0, len(given), _BATCH_ROWS):
        OpeningHours.objects.filter(venue_id__in=[pks[row.code] for row in given[start : start + _BATCH_ROWS]]).delete()
    spans = [
        OpeningHours(
            venue_id=pks[row.code], season=span.season, weekday_mask=span.weekday_mask, opens_at=span.opens_at,
            closes_at=span.closes_at,
        )
        for row in given
        for span in row.hours or ()
    ]  # fmt: skip
    OpeningHours.objects.bulk_create(spans, batch_size=_BATCH_ROWS)
