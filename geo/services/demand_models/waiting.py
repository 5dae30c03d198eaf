"""Where people wait, by the hour: the gathering points on record with what was counted there."""

from dataclasses import dataclass

import numpy as np

from geo.engine.demand.gathering import waiting_by_hour
from geo.models import DataSource, HourlyCount, Region


@dataclass(frozen=True, kw_only=True)
class WaitingPlace:
    """A gathering point. persons_by_hour: 24 means over the days counted; peak: the fullest hour; year: of the last count."""

    venue_id: int
    code: str
    name_zh: str
    lon: float
    lat: float
    county_path: str
    year: int
    persons_by_hour: tuple[float, ...]
    peak_hour: int
    peak_persons: float


def waiting_places(
    *, region: Region | None = None, source: DataSource | None = None, year: int | None = None
) -> list[WaitingPlace]:
    """Return the gathering points with counts, by code: within ``region``, of ``source``, of the counts of ``year``.

    None: all. Hours are clock hours: index 4 is 04:00 to 05:00.
    """
    counts = HourlyCount.objects.select_related("venue", "venue__region").order_by("venue__code", "counted_on", "hour")
    if region is not None:
        counts = counts.filter(venue__region__path__startswith=region.path)
    if source is not None:
        counts = counts.filter(venue__source=source)
    if year is not None:
        counts = counts.filter(counted_on__year=year)
    return _places(list(counts))


def _places(counts: list[HourlyCount]) -> list[WaitingPlace]:
    venues = {count.venue_id: count.venue for count in counts}
    place = {pk: index for index, pk in enumerate(venues)}
    waiting = waiting_by_hour(
        np.array([place[count.venue_id] for count in counts], np.int64),
        np.array([count.hour for count in counts], np.int64),
        np.array([count.workers_persons for count in counts], np.int64),
        len(venues),
    )
    years = {count.venue_id: count.counted_on.year for count in counts}  # by day: the last one stays
    hours, persons = waiting.peak_hour.tolist(), waiting.peak_persons.tolist()
    return [
        WaitingPlace(
            venue_id=pk, code=venue.code, name_zh=venue.name_zh, lon=venue.location.x, lat=venue.location.y,
            county_path=venue.region.path, year=years[pk], persons_by_hour=tuple(waiting.mean_persons[index].tolist()),
            peak_hour=hours[index], peak_persons=persons[index],
        )
        for index, (pk, venue) in enumerate(venues.items())
    ]  # fmt: skip
