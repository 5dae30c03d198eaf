"""Writing and taking back as long work: seen from outside, stopped without a trace, and begun again after a worker died."""

import csv
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from unittest import mock

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from geo.engine.errors import InputError
from geo.engine.progress import Cancelled
from geo.imports.folders import folder_of
from geo.jobs import import_queue, signs
from geo.jobs import imports as jobs
from geo.jobs.lifecycle import outcome
from geo.models import ImportBatch, ImportChange, Venue
from geo.services import imports
from tests.factories import NOW, make_province, make_source

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

ROOT = Path(__file__).resolve().parents[3]
ROWS = 5_000
"""Three portions of :data:`geo.imports.keepers.base.BATCH_ROWS`."""
HEADER = ["编号", "名称", "类型", "状态", "经度", "纬度", "电话"]
WORKER = """
import sys, time
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.VAR_DIR = sys.argv[2]
django.setup()
from geo.jobs import imports
from geo.models import Venue
def halfway(share):
    if share >= 0.3:
        print("halfway", Venue.objects.filter(code__startswith="K").count(), flush=True)
        time.sleep(600)
getattr(imports, sys.argv[4])(int(sys.argv[3]), halfway)
"""


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture
def batch(tmp_path):
    """Return an import of invented venues on a grid of streets, checked."""
    region = make_province()[0]
    path = tmp_path / "venues.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for number in range(ROWS):
            place = (118.7 + number % 100 / 1e3, 32.0 + number // 100 / 1e3)
            rows.writerow([f"K{number}", f"零工驿站{number}", "零工驿站", "运营中", *place, "025"])
    made = imports.receive(path=path, name=path.name, kind="venues", region=region, source=make_source("sheet"), at=NOW)
    imports.read(made)
    imports.choose(made, mapping=imports.suggestions(made), datum="wgs84")
    return imports.check(made, on=NOW.date())


@pytest.fixture
def queued(settings):
    """Return a function that queues a step without doing it."""
    user = get_user_model().objects.create_user("u")

    def queue(batch, step):
        with mock.patch(f"geo.jobs.import_queue.{step}_import"):
            if step == "commit":
                import_queue.queue_commit(batch, skip_invalid=False, keep_duplicates=False, by_id=user.pk)
            else:
                import_queue.queue_undo(batch, by_id=user.pk)
        batch.refresh_from_db()
        return batch

    return queue


def written():
    return Venue.objects.filter(code__startswith="K").count(), ImportChange.objects.count()


def stands(batch):
    batch.refresh_from_db()
    return batch.stage, batch.state


@pytest.mark.parametrize(("step", "before", "after"), [("commit", 0, ROWS), ("undo", ROWS, 0)])
def test_another_connection_sees_how_far_it_is_and_stops_it_without_a_trace(batch, queued, step, before, after):
    if step == "undo":
        jobs.commit_import(queued(batch, "commit").pk)
    work = jobs.commit_import if step == "commit" else jobs.undo_import
    stage = queued(batch, step).stage
    reached, go_on, seen, ends = threading.Event(), threading.Event(), [], []

    def halfway(share):
        if share >= 0.3 and not reached.is_set():
            reached.set()
            go_on.wait(30)

    def worker():
        try:
            work(batch.pk, halfway)
        except Cancelled:
            ends.append("cancelled")
        finally:
            connection.close()

    with mock.patch.object(signs, "WRITE_EVERY", dt.timedelta()):
        thread = threading.Thread(target=worker)
        thread.start()
        assert reached.wait(60)
        row = ImportBatch.objects.get(pk=batch.pk)
        seen = [row.state, import_queue.share_of(row), import_queue.is_lost(row), import_queue.is_stopping(row), written()[0]]
        assert import_queue.cancel(row)
        assert import_queue.is_stopping(row)
        go_on.set()
        thread.join(60)
    assert seen[0] == "running"
    assert 0.3 <= seen[1] < 1
    assert seen[2:] == [False, False, before]
    assert ends == ["cancelled"]
    assert (stands(batch), written()[0]) == ((stage, "cancelled"), before)
    work(queued(batch, step).pk)
    assert stands(batch)[1] == "done"
    assert written()[0] == after


@pytest.mark.parametrize(("step", "before", "after"), [("commit", 0, ROWS), ("undo", ROWS, 0)])
def test_a_worker_killed_halfway_leaves_the_records_as_they_were(batch, queued, step, before, after):
    if step == "undo":
        jobs.commit_import(queued(batch, "commit").pk)
    stage = queued(batch, step).stage
    words = [sys.executable, "-c", WORKER, str(connection.settings_dict["NAME"]), str(folder_of(batch).parents[1])]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "planner.settings.test"}
    with subprocess.Popen(
        [*words, str(batch.pk), f"{step}_import"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as worker:
        said, count = worker.stdout.readline().split()
        assert said == "halfway"
        assert 0 < int(count) < ROWS  # inside its transaction rows were written or removed already
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert written()[0] == before
    assert stands(batch) == (stage, "running")
    with pytest.raises(InputError):  # for two minutes it may be alive
        queued(batch, step)
    later = dt.datetime.now(dt.UTC) + signs.STALE_AFTER + dt.timedelta(seconds=5)
    with mock.patch("django.utils.timezone.now", return_value=later):
        assert import_queue.is_lost(batch)
        queued(batch, step)
    getattr(jobs, f"{step}_import")(batch.pk)
    assert stands(batch)[1] == "done"
    assert written()[0] == after


def test_a_lost_worker_that_wakes_up_writes_nothing_once_another_did_its_work(batch, queued):
    queued(batch, "commit")

    def taken_over(share):
        if share >= 0.9:
            ImportBatch.objects.filter(pk=batch.pk).update(started_at=NOW)

    with pytest.raises(Cancelled):
        jobs.commit_import(batch.pk, taken_over)
    assert written() == (0, 0)
    assert stands(batch)[0] == "checked"


def test_a_worker_that_lost_its_step_leaves_the_row_to_whoever_has_it(batch):
    ImportBatch.objects.filter(pk=batch.pk).update(state="running", started_at=NOW)
    earlier = NOW - dt.timedelta(minutes=5)
    with pytest.raises(Cancelled), outcome(ImportBatch, batch.pk, lambda: NOW, started_at=earlier):
        raise Cancelled
    assert stands(batch) == ("checked", "running")


def test_a_step_that_was_cancelled_before_a_worker_came_is_not_done(batch, queued):
    queued(batch, "commit")
    assert import_queue.cancel(batch)
    jobs.commit_import(batch.pk)
    assert (stands(batch), written()) == (("checked", "cancelled"), (0, 0))
    assert not import_queue.cancel(batch)


def test_a_wish_to_stop_reaches_a_worker_that_came_after_the_page_was_made(batch, queued):
    seen = queued(batch, "commit")
    ImportBatch.objects.filter(pk=batch.pk).update(state="running", started_at=NOW, heartbeat_at=dt.datetime.now(dt.UTC))
    assert import_queue.cancel(seen)
    assert signs.is_asked_to_stop(folder_of(batch), NOW)


def test_a_mistake_found_while_writing_is_kept_and_nothing_written(batch, queued):
    Venue.objects.create(
        region=batch.region, source=batch.source, code="K4999", name_zh="后来的", kind="gig_station", status="operating",
        location="POINT(118.7 32)",
    )  # fmt: skip
    queued(batch, "commit")
    with pytest.raises(InputError):
        jobs.commit_import(batch.pk)
    assert stands(batch) == ("checked", "failed")
    assert [problem["code"] for problem in batch.warnings] == ["import.changed_since"]
    assert written() == (1, 0)


def test_what_is_written_is_neither_read_anew_nor_taken_back_twice(batch, queued):
    jobs.commit_import(queued(batch, "commit").pk)
    for queue in (import_queue.queue_reading, import_queue.queue_check):
        with pytest.raises(InputError):
            queue(batch)
    jobs.undo_import(queued(batch, "undo").pk)
    assert stands(batch) == ("undone", "done")
    with pytest.raises(InputError):
        queued(batch, "undo")
    assert json.loads((folder_of(batch) / signs.PROGRESS).read_text())["share"] <= 1
