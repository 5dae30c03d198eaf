"""The versions of a venue, each with what it changed: old value, new value."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from geo.models import Venue
from geo.quality.traces import REASON
from geo.quality.versions import Parts, parts_of, versions_of
from planner.reports.templatetags.figures import name_of

_SHOWN_FIELDS = (
    "name_zh", "name_en", "kind", "status", "region", "location", "source_datum", "address", "floor_area_m2",
    "capacity_persons", "staff_persons", "waiting_persons", "phone", "operator", "source",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Change:
    """One field of a version: what stood there before, what stands there since."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a venue: its number, when, by whom, why, from which file; what it changed."""

    number: int
    at: dt.datetime
    by: str
    kind: str
    reason: str
    file: str
    changes: tuple[Change, ...]


def versions_with_changes(venue: Venue) -> list[Version]:
    """Return the versions of ``venue``, the newest first."""
    rows = versions_of(venue)
    if not rows:
        return []
    pairs: list[Any] = list(zip(rows, parts_of(venue, rows), strict=True))
    older: list[Any] = [*pairs[1:], (None, None)]
    return [_version(row, parts, *before) for (row, parts), before in zip(pairs, older, strict=True)]


def _version(row: Any, parts: Parts, before: Any | None, parts_before: Parts | None) -> Version:
    changes = () if before is None or parts_before is None else (*_changes(row, before), *_part_changes(parts, parts_before))
    return Version(
        number=row.history_id,
        at=row.history_date,
        by=str(row.history_user or ""),
        kind=row.history_type,
        reason=_reason(row.history_change_reason or ""),
        file=row.import_batch.file_name if row.import_batch else "",
        changes=changes,
    )


def _reason(reason: str) -> str:
    """Return the reason in words: what a change by hand keeps there for its undoing is for machines."""
    return _("by hand on the quality page") if reason.startswith(REASON) else reason


def _changes(row: Any, before: Any) -> list[Change]:
    pairs = [(name, _shown(before, name), _shown(row, name)) for name in _SHOWN_FIELDS]
    label = {name: str(getattr(Venue._meta.get_field(name), "verbose_name", name)) for name in _SHOWN_FIELDS}
    return [Change(field=label[name], before=old, after=new) for name, old, new in pairs if old != new]


def _part_changes(parts: Parts, before: Parts) -> list[Change]:
    pairs = (
        (_("opening hours"), before.hours_text, parts.hours_text),
        (_("original coordinates"), str(before.origin or ""), str(parts.origin or "")),
    )
    return [Change(field=label, before=old or "–", after=new or "–") for label, old, new in pairs if old != new]


def _shown(row: Any, name: str) -> str:
    """Return a value as people read it: labels of choices, names of records, longitude and latitude."""
    value = getattr(row, f"{name}_id") if name in {"region", "source"} else getattr(row, name)
    if value is None or value == "":
        return "–"
    if name == "location":
        return f"{value.x:.6f}°, {value.y:.6f}°"
    if name in {"kind", "status"}:
        return str(getattr(row, f"get_{name}_display")())
    return name_of(getattr(row, name)) if name in {"region", "source"} else str(value)
