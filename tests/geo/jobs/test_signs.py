"""Signs of life: at most one write a second, and an end when the row is no longer running."""

import datetime as dt

import pytest

from coverage.models import CoverageRun
from geo.engine.progress import Cancelled
from geo.jobs.signs import SignsOfLife
from geo.models import JobState
from tests.factories import NOW, make_province, make_run

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def run():
    run = make_run(make_province()[0])
    CoverageRun.objects.filter(pk=run.pk).update(state=JobState.RUNNING)
    return run


def test_the_row_is_written_at_most_once_a_second_and_every_share_is_shown(run, django_assert_num_queries):
    now, shown = [NOW], []
    signs = SignsOfLife(CoverageRun, run.pk, clock=lambda: now[0], shown=shown.append)
    with django_assert_num_queries(3):
        for tick in range(21):
            now[0] = NOW + dt.timedelta(milliseconds=100 * tick)
            signs(tick / 20)
    run.refresh_from_db()
    assert shown == [tick / 20 for tick in range(21)]
    assert (run.progress_share, run.heartbeat_at) == (1.0, NOW + dt.timedelta(seconds=2))


def test_a_row_that_is_no_longer_running_ends_the_work(run):
    signs = SignsOfLife(CoverageRun, run.pk, clock=lambda: NOW, shown=lambda share: None)
    CoverageRun.objects.filter(pk=run.pk).update(state=JobState.CANCELLED)
    with pytest.raises(Cancelled):
        signs(0.5)
