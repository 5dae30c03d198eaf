"""The versions of a venue with what its rows alone do not tell: hours, original coordinates, and what an import kept beside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from geo.imports.kinds.base import Record
from geo.ingest.hours import Hours, format_hours, parse_hours
from geo.models import ImportChange, OpeningHours, Venue, VenueOrigin
from geo.quality.traces import Coordinates, trace_of


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of a venue besides its row. ``record``: what an import kept of it, {} if none did."""

    hours: tuple[Hours, ...]
    origin: Coordinates | None
    record: Record = field(default_factory=dict)

    @property
    def hours_text(self) -> str:
        """The hours in their one spelling."""
        return format_hours(self.hours)


def parts_now(venue: Venue) -> Parts:
    """Return the hours and original coordinates on record."""
    hours = tuple(
        Hours(season=each.season, weekday_mask=each.weekday_mask, opens_at=each.opens_at, closes_at=each.closes_at)
        for each in OpeningHours.objects.filter(venue=venue)
    )
    origin = VenueOrigin.objects.filter(venue=venue).first()
    given = (
        Coordinates(x=origin.x, y=origin.y, datum=origin.datum, batch=origin.batch_id, row=origin.row)
        if origin else None
    )  # fmt: skip
    return Parts(hours=hours, origin=given)


def versions_of(venue: Venue) -> list[Any]:
    """Return the rows of the venue's history, the newest first."""
    return list(venue.history.select_related("history_user", "import_batch").order_by("-history_date", "-history_id"))


def parts_of(venue: Venue, versions: Sequence[Any]) -> list[Parts]:
    """Return the parts of each of ``versions`` (newest first, the newest is what is on record now).

    Each change tells what was before it; where an import moved a venue, the coordinates given before are not known.
    """
    now = parts_now(venue)
    found = [now]
    batches = [version.import_batch_id for version in versions if version.import_batch_id]
    changes = {each.batch_id: each for each in ImportChange.objects.filter(batch__in=batches, key=venue.code)}
    for newer, older in pairwise(versions):
        now = _before(now, newer, older, changes.get(newer.import_batch_id))
        found.append(now)
    return found


def _before(parts: Parts, newer: Any, older: Any, change: ImportChange | None) -> Parts:
    """Return the parts before the change that made ``newer``."""
    if change is not None:
        is_undo = newer.import_batch.undone_at == newer.history_date
        record = (change.after if is_undo else change.before) or {}
        hours = parse_hours(record["opening_hours"] or "") if "opening_hours" in record else None
        has_moved = newer.location != older.location
        return Parts(
            hours=parts.hours if hours is None else hours, origin=None if has_moved else parts.origin,
            record=parts.record | record,
        )  # fmt: skip
    trace = trace_of(newer.history_change_reason)
    return Parts(
        hours=trace.hours if trace.has_hours else parts.hours, origin=trace.origin if trace.has_origin else parts.origin,
        record=parts.record,
    )  # fmt: skip
