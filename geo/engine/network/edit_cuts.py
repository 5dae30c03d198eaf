"""Planned edits carried out: edges are cut where parts of them close or a link joins, all arrays are copied once."""

import dataclasses
import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from geo.engine.crs import Plane
from geo.engine.network.edit_plans import Closing, Joint, Link, Plan
from geo.engine.network.model import CLOSED, Overlay, TravelNetwork
from geo.engine.network.overlay import with_times

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Number = TypeVar("Number", bound=np.generic)

MIN_PIECE_METRES = 0.1
"""Cuts nearer to each other, or to an end of their edge, are one."""


@dataclass(kw_only=True)
class _Pieces:
    """New edges, one entry each, and new nodes; ``parent`` is the edge a piece was cut from, ``share`` its part of it."""

    node_lon: list[float] = field(default_factory=list)
    node_lat: list[float] = field(default_factory=list)
    tail: list[int] = field(default_factory=list)
    head: list[int] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    share: list[float] = field(default_factory=list)
    middle: list[float] = field(default_factory=list)
    shapes: list[tuple[Float64Array, Float64Array]] = field(default_factory=list)


class _Cuts:
    """Where each edge is cut, and the new node at each cut."""

    def __init__(self, network: TravelNetwork, plans: Sequence[Plan]) -> None:
        wanted: dict[int, list[float]] = defaultdict(list)
        for edge, fraction in _wanted(plans):
            wanted[edge].append(fraction)
        self.network = network
        self.stops = {edge: self._merged(edge, fractions) for edge, fractions in sorted(wanted.items())}
        inner = [(edge, i) for edge, stops in self.stops.items() for i in range(1, len(stops) - 1)]
        self._node = {place: network.node_count + number for number, place in enumerate(inner)}

    def _merged(self, edge: int, fractions: list[float]) -> list[float]:
        """Return 0, the cuts, 1, in order; cuts too near to each other or to an end are merged."""
        nearest = MIN_PIECE_METRES / float(self.network.edge_length_metres[edge])
        stops = [0.0]
        for fraction in sorted(fractions):
            if fraction - stops[-1] > nearest and 1 - fraction > nearest:
                stops.append(fraction)
        return [*stops, 1.0]

    @property
    def split_edges(self) -> list[int]:
        """The edges that are cut at least once."""
        return [edge for edge, stops in self.stops.items() if len(stops) > 2]  # noqa: PLR2004  more than its two ends

    def stop(self, edge: int, fraction: float) -> int:
        """Return the number of the stop of ``edge`` that stands for ``fraction``."""
        return int(np.abs(np.array(self.stops[edge]) - fraction).argmin())

    def node(self, edge: int, stop: int) -> int:
        """Return the node at a stop of ``edge``."""
        if stop == 0:
            return int(self.network.edge_from[edge])
        if stop == len(self.stops[edge]) - 1:
            return int(self.network.edge_to[edge])
        return self._node[edge, stop]


def _wanted(plans: Sequence[Plan]) -> Iterator[tuple[int, float]]:
    for plan in plans:
        for closing in plan.closings:
            yield closing.edge, closing.start
            yield closing.edge, closing.end
        for link in plan.links:
            yield from ((joint.edge, joint.fraction) for joint in link.joints if joint.edge >= 0)


def carry_out(network: TravelNetwork, plans: Sequence[Plan], plane: Plane) -> tuple[TravelNetwork, list[dict[str, int]]]:
    """Return the edited network, and for each plan the edges it cut and the nodes it made (shared ones count for each).

    The network is an overlay: nodes and whole edges keep their numbers, the first piece of a cut edge has that of the edge,
    other pieces and links follow. New nodes follow the old ones and delay nobody.
    """
    cuts = _Cuts(network, plans)
    closings = [closing for plan in plans for closing in plan.closings]
    split = set(cuts.split_edges)
    closed = _closed(network, [closing for closing in closings if closing.edge not in split])
    done = [_done(cuts, plan) for plan in plans]
    links = [link for plan in plans for link in plan.links]
    if not split and not links:
        return closed, done
    pieces = _cut_pieces(cuts, plane)
    forward, backward = closed.forward_seconds, closed.backward_seconds
    times = np.stack([each[:, pieces.parent] * np.array(pieces.share, np.float32) for each in (forward, backward)])
    _close_parts(times, pieces, cuts, closings)
    ends = [tuple(_joint_node(cuts, pieces, joint) for joint in link.joints) for link in links]
    joined = _joined(closed, cuts, pieces, links, ends, times)
    changed = {*cuts.split_edges, *(closing.edge for closing in closings)}
    joined.lie_over(Overlay(below=network, edges=np.array(sorted(changed), np.int64)))
    return joined, done


