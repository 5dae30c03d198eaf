"""Hills: heights of the ground along every street, and what they cost walkers and e-bikes.

A street between two ends of one height may still go over a hill; so heights are read at the points of its shape and every few
metres between them, and each short piece is walked at the speed of its own grade.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.network.model import TravelNetwork
from geo.engine.profiles import EBIKE, FERRY, WALK, of_class, slowed

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
Bounds = tuple[float, float, float, float]
Heights = Callable[[Float64Array, Float64Array], Float64Array]
"""Longitudes and latitudes to metres above the sea, NaN where that is not known."""

TOBLER_RATE, TOBLER_BEST_GRADE = 3.5, -0.05
"""Hiking speed is ``6 exp(-3.5 |grade + 0.05|)`` km/h (W. Tobler, Three presentations on geographical analysis, 1993)."""

EBIKE_SHARE_A_GRADE, EBIKE_LEAST_SHARE = 4.0, 0.5
"""A draft of ours: an e-bike loses four per cent of its speed for each per cent uphill, never more than half. Downhill it is
the street that limits it, not the hill."""

MAX_GRADE = 0.4
PIECE_METRES = 30.0
"""The pixel of the elevations that anybody can get (one arc second): finer pieces would see nothing new."""

_METRES_PER_DEGREE = 111_195.0

register_messages(
    {
        "profile.elevation": (
            "高程格网应至少有 2×2 个数值。",
            "the grid of elevations must have at least 2 × 2 numbers.",
        ),
        "profile.grades": (
            "应对每条道路给出一个有限的坡度：应有 {expected} 个，现有 {count} 个。",
            "there must be one finite grade for each of {expected} edges, not {count}.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class EdgeSlopes:
    """The edges of a network cut into S short pieces, each of one grade.

    piece_edge: (S,) int64, rising, each edge at least once. piece_share: (S,) float64 > 0, of the length of its edge, 1 in sum
    over each edge. grade: (S,) float64, finite, rise over run from the from-node to the to-node. flat_count: edges taken as
    flat because some height on them is not known.
    """

    piece_edge: Int64Array
    piece_share: Float64Array
    grade: Float64Array
    flat_count: int = 0

    @classmethod
    def even(cls, grade: Float64Array) -> "EdgeSlopes":
        """Return slopes of one grade an edge: (E,) rise over run; raises :class:`InputError` if one is not finite."""
        given = np.asarray(grade, np.float64)
        if given.ndim != 1 or not np.isfinite(given).all():
            count = int(np.isfinite(given).sum())
            raise InputError(Problem(code="profile.grades", details={"expected": given.size, "count": count}))
        return cls(piece_edge=np.arange(len(given)), piece_share=np.ones(len(given)), grade=given)

    def climb_metres(self, network: TravelNetwork) -> tuple[Float64Array, Float64Array]:
        """Return (E,), (E,): metres climbed along each edge, and metres climbed against it, both >= 0."""
        rise = self.grade * self.piece_share * np.asarray(network.edge_length_metres, np.float64)[self.piece_edge]
        return self.over_edges(np.maximum(rise, 0.0)), self.over_edges(np.maximum(-rise, 0.0))

    def over_edges(self, values: Float64Array) -> Float64Array:
        """Return (E,), the sum of (S,) ``values`` over the pieces of each edge."""
        sums: Float64Array = np.bincount(self.piece_edge, weights=values).astype(np.float64)
        return sums

    @property
    def edge_count(self) -> int:
        """E."""
        return int(self.piece_edge[-1]) + 1 if len(self.piece_edge) else 0


def edge_slopes(network: TravelNetwork, heights: Heights, *, piece_metres: float = PIECE_METRES) -> EdgeSlopes:
    """Return the slopes of each edge along its shape, on ground of the given ``heights``.

    Heights are read at every point of the shape and at most ``piece_metres`` apart between them. Edges above or below the
    ground (bridges, tunnels) rise evenly between their ends: the ground under them is not theirs. An edge with a height that
    is not known counts as flat.
    """
    pieces = _cut(network, piece_metres)
    last = network.shape_indptr[1:] - 1
    lon, lat = np.asarray(network.shape_lon)[last], np.asarray(network.shape_lat)[last]
    # All at once: reading them may mean opening a file.
    found = heights(np.concatenate([pieces.lon, lon]), np.concatenate([pieces.lat, lat]))
    starts, at_end = np.split(found, [len(pieces.lon)])
    is_last = np.append(pieces.edge[1:] != pieces.edge[:-1], True)
    ends = np.where(is_last, at_end[pieces.edge], np.roll(starts, -1))
    length = np.asarray(network.edge_length_metres, np.float64)
    is_first = np.roll(is_last, 1)
    between_ends = ((at_end - starts[is_first]) / length)[pieces.edge]
    on_ground = (network.edge_level == 0)[pieces.edge]
    grade = np.where(on_ground, (ends - starts) / (pieces.share * length[pieces.edge]), between_ends)
    unknown = np.bincount(pieces.edge, weights=~np.isfinite(grade), minlength=network.edge_count) > 0
    return EdgeSlopes(
        piece_edge=pieces.edge, piece_share=pieces.share, grade=np.where(unknown[pieces.edge], 0.0, grade),
        flat_count=int(unknown.sum()),
    )  # fmt: skip


def with_slope(network: TravelNetwork, slopes: EdgeSlopes) -> TravelNetwork:
    """Return the network on which walkers and e-bikes feel the hills.

    Each piece of an edge takes the time of its own grade; beyond 0.4 a grade counts as 0.4 (cliffs that a grid puts under a
    street). Walkers by Tobler's function, beside that on the flat; e-bikes as `EBIKE_SHARE_A_GRADE` says; cars and ferries do
    not care. Raises :class:`InputError` if the slopes are not those of this network's edges.
    """
    if slopes.edge_count != network.edge_count:
        details = {"expected": network.edge_count, "count": slopes.edge_count}
        raise InputError(Problem(code="profile.grades", details=details))
    grade = np.clip(slopes.grade, -MAX_GRADE, MAX_GRADE)
    grade = np.where(of_class(network, FERRY)[slopes.piece_edge], 0.0, grade)
    found = network
    for mode, share in ((WALK, walking_speed_share), (EBIKE, ebike_speed_share)):
        if mode in network.modes:
            along, against = (_times_longer(slopes, share(each)) for each in (grade, -grade))
            found = slowed(found, mode, along, against)
    return found


def _times_longer(slopes: EdgeSlopes, speed_share: Float64Array) -> Float64Array:
    """Return (E,), how many times as long as on the flat each edge takes at these speeds of its pieces."""
    return 1.0 + slopes.over_edges(slopes.piece_share * (1.0 / speed_share - 1.0))


def walking_speed_share(grade: Float64Array) -> Float64Array:
    """Return the speed of walking up a grade as a share of that on the flat; above 1 where it falls gently."""
    return np.exp(-TOBLER_RATE * (np.abs(grade - TOBLER_BEST_GRADE) - abs(TOBLER_BEST_GRADE)))


def ebike_speed_share(grade: Float64Array) -> Float64Array:
    """Return the speed of an e-bike up a grade as a share of that on the flat, 0.5 to 1."""
    return np.clip(1 - EBIKE_SHARE_A_GRADE * np.maximum(grade, 0.0), EBIKE_LEAST_SHARE, 1.0)


def grid_heights(elevation_metres: npt.NDArray[np.floating], bounds: Bounds) -> Heights:
    """Return the heights of a grid: (rows, columns), the first row in the north, at the middles of cells that fill ``bounds``.

    ``bounds``: west, south, east, north, in degrees or whatever the points will be in. Read bilinearly, within the rim as at
    the nearest cells; NaN outside, and where a cell used is not finite. Raises :class:`InputError` for a grid smaller than
    2 × 2.
    """
    if elevation_metres.ndim != 2 or min(elevation_metres.shape) < 2:  # noqa: PLR2004  rows and columns
        raise InputError(Problem(code="profile.elevation"))
    return lambda lon, lat: _bilinear(elevation_metres, bounds, lon, lat)


def _bilinear(grid: npt.NDArray[np.floating], bounds: Bounds, lon: Float64Array, lat: Float64Array) -> Float64Array:
    """Return the value of a grid at points, NaN outside."""
    west, south, east, north = bounds
    rows, columns = grid.shape
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    across = np.clip(np.where(inside, (lon - west) / (east - west) * columns - 0.5, 0.0), 0, columns - 1)
    down = np.clip(np.where(inside, (north - lat) / (north - south) * rows - 0.5, 0.0), 0, rows - 1)
    left, upper = np.minimum(across.astype(np.int64), columns - 2), np.minimum(down.astype(np.int64), rows - 2)
    x, y = across - left, down - upper
    top = grid[upper, left] * (1 - x) + grid[upper, left + 1] * x
    bottom = grid[upper + 1, left] * (1 - x) + grid[upper + 1, left + 1] * x
    found: Float64Array = np.where(inside, top * (1 - y) + bottom * y, np.nan)
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pieces:
    """S pieces in the order of edges and along them: (S,) edge, share of its edge's length, and where it begins."""

    edge: Int64Array
    share: Float64Array
    lon: Float64Array
    lat: Float64Array


