"""The matrix of a province: 10,000 facilities × 200,000 demand cells within 15 minutes by e-bike, as Parquet partitions.

The province is generated (a million nodes of Jiangsu's demonstration); making it is not measured. The matrix is made in a
process of its own, so that its memory is its own: opening the stored network, snapping both sides, searching, writing.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.cases import Case

ROOT = Path(__file__).resolve().parents[2]
NODES, FACILITIES, CELLS = 1_000_000, 10_000, 200_000
MUST_SECONDS, MUST_MB = 60.0, 2_000.0


def run(_peers_python: str, *, nodes: int = NODES, facilities: int = FACILITIES, cells: int = CELLS) -> list[Case]:
    """Return the case; fewer of everything for a test."""
    with tempfile.TemporaryDirectory() as folder:
        digest = province(Path(folder), nodes)
        arguments = [str(Path(folder) / "networks"), digest, str(facilities), str(cells), folder]
        took = step("tests.benchmarks.matrix_steps", *arguments, folder=Path(folder))
    return [
        Case(
            case=f"{facilities:,} facilities × {cells:,} cells on {took['nodes']:,} nodes, 15 minutes by e-bike, to Parquet",
            ours_seconds=took["seconds"], peers={}, must={}, peak_mb=took["peak_mb"], must_seconds=MUST_SECONDS,
            must_peak_mb=MUST_MB, is_right=took["pairs"] == took["pairs_of_duckdb"] > 0,
            notes={name: took[name] for name in ("pairs", "megabytes", "partitions", "snap_seconds", "write_seconds")},
        )
    ]  # fmt: skip


def province(folder: Path, nodes: int) -> str:
    """Make the demonstration province in ``folder`` and return the digest of its network."""
    words = ["load_demo", "--nodes", str(nodes), "--json"]
    for command in (["migrate", "-v0"], ["load_regions", "--province", "江苏省", "--json"], words):
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=_env(folder), check=True, capture_output=True, text=True
        )
    found: str = json.loads(done.stdout.splitlines()[-1])["network"]
    return found


def step(module: str, *arguments: str, folder: Path) -> dict[str, Any]:
    """Run a module in a process of its own and return what it prints last."""
    words = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(words, cwd=ROOT, env=_env(folder), check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _env(folder: Path) -> dict[str, str]:
    return os.environ | {"GIGSHED_VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "planner.settings.dev"}
