"""The end of an import: all rows that are new or changed are written in one transaction, and can be taken back as a whole."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.progress import Progress, no_progress
from geo.imports.check import CHANGED, DUPLICATE, INVALID, NEW
from geo.imports.folders import preview_of, record_of
from geo.imports.keepers.venues import BATCH_ROWS, Origin, VenueKeeper, batches
from geo.imports.kinds.base import Record
from geo.models import ImportBatch, ImportChange, Venue

SHOWN_KEYS = 5

register_messages(
    {
        "import.not_clean": (
            "有 {invalid} 行有误、{duplicate} 行重复；请改正，或明确选择跳过这些行。",
            "{invalid} rows are wrong and {duplicate} are duplicates; mend them, or say that they shall be skipped.",
        ),
        "import.changed_since": (
            "检查之后有 {count} 条记录被改动（{value}）；请重新检查。",
            "{count} records changed since the check ({value}); check again.",
        ),
        "import.changed_after": (
            "导入之后有 {count} 条记录又被改动（{value}），不能整体撤销；请先撤销之后的改动。",
            "{count} records were changed after the import ({value}), so it cannot be undone whole; undo these first.",
        ),
        "import.in_use": ("记录“{value}”已被使用，不能撤销。", "the record “{value}” is in use; the import cannot be undone."),
        "import.not_committed": ("这次导入没有可撤销的内容。", "this import has nothing to undo."),
    }
)


def commit(
    batch: ImportBatch, *, at: dt.datetime, by: AbstractBaseUser | None = None, skip_invalid: bool = False,
    keep_duplicates: bool = False, progress: Progress = no_progress,
) -> ImportBatch:  # fmt: skip
    """Write the new and changed rows of a checked import, their history, and what is needed to undo it: all or nothing.

    Raises :class:`InputError` if there are wrong rows that nobody agreed to skip, or records that changed since the check.
    """
    if batch.stage != ImportBatch.Stage.CHECKED:
        raise InputError(Problem(code="import.stage", value=batch.get_stage_display()))
    frame = preview_of(batch)
    _refuse_unclean(batch, skip_invalid=skip_invalid, keep_duplicates=keep_duplicates)
    wanted = [NEW, CHANGED, *([DUPLICATE] if keep_duplicates else [])]
    rows = frame[frame["status"].isin(wanted) & (frame["record"] != "")].drop_duplicates("key")
    keeper = VenueKeeper(batch.source, batch)
    with transaction.atomic():
        written = _write(batch, rows, keeper, at=at, by=by, progress=progress)
        batch.stage, batch.committed_at = ImportBatch.Stage.COMMITTED, at
        batch.summary = batch.summary | {"written": written}
        batch.save(update_fields=["stage", "committed_at", "summary"])
    progress(1.0)
    return batch


def _refuse_unclean(batch: ImportBatch, *, skip_invalid: bool, keep_duplicates: bool) -> None:
    found = batch.summary["counts"]
    wrong = found[INVALID] + batch.summary["unread_rows"]
    doubles = 0 if keep_duplicates else found[DUPLICATE]
    if (wrong or doubles) and not skip_invalid:
        raise InputError(
            Problem(code="import.not_clean", file=batch.file_name, details={"invalid": wrong, "duplicate": doubles})
        )


def _write(
    batch: ImportBatch,
    rows: pd.DataFrame,
    keeper: VenueKeeper,
    *,
    at: dt.datetime,
    by: AbstractBaseUser | None,
    progress: Progress,
) -> dict[str, int]:
    created = changed = 0
    for part in batches(rows.to_dict("records")):
        records = [json.loads(line["record"]) for line in part]
        before = [_unchanged_since(line, record) for line, record in zip(part, records, strict=True)]
        current = keeper.current([line["key"] for line in part])
        _refuse_changed(part, records, before, current, "import.changed_since", batch)
        _keep_first_versions(list(current), batch, at)
        venues = keeper.keep(records, [_origin(line, old, new) for line, old, new in zip(part, before, records, strict=True)])
        _keep_history(venues, set(current), batch, at=at, by=by, reason=f"import {batch.pk}: {batch.file_name}"[:200])
        ImportChange.objects.bulk_create(
            [ImportChange(batch=batch, row=line["row"], key=line["key"], before=old, after=new)
             for line, old, new in zip(part, before, records, strict=True)], batch_size=BATCH_ROWS,
        )  # fmt: skip
        changed += len(current)
        created += len(part) - len(current)
        progress(0.95 * (created + changed) / max(1, len(rows)))
    return {"created": created, "changed": changed}


def _unchanged_since(line: dict[str, Any], _record: Record) -> Record | None:
    return record_of(line["before"])


def _origin(line: dict[str, Any], before: Record | None, after: Record) -> Origin | None:
    """Return the given coordinates of a row that moved or is new; a place that stays keeps the origin it has."""
    if pd.isna(line["x"]) or (before is not None and (before["lon"], before["lat"]) == (after["lon"], after["lat"])):
        return None
    return Origin(row=int(line["row"]), x=float(line["x"]), y=float(line["y"]), datum=line["datum"])


def _refuse_changed(
    lines: Sequence[dict[str, Any]], records: Sequence[Record], expected: Sequence[Record | None], current: dict[str, Record],
    code: str, batch: ImportBatch,
) -> None:  # fmt: skip
    """Raise :class:`InputError` if any record is not as it is expected to be, in the fields that the import names."""
    other = [
        line["key"]
        for line, record, old in zip(lines, records, expected, strict=True)
        if _part(current.get(line["key"]), record) != old
    ]
    if other:
        shown = ", ".join(other[:SHOWN_KEYS])
        raise InputError(Problem(code=code, file=batch.file_name, value=shown, details={"count": len(other)}))


def _part(record: Record | None, names: Record) -> Record | None:
    return None if record is None else {name: record.get(name) for name in names}


def _keep_first_versions(keys: Sequence[str], batch: ImportBatch, at: dt.datetime) -> None:
    """Give records that have no history yet their present version as the first: the next one can then be compared with it."""
    if not keys:
        return
    known = set(Venue.history.filter(code__in=keys).values_list("code", flat=True))
    first = [venue for venue in Venue.objects.filter(code__in=keys) if venue.code not in known]
    if first:
        Venue.history.bulk_history_create(
            first,
            batch_size=BATCH_ROWS,
            default_date=at - dt.timedelta(microseconds=1),
            default_change_reason="on record before",
        )


def _keep_history(
    venues: Sequence[Venue], known: set[str], batch: ImportBatch, *, at: dt.datetime, by: AbstractBaseUser | None, reason: str
) -> None:
    for is_known in (False, True):
        some = [venue for venue in venues if (venue.code in known) is is_known]
        if some:
            Venue.history.bulk_history_create(
                some, batch_size=BATCH_ROWS, update=is_known, default_user=by, default_change_reason=reason, default_date=at,
                custom_historical_attrs={"import_batch": batch},
            )  # fmt: skip


def undo(batch: ImportBatch, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> ImportBatch:
    """Take back everything an import wrote: new records go, changed ones are as before. All or nothing.

    Raises :class:`InputError` if a record was changed since or is in use.
    """
    if batch.stage != ImportBatch.Stage.COMMITTED:
        raise InputError(Problem(code="import.not_committed", file=batch.file_name))
    keeper = VenueKeeper(batch.source, batch)
    changes = list(ImportChange.objects.filter(batch=batch))
    with transaction.atomic():
        for part in batches(changes):
            _take_back(part, keeper, batch, at=at, by=by)
        batch.stage, batch.undone_at = ImportBatch.Stage.UNDONE, at
        batch.save(update_fields=["stage", "undone_at"])
    return batch


def _take_back(
    changes: Sequence[ImportChange], keeper: VenueKeeper, batch: ImportBatch, *, at: dt.datetime, by: AbstractBaseUser | None
) -> None:
    lines = [{"key": change.key} for change in changes]
    after = [change.after for change in changes]
    _refuse_changed(lines, after, after, keeper.current([change.key for change in changes]), "import.changed_after", batch)
    reason = f"undo of import {batch.pk}"
    made = [change.key for change in changes if change.before is None]
    try:
        keeper.remove(made)
    except (ProtectedError, RestrictedError) as error:
        raise InputError(Problem(code="import.in_use", file=batch.file_name, value=made[0])) from error
    gone = Venue.history.filter(code__in=made, history_type="-", history_change_reason=None)
    gone.update(history_change_reason=reason, history_user=by, history_date=at)
    old = [change.before for change in changes if change.before is not None]
    if old:
        venues = keeper.keep(old, [None] * len(old))
        _keep_history(venues, {venue.code for venue in venues}, batch, at=at, by=by, reason=reason)
