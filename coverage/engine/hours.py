"""Opening hours at a clock time."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Season = Literal["summer", "winter"]
ALL_YEAR = "all_year"
DAYS_OF_WEEK = 7
SUMMER_MONTHS = range(5, 10)
"""May to September."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Open from ``opens_at`` (inclusive) to ``closes_at`` (exclusive) on the weekdays of ``weekday_mask`` in a season.

    weekday_mask: bit 0 is Monday, bit 6 Sunday. season: "all_year", "summer" (May to September) or "winter". A span that
    closes before it opens runs past midnight into the next day; equal times mean 24 hours from the opening.
    """

    weekday_mask: int
    season: str
    opens_at: dt.time
    closes_at: dt.time


@dataclass(frozen=True, kw_only=True)
class Day:
    """A kind of day: weekday (0 Monday to 6 Sunday) and season."""

    weekday: int
    season: Season

    @classmethod
    def of(cls, date: dt.date) -> "Day":
        """Return the kind of day that ``date`` is."""
        return cls(weekday=date.weekday(), season="summer" if date.month in SUMMER_MONTHS else "winter")


TYPICAL_DAY = Day(weekday=2, season="summer")
"""A Wednesday in summer: what runs use unless a date is given, so that results do not change with the calendar."""


def is_open(hours: Iterable[Span], day: Day, at: dt.time) -> bool:
    """Say whether any span of ``hours`` holds the time ``at`` of ``day``.

    The evening before counts: a span of Tuesday from 22:00 to 04:00 is open on Wednesday at 03:00. The evening before is taken
    to be of the same season.
    """
    return any(_holds(span, day, at) for span in hours)


def _holds(span: Span, day: Day, at: dt.time) -> bool:
    if span.season not in (ALL_YEAR, day.season):
        return False
    today = _has(span.weekday_mask, day.weekday)
    if span.opens_at < span.closes_at:
        return today and span.opens_at <= at < span.closes_at
    since_yesterday = _has(span.weekday_mask, (day.weekday - 1) % DAYS_OF_WEEK)
    return (today and at >= span.opens_at) or (since_yesterday and at < span.closes_at)


def _has(weekday_mask: int, weekday: int) -> bool:
    return bool(weekday_mask >> weekday & 1)
