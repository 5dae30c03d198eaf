"""The versions of a venue, each with what it changed: old value, new value."""

from dataclasses import dataclass
from typing import Any

from geo.models import Venue

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
    """One version of a venue: when, by whom, why, from which file; what it changed."""

    at: Any
    by: str
    kind: str
    reason: str
    file: str
    changes: tuple[Change, ...]


def versions_of(venue: Venue) -> list[Version]:
    """Return the versions of ``venue``, the newest first."""
    rows = list(venue.history.select_related("history_user", "import_batch").order_by("-history_date", "-history_id"))
    older: list[Any] = [*rows[1:], None]
    return [_version(row, before) for row, before in zip(rows, older, strict=True)]


def _version(row: Any, before: Any | None) -> Version:
    return Version(
        at=row.history_date,
        by=str(row.history_user or ""),
        kind=row.history_type,
        reason=row.history_change_reason or "",
        file=row.import_batch.file_name if row.import_batch else "",
        changes=tuple(_changes(row, before)) if before is not None else (),
    )


def _changes(row: Any, before: Any) -> list[Change]:
    pairs = [(name, _shown(before, name), _shown(row, name)) for name in _SHOWN_FIELDS]
    label = {name: str(getattr(Venue._meta.get_field(name), "verbose_name", name)) for name in _SHOWN_FIELDS}
    return [Change(field=label[name], before=old, after=new) for name, old, new in pairs if old != new]


def _shown(row: Any, name: str) -> str:
    """Return a value as people read it: labels of choices, names of records, longitude and latitude."""
    value = getattr(row, f"{name}_id") if name in {"region", "source"} else getattr(row, name)
    if value is None or value == "":
        return "–"
    if name == "location":
        return f"{value.x:.6f}, {value.y:.6f}"
    if name in {"kind", "status"}:
        return str(getattr(row, f"get_{name}_display")())
    return str(getattr(row, name)) if name in {"region", "source"} else str(value)
