"""Steps of an import as long work: the id of an import in, one step done, its row says how it went.

A worker takes a step that waits, and only that: one that was cancelled, or that another worker has, is left alone. Reading and
checking show on the row how far they are. Writing and taking back are one transaction each, with the end of the step inside:
they show it in files of the import's folder (:class:`geo.jobs.signs.FileSigns`), and whatever stops them, a wish of the planner
or the death of the worker, leaves the records as they were.
"""

import datetime as dt
from collections.abc import Callable

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from geo.engine.errors import register_messages
from geo.engine.progress import Cancelled, Progress, no_progress
from geo.imports.folders import folder_of
from geo.jobs.lifecycle import Clock, outcome
from geo.jobs.signs import FileSigns, SignsOfLife
from geo.models import ImportBatch, JobState
from geo.services import imports
from geo.services.grid_imports import import_population_grid

Stage = ImportBatch.Stage
Work = Callable[[ImportBatch, Progress], object]

register_messages({"import.busy": ("第 {value} 号导入正在处理；请稍候。", "import {value} is being worked on; wait a moment.")})


def read_import(batch_id: int, progress: Progress = no_progress, *, clock: Clock = timezone.now) -> None:
    """Read the file of an import."""
    _step(batch_id, Stage.RECEIVED, imports.read, progress, clock)


def check_import(batch_id: int, progress: Progress = no_progress, *, clock: Clock = timezone.now) -> None:
    """Check the rows of an import whose columns and datum are chosen."""

    def work(batch: ImportBatch, signs: Progress) -> None:
        imports.check(batch, on=timezone.localdate(clock()), progress=signs)

    _step(batch_id, Stage.READ, work, progress, clock)


def import_grid(batch_id: int, progress: Progress = no_progress, *, clock: Clock = timezone.now) -> None:
    """Read the population grid of a file that was received as one, and keep it."""

    def work(batch: ImportBatch, signs: Progress) -> None:
        import_population_grid(batch, at=clock(), progress=signs)

    _step(batch_id, Stage.RECEIVED, work, progress, clock)


def commit_import(
    batch_id: int, progress: Progress = no_progress, *, clock: Clock = timezone.now, skip_invalid: bool = False,
    keep_duplicates: bool = False, by_id: int | None = None,
) -> None:  # fmt: skip
    """Write the rows of a checked import: all or nothing."""

    def work(batch: ImportBatch, signs: Progress) -> None:
        imports.commit(
            batch, at=clock(), by=_user(by_id), skip_invalid=skip_invalid, keep_duplicates=keep_duplicates, progress=signs
        )

    _writing_step(batch_id, Stage.CHECKED, work, progress, clock)


def undo_import(
    batch_id: int, progress: Progress = no_progress, *, clock: Clock = timezone.now, by_id: int | None = None
) -> None:
    """Take back what an import wrote: all or nothing."""

    def work(batch: ImportBatch, signs: Progress) -> None:
        imports.undo(batch, at=clock(), by=_user(by_id), progress=signs)

    _writing_step(batch_id, Stage.COMMITTED, work, progress, clock)


def _step(batch_id: int, stage: str, work: Work, progress: Progress, clock: Clock) -> None:
    """Do a step that shows on the row how far it is."""
    if at := _taken(batch_id, stage, clock):
        with outcome(ImportBatch, batch_id, clock, started_at=at):
            work(_batch(batch_id), SignsOfLife(ImportBatch, batch_id, clock=clock, shown=progress))
            _end(batch_id, at, clock)


def _writing_step(batch_id: int, stage: str, work: Work, progress: Progress, clock: Clock) -> None:
    """Do a step that is one transaction, its end included; raises :class:`Cancelled` if the step is no longer this worker's."""
    if at := _taken(batch_id, stage, clock):
        with outcome(ImportBatch, batch_id, clock, started_at=at):
            batch = _batch(batch_id)
            signs = FileSigns(folder_of(batch), started_at=at, clock=clock, shown=progress)
            with transaction.atomic():
                signs(0.0)
                work(batch, signs)
                if not _end(batch_id, at, clock):
                    raise Cancelled


def _taken(batch_id: int, stage: str, clock: Clock) -> dt.datetime | None:
    """Take the step for this worker and return when; None if it does not wait any more."""
    at = clock()
    waiting = ImportBatch.objects.filter(pk=batch_id, state=JobState.QUEUED, stage=stage)
    changes = {"state": JobState.RUNNING, "started_at": at, "heartbeat_at": at, "finished_at": None, "progress_share": 0.0}
    return at if waiting.update(**changes) else None


def _batch(batch_id: int) -> ImportBatch:
    return ImportBatch.objects.select_related("region", "source").get(pk=batch_id)


def _end(batch_id: int, started_at: dt.datetime, clock: Clock) -> bool:
    """Mark the step done, if it is still this worker's; say whether it was."""
    mine = ImportBatch.objects.filter(pk=batch_id, state=JobState.RUNNING, started_at=started_at)
    return bool(mine.update(state=JobState.DONE, progress_share=1.0, finished_at=clock(), warnings=[]))


def _user(pk: int | None) -> AbstractBaseUser | None:
    return get_user_model()._default_manager.filter(pk=pk).first() if pk else None
