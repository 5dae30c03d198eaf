"""What a planner's large files cost: preview, commit, undo of 100,000 rows, a province's raster, a million conversions.

There are no peers for these; the limits are those a planner would wait for. Each step runs in a process of its own on a fresh
database, so that its memory is its own.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from geo.engine.crs import GEOD
from geo.engine.datum import Crs, from_wgs84, to_wgs84
from tests.benchmarks import data_files, data_raster
from tests.benchmarks.cases import Case

ROOT = Path(__file__).resolve().parents[2]
ROWS = 100_000
PREVIEW_SECONDS, COMMIT_SECONDS, PEAK_MB = 20.0, 30.0, 1_000.0
WRONG_SHARE = 0.05
POINTS = 1_000_000
INVERSE_METRES = 0.01


def run(_peers_python: str, *, rows: int = ROWS, side_pixels: int | None = None) -> list[Case]:
    """Return all cases; smaller ``rows`` and no raster (``side_pixels`` of 0) for a test."""
    with tempfile.TemporaryDirectory() as folder:
        ground = _ground(Path(folder))
        cases = [
            case for measure in (_venues, _text_table, _faulty, _cells) for case in measure(ground, Path(folder), rows)
        ]  # fmt: skip
    rasters = [] if side_pixels == 0 else [data_raster.run()]
    return [*cases, *rasters, _inverse("gcj02", rows * POINTS // ROWS), _inverse("bd09", rows * POINTS // ROWS)]


def _ground(folder: Path) -> Path:
    """Return a folder with a database of Jiangsu's regions."""
    made = folder / "ground"
    made.mkdir()
    for command in (["migrate", "-v0"], ["load_regions", "--province", "江苏省", "--json"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=_env(made), check=True, capture_output=True)
    return made


def _env(folder: Path) -> dict[str, str]:
    return os.environ | {"GIGSHED_VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "planner.settings.dev"}


class _Import:
    """One import on a database of its own."""

    def __init__(self, ground: Path, folder: Path, name: str) -> None:
        self.var = folder / name
        shutil.copytree(ground, self.var)

    def step(self, *arguments: str) -> dict[str, Any]:
        """Do a step; return what it took and found."""
        words = [sys.executable, "-m", "tests.benchmarks.data_steps", *arguments]
        done = subprocess.run(words, cwd=ROOT, env=_env(self.var), check=True, capture_output=True, text=True)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


def _case(name: str, took: dict[str, Any], *, must_seconds: float | None = None, is_right: bool = True) -> Case:
    limit = PEAK_MB if must_seconds else None
    return Case(
        case=name, ours_seconds=took["seconds"], peers={}, must={}, peak_mb=took["peak_mb"], must_seconds=must_seconds,
        must_peak_mb=limit, is_right=is_right,
    )  # fmt: skip


def _venues(ground: Path, folder: Path, rows: int) -> list[Case]:
    path = data_files.write(data_files.venues(rows), folder / "venues.xlsx")
    one, what = _Import(ground, folder, "venues"), f"{rows:,} venues (XLSX, GCJ-02)"
    first = one.step("preview", str(path), "venues", "gcj02")
    number = str(first["found"]["import"])
    written = one.step("commit", number)
    again = one.step("preview", str(path), "venues", "gcj02")
    back = one.step("undo", number)
    return [
        _case(f"preview of {what}", first, must_seconds=PREVIEW_SECONDS, is_right=first["found"]["new"] == rows),
        _case(f"commit of {what}", written, must_seconds=COMMIT_SECONDS, is_right=written["found"]["created"] == rows),
        _case("the same file again, all unchanged", again, is_right=again["found"]["unchanged"] == rows),
        _case("undo of the whole import", back),
    ]


def _text_table(ground: Path, folder: Path, rows: int) -> list[Case]:
    path = data_files.write(data_files.venues(rows), folder / "venues.csv")
    took = _Import(ground, folder, "text").step("preview", str(path), "venues", "gcj02")
    right = took["found"]["new"] == rows
    return [_case(f"preview of {rows:,} venues (CSV in GB18030)", took, must_seconds=PREVIEW_SECONDS, is_right=right)]


def _faulty(ground: Path, folder: Path, rows: int) -> list[Case]:
    frame = data_files.venues(rows, wrong_share=WRONG_SHARE)
    path = data_files.write(frame, folder / "faulty.xlsx")
    one, wrong = _Import(ground, folder, "faulty"), int((frame["场所类型"] == "菜市场").sum())
    took = one.step("preview", str(path), "venues", "gcj02")
    back = one.step("returned", str(took["found"]["import"]), str(folder))
    return [
        _case(f"preview with {wrong:,} faulty rows", took, must_seconds=PREVIEW_SECONDS,
              is_right=took["found"]["invalid"] == wrong),
        _case("the workbook back with a column of problems", back),
    ]  # fmt: skip


def _cells(ground: Path, folder: Path, rows: int) -> list[Case]:
    path = data_files.write(data_files.cells(rows), folder / "cells.csv")
    one, what = _Import(ground, folder, "cells"), f"{rows:,} demand cells (CSV)"
    first = one.step("preview", str(path), "demand", "")
    written = one.step("commit", str(first["found"]["import"]))
    return [
        _case(f"preview of {what}", first, must_seconds=PREVIEW_SECONDS, is_right=first["found"]["new"] == rows),
        _case(f"commit of {what}", written, must_seconds=COMMIT_SECONDS, is_right=written["found"]["created"] == rows),
    ]


def _inverse(code: str, points: int) -> Case:
    """Return what it takes to convert points to WGS-84; right if they are where they began, within a centimetre."""
    random = np.random.default_rng(1)
    lon, lat = random.uniform(116.3, 122.0, points), random.uniform(30.7, 35.2, points)
    x, y = from_wgs84(lon, lat, Crs(code=code))
    start = time.perf_counter()
    found = to_wgs84(x, y, Crs(code=code))
    seconds = time.perf_counter() - start
    off_metres = float(np.max(GEOD.inv(lon, lat, *found)[2]))
    return Case(
        case=f"{points:,} points from {code.upper()} to WGS-84", ours_seconds=seconds, peers={}, must={},
        is_right=off_metres < INVERSE_METRES, notes={"off_metres": off_metres},
    )  # fmt: skip
