"""The matrix in a process of its own: ``python -m tests.benchmarks.matrix_steps NETWORKS DIGEST FACILITIES CELLS FOLDER``.

Prints seconds, peak memory and what DuckDB counts in the files.
"""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import geo.engine.jit  # noqa: F401  before anything that imports numba itself
from geo.engine.network import TravelNetwork
from geo.engine.network.store import open_network
from geo.engine.snapping import snap
from geo.engine.traveltime.partitions import MANIFEST, MatrixWork, write_matrix
from geo.engine.warmup import warm_up

MODE, CUTOFF_SECONDS, MAX_SNAP_METRES = "ebike", 900.0, 1_000.0
# People live along streets: a cell's middle lies this far from one, in degrees.
SCATTER_DEGREES = 0.002
KILOBYTES_PER_MB = 1_000


def work_on(network: TravelNetwork, facilities: int, cells: int) -> MatrixWork:
    """Return the work: facilities and cells scattered about random nodes."""
    random = np.random.default_rng(1)

    def places(count: int) -> tuple[np.ndarray, np.ndarray]:
        nodes = random.integers(0, network.node_count, count)
        return tuple(
            values[nodes] + random.normal(0, SCATTER_DEGREES, count) for values in (network.node_lon, network.node_lat)
        )

    origins, destinations = (
        snap(network, *places(count), mode=MODE, max_metres=MAX_SNAP_METRES) for count in (cells, facilities)
    )  # fmt: skip
    return MatrixWork(
        network_digest=network.digest, origins=origins, destinations=destinations, from_ids=[f"cell-{i}" for i in range(cells)],
        to_ids=[f"facility-{i}" for i in range(facilities)], mode=MODE, cutoff_seconds=CUTOFF_SECONDS,
    )  # fmt: skip


def measure(networks: Path, digest: str, facilities: int, cells: int, folder: Path) -> dict[str, Any]:
    """Make the matrix and return what it took."""
    warm_up()
    start = time.perf_counter()
    network = open_network(networks, digest)
    work = work_on(network, facilities, cells)
    snapped = time.perf_counter()
    target = write_matrix(network, work, folder)
    done = time.perf_counter()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES_PER_MB
    files = list(target.glob("*.parquet"))
    return {
        "seconds": done - start, "snap_seconds": round(snapped - start, 1), "write_seconds": round(done - snapped, 1),
        "peak_mb": peak_mb, "nodes": network.node_count, "pairs": json.loads((target / MANIFEST).read_text())["pairs"],
        "pairs_of_duckdb": counted(target), "partitions": len(files),
        "megabytes": round(sum(file.stat().st_size for file in files) / 1e6, 1),
    }  # fmt: skip


def counted(target: Path) -> int:
    """Return how many different pairs within the cutoff DuckDB finds."""
    import duckdb

    query = f"select count(distinct (from_id, to_id)) from read_parquet('{target}/*.parquet') where travel_time <= 15.0001"
    return int(duckdb.sql(query).fetchall()[0][0])


if __name__ == "__main__":
    networks, digest, facilities, cells, folder = sys.argv[1:]
    print(json.dumps(measure(Path(networks), digest, int(facilities), int(cells), Path(folder))))
