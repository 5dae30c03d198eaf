"""A stored network opened afresh: ``python -m tests.benchmarks.stored FOLDER DIGEST`` prints seconds and bytes as JSON."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from geo.engine.network.store import open_network
from geo.engine.snapping import Snaps
from geo.engine.traveltime import nearest_to_nodes, nodes_in_reach
from geo.engine.warmup import warm_up
from tests.benchmarks.cases import median_seconds

FACILITIES, RUNS = 1000, 5


def resident_bytes() -> int:
    """Return the memory that this process holds, pages of mapped files included."""
    words = Path("/proc/self/statm").read_text().split()
    return int(words[1]) * 4096


def on_edges(edges: np.ndarray) -> Snaps:
    """Return places in the middle of edges."""
    blank = np.zeros(len(edges))
    return Snaps(
        edge=edges.astype(np.int32),
        fraction=np.full(len(edges), 0.5),
        snap_metres=blank.astype(np.float32),
        lon=blank,
        lat=blank,
    )


def measure(folder: Path, digest: str) -> dict[str, float]:
    """Open the network and search it; the kernels are loaded before, as in a server that runs."""
    warm_up()
    before, start = resident_bytes(), time.perf_counter()
    network = open_network(folder, digest)
    nodes_in_reach(network, on_edges(np.array([network.edge_count // 2])), mode="ebike", direction="to", cutoff=900.0)
    opened = time.perf_counter()
    places = on_edges(np.random.default_rng(1).choice(network.edge_count, FACILITIES, replace=False))
    for mode in network.modes:
        nearest_to_nodes(network, places, mode=mode)
    return {
        "seconds": opened - start, "all_seconds": time.perf_counter() - opened, "bytes": resident_bytes() - before,
        "nearest_seconds": median_of(lambda: nearest_to_nodes(network, places, mode="ebike")),
        "ranges_seconds": median_of(
            lambda: nodes_in_reach(network, places, mode="ebike", direction="to", cutoff=900.0)
        ),
    }  # fmt: skip


def median_of(work: Callable[[], object]) -> float:
    """Return the median seconds of five runs, after one that does not count."""
    work()
    return median_seconds(work, RUNS)[0]


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), sys.argv[2])))