def _cut(network: TravelNetwork, piece_metres: float) -> _Pieces:
    """Cut the shapes of all edges into pieces of at most ``piece_metres``."""
    lon, lat = np.asarray(network.shape_lon), np.asarray(network.shape_lat)
    # Segments go from each point of a shape but the last to the next.
    begin = np.delete(np.arange(len(lon)), network.shape_indptr[1:] - 1)
    edge = np.repeat(np.arange(network.edge_count), np.diff(network.shape_indptr) - 1)
    east, north = lon[begin + 1] - lon[begin], lat[begin + 1] - lat[begin]
    metres = np.hypot(east * np.cos(np.radians(lat[begin])), north) * _METRES_PER_DEGREE
    # Points that coincide make no piece; an edge of nothing else is one piece.
    whole = np.bincount(edge, weights=metres, minlength=network.edge_count)
    metres = np.where(whole[edge] > 0, metres, 1.0)
    count = np.where(metres > 0, np.maximum(np.ceil(metres / piece_metres - 1e-9), 1), 0).astype(np.int64)
    segment = np.repeat(np.arange(len(begin)), count)
    nth = np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
    part = nth / count[segment]
    share = (metres / np.bincount(edge, weights=metres)[edge] / np.maximum(count, 1))[segment]
    at = begin[segment]
    return _Pieces(edge=edge[segment], share=share, lon=lon[at] + part * east[segment], lat=lat[at] + part * north[segment])
