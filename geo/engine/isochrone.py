"""Isochrones made of the street segments that are reached, cut where the time runs out; polygons only as a band around them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from geo.engine.crs import Plane
from geo.engine.network.model import Direction, Impedance, TravelNetwork
from geo.engine.snapping import Snaps, edge_lines
from geo.engine.traveltime.access import LARGEST_FINITE, LEG_SPEED_KPH, leg_costs
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
    """What is reached, in degrees WGS-84.

    segments: the parts of edges; lines: a MultiLineString of them; polygon: the band of ``band_metres`` around them, empty
    where nothing is reached.
    """

    segments: Segments
    lines: shapely.Geometry
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
    if not len(segments.edge):
        return Isochrone(segments=segments, lines=shapely.MultiLineString(), polygon=shapely.Polygon(), band_metres=band_metres)
    # Around the point itself, so that the band is true to width however large the network is.
    plane = Plane(lon=float(point.lon[0]), lat=float(point.lat[0]))
    lines = shapely.MultiLineString(segment_lines(network, segments, plane).tolist())
    band = lines.buffer(band_metres, quad_segs=BAND_QUAD_SEGMENTS)
    return Isochrone(
        segments=segments,
        lines=plane.shape_to_degrees(lines),
        polygon=plane.shape_to_degrees(band),
        band_metres=band_metres,
    )


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
    ).astype(np.float64)
    along, against, delay = network.edge_costs(mode, impedance)
    if direction == "from":
        from_start, from_end = costs[network.edge_from], costs[network.edge_to]
        out_of_start, out_of_end = along, against
    else:
        # A trip towards the point enters the node at the end of the edge and pays its delay there.
        entered = costs + delay
        from_start, from_end = entered[network.edge_from], entered[network.edge_to]
        out_of_start, out_of_end = against, along
    budget = min(cutoff, LARGEST_FINITE)
    head = _covered_share(budget - from_start, out_of_start)
    tail = _covered_share(budget - from_end, out_of_end)
    parts = [_both_ends(head, tail)]
    if point.is_snapped[0]:
        left = budget - float(leg_costs(point, impedance, leg_speed_kph)[0])
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
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where((left > 0) & np.isfinite(edge_cost), np.clip(left / edge_cost, 0.0, 1.0), 0.0)


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
    share = _covered_share(np.full(2, left), np.array([out_of_start[edge], out_of_end[edge]]))
    start, end = max(0.0, at - share[1]), min(1.0, at + share[0])
    return Segments(edge=np.array([edge], np.int32), start=np.array([start]), end=np.array([end]))


def _joined(parts: list[Segments]) -> Segments:
    """Return the parts sorted by edge and start; those of one edge that overlap or touch become one."""
    edge = np.concatenate([part.edge for part in parts])
    start = np.concatenate([part.start for part in parts])
    end = np.concatenate([part.end for part in parts])
    kept = end > start
    order = np.lexsort((start[kept], edge[kept]))
    edge, start, end = edge[kept][order], start[kept][order], end[kept][order]
    # Edge numbers spread the fractions so far apart that one running maximum serves all edges.
    offset = 2.0 * edge
    furthest = np.maximum.accumulate(end + offset)
    opens = np.ones(len(edge), np.bool_)
    opens[1:] = (start + offset)[1:] > furthest[:-1]
    first = np.flatnonzero(opens)
    end = np.maximum.reduceat(end, first) if len(first) else end
    return Segments(edge=edge[first], start=start[first], end=end)
