"""What a version of a venue does not hold of itself: its opening hours, and the coordinates as they were given.

A change by hand writes down what both were before it, in the reason of its version; an import keeps whole records beside.
"""

import base64
import datetime as dt
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from geo.ingest.hours import Hours, format_hours

REASON = "quality page"
MAX_SPANS = 20
"""Spans of hours that fit into a reason of 200 characters, beside the coordinates."""
_SEASONS = ("all_year", "summer", "winter")
_SPAN = struct.Struct(">I")
_DAYS_BITS, _MINUTES_BITS, _HOUR_MINUTES = 7, 11, 60
_HOURS = re.compile(r" h=([\w-]*)")
_ORIGIN = re.compile(r" o=(\S+)")
_NO_ORIGIN = "-"


@dataclass(frozen=True, kw_only=True)
class Coordinates:
    """Coordinates as given: ``x`` longitude or easting, ``y`` latitude or northing; ``batch``, ``row``: the file's, if any."""

    x: float
    y: float
    datum: str
    batch: int | None = None
    row: int | None = None

    def __str__(self) -> str:
        return f"{self.x:.12g}, {self.y:.12g} ({self.datum})"


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What was before a change. ``hours``: their spelling; ``origin``: the coordinates. ``has_…``: the change touched it."""

    has_hours: bool = False
    hours: tuple[Hours, ...] = ()
    has_origin: bool = False
    origin: Coordinates | None = None

    @property
    def hours_text(self) -> str:
        """The hours in the one spelling of :func:`geo.ingest.hours.format_hours`."""
        return format_hours(self.hours)


def reason_of(trace: Trace) -> str:
    """Return the reason of a change by hand, at most 200 characters; :data:`MAX_SPANS` spans at most."""
    hours = f" h={_packed(trace.hours)}" if trace.has_hours else ""
    origin = f" o={_written(trace.origin)}" if trace.has_origin else ""
    return f"{REASON}{hours}{origin}"


def trace_of(reason: str | None) -> Trace:
    """Return what a reason says of the state before; an empty trace for any other text."""
    if not reason or not reason.startswith(REASON):
        return Trace()
    hours, origin = _HOURS.search(reason), _ORIGIN.search(reason)
    return Trace(
        has_hours=hours is not None, hours=_unpacked(hours[1]) if hours else (),
        has_origin=origin is not None, origin=_read(origin[1]) if origin else None,
    )  # fmt: skip


def _packed(hours: Iterable[Hours]) -> str:
    """Write each span into four bytes: season, 7 bits of weekdays, twice 11 bits of minutes."""
    parts = []
    for span in hours:
        season, opens, closes = _SEASONS.index(span.season), _minutes(span.opens_at), _minutes(span.closes_at)
        days = season << _DAYS_BITS | span.weekday_mask
        parts.append(_SPAN.pack((days << _MINUTES_BITS | opens) << _MINUTES_BITS | closes))
    return base64.urlsafe_b64encode(b"".join(parts)).decode().rstrip("=")


def _unpacked(text: str) -> tuple[Hours, ...]:
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return tuple(_span(number) for (number,) in _SPAN.iter_unpack(data))


def _span(number: int) -> Hours:
    mask = (1 << _MINUTES_BITS) - 1
    days = number >> 2 * _MINUTES_BITS
    return Hours(
        season=_SEASONS[days >> _DAYS_BITS], weekday_mask=days & 0x7F, opens_at=_time(number >> _MINUTES_BITS & mask),
        closes_at=_time(number & mask),
    )  # fmt: skip


def _minutes(time: dt.time) -> int:
    return time.hour * _HOUR_MINUTES + time.minute


def _time(minutes: int) -> dt.time:
    return dt.time(*divmod(minutes, _HOUR_MINUTES))


def _written(origin: Coordinates | None) -> str:
    if origin is None:
        return _NO_ORIGIN
    return f"{origin.x!r},{origin.y!r},{origin.datum},{origin.batch or ''},{origin.row or ''}"


def _read(text: str) -> Coordinates | None:
    if text == _NO_ORIGIN:
        return None
    x, y, datum, batch, row = text.split(",")
    return Coordinates(
        x=float(x), y=float(y), datum=datum, batch=int(batch) if batch else None, row=int(row) if row else None
    )  # fmt: skip
