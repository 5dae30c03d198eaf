"""Builds of demand models: handed to the queue, cancelled, and whether one has lost its worker."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from geo.engine.errors import InputError, Problem
from geo.jobs.lifecycle import is_stale
from geo.models import DemandModel, JobState
from geo.tasks import build_demand_model

BUSY = (JobState.QUEUED, JobState.RUNNING)


def queue_build(model: DemandModel) -> None:
    """Mark a model as waiting and hand it to the queue; raise :class:`InputError` if it is being built already.

    A model that was just made waits by its state, but nobody has it yet: that is no build under way. Neither is one whose
    worker shows no sign of life.
    """
    free = DemandModel.objects.filter(pk=model.pk)
    if not is_lost(model):
        free = free.exclude(state=JobState.RUNNING)
    with transaction.atomic():
        if not free.update(state=JobState.QUEUED, progress_share=0.0, warnings=[], started_at=None, finished_at=None):
            raise InputError(Problem(code="demand_model.busy", value=model.slug))
        transaction.on_commit(partial(build_demand_model.enqueue, model.pk))


def cancel_build(model: DemandModel) -> bool:
    """Stop the build that waits or runs; say whether there was one. The cells on record stay as they are."""
    rows = DemandModel.objects.filter(pk=model.pk, state__in=BUSY)
    return bool(rows.update(state=JobState.CANCELLED, finished_at=timezone.now()))


def is_lost(model: DemandModel) -> bool:
    """Say whether a build runs by its row, but its worker shows no sign of life."""
    return model.state == JobState.RUNNING and is_stale(model.heartbeat_at, timezone.now())
