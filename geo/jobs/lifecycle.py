"""The life of a piece of long work on its row: claimed by one worker, seen to live, ended in one of three ways."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db.models import Model

from geo.engine.errors import GigshedError, InputError, Problem
from geo.engine.progress import Cancelled
from geo.jobs.signs import STALE_AFTER
from geo.models import JobState

Clock = Callable[[], dt.datetime]


def is_stale(heartbeat_at: dt.datetime | None, at: dt.datetime) -> bool:
    """Say whether a running job has lost its worker."""
    return heartbeat_at is None or at - heartbeat_at > STALE_AFTER


def claim(model: type[Model], pk: int, at: dt.datetime, busy: Problem) -> None:
    """Take the row for this worker; raise :class:`InputError` with ``busy`` if another one has it and is alive."""
    free = model._default_manager.filter(pk=pk).exclude(state=JobState.RUNNING, heartbeat_at__gt=at - STALE_AFTER)
    if not free.update(state=JobState.RUNNING, started_at=at, heartbeat_at=at, finished_at=None, progress_share=0.0):
        raise InputError(busy)


@contextmanager
def outcome(model: type[Model], pk: int, clock: Clock, *, started_at: dt.datetime | None = None) -> Iterator[None]:
    """Mark the row failed or cancelled if the block does not end well; a user's mistake is kept among its warnings.

    ``started_at``: when this worker took the row; given, a row that another worker took since is left alone.
    """
    state, problems = JobState.FAILED, []
    try:
        yield
        state = JobState.DONE
    except (Cancelled, KeyboardInterrupt):
        state = JobState.CANCELLED
        raise
    except GigshedError as error:
        problems = [problem.as_json() for problem in error.problems]
        raise
    finally:
        if state != JobState.DONE:
            mine = model._default_manager.filter(pk=pk, state=JobState.RUNNING)
            mine = mine.filter(started_at=started_at) if started_at else mine
            mine.update(state=state, finished_at=clock(), warnings=problems)