def _closed(network: TravelNetwork, closings: Sequence[Closing]) -> TravelNetwork:
    """Return the network with whole edges closed, as an overlay.

    On a province of 1.04 million nodes 44 MB of times remain to be written of 195 MB, and search arcs are patched in 6 ms
    instead of made in 150 ms. A cut network shares nothing: it has more nodes and edges, so that every array is longer.
    """
    edges = np.unique(np.array([closing.edge for closing in closings], np.int64))
    times = np.stack([network.forward_seconds[:, edges], network.backward_seconds[:, edges]])
    for closing in closings:
        times[:, closing.rows, np.searchsorted(edges, closing.edge)] = CLOSED
    return with_times(network, edges, forward_seconds=times[0], backward_seconds=times[1])


def _done(cuts: _Cuts, plan: Plan) -> dict[str, int]:
    places = {(edge, cuts.stop(edge, fraction)) for edge, fraction in _wanted([plan])}
    inner = {(edge, stop) for edge, stop in places if 0 < stop < len(cuts.stops[edge]) - 1}
    free = sum(joint.node < 0 and joint.edge < 0 for link in plan.links for joint in link.joints)
    return {"edges_cut": len({edge for edge, _ in inner}), "nodes_added": len(inner) + free}


def _cut_pieces(cuts: _Cuts, plane: Plane) -> _Pieces:
    pieces = _Pieces()
    for edge in cuts.split_edges:
        stops = cuts.stops[edge]
        shapes = _cut_shape(cuts.network, edge, stops, plane)
        for number, (start, end) in enumerate(itertools.pairwise(stops)):
            pieces.tail.append(cuts.node(edge, number))
            pieces.head.append(cuts.node(edge, number + 1))
            pieces.parent.append(edge)
            pieces.share.append(end - start)
            pieces.middle.append((start + end) / 2)
            pieces.shapes.append(shapes[number])
        pieces.node_lon += [float(lon[-1]) for lon, _ in shapes[:-1]]
        pieces.node_lat += [float(lat[-1]) for _, lat in shapes[:-1]]
    return pieces


def _cut_shape(network: TravelNetwork, edge: int, stops: list[float], plane: Plane) -> list[tuple[Float64Array, Float64Array]]:
    """Return the shape of each piece between ``stops``, both ends included."""
    part = slice(int(network.shape_indptr[edge]), int(network.shape_indptr[edge + 1]))
    lon, lat = np.asarray(network.shape_lon[part]), np.asarray(network.shape_lat[part])
    x, y = plane.to_metres(lon, lat)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    at = np.array(stops) * along[-1]
    stop_lon, stop_lat = np.interp(at, along, lon), np.interp(at, along, lat)
    stop_lon[[0, -1]], stop_lat[[0, -1]] = lon[[0, -1]], lat[[0, -1]]
    shapes = []
    for i in range(len(stops) - 1):
        inner = (along > at[i]) & (along < at[i + 1])
        shapes.append(
            (
                np.concatenate([stop_lon[i : i + 1], lon[inner], stop_lon[i + 1 : i + 2]]),
                np.concatenate([stop_lat[i : i + 1], lat[inner], stop_lat[i + 1 : i + 2]]),
            )
        )
    return shapes


def _close_parts(times: Float32Array, pieces: _Pieces, cuts: _Cuts, closings: Sequence[Closing]) -> None:
    """Close the pieces that lie in a closing; ``times``: (2, M, pieces)."""
    parent, middle = np.array(pieces.parent, np.int64), np.array(pieces.middle)
    for closing in closings:
        stops = cuts.stops[closing.edge]
        start, end = (stops[cuts.stop(closing.edge, fraction)] for fraction in (closing.start, closing.end))
        inside = np.flatnonzero((parent == closing.edge) & (middle > start) & (middle < end))
        times[np.ix_(np.arange(len(times)), closing.rows, inside)] = CLOSED


def _joint_node(cuts: _Cuts, pieces: _Pieces, joint: Joint) -> int:
    """Return the node of a joint; one in the open is made."""
    if joint.node >= 0:
        return joint.node
    if joint.edge >= 0:
        return cuts.node(joint.edge, cuts.stop(joint.edge, joint.fraction))
    pieces.node_lon.append(joint.lon)
    pieces.node_lat.append(joint.lat)
    return cuts.network.node_count + len(pieces.node_lon) - 1


