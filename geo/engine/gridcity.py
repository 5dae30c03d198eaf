"""A city of round numbers: square blocks, one speed a mode, so that every travel time can be derived by hand.

The same idea as an invented test city anywhere: what a test asserts is worked out in its comment, not copied from a run.
"""

import numpy as np
import numpy.typing as npt
from pyproj import Geod

from geo.engine.modes import MODES, SpeedTable
from geo.engine.network.build import build_network
from geo.engine.network.model import TravelNetwork
from geo.engine.network.streets import NO_DELAY, SIGNALS, Streets

SOUTH_WEST = (118.8, 32.0)
GRID_SPEEDS = SpeedTable(
    modes=MODES,
    kph={"residential": (3.6, 15.0, 36.0)},
    delay_seconds=np.array([[0, 0, 0], [30, 30, 30], [0, 0, 0]], np.float32),
)
_GEOD = Geod(ellps="WGS84")


def node_number(column: int, row: int, columns: int) -> int:
    """Return the number of the crossing in the streets (not in the network, which reorders nodes)."""
    return row * columns + column


def grid_points(
    *, columns: int, rows: int, block_metres: float, south_west: tuple[float, float] = SOUTH_WEST
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return lon, lat of the crossings, row by row from the south-west.

    Every block is ``block_metres`` from west to east along its own row and from south to north, measured on the ellipsoid, to
    the millimetre.
    """
    lon0, lat0 = south_west
    lats = [lat0]
    for _ in range(rows - 1):
        lats.append(_GEOD.fwd(lon0, lats[-1], 0.0, block_metres)[1])
    lon = np.empty((rows, columns))
    for row, lat in enumerate(lats):
        # The geodesic between two points of a parallel is a little shorter than the parallel: scale to the exact block.
        step = 1e-3
        _, _, metres = _GEOD.inv(lon0, lat, lon0 + step, lat)
        lon[row] = lon0 + np.arange(columns) * step * block_metres / metres
    return lon.ravel(), np.repeat(lats, columns).astype(np.float64)


def grid_streets(
    *,
    columns: int,
    rows: int,
    block_metres: float = 250.0,
    one_way_rows: tuple[int, ...] = (),
    signals: tuple[tuple[int, int], ...] = (),
    south_west: tuple[float, float] = SOUTH_WEST,
) -> Streets:
    """Return the streets of the grid.

    Streets along ``one_way_rows`` run from west to east only, for e-bikes and cars; walkers go both ways. ``signals`` are
    (column, row) crossings with signals. Edges run west → east and south → north.
    """
    lon, lat = grid_points(columns=columns, rows=rows, block_metres=block_metres, south_west=south_west)
    number = np.arange(columns * rows).reshape(rows, columns)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()]).astype(np.int32)
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()]).astype(np.int32)
    count = len(tail)
    along_row = np.arange(count) < rows * (columns - 1)
    one_way = along_row & np.isin(tail // columns, one_way_rows)
    control = np.full(len(lon), NO_DELAY)
    control[[node_number(column, row, columns) for column, row in signals]] = SIGNALS
    ends = np.column_stack([tail, head]).ravel()
    return Streets(
        node_lon=lon,
        node_lat=lat,
        node_control=control,
        edge_from=tail,
        edge_to=head,
        edge_way_id=np.arange(1, count + 1),
        edge_class=np.zeros(count, np.uint8),
        classes=("residential",),
        shape_indptr=np.arange(0, 2 * count + 1, 2),
        shape_lon=lon[ends],
        shape_lat=lat[ends],
        modes=MODES,
        forward_allowed=np.ones((len(MODES), count), np.bool_),
        backward_allowed=np.stack([np.ones(count, np.bool_), ~one_way, ~one_way]),
        max_speed_kph=np.full(count, np.nan, np.float32),
        fixed_seconds=np.full(count, np.nan, np.float32),
    )


def grid_city(
    *,
    columns: int = 11,
    rows: int = 11,
    block_metres: float = 250.0,
    one_way_rows: tuple[int, ...] = (),
    signals: tuple[tuple[int, int], ...] = (),
    south_west: tuple[float, float] = SOUTH_WEST,
) -> TravelNetwork:
    """Return the grid as a network: walk 1 m/s, e-bike 15 km/h (250 m a minute), car 10 m/s; signals cost 30 s on entry."""
    streets = grid_streets(
        columns=columns, rows=rows, block_metres=block_metres, one_way_rows=one_way_rows, signals=signals, south_west=south_west
    )
    return build_network(streets, speeds=GRID_SPEEDS, source="grid city")
