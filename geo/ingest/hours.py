"""Opening hours in a field: ``Mo-Fr 05:30-11:30; Sa,Su 06:00-10:00``, ``summer Mo-Su 04:30-10:00``, ``24/7``."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from geo.engine.errors import register_messages

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
EVERY_DAY = 127
_KEPT = 4_096
"""Most venues keep the hours of others: so many different ones are remembered."""

_SEASONS = {"": "all_year", "summer": "summer", "winter": "winter"}
_SPAN = re.compile(r"(?:(summer|winter)\s+)?([A-Z][a-z](?:[-,][A-Z][a-z])*)\s+(\d{1,2}:\d\d)-(\d{1,2}:\d\d)", re.ASCII)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)

_CHINESE = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        ("(全天|24小时|全年无休24小时)$", "24/7"), ("夏季", "summer "), ("冬季", "winter "),
        ("(每天|每日|天天|全周)", "Mo-Su "), ("工作日", "Mo-Fr "), ("周末|双休日", "Sa-Su "),
        *((f"(?:周|星期|礼拜){sign}", day) for sign, day in zip("一二三四五六日", DAYS, strict=True)), ("(?:周|星期)天", "Su"),
        ("[至到~—–－]+", "-"), ("[、]", ","), (r"\s*-\s*", "-"), (r"\s*,\s*(?=[A-Z])", ","), (r"(?<=[a-z])(?=\d)", " "),
    )
)  # fmt: skip
"""What planners write, and how it is read here; applied in this order."""

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


@lru_cache(maxsize=_KEPT)
def parse_hours(text: str) -> tuple[Hours, ...] | None:
    """Return the spans of ``text``, none for an empty one; None if any part cannot be read or stands there twice."""
    text = _plain(text)
    if text == "24/7":
        return (Hours(season="all_year", weekday_mask=EVERY_DAY, opens_at=dt.time(), closes_at=dt.time()),)
    parts = [part.strip() for part in text.split(";") if part.strip()]
    spans = [_span(part) for part in parts]
    read = tuple(span for span in spans if span is not None)
    keys = {(span.season, span.weekday_mask, span.opens_at) for span in read}
    return read if len(keys) == len(parts) else None


def format_hours(hours: Iterable[Hours]) -> str:
    """Return spans in the one spelling that :func:`parse_hours` reads back; the order of the spans does not matter."""
    return _formatted(tuple(hours))


@lru_cache(maxsize=_KEPT)
def _formatted(hours: tuple[Hours, ...]) -> str:
    seasons = {name: word for word, name in _SEASONS.items()}
    ordered = sorted(hours, key=lambda span: (span.season, -span.weekday_mask, span.opens_at))
    return "; ".join(
        f"{seasons[span.season]} {_days(span.weekday_mask)} {span.opens_at:%H:%M}-{span.closes_at:%H:%M}".strip()
        for span in ordered
    )


def _days(mask: int) -> str:
    """Return the days of a mask as runs: ``Mo-Fr,Su``."""
    runs: list[list[int]] = []
    for day in (day for day in range(7) if mask >> day & 1):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)


def _plain(text: str) -> str:
    """Write Chinese days, marks and words the way the spans are read: ``周一至周五 5:30—11:30；周末…``."""
    folded = unicodedata.normalize("NFKC", text)
    for pattern, word in _CHINESE:
        folded = pattern.sub(word, folded)
    return folded.strip()


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