def _joined(
    network: TravelNetwork, cuts: _Cuts, pieces: _Pieces, links: Sequence[Link], ends: Sequence[tuple[int, ...]],
    times: Float32Array,
) -> TravelNetwork:  # fmt: skip
    """Put the first piece of each cut edge in its place, the others and the links behind the whole edges.

    So all nodes keep their arcs in the same slots but where a link joins one: on a province of 1.04 million nodes search arcs
    are patched in 17 ms instead of made in 150, and the arrays are put together in 50 ms instead of 180.
    """
    parent, share = np.array(pieces.parent, np.int64), np.array(pieces.share, np.float32)
    is_first = np.diff(parent, prepend=-1) != 0
    classes = network.classes + tuple(sorted({link.highway for link in links} - set(network.classes)))
    node_delay = np.zeros((len(network.modes), len(pieces.node_lon)), np.float32)
    of_links = np.empty((2, len(network.modes), len(links)), np.float32)
    for number, link in enumerate(links):
        of_links[:, :, number] = link.forward_seconds, link.backward_seconds

    def edges(old: npt.NDArray[Number], of_pieces: npt.ArrayLike, of_links: npt.ArrayLike) -> npt.NDArray[Number]:
        values = np.asarray(of_pieces).astype(old.dtype)
        longer = _appended(old, values[..., ~is_first], of_links)
        if is_first.any():
            longer[..., parent[is_first]] = values[..., is_first]
        return longer

    def of_parents(old: npt.NDArray[Number], of_links: npt.ArrayLike) -> npt.NDArray[Number]:
        return edges(old, old[parent], of_links)

    indptr, shape_lon, shape_lat = _joined_shapes(network, pieces, is_first, [(link.lon, link.lat) for link in links])
    metres = network.edge_length_metres[parent] * share
    return dataclasses.replace(
        network,
        node_lon=_appended(network.node_lon, pieces.node_lon),
        node_lat=_appended(network.node_lat, pieces.node_lat),
        edge_from=edges(network.edge_from, pieces.tail, [end[0] for end in ends]),
        edge_to=edges(network.edge_to, pieces.head, [end[1] for end in ends]),
        edge_length_metres=edges(network.edge_length_metres, metres, [link.length_metres for link in links]),
        edge_way_id=of_parents(network.edge_way_id, [link.way_id for link in links]),
        edge_class=of_parents(network.edge_class, [classes.index(link.highway) for link in links]),
        # A new link is drawn on the ground.
        edge_level=of_parents(network.edge_level, np.zeros(len(links))),
        classes=classes,
        shape_indptr=indptr,
        shape_lon=shape_lon,
        shape_lat=shape_lat,
        forward_seconds=edges(network.forward_seconds, times[0], of_links[0]),
        backward_seconds=edges(network.backward_seconds, times[1], of_links[1]),
        node_delay_seconds=_appended(network.node_delay_seconds, node_delay),
    )


def _joined_shapes(
    network: TravelNetwork, pieces: _Pieces, is_first: npt.NDArray[np.bool_],
    of_links: Sequence[tuple[Float64Array, Float64Array]],
) -> tuple[npt.NDArray[np.int64], Float64Array, Float64Array]:  # fmt: skip
    """Return where shapes begin, and their vertices: stretches of old ones, with the shapes of first pieces between them."""
    indptr, counts = network.shape_indptr, np.diff(network.shape_indptr)
    parts: list[tuple[Float64Array, Float64Array]] = []
    behind = [shape for shape, first in zip(pieces.shapes, is_first, strict=True) if not first] + list(of_links)
    done = 0
    for number in np.flatnonzero(is_first).tolist():
        edge, shape = pieces.parent[number], pieces.shapes[number]
        until = int(indptr[edge])
        parts += [(network.shape_lon[done:until], network.shape_lat[done:until]), shape]
        counts[edge], done = len(shape[0]), int(indptr[edge + 1])
    parts += [(network.shape_lon[done:], network.shape_lat[done:]), *behind]
    lon, lat = (np.concatenate([part[axis] for part in parts]) for axis in (0, 1))
    starts = np.cumsum(np.concatenate([[0], counts, np.array([len(shape[0]) for shape in behind], np.int64)]))
    return starts.astype(np.int64), lon, lat


def _appended(old: npt.NDArray[Number], *more: npt.ArrayLike) -> npt.NDArray[Number]:
    """Return ``old`` followed by ``more`` along its last axis, in its own type; itself if nothing follows."""
    parts = [np.asarray(each).astype(old.dtype) for each in more]
    if not any(part.shape[-1] for part in parts):
        return old
    longer: npt.NDArray[Number] = np.concatenate([old, *parts], axis=-1)
    return longer
