"""Builds of models in the queue: one at a time, cancelled, and taken from a worker that is gone."""

import datetime as dt

import pytest
from django.utils import timezone

from geo.engine.errors import InputError
from geo.jobs.demand_queue import cancel_build, is_lost, queue_build
from geo.models import DemandModel
from tests.geo.services.demand_models.models import CENSUS, make_model

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def model():
    return make_model({"components": [CENSUS]})


def running(model, seen_ago):
    DemandModel.objects.filter(pk=model.pk).update(state="running", heartbeat_at=timezone.now() - seen_ago)
    model.refresh_from_db()


def test_a_build_is_handed_over_once_the_row_is_written(model, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as handed:
        queue_build(model)
    assert len(handed) == 1
    model.refresh_from_db()
    assert (model.state, model.progress_share, model.warnings) == ("queued", 0.0, [])


def test_a_build_under_way_is_left_alone_and_a_lost_one_begins_anew(model):
    running(model, dt.timedelta(seconds=5))
    assert not is_lost(model)
    with pytest.raises(InputError) as error:
        queue_build(model)
    assert [problem.code for problem in error.value.problems] == ["demand_model.busy"]
    running(model, dt.timedelta(minutes=10))
    assert is_lost(model)
    queue_build(model)
    model.refresh_from_db()
    assert model.state == "queued"


def test_only_what_waits_or_runs_is_cancelled(model):
    queue_build(model)
    assert cancel_build(model)
    assert not cancel_build(model)
    model.refresh_from_db()
    assert model.state == "cancelled"
