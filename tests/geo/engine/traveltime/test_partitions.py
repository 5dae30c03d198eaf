"""A matrix in partitions is the matrix in one piece, resumes where it stopped, and is read by others."""

import dataclasses
import json

import duckdb
import numpy as np
import pandas as pd
import pytest

from geo.engine.errors import InputError
from geo.engine.gridcity import grid_city
from geo.engine.network.overlay import close_edges
from geo.engine.snapping import snap
from geo.engine.traveltime import od_matrix
from geo.engine.traveltime.partitions import MatrixWork, partition_name, read_matrix, write_matrix


@pytest.fixture(scope="module")
def city():
    return grid_city(columns=12, rows=12, one_way_rows=(3,), signals=((5, 4),))


@pytest.fixture
def work(city):
    rng = np.random.default_rng(4)
    west, south, east, north = city.bounds
    origins, destinations = (
        snap(city, rng.uniform(west, east, count), rng.uniform(south, north, count), mode="ebike", max_metres=120.0)
        for count in (60, 25)
    )
    return MatrixWork(
        network_digest=city.digest, origins=origins, destinations=destinations, from_ids=[f"cell {i}" for i in range(60)],
        to_ids=[f"市场{i}" for i in range(25)], mode="ebike", cutoff_seconds=300.0, block_destinations=4,
    )  # fmt: skip


def expected(city, work):
    matrix = od_matrix(city, work.origins, work.destinations, mode="ebike", cutoff=300.0)
    return by_pair(matrix.to_frame(work.from_ids, work.to_ids))


def by_pair(frame):
    return frame.astype({"from_id": str, "to_id": str}).sort_values(["to_id", "from_id"], ignore_index=True)


def test_the_partitions_together_are_the_matrix(city, work, tmp_path):
    target = write_matrix(city, work, tmp_path)
    assert len(list(target.glob("part-*.parquet"))) == 7  # 25 destinations, 4 a partition
    pd.testing.assert_frame_equal(by_pair(read_matrix(target)), expected(city, work))
    said = json.loads((target / "_manifest.json").read_text())
    assert (said["pairs"], said["origins"], said["destinations"]) == (len(expected(city, work)), 60, 25)


def test_pandas_and_duckdb_read_the_folder(city, work, tmp_path):
    target = write_matrix(city, work, tmp_path)
    by_pandas = pd.concat([pd.read_parquet(path) for path in target.glob("*.parquet")])
    pd.testing.assert_frame_equal(by_pair(by_pandas), expected(city, work))
    query = f"select from_id, to_id, travel_time from read_parquet('{target}/*.parquet')"
    pd.testing.assert_frame_equal(by_pair(duckdb.sql(query).df()), expected(city, work))


def test_a_run_that_stopped_goes_on(city, work, tmp_path):
    target = write_matrix(city, work, tmp_path)
    before = {path.name: path.read_bytes() for path in target.glob("*.parquet")}
    kept = (target / partition_name(0)).stat().st_mtime_ns
    for name in (partition_name(3), "_manifest.json"):
        (target / name).unlink()
    with pytest.raises(InputError) as caught:
        read_matrix(target)
    assert caught.value.code == "matrix.not_whole"
    write_matrix(city, work, tmp_path, threads=1)
    assert {path.name: path.read_bytes() for path in target.glob("*.parquet")} == before
    assert (target / partition_name(0)).stat().st_mtime_ns == kept


def test_a_fault_in_the_middle_leaves_whole_files_only(city, work, tmp_path):
    def stop(share):
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_matrix(city, work, tmp_path, progress=stop)
    target = tmp_path / work.digest
    assert not (target / "_manifest.json").exists()
    assert len(list(target.iterdir())) == 4  # 4 of 7 are the first beyond one half, and nothing else lies about
    write_matrix(city, work, tmp_path)
    pd.testing.assert_frame_equal(by_pair(read_matrix(target)), expected(city, work))


def test_other_work_has_another_name(work):
    other = [
        dataclasses.replace(work, **change) for change in ({"cutoff_seconds": 301.0}, {"mode": "walk"}, {"to_ids": ["x"] * 25})
    ]
    assert len({work.digest, *(each.digest for each in other)}) == 4
    assert dataclasses.replace(work).digest == work.digest


def test_ids_must_be_as_many_as_places(work):
    with pytest.raises(InputError, match="24 ids for 25"):
        dataclasses.replace(work, to_ids=["x"] * 24)


def test_minutes_of_another_network_do_not_get_the_name(city, work, tmp_path):
    closed = close_edges(city, np.array([0]))
    with pytest.raises(InputError) as caught:
        write_matrix(closed, work, tmp_path)
    assert caught.value.code == "matrix.network"
    assert not list(tmp_path.rglob("*.parquet"))
