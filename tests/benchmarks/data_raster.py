"""A population raster of a province at 100 m, made by rule, and what it costs to sum it in H3 cells."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

from tests.benchmarks.cases import Case

ROOT = Path(__file__).resolve().parents[2]
SIDE_PIXELS = 3_200
"""3,200 × 3,200 pixels of 100 m: 102,400 km², 10.24 million pixels; Jiangsu has 102,817 km²."""

WEST_METRES, NORTH_METRES = 340_000.0, 3_820_000.0
MUST_SECONDS, MUST_PEAK_MB = 60.0, 2_000.0
LOST_SHARE = 1e-9
"""People may be lost to rounding, in this share."""
_BAND_ROWS = 256
_NODATA = -99_999.0

_MEASURED = """
import json, resource, sys, time
from pathlib import Path
from geo.ingest.raster import GridOptions, read_grid
start = time.perf_counter()
grid = read_grid(Path(sys.argv[1]), GridOptions(resolution=8))
seconds = time.perf_counter() - start
peaks = [resource.getrusage(who).ru_maxrss / 1000 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({"seconds": seconds, "peak_mb": sum(peaks), "cells": len(grid.cells), "persons": grid.total_persons,
                  "pixels": grid.about["pixels"]}))
"""


def make_raster(path: Path, *, side_pixels: int = SIDE_PIXELS, seed: int = 1) -> float:
    """Write a GeoTIFF of people per 100 m pixel in EPSG:4549, towns in open land and a twentieth without data.

    Returns the people in it.
    """
    rng = np.random.default_rng(seed)
    towns = rng.uniform(0, side_pixels, (60, 2)), rng.lognormal(3.0, 0.8, 60), rng.uniform(10, 80, 60)
    people = 0.0
    with rasterio.open(
        path, "w", driver="GTiff", width=side_pixels, height=side_pixels, count=1, dtype="float32", crs="EPSG:4549",
        transform=from_origin(WEST_METRES, NORTH_METRES, 100, 100), nodata=_NODATA, compress="deflate", tiled=True,
        blockxsize=256, blockysize=256,
    ) as raster:  # fmt: skip
        for top in range(0, side_pixels, _BAND_ROWS):
            rows = min(_BAND_ROWS, side_pixels - top)
            values = _rows(rng, towns, top, rows, side_pixels)
            people += float(values[values != _NODATA].sum(dtype="float64"))
            raster.write(values, 1, window=Window(0, top, side_pixels, rows))
    return people


def _rows(rng, towns, top, rows, side_pixels):
    row, column = np.mgrid[top : top + rows, 0:side_pixels].astype(np.float32)
    values = rng.exponential(2.0, (rows, side_pixels)).astype(np.float32)
    for (y, x), height, width in zip(*towns, strict=True):
        if abs(y - top - rows / 2) < 4 * width + rows:
            values += np.float32(height) * np.exp(-((row - y) ** 2 + (column - x) ** 2) / np.float32(2 * width**2))
    values[rng.random((rows, side_pixels)) < 0.05] = _NODATA
    return values


def run() -> Case:
    """Return the case: seconds and peak memory (both processes together) of a province's raster to H3 resolution 8."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "province.tif"
        people = make_raster(path)
        measured = subprocess.run(
            [sys.executable, "-c", _MEASURED, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
        )
    found = json.loads(measured.stdout)
    lost = abs(found["persons"] - people) / people
    return Case(
        case="100 m raster of a province (10.24 million pixels) to H3 cells", ours_seconds=found["seconds"], peers={}, must={},
        peak_mb=found["peak_mb"], must_seconds=MUST_SECONDS, must_peak_mb=MUST_PEAK_MB, is_right=lost < LOST_SHARE,
        notes={"cells": found["cells"], "pixels": found["pixels"], "share_lost": lost},
    )  # fmt: skip
