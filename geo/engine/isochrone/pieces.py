"""From parts of edges to straight pieces in degrees, and what a degree is in metres where they lie."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.engine.jit import njit
from geo.engine.network.model import TravelNetwork

Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

# The ellipsoid WGS-84: half its longer axis in metres, and the square of its first eccentricity.
SEMI_MAJOR_METRES, ECCENTRICITY_SQUARED = 6378137.0, 0.00669437999014


class Shapes(NamedTuple):
    """The shapes of a network's edges: indptr: (E + 1,) int64; lon, lat: (P,) float64 degrees."""

    indptr: Int64Array
    lon: Float64Array
    lat: Float64Array

    @classmethod
    def of(cls, network: TravelNetwork) -> "Shapes":
        """Return the shapes as plain read-only arrays, whether they lie in memory or in a file."""
        views = [np.asarray(part).view(np.ndarray) for part in (network.shape_indptr, network.shape_lon, network.shape_lat)]
        for view in views:
            view.setflags(write=False)
        return cls(*views)


@njit(cache=True, nogil=True)
def metres_a_degree(lat: float) -> tuple[float, float]:
    """Return the metres of one degree of longitude and of latitude at ``lat`` degrees."""
    sine = np.sin(np.radians(lat))
    bulge = 1 - ECCENTRICITY_SQUARED * sine * sine
    across = SEMI_MAJOR_METRES / np.sqrt(bulge)
    along = across * (1 - ECCENTRICITY_SQUARED) / bulge
    degree = np.pi / 180
    return across * np.cos(np.radians(lat)) * degree, along * degree


@njit(cache=True, nogil=True)
def cut_pieces(shapes: Shapes, edge: Int32Array, start: Float64Array, end: Float64Array) -> Float64Array:
    """Return (k, 4) float64 degrees, lon, lat, lon, lat of the straight pieces of parts of edges, cut by length."""
    room = 0
    for i in range(len(edge)):
        room += shapes.indptr[edge[i] + 1] - shapes.indptr[edge[i]] - 1
    pieces, count = np.empty((room, 4)), 0
    for i in range(len(edge)):
        first, last = shapes.indptr[edge[i]], shapes.indptr[edge[i] + 1] - 1
        east, north = metres_a_degree(shapes.lat[first])
        total = 0.0
        if start[i] > 0 or end[i] < 1:
            for v in range(first, last):
                total += np.hypot((shapes.lon[v + 1] - shapes.lon[v]) * east, (shapes.lat[v + 1] - shapes.lat[v]) * north)
        gone, begin, finish = 0.0, start[i] * total, end[i] * total
        for v in range(first, last):
            lon, lat = shapes.lon[v], shapes.lat[v]
            wide, high = shapes.lon[v + 1] - lon, shapes.lat[v + 1] - lat
            low, top = 0.0, 1.0
            if total > 0:
                length = np.hypot(wide * east, high * north)
                if gone + length <= begin or gone >= finish or length == 0:
                    gone += length
                    continue
                low, top = max(0.0, (begin - gone) / length), min(1.0, (finish - gone) / length)
                gone += length
            pieces[count, 0], pieces[count, 1] = lon + low * wide, lat + low * high
            pieces[count, 2], pieces[count, 3] = lon + top * wide, lat + top * high
            count += 1
    return pieces[:count]
