"""Steps of an import as long work: the id of an import in, one step done, its row says how it went."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from geo.engine.errors import Problem, register_messages
from geo.engine.progress import Progress, no_progress
from geo.jobs.lifecycle import Clock, claim, outcome
from geo.jobs.signs import SignsOfLife
from geo.models import ImportBatch, JobState
from geo.services import imports
from geo.services.grid_imports import import_population_grid

register_messages({"import.busy": ("第 {value} 号导入正在处理；请稍候。", "import {value} is being worked on; wait a moment.")})


@contextmanager
def _step(batch_id: int, progress: Progress, clock: Clock) -> Iterator[tuple[ImportBatch, SignsOfLife]]:
    claim(ImportBatch, batch_id, clock(), Problem(code="import.busy", value=str(batch_id)))
    with outcome(ImportBatch, batch_id, clock):
        yield (
            ImportBatch.objects.select_related("region", "source").get(pk=batch_id),
            SignsOfLife(ImportBatch, batch_id, clock=clock, shown=progress),
        )
        ImportBatch.objects.filter(pk=batch_id, state=JobState.RUNNING).update(
            state=JobState.DONE, progress_share=1.0, finished_at=clock(), warnings=[]
        )


def read_import(batch_id: int, progress: Progress = no_progress, *, clock: Clock = timezone.now) -> None:
    """Read the file of an import."""
    with _step(batch_id, progress, clock) as (batch, signs):
        imports.read(batch, signs)


def check_import(batch_id: int, progress: Progress = no_progress, *, clock: Clock = timezone.now) -> None:
    """Check the rows of an import whose columns and datum are chosen."""
    with _step(batch_id, progress, clock) as (batch, signs):
        imports.check(batch, on=timezone.localdate(clock()), progress=signs)


def commit_import(
    batch_id: int, progress: Progress = no_progress, *, clock: Clock = timezone.now, skip_invalid: bool = False,
    keep_duplicates: bool = False, by_id: int | None = None,
) -> None:  # fmt: skip
    """Write the rows of a checked import. Its signs of life stay out of the transaction: others see them when it ends."""
    with _step(batch_id, progress, clock) as (batch, _signs):
        imports.commit(
            batch, at=clock(), by=_user(by_id), skip_invalid=skip_invalid, keep_duplicates=keep_duplicates, progress=progress
        )


def import_grid(batch_id: int, progress: Progress = no_progress, *, clock: Clock = timezone.now) -> None:
    """Read the population grid of a file that was received as one, and keep it."""
    with _step(batch_id, progress, clock) as (batch, signs):
        import_population_grid(batch, at=clock(), progress=signs)


def _user(pk: int | None) -> AbstractBaseUser | None:
    return get_user_model()._default_manager.filter(pk=pk).first() if pk else None
