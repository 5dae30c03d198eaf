"""The outline of what lies below a level on a grid: marching squares, rings and the holes in them, in one pass."""

import numpy as np
import numpy.typing as npt

from geo.engine.jit import njit

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

# An outline crosses between two corners no nearer to either than this share of a cell: two outlines, with a corner or the
# middle of a cell between them, are 0.14 cells apart at least, so that leaving out points by THIN_CELLS cannot make them touch.
CLEAR_SHARE = 0.1
THIN_CELLS = 0.03
_LONGEST_RUN, _FEWEST_POINTS = 64, 4


@njit(cache=True, nogil=True)
def trace_rings(squares: Float32Array, level: float) -> tuple[Float64Array, Int64Array, Int32Array]:
    """Return points, bounds, parents of the rings around the corners whose squared value is at most ``level`` squared.

    squares: (rows, columns) float32; its outermost corners are outside. points: (p, 2) float64, column and row; those of ring
    r, closed, are ``bounds[r]:bounds[r + 1]``; parent: (r,) int32, -1 for an outer ring, else the ring around this hole.
    Diagonal neighbours are not joined. Outer rings run counter-clockwise, holes clockwise.
    """
    rows, columns = squares.shape
    inside = np.float32(level * level)
    # Which ring passes between a corner and the next one in its row.
    ring_at = np.full((rows, columns), -1, np.int32)
    points, used = np.empty((4096, 2)), 0
    bounds, parent, count = np.empty(1024, np.int64), np.empty(1024, np.int32), 0
    bounds[0] = 0
    for row in range(rows):
        before = -1
        for column in range(columns - 1):
            here, there = squares[row, column] <= inside, squares[row, column + 1] <= inside
            if here == there:
                continue
            if ring_at[row, column] < 0:
                # The ring to the left of a hole is around it, or a hole beside it, in the same one.
                around = -1
                if here:
                    around = before if parent[before] < 0 else parent[before]
                points, used = _follow(squares, level, row, column, here, ring_at, count, points, used)
                if count + 2 > len(bounds):
                    bounds, parent = _more(bounds), _more_parents(parent)
                parent[count] = around
                count += 1
                bounds[count] = used
            before = ring_at[row, column]
    return points[:used].copy(), bounds[: count + 1].copy(), parent[:count].copy()


@njit(cache=True, nogil=True)
def _more(values: Int64Array) -> Int64Array:
    grown = np.empty(2 * len(values), np.int64)
    grown[: len(values)] = values
    return grown


@njit(cache=True, nogil=True)
def _more_parents(values: Int32Array) -> Int32Array:
    grown = np.empty(2 * len(values), np.int32)
    grown[: len(values)] = values
    return grown


@njit(cache=True, nogil=True)
def _crossing(inner: float, outer: float, level: float) -> float:
    """Return how far from the inner to the outer of two corners the level lies, 0 to 1, given squares."""
    low, high = np.sqrt(inner), np.sqrt(outer)
    share = (level - low) / (high - low) if high > low else 0.5
    return min(max(share, CLEAR_SHARE), 1 - CLEAR_SHARE)


@njit(cache=True, nogil=True)
def _follow(
    squares: Float32Array, level: float, row: int, column: int, here_inside: bool, ring_at: Int32Array, ring: int,
    points: Float64Array, used: int,
) -> tuple[Float64Array, int]:  # fmt: skip
    """Walk once around, the inside to the left; add the closed ring's points.

    State of the walk: an inside corner and the step (dx, dy) to its outside neighbour, between which the outline passes.
    Turning to the left of the step (counter-clockwise around the inner corner) are the corners ``side`` (beside the inner) and
    ``ahead`` (beside the outer).
    """
    inside = np.float32(level * level)
    x, y, dx = (column, row, 1) if here_inside else (column + 1, row, -1)
    dy = 0
    first_x, first_y, first_dx, first = x, y, dx, used
    while True:
        if used + 2 > len(points):
            grown = np.empty((2 * len(points), 2))
            grown[:used] = points[:used]
            points = grown
        share = _crossing(squares[y, x], squares[y + dy, x + dx], level)
        points[used, 0], points[used, 1] = x + share * dx, y + share * dy
        used += 1
        if dy == 0:
            ring_at[y, min(x, x + dx)] = ring
        # Left of the step, seen from the inner corner.
        left_x, left_y = -dy, dx
        if squares[y + left_y, x + left_x] > inside:
            # The corner beside is outside: around the inner corner (diagonal neighbours are not joined).
            dx, dy = left_x, left_y
        elif squares[y + left_y + dy, x + left_x + dx] > inside:
            x, y = x + left_x, y + left_y
        else:
            x, y = x + left_x + dx, y + left_y + dy
            dx, dy = -left_x, -left_y
        if x == first_x and y == first_y and dx == first_dx and dy == 0:
            break
    points[used] = points[first]
    return points, used + 1


@njit(cache=True, nogil=True)
def thinned(points: Float64Array, bounds: Int64Array) -> tuple[Float64Array, Int64Array]:
    """Leave out points that lie within :data:`THIN_CELLS` of the line between those that stay; rings stay closed.

    points: (p, 2) float64 in cells, changed in place; bounds: (r + 1,) int64. Return both for what is left.
    """
    used, starts = 0, np.zeros_like(bounds)
    for ring in range(len(bounds) - 1):
        first, last = bounds[ring], bounds[ring + 1] - 1
        kept = np.empty(last - first + 1, np.int64)
        kept[0], count = first, 1
        for i in range(first + 2, last + 1):
            anchor = kept[count - 1]
            if i - anchor > _LONGEST_RUN or not _straight(points, anchor, i):
                kept[count], count = i - 1, count + 1
        kept[count], count = last, count + 1
        if count < _FEWEST_POINTS:
            kept, count = np.arange(first, last + 1), last - first + 1
        # What stays moves to the front, never past a point that is still to be read.
        for k in range(count):
            points[used + k, 0], points[used + k, 1] = points[kept[k], 0], points[kept[k], 1]
        used += count
        starts[ring + 1] = used
    return points[:used].copy(), starts


@njit(cache=True, nogil=True)
def _straight(points: Float64Array, first: int, last: int) -> bool:
    """Say whether all points between ``first`` and ``last`` lie within :data:`THIN_CELLS` of the line between these two."""
    dx, dy = points[last, 0] - points[first, 0], points[last, 1] - points[first, 1]
    length = dx * dx + dy * dy
    for i in range(first + 1, last):
        x, y = points[i, 0] - points[first, 0], points[i, 1] - points[first, 1]
        at = min(max((x * dx + y * dy) / length, 0.0), 1.0) if length > 0 else 0.0
        if (x - at * dx) ** 2 + (y - at * dy) ** 2 > THIN_CELLS**2:
            return False
    return True
