"""How far a piece of long work of these pages is, for the page and for the script that follows it."""

from typing import Any

from django.utils.translation import gettext as _

from geo.models import DemandModel, ImportBatch, JobState

Job = DemandModel | ImportBatch


def progress_of(job: Job, step: str, *, is_lost: bool) -> dict[str, Any]:
    """Return state, share done (0 to 1), step, whether it goes on, and what to say of that; JSON types."""
    busy = job.state in (JobState.QUEUED, JobState.RUNNING)
    said = said_of(job, is_lost=is_lost) if busy else ""
    return {"state": job.state, "share": job.progress_share, "step": step, "busy": busy, "said": said}


def said_of(job: Job, *, is_lost: bool) -> str:
    """Return what a person who waits should know."""
    if is_lost:
        return _("No sign of life for two minutes: the worker may have ended. Cancel and start again.")
    return _("Waiting for a worker.") if job.state == JobState.QUEUED else _("You may leave this page; the work goes on.")
