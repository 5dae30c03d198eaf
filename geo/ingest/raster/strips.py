"""Strips of a raster, one at a time, as people: what is no count is taken as nobody and counted."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.shares import tell

Float64Array = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]
STRIP_PIXELS = 4_000_000
ABSURD_PERSONS = 1e7
"""No pixel holds ten million people: such a value is a nodata value that the file does not declare."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Strip:
    """Rows of a raster. persons: (rows, columns) float64 >= 0; box: west, south, east, north in the raster's own system."""

    persons: Float64Array
    box: Box


@dataclass(kw_only=True)
class Tally:
    """How many pixels were read, and how many of them held no count, by reason; persons: sum over the pixels."""

    pixels: int = 0
    nodata: int = 0
    not_finite: int = 0
    negative: int = 0
    absurd: int = 0
    persons: float = 0.0


def strips(raster: DatasetReader, band: int, box: Box | None, tally: Tally) -> Iterator[Strip]:
    """Yield the rows of ``band``, whole blocks at a time, clipped to ``box`` (in the raster's own system) if there is one."""
    window = _window(raster, box)
    block = raster.block_shapes[band - 1][0]
    step = max(1, STRIP_PIXELS // max(1, int(window.width)) // block) * block
    top, end = int(window.row_off), int(window.row_off + window.height)
    first = top
    while top < end:
        tell(0.1 + 0.8 * (top - first) / (end - first))
        stop = min(end, (top // step + 1) * step)
        yield _strip(raster, band, Window(window.col_off, top, window.width, stop - top), tally)
        top = stop


def _window(raster: DatasetReader, box: Box | None) -> Window:
    """Return the pixels that touch ``box``, all if there is none."""
    if box is None:
        return Window(0, 0, raster.width, raster.height)
    west, south, east, north = box
    left, top = ~raster.transform * (west, north)
    right, bottom = ~raster.transform * (east, south)
    column, row = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
    width, height = min(raster.width, int(np.ceil(right))) - column, min(raster.height, int(np.ceil(bottom))) - row
    return Window(column, row, max(0, width), max(0, height))


def _strip(raster: DatasetReader, band: int, window: Window, tally: Tally) -> Strip:
    try:
        read = raster.read(band, window=window, masked=True)
    except RasterioError as error:
        raise InputError(Problem(code="file.damaged", value=str(error).splitlines()[0][:100])) from error
    values = np.asarray(read.data, np.float64) * raster.scales[band - 1] + raster.offsets[band - 1]
    persons = _persons(values, np.ma.getmaskarray(read), tally)
    west, south, east, north = rasterio.windows.bounds(window, raster.transform)
    return Strip(persons=persons, box=(west, south, east, north))


def _persons(values: Float64Array, is_nodata: npt.NDArray[np.bool_], tally: Tally) -> Float64Array:
    """Return counts of people; what is none becomes 0 and is tallied under the first reason that holds."""
    finite = np.isfinite(values)
    values = np.where(finite, values, 0.0)
    tally.pixels += values.size
    tally.nodata += int(is_nodata.sum())
    tally.not_finite += int((~finite & ~is_nodata).sum())
    tally.negative += int(((values < 0) & ~is_nodata).sum())
    tally.absurd += int(((values >= ABSURD_PERSONS) & ~is_nodata).sum())
    persons = np.where(is_nodata | (values < 0) | (values >= ABSURD_PERSONS), 0.0, values)
    tally.persons += float(persons.sum())
    return persons
