"""Isochrones made of the street segments that are reached, cut where the time runs out; polygons only as a band around them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from geo.engine.crs import Plane
from geo.engine.network.model import Direction, Impedance, TravelNetwork
from geo.engine.snapping import Snaps, edge_lines
from geo.engine.traveltime.access import LEG_SPEED_KPH, leg_costs
from geo.engine.traveltime.reach import node_costs

Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]

BAND_METRES = 50.0
BAND_QUAD_SEGMENTS = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Segments:
    """Parts of edges: edge: (k,) int32; start, end: (k,) float64, fractions from the from-node, 0 <= start < end <= 1."""

    edge: Int32Array
    start: Float64Array
    end: Float64Array


@dataclass(frozen=True, kw_only=True, eq=False)
class Isochrone:
    """What is reached: the segments, their lines in degrees, and the polygon ``band_metres`` around them in degrees."""

    segments: Segments
    lines: shapely.MultiLineString
    polygon: shapely.Geometry
    band_metres: float


def isochrone(
    network: TravelNetwork,
    point: Snaps,
    *,
    mode: str,
    cutoff: float,
    direction: Direction = "to",
    impedance: Impedance = "seconds",
    leg_speed_kph: float = LEG_SPEED_KPH,
    band_metres: float = BAND_METRES,
) -> Isochrone:
    """Return the streets from which the point is reached (``"to"``), or that are reached from it (``"from"``), in ``cutoff``.

    ``point`` holds one snapped place; its leg counts. ``cutoff`` in seconds or metres as ``impedance`` says. The polygon is the
    band of ``band_metres`` around the reached segments in a local conformal plane: it covers nothing farther from a reached
    street than that, so places that cannot be reached stay uncovered.
    """
    where = {"mode": mode, "impedance": impedance}
    segments = reached_segments(
        network, point, direction=direction, cutoff=cutoff, leg_speed_kph=leg_speed_kph, **where  # type: ignore[arg-type]
    )  # fmt: skip
    plane = Plane.around(network.node_lon, network.node_lat)
    lines = segment_lines(network, segments, plane)
    band = shapely.buffer(shapely.multilinestrings(lines), band_metres, quad_segs=BAND_QUAD_SEGMENTS)
    in_degrees = shapely.MultiLineString(plane.shape_to_degrees(shapely.multilinestrings(lines)))
    return Isochrone(segments=segments, lines=in_degrees, polygon=plane.shape_to_degrees(band), band_metres=band_metres)


def reached_segments(
    network: TravelNetwork,
    point: Snaps,
    *,
    mode: str,
    direction: Direction,
    cutoff: float,
    impedance: Impedance = "seconds",
    leg_speed_kph: float = LEG_SPEED_KPH,
) -> Segments:
    """Return the parts of edges within ``cutoff`` of the point; see :func:`isochrone`."""
    costs = node_costs(
        network, point, mode=mode, direction=direction, cutoff=cutoff, impedance=impedance, leg_speed_kph=leg_speed_kph
    )
    along, against, delay = network.edge_costs(mode, impedance)
    if direction == "from":
        from_start, from_end = costs[network.edge_from], costs[network.edge_to]
        out_of_start, out_of_end = along, against
    else:
        # A trip towards the point enters the node at the end of the edge and pays its delay there.
        entered = costs + delay
        from_start, from_end = entered[network.edge_from], entered[network.edge_to]
        out_of_start, out_of_end = against, along
    head = _covered_share(cutoff - from_start, out_of_start)
    tail = _covered_share(cutoff - from_end, out_of_end)
    parts = [_both_ends(head, tail)]
    if point.is_snapped[0]:
        left = cutoff - float(leg_costs(point, impedance, leg_speed_kph)[0])
        parts.append(_own_edge(point, out_of_start, out_of_end, left))
    return _joined(parts)


def segment_lines(network: TravelNetwork, segments: Segments, plane: Plane) -> npt.NDArray[np.object_]:
    """Return the segments as LineStrings in metres on ``plane``."""
    lines = edge_lines(network, segments.edge, plane)
    for i in np.flatnonzero((segments.start > 0) | (segments.end < 1)).tolist():
        lines[i] = substring(lines[i], segments.start[i], segments.end[i], normalized=True)
    return lines


def _covered_share(left: Float64Array, edge_cost: npt.NDArray[np.float32]) -> Float64Array:
    """Return the share of each edge that can be covered with what is left at one end, 0 to 1."""
    with np.errstate(invalid="ignore"):
        return np.where(left > 0, np.clip(left / edge_cost, 0.0, 1.0), 0.0)


def _both_ends(head: Float64Array, tail: Float64Array) -> Segments:
    """Return the parts covered from the from-node (``head``) and from the to-node (``tail``), joined where they meet."""
    whole = np.flatnonzero(head + tail >= 1)
    first, last = np.flatnonzero((head > 0) & (head + tail < 1)), np.flatnonzero((tail > 0) & (head + tail < 1))
    return Segments(
        edge=np.concatenate([whole, first, last]).astype(np.int32),
        start=np.concatenate([np.zeros(len(whole) + len(first)), 1 - tail[last]]),
        end=np.concatenate([np.ones(len(whole)), head[first], np.ones(len(last))]),
    )


def _own_edge(
    point: Snaps, out_of_start: npt.NDArray[np.float32], out_of_end: npt.NDArray[np.float32], left: float
) -> Segments:
    """Return the part of the point's own edge on both sides of it.

    ``out_of_start``: what the edge costs in the sense in which the search leaves its from-node.
    """
    edge, at = int(point.edge[0]), float(point.fraction[0])
    if left <= 0:
        return Segments(edge=np.empty(0, np.int32), start=np.empty(0), end=np.empty(0))
    end = min(1.0, at + left / float(out_of_start[edge]))
    start = max(0.0, at - left / float(out_of_end[edge]))
    return Segments(edge=np.array([edge], np.int32), start=np.array([start]), end=np.array([end]))


def _joined(parts: list[Segments]) -> Segments:
    edge = np.concatenate([part.edge for part in parts])
    start = np.concatenate([part.start for part in parts])
    end = np.concatenate([part.end for part in parts])
    kept = end > start
    order = np.lexsort((start[kept], edge[kept]))
    return Segments(edge=edge[kept][order], start=start[kept][order], end=end[kept][order])
