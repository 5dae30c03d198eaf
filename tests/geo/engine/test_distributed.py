"""The matrix on a cluster of two processes is the one of a single machine, byte for byte, also when one of them is killed."""

import dataclasses
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import pytest
from distributed import Client, LocalCluster

from geo.engine import distributed
from geo.engine.distributed import load_work, save_work, write_matrix_distributed
from geo.engine.errors import InputError
from geo.engine.gridcity import grid_city
from geo.engine.network.store import save_network
from geo.engine.snapping import snap
from geo.engine.traveltime.partitions import MatrixWork, write_matrix

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "distributed.md"


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as found:
        yield found


@pytest.fixture(scope="module")
def city():
    return grid_city(columns=30, rows=30)


def work_on(city, block_destinations=10):
    rng = np.random.default_rng(8)
    west, south, east, north = city.bounds
    origins, destinations = (
        snap(city, rng.uniform(west, east, count), rng.uniform(south, north, count), mode="ebike", max_metres=120.0)
        for count in (500, 200)
    )
    return MatrixWork(
        network_digest=city.digest, origins=origins, destinations=destinations, from_ids=[f"c{i}" for i in range(500)],
        to_ids=[f"m{i}" for i in range(200)], mode="ebike", cutoff_seconds=600.0, block_destinations=block_destinations,
    )  # fmt: skip


def files(target):
    return {path.name: path.read_bytes() for path in target.glob("*.parquet") if path.name.startswith("part-")}


def test_two_processes_write_the_same_bytes(cluster, city, tmp_path):
    save_network(city, tmp_path / "networks")
    work, shares = work_on(city), []
    alone = write_matrix(city, work, tmp_path / "alone")
    target = write_matrix_distributed(
        tmp_path / "networks", work, tmp_path / "shared", scheduler=cluster.scheduler_address, progress=shares.append
    )
    assert files(target) == files(alone)
    assert (target / "_manifest.json").read_text() == (alone / "_manifest.json").read_text()
    assert shares == [pytest.approx((i + 1) / 20) for i in range(20)]
    # What the help of export_matrix tells people to read is the matrix and nothing else.
    query = "select count(*), count(distinct (from_id, to_id)) from '{}/*.parquet'"
    pairs = json.loads((alone / "_manifest.json").read_text())["pairs"]
    assert duckdb.sql(query.format(target)).fetchall() == duckdb.sql(query.format(alone)).fetchall() == [(pairs, pairs)]


def test_a_worker_killed_in_mid_run_is_replaced(cluster, city, tmp_path):
    save_network(city, tmp_path / "networks")
    work = work_on(city, block_destinations=2)
    alone = write_matrix(city, work, tmp_path / "alone")
    killed = []

    def kill_one(share):
        if not killed and share > 0.1:
            pid = next(iter(cluster.workers.values())).pid
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    target = write_matrix_distributed(
        tmp_path / "networks", work, tmp_path / "shared", scheduler=cluster.scheduler_address, progress=kill_one
    )
    assert killed
    assert files(target) == files(alone)
    assert len(files(target)) == 100


def test_two_runs_of_one_work_at_once_fill_a_folder_each(cluster, city, tmp_path):
    save_network(city, tmp_path / "networks")
    work, address = work_on(city), cluster.scheduler_address
    with ThreadPoolExecutor(2) as both:
        runs = [
            both.submit(write_matrix_distributed, tmp_path / "networks", work, tmp_path / name, scheduler=address)
            for name in ("one", "other")
        ]
        one, other = (run.result() for run in runs)
    assert len(files(one)) == len(work.blocks)
    assert files(one) == files(other)


def commands_of_the_page(port):
    """Return the page's own commands for scheduler and worker, with this Python on this machine."""
    lines = [line.split("#")[0].strip() for line in PAGE.read_text(encoding="utf-8").splitlines() if " -m dask " in line]
    lines = [line.replace("10.0.0.5", "127.0.0.1").replace("8786", str(port)) for line in lines]
    return [[sys.executable, *shlex.split(line)[1:]] for line in lines]


@contextmanager
def running(words, log):
    # As an administrator starts it: nothing but the project's folder tells where our code is.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with log.open("w") as said:
        process = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=said, stderr=said)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_a_cluster_started_as_the_page_says(city, tmp_path, monkeypatch):
    monkeypatch.setattr(distributed, "CONNECT_SECONDS", 30)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    save_network(city, tmp_path / "networks")
    work, address = work_on(city, block_destinations=50), f"tcp://127.0.0.1:{port}"
    alone = write_matrix(city, work, tmp_path / "alone")
    scheduler, worker = commands_of_the_page(port)
    with running(scheduler, tmp_path / "scheduler.log"), running(worker, tmp_path / "worker.log"):
        wait_for_workers(address, 2)
        target = write_matrix_distributed(tmp_path / "networks", work, tmp_path / "shared", scheduler=address)
    assert files(target) == files(alone)


def wait_for_workers(address, count):
    """Without workers a run would wait for ever: a test must not."""
    with Client(address, timeout=30) as client:
        client.wait_for_workers(count, timeout=30)


def test_work_comes_back_as_it_was(city, tmp_path):
    work = work_on(city)
    save_work(work, tmp_path)
    assert load_work(tmp_path).digest == work.digest


def test_work_is_replaced_whole_while_workers_read_it(city, tmp_path):
    work = work_on(city)
    save_work(work, tmp_path)
    table = tmp_path / "_work" / "origins.parquet"
    before = table.read_bytes()
    with table.open("rb") as reader:
        save_work(work, tmp_path)
        # What a reader has open is neither emptied nor half written; the name leads to a file of its own.
        assert reader.read() == before
        assert os.fstat(reader.fileno()).st_ino != table.stat().st_ino
    assert sorted(path.name for path in table.parent.iterdir()) == ["destinations.parquet", "origins.parquet", "settings.json"]


def test_a_scheduler_that_does_not_answer_is_named(city, tmp_path, monkeypatch):
    monkeypatch.setattr(distributed, "CONNECT_SECONDS", 0.3)
    start = time.monotonic()
    with pytest.raises(InputError, match=r"127\.0\.0\.1:9") as caught:
        write_matrix_distributed(tmp_path, work_on(city), tmp_path, scheduler="tcp://127.0.0.1:9")
    assert caught.value.code == "distributed.scheduler"
    assert not list(tmp_path.iterdir())
    assert time.monotonic() - start < 15


def test_without_dask_it_says_what_to_install(city, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"requirements-distributed\.txt"):
        write_matrix_distributed(tmp_path, work_on(city), tmp_path, scheduler="tcp://127.0.0.1:9")
    assert not list(tmp_path.iterdir())


def test_streets_of_other_levels_travel_with_the_work(city, tmp_path):
    raised = dataclasses.replace(city, edge_level=(np.arange(city.edge_count) % 5 == 0).astype(np.int8))
    work = work_on(raised)
    assert work.origins.other is not None
    save_work(work, tmp_path)
    again = load_work(tmp_path)
    assert again.digest == work.digest
    alone = dataclasses.replace(work, origins=dataclasses.replace(work.origins, other=None))
    assert alone.digest != work.digest
    first, second = (write_matrix(raised, each, tmp_path / name) for each, name in ((work, "one"), (again, "two")))
    assert files(first) == files(second)
    assert len(files(first)) == 20
