"""Signs of life: at most one write a second, and an end when the row is no longer running."""

import datetime as dt

import pytest

from coverage.models import CoverageRun
from geo.engine.progress import Cancelled
from geo.jobs.signs import PROGRESS, STOP, FileSigns, SignsOfLife, ask_to_stop, is_asked_to_stop, last_sign
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


def file_signs(folder, now, *, started_at=NOW, shown=lambda share: None):
    return FileSigns(folder, started_at=started_at, clock=lambda: now[0], shown=shown)


def test_a_file_is_written_at_most_once_a_second_and_every_share_is_shown(tmp_path):
    now, shown, kept = [NOW], [], []
    signs = file_signs(tmp_path, now, shown=shown.append)
    for tick in range(21):
        now[0] = NOW + dt.timedelta(milliseconds=100 * tick)
        signs(tick / 20)
        kept.append(last_sign(tmp_path, NOW))
    assert shown == [tick / 20 for tick in range(21)]
    assert [sign.share for sign in kept] == [0.0] * 10 + [0.5] * 10 + [1.0]
    assert kept[-1].at == NOW + dt.timedelta(seconds=2)
    assert [path.name for path in tmp_path.iterdir()] == [PROGRESS]


def test_a_wish_to_stop_ends_the_attempt_it_names_and_no_other(tmp_path):
    later = NOW + dt.timedelta(seconds=1)
    first, second = file_signs(tmp_path, [later]), file_signs(tmp_path, [later], started_at=later)
    first(0.1)
    ask_to_stop(tmp_path, NOW)
    second(0.2)
    with pytest.raises(Cancelled):
        first(0.3)
    assert last_sign(tmp_path, NOW) is None
    assert last_sign(tmp_path, later).share == 0.2
    assert (is_asked_to_stop(tmp_path, NOW), is_asked_to_stop(tmp_path, later)) == (True, False)
    assert not is_asked_to_stop(tmp_path, None)


@pytest.mark.parametrize("text", [
    "", "{", "[]", "null", '{"share": 1}', '{"share": "x", "at": "y", "started_at": "z"}', "\xff",
    '{"share": 0.5, "at": "2026-01-01T00:00:00+00:00", "started_at": 7}',
])  # fmt: skip
def test_a_file_that_is_no_sign_counts_for_nothing(tmp_path, text):
    for name in (PROGRESS, STOP):
        (tmp_path / name).write_bytes(text.encode("latin-1"))
    assert last_sign(tmp_path, NOW) is None
    assert not is_asked_to_stop(tmp_path, NOW)
