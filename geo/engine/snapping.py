"""From a place to the street: the nearest point on an edge that the mode may use, not the nearest node.

Where streets lie above each other (an elevated road over a street, a road over a tunnel) the nearest on the map may not be the
one that people use: a place keeps the nearest street of another level too, and searches take the better of the two.
"""

import dataclasses
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import shapely

from geo.engine.crs import Plane, distance_metres
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.network.model import TravelNetwork
from geo.engine.segment_grid import NO_LEVEL, NO_SEGMENT, Found, SegmentGrid

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Rows = npt.NDArray[np.integer]
Int8Array = npt.NDArray[np.int8]

NOT_SNAPPED = -1
MAX_LON, MAX_LAT = 180.0, 90.0
# The search reckons with the metres of a degree around the place, which is off by less than this within hundreds of
# kilometres; what it finds is measured again on the ellipsoid.
LIMIT_MARGIN, LIMIT_MARGIN_METRES = 1.005, 1e-6

OTHER_LEVEL_METRES = 15.0
"""A street of another level counts if it is at most so much farther than the nearest: half the width of an elevated road.
A draft of ours."""

register_messages(
    {
        "snapping.coordinates": (
            "第 {number} 个点的坐标 {value} 缺失或超出经纬度范围。",
            "the coordinates {value} of point number {number} are missing or outside longitude and latitude.",
        )
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Snaps:
    """Where n places join the streets.

    edge: (n,) int32, ``NOT_SNAPPED`` where no allowed edge is near enough; fraction: (n,) float64, 0 to 1 of the edge's length
    from its from-node; snap_metres: (n,) float32, geodesic, ``inf`` where not snapped; lon, lat: (n,) float64, degrees of the
    point on the edge, NaN where not snapped. other: the same on the nearest street of another level, within
    `OTHER_LEVEL_METRES` of the nearest; not snapped where there is none; None if there is none for any place.
    """

    edge: Int32Array
    fraction: Float64Array
    snap_metres: Float32Array
    lon: Float64Array
    lat: Float64Array
    other: "Snaps | None" = None

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def is_snapped(self) -> npt.NDArray[np.bool_]:
        """(n,) bool: the place is near enough to a street."""
        return np.asarray(self.edge != NOT_SNAPPED)

    def take(self, rows: npt.NDArray[np.integer]) -> "Snaps":
        """Return the snaps of some of the places, in the order given."""
        return Snaps(
            edge=self.edge[rows],
            fraction=self.fraction[rows],
            snap_metres=self.snap_metres[rows],
            lon=self.lon[rows],
            lat=self.lat[rows],
            other=None if self.other is None else self.other.take(rows),
        )

    @property
    def doors(self) -> "tuple[Snaps, ...]":
        """The snaps themselves and, if any place has one, those of other levels."""
        return (self,) if self.other is None else (self, self.other)


class Snapper:
    """The edges of a network that one mode may use, with an index for finding the nearest."""

    def __init__(self, network: TravelNetwork, mode: str, grid: SegmentGrid) -> None:
        self._grid = grid
        self._usable = network.allowed_edges(mode)
        self._level = np.asarray(network.edge_level).view(np.ndarray)
        self._has_levels = bool((self._level[self._usable] != 0).any())

    def snap(self, lon: Float64Array, lat: Float64Array, *, max_metres: float) -> Snaps:
        """Snap places; see :func:`snap`."""
        lon, lat = np.ascontiguousarray(lon, np.float64), np.ascontiguousarray(lat, np.float64)
        _check(lon, lat)
        limit = np.full(len(lon), max_metres)
        snaps = self._nearest(lon, lat, np.arange(len(lon)), limit, np.full(len(lon), NO_LEVEL, np.int8))
        if not self._has_levels:
            return snaps
        place = np.flatnonzero(snaps.is_snapped)
        limit[place] = np.minimum(snaps.snap_metres[place].astype(np.float64) + OTHER_LEVEL_METRES, max_metres)
        other = self._nearest(lon, lat, place, limit, self._level[snaps.edge[place]])
        return dataclasses.replace(snaps, other=other) if other.is_snapped.any() else snaps

    def _nearest(
        self, lon: Float64Array, lat: Float64Array, place: Rows, limit_metres: Float64Array, but_level: Int8Array
    ) -> Snaps:
        """Return the snaps of all places: only ``place`` are looked for, and not on the streets of ``but_level``."""
        snaps = _nothing(len(lon))
        found = self._grid.nearest(
            lon[place], lat[place], usable=self._usable, level=self._level, but_level=but_level,
            limit_metres=limit_metres[place] * LIMIT_MARGIN + LIMIT_MARGIN_METRES,
        )  # fmt: skip
        is_found = found.segment != NO_SEGMENT
        place = place[is_found]
        edge, fraction, on_lon, on_lat = self._grid.along(Found(found.segment[is_found], found.share[is_found]))
        metres = distance_metres(lon[place], lat[place], on_lon, on_lat)
        near = metres <= limit_metres[place]
        place = place[near]
        snaps.edge[place], snaps.fraction[place] = edge[near], fraction[near]
        snaps.snap_metres[place] = metres[near]
        snaps.lon[place], snaps.lat[place] = on_lon[near], on_lat[near]
        return snaps


_indexes: "WeakKeyDictionary[TravelNetwork, _Index]" = WeakKeyDictionary()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Index:
    """The grid of a network, and what each mode may use of it."""

    grid: SegmentGrid
    snappers: dict[str, Snapper]


def snapper_of(network: TravelNetwork, mode: str) -> Snapper:
    """Return the snapper of a network and mode; it is built once, its grid once for all modes, and goes with the network."""
    if network not in _indexes:
        grid = SegmentGrid.of(network.shape_indptr, network.shape_lon, network.shape_lat)
        _indexes[network] = _Index(grid=grid, snappers={})
    index = _indexes[network]
    if mode not in index.snappers:
        index.snappers[mode] = Snapper(network, mode, index.grid)
    return index.snappers[mode]


def snap(network: TravelNetwork, lon: Float64Array, lat: Float64Array, *, mode: str, max_metres: float) -> Snaps:
    """Snap places to the nearest point on an edge that ``mode`` may use in at least one direction.

    ``lon``, ``lat``: (n,) float64 degrees, WGS-84. Nearness is sought with the metres of a degree around the place and
    measured on the ellipsoid; places farther than ``max_metres`` (inclusive) stay unsnapped. Of equally near edges the lowest
    number wins. Where an edge of another level is at most `OTHER_LEVEL_METRES` farther, it is kept as ``other``. Raises
    :class:`InputError` for coordinates that are not finite or out of range, :class:`NetworkError` for an unknown mode.
    """
    return snapper_of(network, mode).snap(lon, lat, max_metres=max_metres)


def edge_lines(network: TravelNetwork, edges: npt.NDArray[np.integer], plane: Plane) -> npt.NDArray[np.object_]:
    """Return the shapes of ``edges`` as LineStrings in metres on ``plane``, in the order given."""
    starts, ends = network.shape_indptr[edges], network.shape_indptr[np.asarray(edges, np.int64) + 1]
    counts = ends - starts
    if not len(counts):
        return np.empty(0, np.object_)
    offsets = np.cumsum(counts) - counts
    vertex = np.repeat(starts - offsets, counts) + np.arange(counts.sum())
    points = np.column_stack(plane.to_metres(network.shape_lon[vertex], network.shape_lat[vertex]))
    return np.asarray(shapely.linestrings(points, indices=np.repeat(np.arange(len(edges)), counts)))


def _nothing(count: int) -> Snaps:
    return Snaps(
        edge=np.full(count, NOT_SNAPPED, np.int32),
        fraction=np.zeros(count),
        snap_metres=np.full(count, np.inf, np.float32),
        lon=np.full(count, np.nan),
        lat=np.full(count, np.nan),
    )


def _check(lon: Float64Array, lat: Float64Array) -> None:
    bad = np.flatnonzero(~((np.abs(lon) <= MAX_LON) & (np.abs(lat) <= MAX_LAT)))
    if len(bad):
        raise InputError(
            [
                Problem(code="snapping.coordinates", value=f"({lon[i]}, {lat[i]})", details={"number": int(i) + 1})
                for i in bad.tolist()
            ]
        )
