"""Opening hours in a field: ``Mo-Fr 05:30-11:30; Sa,Su 06:00-10:00``, ``summer Mo-Su 04:30-10:00``, ``24/7``."""

import datetime as dt
import re
from dataclasses import dataclass

from geo.engine.errors import register_messages

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
EVERY_DAY = 127
_SEASONS = {"": "all_year", "summer": "summer", "winter": "winter"}
_SPAN = re.compile(r"(?:(summer|winter)\s+)?([A-Z][a-z](?:[-,][A-Z][a-z])*)\s+(\d{1,2}:\d\d)-(\d{1,2}:\d\d)", re.ASCII)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)

register_messages(
    {
        "hours.unreadable": (
            "看不懂营业时间“{value}”；写法如：Mo-Fr 05:30-11:30; Sa,Su 06:00-10:00。",
            "the opening hours “{value}” cannot be read; write for instance: Mo-Fr 05:30-11:30; Sa,Su 06:00-10:00.",
        )
    }
)


@dataclass(frozen=True, kw_only=True)
class Hours:
    """One span; one that closes before it opens runs past midnight; equal times mean round the clock."""

    season: str
    weekday_mask: int
    opens_at: dt.time
    closes_at: dt.time


def parse_hours(text: str) -> tuple[Hours, ...] | None:
    """Return the spans of ``text``, none for an empty one; None if any part cannot be read or stands there twice."""
    if text.strip() == "24/7":
        return (Hours(season="all_year", weekday_mask=EVERY_DAY, opens_at=dt.time(), closes_at=dt.time()),)
    parts = [part.strip() for part in text.split(";") if part.strip()]
    spans = [_span(part) for part in parts]
    read = tuple(span for span in spans if span is not None)
    keys = {(span.season, span.weekday_mask, span.opens_at) for span in read}
    return read if len(keys) == len(parts) else None


def _span(part: str) -> Hours | None:
    match = _SPAN.fullmatch(part)
    if match is None:
        return None
    mask = _mask(match[2])
    opens_at, closes_at = _clock(match[3]), _clock(match[4])
    if mask is None or opens_at is None or closes_at is None:
        return None
    return Hours(season=_SEASONS[match[1] or ""], weekday_mask=mask, opens_at=opens_at, closes_at=closes_at)


def _mask(text: str) -> int | None:
    """Return the bits of days like ``Mo-Fr,Su``; a range may run over Sunday (``Sa-Mo``)."""
    mask = 0
    for part in text.split(","):
        ends = part.split("-")
        if len(ends) > len(("first", "last")) or any(day not in DAYS for day in ends):
            return None
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        for day in range(first, first + (last - first) % 7 + 1):
            mask |= 1 << day % 7
    return mask


def _clock(text: str) -> dt.time | None:
    if _CLOCK.fullmatch(text) is None:
        return None
    hour, minute = map(int, text.split(":"))
    return dt.time(hour % 24, minute)
