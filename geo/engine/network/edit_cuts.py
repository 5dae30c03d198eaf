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
from geo.engine.network.model import CLOSED, TravelNetwork
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

    Edges that stay whole keep their order and come first; pieces and links follow. New nodes follow the old ones and delay
    nobody.
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
    return _joined(closed, cuts, pieces, links, ends, times), done


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
    """Put together whole edges, pieces, links."""
    kept = np.ones(network.edge_count, np.bool_)
    kept[cuts.split_edges] = False
    parent = np.array(pieces.parent, np.int64)
    share = np.array(pieces.share, np.float32)
    classes = network.classes + tuple(sorted({link.highway for link in links} - set(network.classes)))
    shapes = [*pieces.shapes, *((link.lon, link.lat) for link in links)]
    counts = np.diff(network.shape_indptr)
    vertex_kept = np.repeat(kept, counts)
    indptr = np.concatenate([[0], np.cumsum([*counts[kept], *(len(lon) for lon, _ in shapes)])]).astype(np.int64)
    node_delay = np.zeros((len(network.modes), len(pieces.node_lon)), np.float32)
    of_links = np.empty((2, len(network.modes), len(links)), np.float32)
    for number, link in enumerate(links):
        of_links[:, :, number] = link.forward_seconds, link.backward_seconds
    new_forward, new_backward = (
        np.concatenate([old[:, kept], cut, new], axis=1)
        for old, cut, new in zip((network.forward_seconds, network.backward_seconds), times, of_links, strict=True)
    )
    return dataclasses.replace(
        network,
        node_lon=np.concatenate([network.node_lon, pieces.node_lon]),
        node_lat=np.concatenate([network.node_lat, pieces.node_lat]),
        edge_from=_appended(network.edge_from[kept], pieces.tail, [end[0] for end in ends]),
        edge_to=_appended(network.edge_to[kept], pieces.head, [end[1] for end in ends]),
        edge_length_metres=_appended(
            network.edge_length_metres[kept], network.edge_length_metres[parent] * share, [link.length_metres for link in links]
        ),
        edge_way_id=_appended(network.edge_way_id[kept], network.edge_way_id[parent], [link.way_id for link in links]),
        edge_class=_appended(
            network.edge_class[kept], network.edge_class[parent], [classes.index(link.highway) for link in links]
        ),
        # A new link is drawn on the ground.
        edge_level=_appended(network.edge_level[kept], network.edge_level[parent], np.zeros(len(links))),
        classes=classes,
        shape_indptr=indptr,
        shape_lon=np.concatenate([network.shape_lon[vertex_kept], *(lon for lon, _ in shapes)]),
        shape_lat=np.concatenate([network.shape_lat[vertex_kept], *(lat for _, lat in shapes)]),
        forward_seconds=new_forward,
        backward_seconds=new_backward,
        node_delay_seconds=np.concatenate([network.node_delay_seconds, node_delay], axis=1),
    )


def _appended(old: npt.NDArray[Number], *more: npt.ArrayLike) -> npt.NDArray[Number]:
    """Return ``old`` followed by ``more``, in its own type."""
    longer: npt.NDArray[Number] = np.concatenate([old, *(np.asarray(each).astype(old.dtype) for each in more)])
    return longer
