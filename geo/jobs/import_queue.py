"""The steps of an import that take their time: handed to the queue, cancelled, and what the pages say of them."""

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.utils import timezone

from geo.engine.errors import InputError, Problem
from geo.jobs.lifecycle import is_stale
from geo.models import ImportBatch, JobState
from geo.tasks import check_import, commit_import, import_grid, read_import

BUSY = (JobState.QUEUED, JobState.RUNNING)


def queue_reading(batch: ImportBatch) -> None:
    """Have the file read."""
    _queue(batch, partial(read_import.enqueue, batch.pk), stage=ImportBatch.Stage.RECEIVED)


def queue_check(batch: ImportBatch) -> None:
    """Have the rows checked."""
    _queue(batch, partial(check_import.enqueue, batch.pk), stage=ImportBatch.Stage.READ)


def queue_commit(batch: ImportBatch, *, skip_invalid: bool, keep_duplicates: bool, by_id: int) -> None:
    """Have the rows written."""
    work = partial(commit_import.enqueue, batch.pk, skip_invalid, keep_duplicates, by_id)
    _queue(batch, work, stage=ImportBatch.Stage.CHECKED)


def queue_grid(batch: ImportBatch) -> None:
    """Have the population grid of a file read and kept."""
    _queue(batch, partial(import_grid.enqueue, batch.pk), stage=ImportBatch.Stage.RECEIVED)


def _queue(batch: ImportBatch, work: Callable[[], object], *, stage: str) -> None:
    """Mark the import as waiting and hand ``work`` to the queue; raise :class:`InputError` if it is being worked on already."""
    free = ImportBatch.objects.filter(pk=batch.pk).exclude(state=JobState.QUEUED)
    if not is_lost(batch):
        free = free.exclude(state=JobState.RUNNING)
    with transaction.atomic():
        if not free.update(state=JobState.QUEUED, stage=stage, progress_share=0.0, warnings=[], finished_at=None):
            raise InputError(Problem(code="import.busy", value=str(batch.pk)))
        transaction.on_commit(work)


def cancel(batch: ImportBatch) -> bool:
    """Stop the step that waits or runs, unless rows are being written; say whether there was one."""
    rows = ImportBatch.objects.filter(pk=batch.pk, state__in=BUSY).exclude(stage=ImportBatch.Stage.CHECKED)
    return bool(rows.update(state=JobState.CANCELLED, finished_at=timezone.now()))


def is_lost(batch: ImportBatch) -> bool:
    """Say whether the step runs by its row, but its worker shows no sign of life."""
    return batch.state == JobState.RUNNING and is_stale(batch.heartbeat_at, timezone.now())
