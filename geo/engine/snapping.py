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

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Rows = npt.NDArray[np.integer]
Points = npt.NDArray[np.object_]

NOT_SNAPPED = -1
MAX_LON, MAX_LAT = 180.0, 90.0
# The plane stretches lengths by less than this; what it finds is measured again on the ellipsoid.
PLANE_MARGIN = 1.005

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
    """The edges of a network that one mode may use, indexed for finding the nearest."""

    def __init__(self, network: TravelNetwork, mode: str) -> None:
        self._plane = Plane.around(network.node_lon, network.node_lat)
        self._edges = np.flatnonzero(network.allowed_edges(mode)).astype(np.int32)
        self._lines = edge_lines(network, self._edges, self._plane)
        self._tree = shapely.STRtree(self._lines)
        self._level = np.asarray(network.edge_level)[self._edges]
        self._off_ground = np.flatnonzero(self._level)
        self._off_ground_tree = shapely.STRtree(self._lines[self._off_ground])

    def snap(self, lon: Float64Array, lat: Float64Array, *, max_metres: float) -> Snaps:
        """Snap places; see :func:`snap`."""
        lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        _check(lon, lat)
        if not len(self._edges) or not len(lon):
            return _nothing(len(lon))
        points = np.asarray(shapely.points(*self._plane.to_metres(lon, lat)), object)
        place, line = self._tree.query_nearest(points, max_distance=max(max_metres * PLANE_MARGIN, 1e-9), all_matches=True)
        # All nearest lines come back; the lowest edge number wins, so that the answer does not depend on the tree.
        order = np.lexsort((line, place))
        place, line = place[order], line[order]
        first = np.unique(place, return_index=True)[1]
        place, line = place[first], line[first]
        snaps = self._joined(lon, lat, points, place, line, np.full(len(place), max_metres))
        other = self._on_other_levels(points, snaps, place, line, max_metres)
        if not len(other[0]):
            return snaps
        nearest = snaps.snap_metres.astype(np.float64)[other[0]]
        return dataclasses.replace(
            snaps, other=self._joined(lon, lat, points, *other, np.minimum(nearest + OTHER_LEVEL_METRES, max_metres))
        )

    def _joined(
        self, lon: Float64Array, lat: Float64Array, points: Points, place: Rows, line: Rows, limit_metres: Float64Array
    ) -> Snaps:
        """Return the snaps of all places: ``place[i]`` joins ``line[i]`` if that is within ``limit_metres[i]``."""
        snaps = _nothing(len(lon))
        fraction = np.asarray(shapely.line_locate_point(self._lines[line], points[place], normalized=True))
        on_edge = shapely.line_interpolate_point(self._lines[line], fraction, normalized=True)
        edge_lon, edge_lat = self._plane.to_degrees(shapely.get_x(on_edge), shapely.get_y(on_edge))
        metres = distance_metres(lon[place], lat[place], edge_lon, edge_lat)
        near = metres <= limit_metres
        place = place[near]
        snaps.edge[place] = self._edges[line[near]]
        snaps.fraction[place] = fraction[near]
        snaps.snap_metres[place] = metres[near]
        snaps.lon[place], snaps.lat[place] = edge_lon[near], edge_lat[near]
        return snaps

    def _on_other_levels(
        self, points: Points, snaps: Snaps, place: Rows, line: Rows, max_metres: float
    ) -> tuple[Rows, Rows]:  # fmt: skip
        """Return places that have a line of another level than their own ``line`` about as near, and the nearest of these.

        Most places join the ground: for them only what is off the ground is looked at.
        """
        if not len(self._off_ground):
            return place[:0], line[:0]
        kept = snaps.is_snapped[place]
        place, line = place[kept], line[kept]
        reach = np.minimum(snaps.snap_metres[place] + OTHER_LEVEL_METRES, max_metres) * PLANE_MARGIN
        on_ground = self._level[line] == 0
        above, below = np.flatnonzero(on_ground), np.flatnonzero(~on_ground)
        found = self._off_ground_tree.query(points[place[above]], predicate="dwithin", distance=reach[above])
        others = self._tree.query(points[place[below]], predicate="dwithin", distance=reach[below])
        row = np.concatenate([above[found[0]], below[others[0]]])
        near = np.concatenate([self._off_ground[found[1]], others[1]])
        differs = self._level[near] != self._level[line[row]]
        row, near = row[differs], near[differs]
        order = np.lexsort((near, shapely.distance(self._lines[near], points[place[row]]), row))
        first = order[np.unique(row[order], return_index=True)[1]]
        return place[row[first]], near[first]


_snappers: "WeakKeyDictionary[TravelNetwork, dict[str, Snapper]]" = WeakKeyDictionary()


def snapper_of(network: TravelNetwork, mode: str) -> Snapper:
    """Return the snapper of a network and mode; it is built once and goes when the network goes."""
    of_network = _snappers.setdefault(network, {})
    if mode not in of_network:
        of_network[mode] = Snapper(network, mode)
    return of_network[mode]


def snap(network: TravelNetwork, lon: Float64Array, lat: Float64Array, *, mode: str, max_metres: float) -> Snaps:
    """Snap places to the nearest point on an edge that ``mode`` may use in at least one direction.

    ``lon``, ``lat``: (n,) float64 degrees, WGS-84. Nearness is sought in a local conformal plane and measured on the ellipsoid;
    places farther than ``max_metres`` (inclusive) stay unsnapped. Of equally near edges the lowest number wins. Where an edge
    of another level is at most `OTHER_LEVEL_METRES` farther, it is kept as ``other``. Raises :class:`InputError` for
    coordinates that are not finite or out of range, :class:`NetworkError` for an unknown mode.
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
