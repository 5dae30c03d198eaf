"""A band around streets, traced on a grid: the outline of what lies near them.

The grid holds the distance of each of its corners to the nearest piece of street. The outline is where that distance passes a
level (marching squares), chosen such that with cells of size c and a band of width w

* every point of a street is inside: a cell that a street touches has all corners within sqrt(2) c, which is the level at least;
* nothing inside is farther than w from a street: every point of the outline's part of a cell lies within sqrt(5) / 2 c of a
  corner that is within the level, and the level is w - sqrt(5) / 2 c, less what the outline moves where points are left out.

Both follow from distances alone, wherever between two corners the outline passes; so it may keep clear of the corners.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from geo.engine.isochrone.pieces import Shapes, cut_pieces, metres_a_degree
from geo.engine.isochrone.trace import THIN_CELLS, thinned, trace_rings
from geo.engine.jit import njit

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]

# c / w: up to 0.39 would do for the two rules above; with this the level is at 0.58 of the width.
CELL_SHARE = 0.36
# Beyond the level, distances serve only to draw the outline smoothly: half a cell more is enough for that.
BEYOND_CELLS = 0.5
INSIDE_CORNER = 5**0.5 / 2
MAX_CORNERS = 12_000_000
"""Where the grid would have more, it is not made: 48 MB, a square of 60 km with a band of 50 m."""

# The metres of a degree are those of a piece's own latitude; within a piece and its band they change by less than this.
SLACK_SHARE = 1e-3
POLEMOST = 89.9
FLAT_METRES = 1e-9


class Grid(NamedTuple):
    """Corners in rows from south to north: west, south and the steps in degrees; columns, rows: how many."""

    west: float
    south: float
    east_step: float
    north_step: float
    columns: int
    rows: int


def band_around(
    shapes: Shapes, edge: Int32Array, start: Float64Array, end: Float64Array, band_metres: float
) -> shapely.Geometry | None:  # fmt: skip
    """Return the band around parts of edges in degrees, a Polygon or MultiPolygon; None where the grid would be too large."""
    pieces = cut_pieces(shapes, edge, start, end)
    if not len(pieces):
        return None
    cell = CELL_SHARE * band_metres
    level = band_metres * (1 - SLACK_SHARE) - (INSIDE_CORNER + THIN_CELLS) * cell
    reach = level + BEYOND_CELLS * cell
    grid = _grid_over(pieces, cell, reach)
    if grid.columns * grid.rows > MAX_CORNERS:
        return None
    squares = _distances(pieces, grid, reach)
    points, bounds, parent = trace_rings(squares, level)
    points, bounds = thinned(points, bounds)
    points[:, 0] = grid.west + points[:, 0] * grid.east_step
    points[:, 1] = grid.south + points[:, 1] * grid.north_step
    return _polygons(points, bounds, parent)


def _grid_over(pieces: Float64Array, cell: float, margin: float) -> Grid:
    """Return the grid whose cells are at most ``cell`` metres wide and high; its outermost corners are outside any band."""
    low, high = np.minimum(pieces[:, :2], pieces[:, 2:]).min(axis=0), np.maximum(pieces[:, :2], pieces[:, 2:]).max(axis=0)
    # A degree of longitude is longest towards the equator, one of latitude towards the pole.
    nearest = 0.0 if low[1] < 0 < high[1] else float(np.abs([low[1], high[1]]).min())
    farthest = float(np.abs([low[1], high[1]]).max())
    east_step, north_step = cell / metres_a_degree(nearest)[0], cell / metres_a_degree(farthest)[1]
    # Fewer metres a degree at the far end: there the same margin takes more degrees.
    wide = margin / metres_a_degree(min(farthest, POLEMOST))[0] + 2 * east_step
    tall = margin / metres_a_degree(nearest)[1] + 2 * north_step
    columns = int(np.ceil((high[0] - low[0] + 2 * wide) / east_step)) + 1
    rows = int(np.ceil((high[1] - low[1] + 2 * tall) / north_step)) + 1
    return Grid(float(low[0] - wide), float(low[1] - tall), east_step, north_step, columns, rows)


@njit(cache=True, nogil=True, fastmath=True)
def _distances(pieces: Float64Array, grid: Grid, reach: float) -> Float32Array:
    """Return (rows, columns) float32: the squared metres from each corner to the nearest piece, ``reach`` squared at most."""
    far = np.float32(reach * reach)
    squares = np.full((grid.rows, grid.columns), far, np.float32)
    for i in range(len(pieces)):
        east, north = metres_a_degree((pieces[i, 1] + pieces[i, 3]) / 2)
        # In metres from the grid's south-west corner.
        x0, y0 = (pieces[i, 0] - grid.west) * east, (pieces[i, 1] - grid.south) * north
        dx, dy = (pieces[i, 2] - pieces[i, 0]) * east, (pieces[i, 3] - pieces[i, 1]) * north
        cell_x, cell_y, length = grid.east_step * east, grid.north_step * north, dx * dx + dy * dy
        inverse = np.float32(1 / length) if length > 0 else np.float32(0)
        first = max(0, int(np.ceil((min(y0, y0 + dy) - reach) / cell_y)))
        last = min(grid.rows - 1, int(np.floor((max(y0, y0 + dy) + reach) / cell_y)))
        for row in range(first, last + 1):
            up = row * cell_y - y0
            # The part of the piece that is within reach of this row, and the columns around it.
            low, high = 0.0, 1.0
            if abs(dy) > FLAT_METRES:
                one, two = (up - reach) / dy, (up + reach) / dy
                low, high = max(0.0, min(one, two)), min(1.0, max(one, two))
            left, right = x0 + min(low * dx, high * dx) - reach, x0 + max(low * dx, high * dx) + reach
            begin, end = max(0, int(np.ceil(left / cell_x))), min(grid.columns - 1, int(np.floor(right / cell_x)))
            flat, wide, tall, rise = np.float32(-x0), np.float32(dx), np.float32(dy), np.float32(up)
            step = np.float32(cell_x)
            for column in range(begin, end + 1):
                across = flat + column * step
                at = min(max((across * wide + rise * tall) * inverse, np.float32(0)), np.float32(1))
                off_x, off_y = across - at * wide, rise - at * tall
                square = off_x * off_x + off_y * off_y
                squares[row, column] = min(square, squares[row, column])
    return squares


def _polygons(points: Float64Array, bounds: npt.NDArray[np.int64], parent: Int32Array) -> shapely.Geometry:
    """Return the rings as polygons; a ring with a parent is a hole of that one."""
    ring = np.repeat(np.arange(len(parent)), np.diff(bounds))
    rings = np.asarray(shapely.linearrings(points, indices=ring), object)
    shells = np.flatnonzero(parent < 0)
    holes = np.flatnonzero(parent >= 0)
    holes = holes[np.argsort(parent[holes], kind="stable")]
    cuts = np.searchsorted(parent[holes], [shells, shells + 1])
    made = [shapely.Polygon(rings[s], rings[holes[a:b]].tolist()) for s, a, b in zip(shells, *cuts, strict=True)]
    return made[0] if len(made) == 1 else shapely.MultiPolygon(made)
