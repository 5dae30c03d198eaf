"""Work left to a worker: the command returns at once, the worker does it, what is done already is not queued."""

import json

import pytest
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from coverage.models import CoverageRun
from geo.models import JobState
from tests.coverage.ground import make_ground

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture(autouse=True)
def _queue(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def said(capsys, *words):
    call_command(*words, "--json")
    return json.loads(capsys.readouterr().out)


def work_off_the_queue():
    call_command("db_worker", "--batch", "--no-startup-delay", "--no-reload")


def test_a_run_waits_for_the_worker_and_is_answered_when_done(capsys):
    make_ground()
    queued = said(capsys, "run_coverage", "--queue")
    assert queued["queued"]
    assert CoverageRun.objects.get(digest=queued["digest"]).state == JobState.QUEUED
    work_off_the_queue()
    assert CoverageRun.objects.get().state == JobState.DONE
    capsys.readouterr()
    again = said(capsys, "run_coverage", "--queue")
    assert again["answered_from_earlier_run"]
    assert again["total"]["served_persons"] == 100
    assert DBTaskResult.objects.count() == 1


def test_queued_twice_it_is_done_once(capsys):
    make_ground()
    first, second = (said(capsys, "run_coverage", "--queue") for _ in range(2))
    assert first["digest"] == second["digest"]
    work_off_the_queue()
    run = CoverageRun.objects.get()
    assert run.state == JobState.DONE
    assert run.results.count() == 4
    assert DBTaskResult.objects.filter(status="SUCCESSFUL").count() == 2
