"""What the child process does with a raster of elevations: points in, their heights out, a strip of the raster at a time."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from geo.engine.errors import InputError, Problem, register_messages
from geo.ingest.raster.header import RasterLimits, check_header, open_raster
from geo.ingest.raster.plane import raster_plane
from geo.ingest.raster.strips import STRIP_PIXELS
from geo.ingest.raster.work import SURROUNDINGS
from geo.ingest.reading.shares import tell

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
POINTS_FILE, HEIGHTS_FILE = "points.npy", "heights.npy"
LOWEST_METRES, HIGHEST_METRES = -500.0, 9000.0
"""No street lies beyond: such a value is a nodata value that the file does not declare, or not in metres."""

register_messages(
    {
        "elevation.bands": (
            "高程栅格应只有 1 个波段，现有 {value} 个。",
            "a raster of elevations has one band, not {value}.",
        ),
        "elevation.no_crs": (
            "高程栅格没有说明坐标系；请在其软件中补上。",
            "the raster of elevations names no coordinate system; add it in its program.",
        ),
        "elevation.too_small": (
            "高程栅格至少要有 2×2 个像元。",
            "a raster of elevations has at least 2 × 2 pixels.",
        ),
    }
)


def work(path: Path, arguments: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Read the heights at the points of ``points.npy`` in ``folder``, (2, n) degrees, into ``heights.npy``, (n,) float64.

    Bilinear between the middles of pixels; NaN outside the raster and where a pixel used holds no height. ``arguments``: none.
    Raises :class:`InputError`.
    """
    lon, lat = np.load(folder / POINTS_FILE, allow_pickle=False)
    with rasterio.Env(**SURROUNDINGS), open_raster(path) as raster:
        _check(raster, path, **arguments)
        x, y = raster_plane(raster.crs.to_wkt(), "").forward(lon, lat)
        heights = _heights(raster, x, y)
    np.save(folder / HEIGHTS_FILE, heights, allow_pickle=False)
    return {"points": len(heights), "without": int(np.isnan(heights).sum())}


def _check(raster: DatasetReader, path: Path) -> None:
    if raster.count != 1:
        raise InputError(Problem(code="elevation.bands", value=str(raster.count)))
    check_header(raster, 1, RasterLimits(), path.stat().st_size)
    if not raster.crs:
        raise InputError(Problem(code="elevation.no_crs"))
    if min(raster.width, raster.height) < 2:  # noqa: PLR2004  rows and columns
        raise InputError(Problem(code="elevation.too_small"))


def _heights(raster: DatasetReader, x: Float64Array, y: Float64Array) -> Float64Array:
    """Return (n,) metres at points in the raster's own system."""
    place = raster.transform
    column, row = (x - place.c) / place.a, (y - place.f) / place.e
    found = np.full(len(x), np.nan)
    # NaN, what the raster's system cannot hold, is not inside either.
    inside = np.flatnonzero((column >= 0) & (column <= raster.width) & (row >= 0) & (row <= raster.height))
    if not len(inside):
        return found
    across = np.clip(column[inside] - 0.5, 0, raster.width - 1)
    down = np.clip(row[inside] - 0.5, 0, raster.height - 1)
    upper = np.minimum(down.astype(np.int64), raster.height - 2)
    ordered = np.argsort(upper, kind="stable")
    for part in _strips(raster, upper[ordered], int(across.min()), int(across.max())):
        points = ordered[part]
        found[inside[points]] = _between(raster, across[points], down[points])
        tell(0.1 + 0.8 * part.stop / len(ordered))
    return found


def _strips(raster: DatasetReader, upper: Int64Array, left: int, right: int) -> list[slice]:
    """Return slices of the points, sorted by row, each of which needs a strip of whole blocks that fits into memory."""
    block = raster.block_shapes[0][0]
    step = max(1, STRIP_PIXELS // (right - left + 2) // block) * block
    edges = np.append(np.flatnonzero(np.diff(upper // step)) + 1, len(upper)).tolist()
    return [slice(start, stop) for start, stop in zip([0, *edges[:-1]], edges, strict=True)]


def _between(raster: DatasetReader, across: Float64Array, down: Float64Array) -> Float64Array:
    """Return the values at points given in pixels from the first pixel's middle; one window is read that holds them all."""
    left = np.minimum(across.astype(np.int64), raster.width - 2)
    upper = np.minimum(down.astype(np.int64), raster.height - 2)
    first_column, first_row = int(left.min()), int(upper.min())
    window = Window(first_column, first_row, int(left.max()) - first_column + 2, int(upper.max()) - first_row + 2)
    grid = _metres(raster, window)
    x, y, column, row = across - left, down - upper, left - first_column, upper - first_row
    top = grid[row, column] * (1 - x) + grid[row, column + 1] * x
    bottom = grid[row + 1, column] * (1 - x) + grid[row + 1, column + 1] * x
    found: Float64Array = top * (1 - y) + bottom * y
    return found


def _metres(raster: DatasetReader, window: Window) -> Float64Array:
    """Return the heights of a window, NaN where a pixel holds none."""
    try:
        read = raster.read(1, window=window, masked=True)
    except RasterioError as error:
        raise InputError(Problem(code="file.damaged", value=str(error).splitlines()[0][:100])) from error
    values = np.asarray(read.data, np.float64) * raster.scales[0] + raster.offsets[0]
    usable = np.isfinite(values) & (values >= LOWEST_METRES) & (values <= HIGHEST_METRES)
    return np.where(usable & ~np.ma.getmaskarray(read), values, np.nan)
