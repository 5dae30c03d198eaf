"""Which street is nearest: the segments of all shapes in a grid of cells, searched outwards from a place.

What enters: the shapes of a network in degrees. What leaves: for each place the nearest segment that may be used, and where on
it. A tree of geometries answers the same; this asks for a twentieth of its memory and is built in a tenth of its time, because
nothing is projected or copied: cells are cut in degrees, and metres are worked out around the place that asks.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.engine.jit import njit

Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
Int8Array = npt.NDArray[np.int8]
BoolArray = npt.NDArray[np.bool_]

NO_SEGMENT = -1
NO_LEVEL = 127
"""Stands for "of any level" where a level is to be left out."""

CELLS_A_SEGMENT, MOST_CELLS = 1.0, 1 << 26
"""A cell for each segment: about a city block where streets are dense. At most 256 MB of cells."""

LEAST_SPAN_DEGREES = 1e-6
# WGS-84: metres of a radian, and the square of the eccentricity.
_AXIS_METRES, _ECCENTRICITY_SQUARED = 6_378_137.0, 0.006_694_379_990_141_33
_RADIAN = math.pi / 180
# Up to this length a segment that is straight in degrees bends by less than two centimetres.
_STRAIGHT_METRES = 1000.0
# Cells beyond a ring are this much nearer than reckoned, at most: the metres of a degree change with the latitude.
_BOUND_SHARE = 0.999


class Cells(NamedTuple):
    """Segments by cell: ``segment[indptr[c]:indptr[c + 1]]`` are those that touch cell ``c = row * columns + column``."""

    west: float
    south: float
    step_lon: float
    step_lat: float
    columns: int
    rows: int
    indptr: Int32Array
    segment: Int32Array


class Shapes(NamedTuple):
    """(P,) float64 degrees of the vertices; (P,) int32 edge of each; segment ``i`` leads from vertex ``i`` to the next."""

    lon: Float64Array
    lat: Float64Array
    edge: Int32Array


class Found(NamedTuple):
    """What is nearest to n places: (n,) int32 segment, ``NO_SEGMENT`` where none is near; (n,) float64 share along it."""

    segment: Int32Array
    share: Float64Array


class Scale(NamedTuple):
    """Metres of a degree around a latitude, and how they change with it: good to 1e-8 within a kilometre, 1e-4 within 100."""

    lat: float
    lon_metres: float
    lon_change: float
    lat_metres: float
    lat_change: float


@dataclass(frozen=True, kw_only=True, eq=False)
class SegmentGrid:
    """The segments of the shapes of E edges, by cell."""

    shapes: Shapes
    cells: Cells

    @classmethod
    def of(cls, shape_indptr: Int64Array, shape_lon: Float64Array, shape_lat: Float64Array) -> "SegmentGrid":
        """Sort the segments into cells. ``shape_indptr``: (E + 1,); ``shape_lon``, ``shape_lat``: (P,) degrees."""
        edge = np.repeat(np.arange(len(shape_indptr) - 1, dtype=np.int32), np.diff(shape_indptr))
        shapes = Shapes(np.asarray(shape_lon).view(np.ndarray), np.asarray(shape_lat).view(np.ndarray), edge)
        return cls(shapes=shapes, cells=_sorted_into_cells(shapes))

    def nearest(
        self, lon: Float64Array, lat: Float64Array, *, usable: BoolArray, limit_metres: Float64Array,
        level: Int8Array, but_level: Int8Array,
    ) -> Found:  # fmt: skip
        """Return the nearest segment of a usable edge for each place.

        ``lon``, ``lat``: (n,) degrees; ``usable``: (E,); ``limit_metres``: (n,), nothing farther is found, ``inf`` for no
        limit; ``level``: (E,); ``but_level``: (n,), edges of this level are left out, none for ``NO_LEVEL``. Of equally near
        edges the lowest number wins.
        """
        segment, share = np.full(len(lon), NO_SEGMENT, np.int32), np.zeros(len(lon))
        _nearest_of_all(self.shapes, self.cells, lon, lat, usable, limit_metres, level, but_level, segment, share)
        return Found(segment, share)

    def along(self, found: Found) -> tuple[Int32Array, Float64Array, Float64Array, Float64Array]:
        """Return for what was found (none ``NO_SEGMENT``) edge, share of its length, and lon, lat of the point on it.

        Between two vertices a street is straight in degrees, as RFC 7946 has it.
        """
        segment, share = found
        lon, lat, edge = self.shapes
        on_lon = lon[segment] + share * (lon[segment + 1] - lon[segment])
        on_lat = lat[segment] + share * (lat[segment + 1] - lat[segment])
        # The end itself, not what rounding makes of it.
        at_end = share == 1.0
        on_lon[at_end], on_lat[at_end] = lon[segment + 1][at_end], lat[segment + 1][at_end]
        return edge[segment], _share_of_edges(self.shapes, segment, share), on_lon, on_lat


def _sorted_into_cells(shapes: Shapes) -> Cells:
    """Return the cells of all segments: one pass counts, one fills."""
    lon, lat, edge = shapes
    segments = int(np.count_nonzero(edge[1:] == edge[:-1])) if len(edge) else 0
    bounds = (lon.min(), lat.min(), lon.max(), lat.max()) if segments else (0.0, 0.0, 0.0, 0.0)
    west, south, east, north = (float(bound) for bound in bounds)
    width, height = max(east - west, LEAST_SPAN_DEGREES), max(north - south, LEAST_SPAN_DEGREES)
    flatness = max(math.cos(_RADIAN * (south + north) / 2), 0.01)
    # Square cells on the ground: a degree of longitude is shorter than one of latitude.
    side = math.sqrt(width * flatness * height / min(max(CELLS_A_SEGMENT * segments, 1.0), MOST_CELLS))
    columns, rows = (max(1, min(math.ceil(span / side), MOST_CELLS)) for span in (width * flatness, height))
    frame = (west, south, width / columns, height / rows, columns, rows)
    counts = np.zeros(columns * rows + 1, np.int32)
    nothing: Int32Array = np.zeros(0, np.int32)
    _visit_cells(shapes, Cells(*frame, nothing, nothing), counts, nothing)
    first = np.cumsum(counts, dtype=np.int64)
    if first[-1] > np.iinfo(np.int32).max:
        raise OverflowError("more than two thousand million segments in cells")
    indptr: Int32Array = first.astype(np.int32)
    segment, place = np.empty(int(first[-1]), np.int32), indptr[:-1].copy()
    _visit_cells(shapes, Cells(*frame, indptr, segment), place, segment)
    return Cells(*frame, indptr, segment)


@njit(cache=True, nogil=True)
def _visit_cells(shapes: Shapes, cells: Cells, place: Int32Array, segment: Int32Array) -> None:
    """Count the segments of each cell into ``place[cell + 1]`` if ``segment`` is empty, otherwise put them where it says."""
    lon, lat, edge = shapes
    for i in range(len(edge) - 1):
        if edge[i] != edge[i + 1]:
            continue
        low, high = (i, i + 1) if lat[i] <= lat[i + 1] else (i + 1, i)
        first, last = _row(cells, lat[low]), _row(cells, lat[high])
        for row in range(first, last + 1):
            x_in, x_out = lon[low], lon[high]
            if row > first:
                x_in = _crossing(lon[low], lat[low], lon[high], lat[high], cells.south + row * cells.step_lat)
            if row < last:
                x_out = _crossing(lon[low], lat[low], lon[high], lat[high], cells.south + (row + 1) * cells.step_lat)
            left, right = _column(cells, min(x_in, x_out)), _column(cells, max(x_in, x_out))
            for column in range(left, right + 1):
                cell = row * cells.columns + column
                if len(segment) == 0:
                    place[cell + 1] += 1
                else:
                    segment[place[cell]] = i
                    place[cell] += 1


@njit(cache=True, nogil=True)
def _crossing(low_lon: float, low_lat: float, high_lon: float, high_lat: float, lat: float) -> float:
    """Return the longitude at which a segment crosses a latitude between its ends."""
    share = min(max((lat - low_lat) / (high_lat - low_lat), 0.0), 1.0)
    return low_lon + share * (high_lon - low_lon)


@njit(cache=True, nogil=True)
def _column(cells: Cells, lon: float) -> int:
    return min(max(int(np.floor((lon - cells.west) / cells.step_lon)), 0), cells.columns - 1)


@njit(cache=True, nogil=True)
def _row(cells: Cells, lat: float) -> int:
    return min(max(int(np.floor((lat - cells.south) / cells.step_lat)), 0), cells.rows - 1)


@njit(cache=True, nogil=True)
def scale_at(lat: float) -> Scale:
    """Return the metres of a degree around a latitude on WGS-84."""
    sine, cosine = math.sin(_RADIAN * lat), math.cos(_RADIAN * lat)
    root = math.sqrt(1 - _ECCENTRICITY_SQUARED * sine * sine)
    across, along = _AXIS_METRES / root, _AXIS_METRES * (1 - _ECCENTRICITY_SQUARED) / root**3
    return Scale(
        lat,
        _RADIAN * across * cosine,
        # d/dφ of N cos φ is -M sin φ; both per degree.
        -_RADIAN * _RADIAN * along * sine,
        _RADIAN * along,
        _RADIAN * _RADIAN * 3 * along * _ECCENTRICITY_SQUARED * sine * cosine / (root * root),
    )


@njit(cache=True, nogil=True)
def _metres(scale: Scale, from_lon: float, lon: float, lat: float) -> tuple[float, float]:
    """Return how far east and north a point is, by the metres of a degree half way to its latitude."""
    up = lat - scale.lat
    half = up / 2
    return (lon - from_lon) * (scale.lon_metres + scale.lon_change * half), up * (scale.lat_metres + scale.lat_change * half)


@njit(cache=True, nogil=True)
def _nearest_on(shapes: Shapes, i: int, scale: Scale, lon: float) -> tuple[float, float]:
    """Return the square of the distance of segment ``i`` from a place, and the share along it of the nearest point.

    Straight in degrees is not straight in metres: on long segments (ferries) the part around that point is looked at again.
    """
    x, y = _metres(scale, lon, shapes.lon[i], shapes.lat[i])
    to_x, to_y = _metres(scale, lon, shapes.lon[i + 1], shapes.lat[i + 1])
    square, share = _foot(x, y, to_x, to_y)
    first, last, length = 0.0, 1.0, abs(to_x - x) + abs(to_y - y)
    while (last - first) * length > _STRAIGHT_METRES:
        part = (last - first) / 8
        first, last = max(share - part, first), min(share + part, last)
        x, y = _point_on(shapes, i, first, scale, lon)
        to_x, to_y = _point_on(shapes, i, last, scale, lon)
        square, at = _foot(x, y, to_x, to_y)
        share = first + at * (last - first)
    return square, share


@njit(cache=True, nogil=True)
def _point_on(shapes: Shapes, i: int, share: float, scale: Scale, lon: float) -> tuple[float, float]:
    """Return metres east and north of the place to a point on segment ``i``."""
    on_lon = shapes.lon[i] + share * (shapes.lon[i + 1] - shapes.lon[i])
    return _metres(scale, lon, on_lon, shapes.lat[i] + share * (shapes.lat[i + 1] - shapes.lat[i]))


@njit(cache=True, nogil=True)
def _foot(x: float, y: float, to_x: float, to_y: float) -> tuple[float, float]:
    """Return the square of the distance from the origin to a segment and the share along it of the nearest point."""
    dx, dy = to_x - x, to_y - y
    length = dx * dx + dy * dy
    share = -(x * dx + y * dy) / length if length > 0.0 else 0.0
    if not share > 0.0:
        return x * x + y * y, 0.0
    if share >= 1.0:
        return to_x * to_x + to_y * to_y, 1.0
    cross = x * dy - y * dx
    return cross * cross / length, share


@njit(cache=True, nogil=True)
def _nearest_of_all(
    shapes: Shapes, cells: Cells, lon: Float64Array, lat: Float64Array, usable: BoolArray, limit_metres: Float64Array,
    level: Int8Array, but_level: Int8Array, segment: Int32Array, share: Float64Array,
) -> None:  # fmt: skip
    """Fill ``segment`` and ``share`` for all places."""
    for p in range(len(lon)):
        segment[p], share[p] = _nearest_of_one(
            shapes, cells, lon[p], lat[p], usable, limit_metres[p], level, but_level[p]
        )  # fmt: skip


@njit(cache=True, nogil=True)
def _nearest_of_one(
    shapes: Shapes, cells: Cells, lon: float, lat: float, usable: BoolArray, limit: float, level: Int8Array, but_level: int
) -> tuple[int, float]:
    """Look at the cells around the place ring by ring, until the rest of the map is farther than what was found."""
    scale = scale_at(lat)
    column, row = _column(cells, lon), _row(cells, lat)
    best, found, share = limit * limit, NO_SEGMENT, 0.0
    for ring in range(max(cells.columns, cells.rows)):
        for r in range(max(row - ring, 0), min(row + ring, cells.rows - 1) + 1):
            # Whole rows at the rim of the ring, otherwise its first and last cell.
            step = 1 if r in (row - ring, row + ring) else max(2 * ring, 1)
            for c in range(column - ring, column + ring + 1, step):
                if not 0 <= c < cells.columns:
                    continue
                cell = r * cells.columns + c
                for k in range(cells.indptr[cell], cells.indptr[cell + 1]):
                    i = cells.segment[k]
                    edge = shapes.edge[i]
                    if not usable[edge] or level[edge] == but_level:
                        continue
                    square, at = _nearest_on(shapes, i, scale, lon)
                    if square < best or (square == best and (found == NO_SEGMENT or i < found)):
                        best, found, share = square, i, at
        if _least_beyond(cells, scale, lon, lat, column, row, ring) ** 2 > best:
            break
    return found, share


@njit(cache=True, nogil=True)
def _least_beyond(cells: Cells, scale: Scale, lon: float, lat: float, column: int, row: int, ring: int) -> float:
    """Return metres, no more than the way from the place to any cell beyond the ring; ``inf`` when there is none."""
    least = np.inf
    top = cells.south + (row + ring + 1) * cells.step_lat
    bottom = cells.south + (row - ring) * cells.step_lat
    # Where the ring reaches nearest to a pole a degree of longitude is shortest.
    narrow = min(scale_at(min(top, 90.0)).lon_metres, scale_at(max(bottom, -90.0)).lon_metres)
    if row + ring + 1 < cells.rows:
        least = min(least, (top - lat) * scale.lat_metres)
    if row - ring > 0:
        least = min(least, (lat - bottom) * scale.lat_metres)
    if column + ring + 1 < cells.columns:
        least = min(least, (cells.west + (column + ring + 1) * cells.step_lon - lon) * narrow)
    if column - ring > 0:
        least = min(least, (lon - cells.west - (column - ring) * cells.step_lon) * narrow)
    return max(least, 0.0) * _BOUND_SHARE


@njit(cache=True, nogil=True)
def _share_of_edges(shapes: Shapes, segment: Int32Array, share: Float64Array) -> Float64Array:
    """Return (n,) float64, the share of the length of each edge up to a place on one of its segments."""
    lon, lat, edge = shapes
    shares = np.zeros(len(segment))
    for p in range(len(segment)):
        first = last = segment[p]
        while first > 0 and edge[first - 1] == edge[first]:
            first -= 1
        while last + 1 < len(edge) and edge[last + 1] == edge[first]:
            last += 1
        before = whole = 0.0
        for i in range(first, last):
            x, y = _metres(scale_at(lat[i]), lon[i], lon[i + 1], lat[i + 1])
            length = math.sqrt(x * x + y * y)
            whole += length
            before += length if i < segment[p] else length * share[p] if i == segment[p] else 0.0
        # An end is an end, whatever rounding makes of the sum; an edge of no length begins where it ends.
        at_end = segment[p] + 1 == last and share[p] == 1.0
        shares[p] = 0.0 if whole == 0.0 else 1.0 if at_end else min(before / whole, 1.0)
    return shares
