"""The steps of an import that take their time: handed to the queue, cancelled, and what the pages say of them."""

import datetime as dt
from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.utils import timezone

from geo.engine.errors import InputError, Problem
from geo.imports.folders import folder_of
from geo.jobs.lifecycle import is_stale
from geo.jobs.signs import Sign, ask_to_stop, is_asked_to_stop, last_sign
from geo.models import ImportBatch, JobState
from geo.tasks import check_import, commit_import, import_grid, read_import, undo_import

Stage = ImportBatch.Stage
BUSY = (JobState.QUEUED, JobState.RUNNING)
WRITING = (Stage.CHECKED, Stage.COMMITTED)
"""Stages whose next step is one transaction; it shows in files how far it is."""


def queue_reading(batch: ImportBatch) -> None:
    """Have the file read."""
    _queue(batch, partial(read_import.enqueue, batch.pk), stage=Stage.RECEIVED)


def queue_check(batch: ImportBatch) -> None:
    """Have the rows checked."""
    _queue(batch, partial(check_import.enqueue, batch.pk), stage=Stage.READ)


def queue_commit(batch: ImportBatch, *, skip_invalid: bool, keep_duplicates: bool, by_id: int) -> None:
    """Have the rows written."""
    work = partial(commit_import.enqueue, batch.pk, skip_invalid, keep_duplicates, by_id)
    _queue(batch, work, stage=Stage.CHECKED)


def queue_undo(batch: ImportBatch, *, by_id: int) -> None:
    """Have everything that the import wrote taken back; raise :class:`InputError` if it is not in force."""
    _queue(batch, partial(undo_import.enqueue, batch.pk, by_id), stage=Stage.COMMITTED)


def queue_grid(batch: ImportBatch) -> None:
    """Have the population grid of a file read and kept."""
    _queue(batch, partial(import_grid.enqueue, batch.pk), stage=Stage.RECEIVED)


def _queue(batch: ImportBatch, work: Callable[[], object], *, stage: str) -> None:
    """Mark the import as waiting and hand ``work`` to the queue; raise :class:`InputError` if it is being worked on already.

    Reading and checking may begin again until something is written; writing and taking back begin at just that ``stage``.
    """
    free = ImportBatch.objects.filter(pk=batch.pk).exclude(state=JobState.QUEUED)
    free = free.filter(stage=stage) if stage in WRITING else free.exclude(stage__in=(Stage.COMMITTED, Stage.UNDONE))
    if not is_lost(batch):
        free = free.exclude(state=JobState.RUNNING)
    with transaction.atomic():
        if not free.update(state=JobState.QUEUED, stage=stage, progress_share=0.0, warnings=[], finished_at=None):
            raise InputError(Problem(code="import.busy", value=str(batch.pk)))
        transaction.on_commit(work)


def cancel(batch: ImportBatch) -> bool:
    """Stop the step that waits or runs; say whether there was one.

    Work that is one transaction is asked to stop, and ends soon after with nothing written; the row says so then. One without
    a worker is at its end already.
    """
    if _is_asked(batch):
        return True
    busy = ImportBatch.objects.filter(pk=batch.pk, stage=batch.stage, state__in=BUSY)
    if batch.stage in WRITING:
        busy = busy.filter(state=batch.state, started_at=batch.started_at)
    if busy.update(state=JobState.CANCELLED, finished_at=timezone.now()):
        return True
    batch.refresh_from_db()  # a worker may have taken it since the batch was read
    return _is_asked(batch)


def _is_asked(batch: ImportBatch) -> bool:
    """Ask a worker that writes to stop; say whether there is one."""
    if batch.stage not in WRITING or batch.state != JobState.RUNNING or batch.started_at is None or is_lost(batch):
        return False
    ask_to_stop(folder_of(batch), batch.started_at)
    return True


def is_lost(batch: ImportBatch) -> bool:
    """Say whether the step runs by its row, but its worker shows no sign of life."""
    return batch.state == JobState.RUNNING and is_stale(_last_seen_at(batch), timezone.now())


def is_stopping(batch: ImportBatch) -> bool:
    """Say whether the step runs and was asked to stop."""
    return batch.state == JobState.RUNNING and is_asked_to_stop(folder_of(batch), batch.started_at)


def share_of(batch: ImportBatch) -> float:
    """Return how far the present step is, 0 to 1."""
    sign = _sign(batch)
    return sign.share if sign else batch.progress_share


def _sign(batch: ImportBatch) -> Sign | None:
    """Return the last sign of life of a step that is one transaction; None for others, and before the first."""
    if batch.state != JobState.RUNNING or batch.stage not in WRITING:
        return None
    return last_sign(folder_of(batch), batch.started_at)


def _last_seen_at(batch: ImportBatch) -> dt.datetime | None:
    sign = _sign(batch)
    return sign.at if sign else batch.heartbeat_at
