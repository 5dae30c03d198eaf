"""Sums of pixels in H3 cells, each pixel weighted by the exact share of it that the cell covers.

By exactextract, whose shares are areas in the plane of the raster's own system; hexagons are taken with straight edges between
their corners there. Neighbours share their corners exactly, so the hexagons tile the plane and every person is in one sum or
divided among several: the sums add up to the raster. exactextract keeps shares as float32, so a pixel's people are kept to one
in ten million.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from exactextract import exact_extract
from exactextract.feature import Feature, FeatureSource
from exactextract.raster import NumPyRasterSource

from geo.engine.demand.cells import CellArray, cell_polygons, covering
from geo.ingest.raster.plane import RasterPlane
from geo.ingest.raster.strips import Strip

Float64Array = npt.NDArray[np.float64]
_SAME_PLANE = 'LOCAL_CS["plane of the raster",UNIT["unit",1]]'  # both sides are given in it; without a name exactextract warns


class _Shape(Feature):  # type: ignore[misc]
    """A polygon as exactextract asks for it."""

    def __init__(self, wkb: bytes) -> None:
        super().__init__()
        self._wkb = wkb

    def geometry(self) -> bytes:
        return self._wkb

    def fields(self) -> list[str]:
        return []


class _Shapes(FeatureSource):  # type: ignore[misc]
    """Polygons one after another; half the time of the frames and GeoJSON that exactextract brings."""

    def __init__(self, polygons: npt.NDArray[np.object_]) -> None:
        super().__init__()
        self._wkb = shapely.to_wkb(polygons).tolist()

    def count(self) -> int:
        return len(self._wkb)

    def __iter__(self) -> Iterator[_Shape]:
        return map(_Shape, self._wkb)

    def srs_wkt(self) -> str:
        return _SAME_PLANE


def persons_in(polygons: npt.NDArray[np.object_], strip: Strip) -> Float64Array:
    """Return (n,) float64 people of a strip within each polygon, given in the raster's own system."""
    if not len(polygons):
        return np.zeros(0)
    west, south, east, north = strip.box
    source = NumPyRasterSource(strip.persons, west, south, east, north, srs_wkt=_SAME_PLANE)
    sums: Any = exact_extract(source, _Shapes(polygons), ["sum"], strategy="raster-sequential", output="pandas")
    return np.asarray(np.nan_to_num(sums["sum"].to_numpy(np.float64)), np.float64)


def cell_sums(strip: Strip, plane: RasterPlane, resolution: int) -> tuple[CellArray, Float64Array]:
    """Return the cells with people in a strip, rising, and the people of the strip in each.

    A cell that reaches into the next strip has the rest of its people there: the sums of strips add up.
    """
    if not np.any(strip.persons):
        return np.zeros(0, np.uint64), np.zeros(0)
    cells = covering(*plane.degrees_box(strip.box, resolution), resolution)
    polygons = plane.from_degrees(cell_polygons(cells))
    peopled = _touches_people(shapely.bounds(polygons), strip)
    sums = persons_in(polygons[peopled], strip)
    return cells[peopled][sums > 0], sums[sums > 0]


def _touches_people(bounds: Float64Array, strip: Strip) -> npt.NDArray[np.bool_]:
    """Return (n,) bool: whether a box holds any pixel with people; most cells of a rectangle lie outside the land."""
    rows, columns = strip.persons.shape
    west, south, east, north = strip.box
    known = np.zeros((rows + 1, columns + 1), np.int32)
    known[1:, 1:] = np.cumsum(np.cumsum(strip.persons > 0, axis=0, dtype=np.int32), axis=1, dtype=np.int32)
    across, down = columns / (east - west), rows / (north - south)
    left, right = _pixels((bounds[:, 0] - west) * across, (bounds[:, 2] - west) * across, columns)
    top, bottom = _pixels((north - bounds[:, 3]) * down, (north - bounds[:, 1]) * down, rows)
    found: npt.NDArray[np.bool_] = known[bottom, right] - known[top, right] - known[bottom, left] + known[top, left] > 0
    return found


def _pixels(low: Float64Array, high: Float64Array, count: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    first = np.clip(np.nan_to_num(np.floor(low)), 0, count).astype(np.int64)
    last = np.clip(np.nan_to_num(np.ceil(high)), 0, count).astype(np.int64)
    return first, np.maximum(first, last)
