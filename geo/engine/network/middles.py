"""Where the middle of each street lies, and in which areas."""

import numpy as np
import numpy.typing as npt
import shapely

from geo.engine.network.model import TravelNetwork

Float64Array = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def edge_middles(network: TravelNetwork) -> tuple[Float64Array, Float64Array]:
    """Return lon, lat (E,) in degrees of the points half way along the shapes of the edges."""
    lon, lat = np.asarray(network.shape_lon), np.asarray(network.shape_lat)
    east, north = np.diff(lon) * np.cos(np.radians(lat[:-1])), np.diff(lat)
    # From the last point of an edge to the first of the next is no way.
    steps = np.hypot(east, north)
    steps[network.shape_indptr[1:-1] - 1] = 0.0
    gone = np.concatenate([[0.0], np.cumsum(steps)])
    first, last = network.shape_indptr[:-1], network.shape_indptr[1:] - 1
    half = (gone[first] + gone[last]) / 2
    at = np.clip(np.searchsorted(gone, half, side="right") - 1, first, last - 1)
    step = steps[at]
    part = np.clip(np.divide(half - gone[at], step, out=np.zeros(len(at)), where=step > 0), 0.0, 1.0)
    return lon[at] + part * (lon[at + 1] - lon[at]), lat[at] + part * (lat[at + 1] - lat[at])


def edges_in_areas(network: TravelNetwork, areas: npt.NDArray[np.object_]) -> BoolArray:
    """Return (E,) bool, the edges whose middle lies in one of ``areas`` (polygons in degrees) or on its rim."""
    found = np.zeros(network.edge_count, np.bool_)
    if len(areas):
        lon, lat = edge_middles(network)
        points, _ = shapely.STRtree(areas).query(shapely.points(lon, lat), predicate="intersects")
        found[points] = True
    return found
