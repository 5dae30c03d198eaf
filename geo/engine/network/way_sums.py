"""The edges of a network summed up by the way they come from: what two networks are compared by."""

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import shapely

from geo.engine.crs import Plane
from geo.engine.network.model import TravelNetwork
from geo.engine.snapping import edge_lines

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
UInt64Array = npt.NDArray[np.uint64]
BoolArray = npt.NDArray[np.bool_]
Number = TypeVar("Number", bound=np.generic)

CLOSED, BOTH_WAYS, ALONG, AGAINST = 0, 1, 2, 3
"""How a mode may use a way: not at all, both ways, along it only, against it only; where parts differ, what most of it is."""

STEPS_PER_DEGREE = 1e7
"""Coordinates are compared to the seventh decimal, 1 cm, as OpenStreetMap keeps them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WaySums:
    """W ways, by rising id, of a network of M modes.

    way_id: (W,) int64; metres: (W,) float64, length; class_name: (W,) str, of the longest part; open_metres: (M, W) float64,
    length that a mode may use in a direction or both; use: (M, W) uint8, ``CLOSED`` to ``AGAINST``; bounds: (4, W) west,
    south, east, north; advance: (2, W) degrees from the beginning to the end; shape_key: (W,) uint64, the same for the same
    segments, however they are cut, ordered or directed.
    """

    way_id: Int64Array
    metres: Float64Array
    class_name: npt.NDArray[np.str_]
    open_metres: Float64Array
    use: npt.NDArray[np.uint8]
    bounds: Float64Array
    advance: Float64Array
    shape_key: UInt64Array


class _Groups:
    """Edges grouped by way: sums and extremes of values by way, in the order of the ids."""

    def __init__(self, way_id: Int64Array) -> None:
        self.order = np.argsort(way_id, kind="stable")
        self.ids, self.starts = np.unique(way_id[self.order], return_index=True)

    def sum(self, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Return the sums by way of (…, E) values."""
        total: npt.NDArray[Number] = np.add.reduceat(values[..., self.order], self.starts, axis=-1)
        return total


def way_sums(network: TravelNetwork) -> WaySums:
    """Sum up ``network`` by ``edge_way_id``."""
    groups = _Groups(np.asarray(network.edge_way_id))
    metres = network.edge_length_metres.astype(np.float64)
    along, against = np.isfinite(network.forward_seconds), np.isfinite(network.backward_seconds)
    return WaySums(
        way_id=groups.ids,
        metres=groups.sum(metres),
        class_name=_classes(network, metres, groups),
        open_metres=groups.sum((along | against) * metres),
        use=_uses(along, against, metres, groups),
        bounds=_bounds(network, groups),
        advance=np.stack(
            [
                groups.sum(each[network.edge_to] - each[network.edge_from])
                for each in (np.asarray(network.node_lon), np.asarray(network.node_lat))
            ]
        ),
        shape_key=groups.sum(_shape_keys(network)),
    )


def _classes(network: TravelNetwork, metres: Float64Array, groups: _Groups) -> npt.NDArray[np.str_]:
    longest_first = np.lexsort((-metres, network.edge_way_id))
    return np.array(network.classes)[np.asarray(network.edge_class)[longest_first[groups.starts]]]


def _uses(along: BoolArray, against: BoolArray, metres: Float64Array, groups: _Groups) -> npt.NDArray[np.uint8]:
    parts = [along & against, along & ~against, against & ~along]
    by_use = np.stack([groups.sum(part * metres) for part in parts])
    use = by_use.argmax(axis=0) + BOTH_WAYS
    return np.where(by_use.max(axis=0) > 0, use, CLOSED).astype(np.uint8)


def _bounds(network: TravelNetwork, groups: _Groups) -> Float64Array:
    starts = network.shape_indptr[:-1]
    found = []
    for extreme in (np.minimum, np.maximum):
        for values in (network.shape_lon, network.shape_lat):
            of_edges = extreme.reduceat(values, starts)
            found.append(extreme.reduceat(of_edges[groups.order], groups.starts))
    return np.stack(found)


def _shape_keys(network: TravelNetwork) -> UInt64Array:
    """Return (E,) uint64, the sum over the segments of an edge of a key that both directions of a segment share."""
    counts = np.diff(network.shape_indptr)
    is_last = np.zeros(len(network.shape_lon), np.bool_)
    is_last[network.shape_indptr[1:] - 1] = True
    first = np.flatnonzero(~is_last)
    vertex = _mixed(_whole(network.shape_lon) * np.uint64(0x9E3779B97F4A7C15) + _whole(network.shape_lat))
    start, end = vertex[first], vertex[first + 1]
    segment = _mixed(start + end) + _mixed(start * end)
    starts = np.concatenate([[0], np.cumsum(counts - 1)[:-1]])
    return np.add.reduceat(segment, starts)


def _whole(degrees: Float64Array) -> UInt64Array:
    return np.rint(degrees * STEPS_PER_DEGREE).astype(np.int64).view(np.uint64)


def _mixed(keys: UInt64Array) -> UInt64Array:
    """Return keys with their bits mixed (the finaliser of SplitMix64: Steele, Lea, Flood, OOPSLA 2014)."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))


def way_lines(network: TravelNetwork, way_ids: Int64Array, plane: Plane | None = None) -> npt.NDArray[Any]:
    """Return a MultiLineString for each of ``way_ids`` (rising, all in the network): in degrees, or in metres on ``plane``."""
    edges = np.flatnonzero(np.isin(network.edge_way_id, way_ids))
    order = np.argsort(np.asarray(network.edge_way_id)[edges], kind="stable")
    edges = edges[order]
    if not len(edges):
        return np.empty(0, object)
    used = plane or Plane.around(network.node_lon, network.node_lat)
    lines = edge_lines(network, edges, used)
    indices = np.searchsorted(way_ids, network.edge_way_id[edges])
    found = np.asarray(shapely.multilinestrings(lines, indices=indices), object)
    return found if plane else shapely.transform(found, lambda p: np.column_stack(used.to_degrees(p[:, 0], p[:, 1])))
