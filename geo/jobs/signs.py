"""How a running job shows on its row that it lives, and learns that it shall stop."""

import datetime as dt
from collections.abc import Callable

from django.db.models import Model

from geo.engine.progress import Cancelled, Progress
from geo.models import JobState

WRITE_EVERY = dt.timedelta(seconds=1)
STALE_AFTER = dt.timedelta(minutes=2)
"""A running job without a sign of life for so long has lost its worker."""


class SignsOfLife:
    """A progress that writes share and time to the row of a job at most once a second, and passes the share on.

    ``model`` has the fields ``state``, ``progress_share`` and ``heartbeat_at``. Raises :class:`Cancelled` where the row is no
    longer running: someone cancelled it, or another worker took it over.
    """

    def __init__(self, model: type[Model], pk: int, *, clock: Callable[[], dt.datetime], shown: Progress) -> None:
        self._rows = model._default_manager.filter(pk=pk, state=JobState.RUNNING)
        self._clock = clock
        self._shown = shown
        self._written_at = clock() - WRITE_EVERY

    def __call__(self, share: float) -> None:
        """Take the share done, 0 to 1."""
        now = self._clock()
        if now - self._written_at >= WRITE_EVERY:
            self._written_at = now
            if not self._rows.update(progress_share=min(1.0, max(0.0, share)), heartbeat_at=now):
                raise Cancelled
        self._shown(share)
