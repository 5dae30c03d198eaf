"""A demand model as long work: one worker at a time, its row says how it went."""

import datetime as dt

import pytest

from geo.engine.errors import InputError
from geo.jobs.demand_models import build_demand
from geo.models import DemandCell, JobState
from tests.factories import NOW
from tests.geo.services.demand_models.models import CENSUS, make_model, make_totals

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def clock():
    return NOW


def test_a_build_that_ends_well():
    model = make_model({"components": [CENSUS]})
    make_totals(("320102", "玄武区", 100))
    shown = []
    assert build_demand(model.pk, shown.append, clock=clock).is_new
    model.refresh_from_db()
    assert (model.state, model.progress_share, model.finished_at) == (JobState.DONE, 1.0, NOW)
    assert shown == sorted(shown)
    assert not build_demand(model.pk, clock=clock).is_new


def test_a_mistake_is_kept_on_the_row():
    model = make_model({"components": [CENSUS]})
    with pytest.raises(InputError):
        build_demand(model.pk, clock=clock)
    model.refresh_from_db()
    assert model.state == JobState.FAILED
    assert [warning["code"] for warning in model.warnings] == ["demand_model.source"]
    assert not DemandCell.objects.exists()


def test_only_one_worker_builds():
    model = make_model({"components": [CENSUS]})
    model.state, model.heartbeat_at = JobState.RUNNING, NOW - dt.timedelta(seconds=10)
    model.save()
    with pytest.raises(InputError) as error:
        build_demand(model.pk, clock=clock)
    assert [problem.code for problem in error.value.problems] == ["demand_model.busy"]
