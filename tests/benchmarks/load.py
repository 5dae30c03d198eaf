"""Loading streets: real extracts beside ``osmnx.graph_from_xml``, and a generated extract of a million nodes by itself.

OSMnx reads XML only: the same extract is written as XML for it beforehand. We work out rights of way and times of three modes
besides. That both see the same streets is shown elsewhere (tests/geo/engine/network/test_osmnx_graph.py, docs/trials.md).
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import geo.engine.jit  # noqa: F401  before anything that imports numba itself
from geo.engine.network import TravelNetwork
from geo.engine.network.build import build_network
from geo.engine.network.osm import read_osm
from tests.benchmarks.cases import Case, median_seconds
from tests.benchmarks.matrix import step

DATA = Path(__file__).parents[3] / "shared" / "data"
EXTRACTS = {"São Paulo": "saopaulo_center.osm.pbf", "Liechtenstein": "liechtenstein_20211028.osm.pbf"}
RUNS = 5
MUST = {"osmnx": 10.0}
SIDE, MUST_MB = 1050, 3_000.0
SOUTH, WEST, STEP_DEGREES = 31.0, 118.0, 0.0005
CLASSES = ("residential", "tertiary", "secondary", "cycleway", "service")


def run(_peers_python: str, *, side: int = SIDE) -> list[Case]:
    """Return the cases; extracts that are not on this machine are left out. A smaller ``side`` for a test."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cases = [extract_case(title, DATA / file, folder) for title, file in EXTRACTS.items() if (DATA / file).exists()]
        return [*cases, large_case(side, folder)]


def load(path: Path) -> TravelNetwork:
    """Read an extract to a network of three modes: what a planner waits for."""
    return build_network(read_osm(path), source=path.name)


def extract_case(title: str, path: Path, folder: Path) -> Case:
    """Return ours and OSMnx on one extract."""
    xml = as_xml(path, folder)
    theirs = step("tests.benchmarks.load", "osmnx", str(xml), folder=folder)
    network = load(path)
    seconds, cpu_seconds = median_seconds(lambda: load(path), RUNS)
    return Case(
        case=f"load {title} ({theirs['nodes']:,} nodes as OSMnx has them)", ours_seconds=seconds,
        peers={"osmnx": theirs["seconds"]}, must=MUST,
        cpu_seconds={"ours": cpu_seconds, "osmnx": theirs["cpu_seconds"]}, is_right=network.edge_count > 0,
        notes={"edges": network.edge_count, "km": round(float(network.edge_length_metres.sum(dtype=float)) / 1000, 1)},
    )  # fmt: skip


def as_xml(path: Path, folder: Path) -> Path:
    """Write an extract as XML."""
    import osmium

    target = folder / path.name.replace(".osm.pbf", ".osm")
    with osmium.SimpleWriter(str(target)) as writer:
        for thing in osmium.FileProcessor(str(path)):
            writer.add(thing)
    return target


def large_case(side: int, folder: Path) -> Case:
    """Return what a generated extract of ``side``² highway nodes takes, in a process of its own."""
    path = generated(side, folder)
    took = step("tests.benchmarks.load", "large", str(path), folder=folder)
    streets = 2 * side * (side - 1)
    return Case(
        case=f"load a generated extract of {side * side:,} highway nodes ({path.stat().st_size / 1e6:.0f} MB)",
        ours_seconds=took["seconds"], peers={}, must={}, peak_mb=took["peak_mb"], must_peak_mb=MUST_MB,
        is_right=took["km_share"] > 0 and took["edges"] > streets // 2,
        notes={name: took[name] for name in ("nodes", "edges")},
    )  # fmt: skip


def generated(side: int, folder: Path) -> Path:
    """Write a lattice of streets with bends, signals, one-ways and several classes as PBF; each row and column is some ways."""
    import osmium
    from osmium.osm import mutable

    path = folder / "generated.osm.pbf"
    random = np.random.default_rng(1)
    shift = random.normal(0, STEP_DEGREES / 10, (2, side, side))
    signals = random.random((side, side)) < 0.02
    number = np.arange(1, side * side + 1).reshape(side, side)
    with osmium.SimpleWriter(str(path)) as writer:
        for row in range(side):
            for column in range(side):
                place = (
                    WEST + column * STEP_DEGREES + shift[0, row, column], SOUTH + row * STEP_DEGREES + shift[1, row, column],
                )  # fmt: skip
                tags = {"highway": "traffic_signals"} if signals[row, column] else {}
                writer.add_node(mutable.Node(id=int(number[row, column]), location=place, tags=tags))
        for way, refs in enumerate(pieces(number), start=1):
            tags = {"highway": CLASSES[way % len(CLASSES)]} | ({"oneway": "yes"} if way % 7 == 0 else {})
            writer.add_way(mutable.Way(id=way, nodes=refs, tags=tags))
    return path


def pieces(number: np.ndarray) -> list[list[int]]:
    """Return the ways: every row and column cut into pieces of about twenty nodes."""
    lines = [*number, *number.T]
    return [line[first : first + 21].tolist() for line in lines for first in range(0, len(line) - 1, 20)]


def _osmnx(path: str) -> dict[str, Any]:
    """Read XML with OSMnx; its imports come before the clock starts."""
    import osmnx

    start, cpu_start = time.perf_counter(), time.process_time()
    graph = osmnx.graph_from_xml(path, simplify=True, retain_all=True)
    return {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu_start, "nodes": len(graph)}


def _large(path: str) -> dict[str, Any]:
    import resource

    start = time.perf_counter()
    network = load(Path(path))
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, "nodes": network.node_count,
        "edges": network.edge_count, "km_share": float(network.edge_length_metres.sum(dtype=float)),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps({"osmnx": _osmnx, "large": _large}[sys.argv[1]](sys.argv[2])))
