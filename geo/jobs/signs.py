"""How a running job shows that it lives, and learns that it shall stop: on its row, or in files beside its data.

Work that is one transaction uses files: its row shows nothing to others before the end, and on SQLite nobody else can write.
"""

import datetime as dt
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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


PROGRESS, STOP = "progress.json", "stop"


@dataclass(frozen=True, kw_only=True)
class Sign:
    """The last sign of life in a file: the share done, 0 to 1, and when."""

    share: float
    at: dt.datetime


class FileSigns:
    """A progress that writes share and time to a file of ``folder`` at most once a second, and passes the share on.

    ``started_at``, when the worker took the job, names the attempt: signs and wishes of an earlier one mean nothing. Raises
    :class:`Cancelled` at the first call after :func:`ask_to_stop`; the caller undoes its transaction.
    """

    def __init__(self, folder: Path, *, started_at: dt.datetime, clock: Callable[[], dt.datetime], shown: Progress) -> None:
        self._folder = folder
        self._started_at = started_at
        self._clock = clock
        self._shown = shown
        self._written_at = clock() - WRITE_EVERY

    def __call__(self, share: float) -> None:
        """Take the share done, 0 to 1."""
        if is_asked_to_stop(self._folder, self._started_at):
            raise Cancelled
        now = self._clock()
        if now - self._written_at >= WRITE_EVERY:
            self._written_at = now
            said = {"started_at": self._started_at.isoformat(), "share": min(1.0, max(0.0, share)), "at": now.isoformat()}
            _replace(self._folder / PROGRESS, json.dumps(said))
        self._shown(share)


def last_sign(folder: Path, started_at: dt.datetime | None) -> Sign | None:
    """Return the last sign of life of the attempt that began at ``started_at``; None if there is none that can be read."""
    try:
        said = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
        sign = Sign(share=float(said["share"]), at=dt.datetime.fromisoformat(said["at"]))
        return sign if started_at and dt.datetime.fromisoformat(said["started_at"]) == started_at else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def ask_to_stop(folder: Path, started_at: dt.datetime) -> None:
    """Have the attempt that began at ``started_at`` end at its next sign of life."""
    _replace(folder / STOP, started_at.isoformat())


def is_asked_to_stop(folder: Path, started_at: dt.datetime | None) -> bool:
    """Say whether the attempt that began at ``started_at`` shall end."""
    try:
        return started_at is not None and dt.datetime.fromisoformat((folder / STOP).read_text(encoding="utf-8")) == started_at
    except (OSError, ValueError):
        return False


def _replace(path: Path, text: str) -> None:
    """Write beside, then move: a reader sees the old text or the new one."""
    beside = path.with_suffix(f".{os.getpid()}.tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
