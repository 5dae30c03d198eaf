"""The end of an import: all rows that are new or changed are written in one transaction, and can be taken back as a whole."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.progress import Progress, no_progress
from geo.imports.check import CHANGED, DUPLICATE, INVALID, NEW
from geo.imports.folders import preview_of
from geo.imports.keepers.history import Hand
from geo.models import ImportBatch, ImportKind
from geo.services.imports import od_tables, records

_WRITERS = {ImportKind.OD_TABLE: od_tables}
"""Kinds whose rows are one table, not a record each."""

register_messages(
    {
        "import.not_clean": (
            "有 {invalid} 行有误、{duplicate} 行重复；请改正，或明确选择跳过这些行。",
            "{invalid} rows are wrong and {duplicate} are duplicates; mend them, or say that they shall be skipped.",
        ),
        "import.whole_not_clean": (
            "有 {invalid} 行有误，不能据此移除“文件中没有的记录”；请改正这些行，或取消移除。",
            "{invalid} rows are wrong, so it is not known which records the file leaves out; mend the rows, or do not have "
            "the others removed.",
        ),
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
    hand = Hand(at=at, by=by, reason=f"import {batch.pk}: {batch.file_name}", batch=batch)
    with transaction.atomic():
        written = _WRITERS.get(ImportKind(batch.kind), records).write(batch, rows, set(frame["key"]), hand, progress)
        batch.stage, batch.committed_at = ImportBatch.Stage.COMMITTED, at
        batch.summary = batch.summary | {"written": written}
        batch.save(update_fields=["stage", "committed_at", "summary"])
    progress(1.0)
    return batch


def _refuse_unclean(batch: ImportBatch, *, skip_invalid: bool, keep_duplicates: bool) -> None:
    found = batch.summary["counts"]
    wrong = found[INVALID] + batch.summary["unread_rows"]
    if wrong and batch.options.get("replace"):
        raise InputError(Problem(code="import.whole_not_clean", file=batch.file_name, details={"invalid": wrong}))
    doubles = 0 if keep_duplicates else found[DUPLICATE]
    if (wrong or doubles) and not skip_invalid:
        raise InputError(
            Problem(code="import.not_clean", file=batch.file_name, details={"invalid": wrong, "duplicate": doubles})
        )


def undo(
    batch: ImportBatch, *, at: dt.datetime, by: AbstractBaseUser | None = None, progress: Progress = no_progress
) -> ImportBatch:
    """Take back everything an import wrote: new records go, changed ones are as before. All or nothing.

    Raises :class:`InputError` if a record was changed since or is in use.
    """
    if batch.stage != ImportBatch.Stage.COMMITTED:
        raise InputError(Problem(code="import.not_committed", file=batch.file_name))
    hand = Hand(at=at, by=by, reason=f"undo of import {batch.pk}", batch=batch)
    with transaction.atomic():
        _WRITERS.get(ImportKind(batch.kind), records).take_back(batch, hand, progress)
        batch.stage, batch.undone_at = ImportBatch.Stage.UNDONE, at
        batch.save(update_fields=["stage", "undone_at"])
    progress(1.0)
    return batch
