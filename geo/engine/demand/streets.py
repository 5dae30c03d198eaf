"""Metres of street in each cell: where there is no grid, people live along the streets."""

import numpy as np
import numpy.typing as npt

from geo.engine.crs import distance_metres
from geo.engine.demand.cells import CellArray, cell_of_points, sums_by_cell
from geo.engine.network.model import TravelNetwork

Float64Array = npt.NDArray[np.float64]
PIECE_METRES = 50.0
"""Streets are cut into pieces of at most this length; a piece counts for the cell of its middle. A cell of resolution 8 is
about 900 m wide."""


def street_metres(network: TravelNetwork, mode: str, resolution: int) -> tuple[CellArray, Float64Array]:
    """Return the cells with streets that ``mode`` may use, rising, and the metres of street in each.

    The metres of all cells sum to the lengths of the streets. Raises :class:`NetworkError` for a mode the network lacks.
    """
    usable = network.allowed_edges(mode)
    count = np.diff(network.shape_indptr)
    edge = np.repeat(np.arange(network.edge_count), count)
    inner = (edge[:-1] == edge[1:]) & usable[edge[:-1]]
    start = np.flatnonzero(inner)
    lon, lat = np.asarray(network.shape_lon), np.asarray(network.shape_lat)
    metres = distance_metres(lon[start], lat[start], lon[start + 1], lat[start + 1])
    pieces = np.maximum(1, np.ceil(metres / PIECE_METRES)).astype(np.int64)
    owner = np.repeat(np.arange(len(start)), pieces)
    first = np.cumsum(pieces) - pieces
    along = (np.arange(len(owner)) - first[owner] + 0.5) / pieces[owner]
    middle_lon = lon[start][owner] + along * (lon[start + 1] - lon[start])[owner]
    middle_lat = lat[start][owner] + along * (lat[start + 1] - lat[start])[owner]
    return sums_by_cell(cell_of_points(middle_lon, middle_lat, resolution), (metres / pieces)[owner])
