"""Barriers on ways: the metre of street behind a bollard or a gate is closed to those who cannot pass it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.engine.crs import distance_metres
from geo.engine.modes import MODES

Int64Array = npt.NDArray[np.int64]
Float64Array = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Closed = tuple[bool, bool, bool]

BARRIER_METRES = 1.0
"""So much of the street a barrier takes up, as one that planners draw."""
MAX_SHARE = 1 / 3
"""Of a short segment it takes no more than this: what is left between two barriers stays a street."""
SIDES_OF_A_PASSAGE = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Vertices:
    """The V vertices of W ways, one way after the other, and the segments among them that barriers close.

    refs: (V,) int64; lon, lat: (V,) float64 degrees; sizes: (W,) int64, vertices a way. closed_at: (K,) int64, rising, the
    vertices at which a closed segment begins, which ends at the next vertex; closed: (M, K) bool, the modes it is closed to.
    """

    refs: Int64Array
    lon: Float64Array
    lat: Float64Array
    sizes: Int64Array
    closed_at: Int64Array
    closed: BoolArray


def with_barriers(
    refs: Int64Array, lon: Float64Array, lat: Float64Array, sizes: Int64Array, barriers: Mapping[int, Closed]
) -> Vertices:
    """Put a vertex behind every barrier, so that streets can be cut on both of its sides.

    refs, lon, lat: (V,); sizes: (W,); barriers: by reference, the modes that cannot pass. A barrier counts within a way or
    where two ways meet end to end. Where more meet it does not say which of them it stands on, and at a dead end there is
    nothing behind it: neither closes anything.
    """
    at, is_followed = _passages(refs, sizes, np.array(sorted(barriers), np.int64))
    closed = np.array([barriers[ref] for ref in refs[at].tolist()], np.bool_).reshape(-1, len(MODES)).T
    if not len(at):
        return Vertices(refs=refs, lon=lon, lat=lat, sizes=sizes, closed_at=at, closed=closed)
    new_lon, new_lat = _behind(lon, lat, at, np.where(is_followed, at + 1, at - 1))
    place = at + is_followed
    of_way = np.searchsorted(np.cumsum(sizes), at, side="right")
    return Vertices(
        refs=np.insert(refs, place, refs.max() + 1 + np.arange(len(at))),
        lon=np.insert(lon, place, new_lon),
        lat=np.insert(lat, place, new_lat),
        sizes=sizes + np.bincount(of_way, minlength=len(sizes)),
        # Before a way's end the new vertex comes first, behind any other vertex the barrier itself.
        closed_at=at + np.arange(len(at)),
        closed=closed,
    )


def _passages(refs: Int64Array, sizes: Int64Array, barriers: Int64Array) -> tuple[Int64Array, BoolArray]:
    """Return the vertex of each barrier that has two sides, the last if two ways share it, and whether its way goes on."""
    ends = np.cumsum(sizes)
    standing = np.flatnonzero(np.isin(refs, barriers))
    is_followed = ~np.isin(standing, ends - 1)
    sides = is_followed.astype(np.int64) + ~np.isin(standing, ends - sizes)
    which = np.searchsorted(barriers, refs[standing])
    is_passage = np.bincount(which, weights=sides, minlength=len(barriers))[which] == SIDES_OF_A_PASSAGE
    is_last = np.zeros(len(standing), np.bool_)
    is_last[len(standing) - 1 - np.unique(which[::-1], return_index=True)[1]] = True
    kept = is_passage & is_last
    return standing[kept], is_followed[kept]


def _behind(lon: Float64Array, lat: Float64Array, at: Int64Array, towards: Int64Array) -> tuple[Float64Array, Float64Array]:
    """Return (K,) longitudes and latitudes a metre, or a third of the segment, from ``at`` towards its neighbour."""
    metres = distance_metres(lon[at], lat[at], lon[towards], lat[towards])
    share = np.minimum(BARRIER_METRES / np.maximum(metres, BARRIER_METRES), MAX_SHARE)
    return lon[at] + share * (lon[towards] - lon[at]), lat[at] + share * (lat[towards] - lat[at])
