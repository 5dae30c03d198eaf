"""What an edit touches: parts of edges to close, places where a new link joins the streets. Nothing is changed here."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from geo.engine.crs import Plane, distance_metres
from geo.engine.errors import Problem, register_messages
from geo.engine.network.model import TravelNetwork
from geo.engine.snapping import edge_lines
from geo.engine.units import KPH_PER_METRE_SECOND

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
Rows = npt.NDArray[np.integer]

BARRIER_METRES = 1.0
"""So much of the street a barrier takes up."""

ALONG_SHARE, PART_ALONG_SHARE = 0.5, 0.8
"""A whole edge, or a part of one, lies along a line if it advances along it by this share of its own length: what only crosses
the line does not."""

PART_TOLERANCES = 2.0
"""A part of an edge is closed if it is longer than so many tolerances: shorter ones are the beginnings of side streets."""

MIN_LINK_METRES = 0.1
MIN_DEGREES_METRES = 110_000.0
"""Metres in a degree of latitude, rounded down: boxes become a little too large, never too small."""

WALK = "walk"
WHOLE = 0.999
FREE = -1
_MILLIMETRE_DECIMALS = 3

register_messages(
    {
        "edit.nothing_hit": (
            "{distance} 米之内没有相关出行方式可用的道路，此修改不起作用。",
            "there is no street that its modes may use within {distance} m; the edit does nothing.",
        ),
        "edit.no_street_along": (
            "{distance} 米之内没有沿着此线、相关出行方式可用的道路，此修改不起作用。",
            "no street that its modes may use runs along the line within {distance} m; the edit does nothing.",
        ),
        "edit.at_crossing": (
            "位于路口；只封闭最近的一条道路，其余道路不受影响。",
            "it stands at a crossing: only the nearest street is closed, the others stay open.",
        ),
        "edit.link_free_end": (
            "新路的一端 {distance} 米之内没有道路，为断头路。",
            "one end of the link has no street within {distance} m: it is a dead end.",
        ),
        "edit.link_no_mode": (
            "类别“{value}”不允许相关出行方式通行，此修改不起作用。",
            "none of its modes may use the class “{value}”; the edit does nothing.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class Closing:
    """A part of an edge that is closed for the modes in ``rows``: fractions 0 <= start < end <= 1 of its length."""

    edge: int
    start: float
    end: float
    rows: Rows


@dataclass(frozen=True, kw_only=True)
class Joint:
    """Where a new link begins or ends: at ``node``, else at ``fraction`` of ``edge``, else (both -1) in the open."""

    lon: float
    lat: float
    node: int = FREE
    edge: int = FREE
    fraction: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Link:
    """A new edge along ``lon``, ``lat`` (degrees) between two joints; seconds: (M,) along and against it, inf where closed."""

    joints: tuple[Joint, Joint]
    lon: Float64Array
    lat: Float64Array
    length_metres: float
    highway: str
    way_id: int
    forward_seconds: Float64Array
    backward_seconds: Float64Array


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one edit touches."""

    closings: tuple[Closing, ...] = ()
    links: tuple[Link, ...] = ()
    closed_metres: float = 0.0
    warnings: tuple[Problem, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Hit:
    """The nearest edge: place on it as fraction, lon and lat, and how far away it is."""

    edge: int
    fraction: float
    metres: float
    lon: float
    lat: float


class EdgeFinder:
    """The edges of a network by their bounding boxes: few edits look at few edges, without an index of all of them.

    plane: what is near is sought on this one; it stretches lengths by less than a thousandth within a province.
    """

    def __init__(self, network: TravelNetwork) -> None:
        self.network = network
        self.plane = Plane.around(network.node_lon, network.node_lat)
        starts = network.shape_indptr[:-1]
        self._west, self._south = (np.minimum.reduceat(each, starts) for each in (network.shape_lon, network.shape_lat))
        self._east, self._north = (np.maximum.reduceat(each, starts) for each in (network.shape_lon, network.shape_lat))

    def near(self, lon: Float64Array, lat: Float64Array, rows: Rows, metres: float) -> Int64Array:
        """Return the edges whose box comes within ``metres`` of the box of the points and that any mode of ``rows`` may use."""
        margin = metres / MIN_DEGREES_METRES
        wide = margin / max(float(np.cos(np.radians(np.abs(lat).max() + margin))), 1e-3)
        touching = np.flatnonzero(
            (self._west <= lon.max() + wide) & (self._east >= lon.min() - wide)
            & (self._south <= lat.max() + margin) & (self._north >= lat.min() - margin)
        )  # fmt: skip
        forward, backward = self.network.forward_seconds, self.network.backward_seconds
        of_rows = np.ix_(rows, touching)
        is_open = (np.isfinite(forward[of_rows]) | np.isfinite(backward[of_rows])).any(axis=0)
        return np.asarray(touching[is_open], np.int64)

    def nearest(self, lon: float, lat: float, rows: Rows, max_metres: float) -> Hit | None:
        """Return the nearest such edge within ``max_metres``; of equally near ones (to the millimetre) the lowest number."""
        at = np.array([lon]), np.array([lat])
        edges = self.near(*at, rows, max_metres)
        if not len(edges):
            return None
        lines = edge_lines(self.network, edges, self.plane)
        x, y = self.plane.to_metres(*at)
        point = shapely.Point(float(x[0]), float(y[0]))
        metres = np.round(shapely.distance(lines, point), _MILLIMETRE_DECIMALS)
        best = int(np.lexsort((edges, metres))[0])
        if metres[best] > max_metres:
            return None
        fraction = float(np.nan_to_num(shapely.line_locate_point(lines[best], point, normalized=True)))
        on_edge = shapely.line_interpolate_point(lines[best], fraction, normalized=True)
        edge_lon, edge_lat = self.plane.to_degrees(np.array([on_edge.x]), np.array([on_edge.y]))
        return Hit(
            edge=int(edges[best]), fraction=fraction, metres=float(metres[best]), lon=float(edge_lon[0]), lat=float(edge_lat[0])
        )

    def length_metres(self, edge: int) -> float:
        """Return the length of an edge."""
        return float(self.network.edge_length_metres[edge])


def plan_barrier(finder: EdgeFinder, lon: Float64Array, lat: Float64Array, rows: Rows, *, max_metres: float) -> Plan:
    """Plan a barrier at one point: a metre of the nearest edge within ``max_metres``; an edge shorter than that as a whole."""
    hit = finder.nearest(float(lon[0]), float(lat[0]), rows, max_metres)
    if hit is None:
        return Plan(warnings=(Problem(code="edit.nothing_hit", details={"distance": f"{max_metres:g}"}),))
    length = finder.length_metres(hit.edge)
    taken = min(BARRIER_METRES / length, 1.0)
    start = min(max(hit.fraction - taken / 2, 0.0), 1.0 - taken)
    closing = Closing(edge=hit.edge, start=start, end=start + taken, rows=rows)
    from_end = min(hit.fraction, 1 - hit.fraction) * length
    warnings = (Problem(code="edit.at_crossing"),) if from_end < BARRIER_METRES else ()
    return Plan(closings=(closing,), closed_metres=taken * length, warnings=warnings)


def plan_closure(finder: EdgeFinder, lon: Float64Array, lat: Float64Array, rows: Rows, *, tolerance_metres: float) -> Plan:
    """Plan the closure of what lies along a line within ``tolerance_metres``.

    Of an edge that leaves the line only the part along it is closed, if that is longer than twice the tolerance; what would be
    left over at an end shorter than the tolerance is closed as well.
    """
    edges = finder.near(lon, lat, rows, tolerance_metres)
    line = shapely.LineString(np.column_stack(finder.plane.to_metres(lon, lat)))
    band = shapely.buffer(line, tolerance_metres, cap_style="flat")
    lines = edge_lines(finder.network, edges, finder.plane)
    inside = shapely.intersection(lines, band) if len(edges) else lines
    closings: list[Closing] = []
    for edge, whole, part in zip(edges.tolist(), lines, inside, strict=True):
        spans = [_along(line, whole, each, tolerance_metres) for each in shapely.get_parts(part)]
        closings += [Closing(edge=edge, start=span[0], end=span[1], rows=rows) for span in spans if span is not None]
    if not closings:
        return Plan(warnings=(Problem(code="edit.no_street_along", details={"distance": f"{tolerance_metres:g}"}),))
    metres = sum((each.end - each.start) * finder.length_metres(each.edge) for each in closings)
    return Plan(closings=tuple(closings), closed_metres=metres)


def _along(
    line: shapely.LineString, edge: shapely.LineString, part: shapely.Geometry, tolerance: float
) -> tuple[float, float] | None:
    """Return from where to where ``part`` of ``edge`` runs along ``line``, as fractions of the edge; None if it does not."""
    length, whole = float(shapely.length(part)), float(shapely.length(edge))
    is_whole = length >= WHOLE * whole
    if not length or not (is_whole or length > PART_TOLERANCES * tolerance):
        return None
    ends = shapely.get_point([part, part], [0, -1])
    advance = abs(float(np.subtract(*shapely.line_locate_point(line, ends))))
    if advance < (ALONG_SHARE if is_whole else PART_ALONG_SHARE) * length:
        return None
    if is_whole:
        return 0.0, 1.0
    start, end = sorted(float(each) for each in shapely.line_locate_point(edge, ends, normalized=True))
    return (0.0 if start * whole <= tolerance else start), (1.0 if (1 - end) * whole <= tolerance else end)


def plan_link(
    finder: EdgeFinder, lon: Float64Array, lat: Float64Array, rows: Rows, *, highway: str, kph: Float64Array, is_oneway: bool,
    max_metres: float, node_metres: float, way_id: int,
) -> Plan:  # fmt: skip
    """Plan a new edge along a line whose two ends join the nearest edges within ``max_metres``.

    kph: (M,) of its class, 0 where closed. An end without an edge near stays a dead end; without any the link is left out.
    """
    usable = rows[kph[rows] > 0]
    if not len(usable):
        return Plan(warnings=(Problem(code="edit.link_no_mode", value=highway),))
    hits = [finder.nearest(float(lon[i]), float(lat[i]), usable, max_metres) for i in (0, -1)]
    distance = {"distance": f"{max_metres:g}"}
    if hits == [None, None]:
        return Plan(warnings=(Problem(code="edit.nothing_hit", details=distance),))
    joints = [_joint(finder, hit, float(lon[i]), float(lat[i]), node_metres) for hit, i in zip(hits, (0, -1), strict=True)]
    line_lon, line_lat = _link_line(lon, lat, joints, node_metres)
    metres = max(float(distance_metres(line_lon[:-1], line_lat[:-1], line_lon[1:], line_lat[1:]).sum()), MIN_LINK_METRES)
    forward, backward = _link_seconds(finder.network.modes, usable, kph, metres, is_oneway=is_oneway)
    link = Link(
        joints=(joints[0], joints[1]), lon=line_lon, lat=line_lat, length_metres=metres, highway=highway, way_id=way_id,
        forward_seconds=forward, backward_seconds=backward,
    )  # fmt: skip
    warnings = (Problem(code="edit.link_free_end", details=distance),) if None in hits else ()
    return Plan(links=(link,), warnings=warnings)


def _joint(finder: EdgeFinder, hit: Hit | None, lon: float, lat: float, node_metres: float) -> Joint:
    if hit is None:
        return Joint(lon=lon, lat=lat)
    network, length = finder.network, finder.length_metres(hit.edge)
    before, behind = hit.fraction * length, (1 - hit.fraction) * length
    if min(before, behind) > node_metres:
        return Joint(lon=hit.lon, lat=hit.lat, edge=hit.edge, fraction=hit.fraction)
    node = int(network.edge_from[hit.edge] if before <= behind else network.edge_to[hit.edge])
    return Joint(lon=float(network.node_lon[node]), lat=float(network.node_lat[node]), node=node)


def _link_line(
    lon: Float64Array, lat: Float64Array, joints: list[Joint], node_metres: float
) -> tuple[Float64Array, Float64Array]:
    """Return the drawn line led to its joints: a drawn end that all but lies on its joint is moved there."""
    points = list(zip(lon.tolist(), lat.tolist(), strict=True))
    for i, joint in zip((0, -1), joints, strict=True):
        away = distance_metres(np.array([lon[i]]), np.array([lat[i]]), np.array([joint.lon]), np.array([joint.lat]))
        if away[0] <= node_metres:
            points[i] = (joint.lon, joint.lat)
        else:
            points.insert(0 if i == 0 else len(points), (joint.lon, joint.lat))
    line = np.array(points)
    return line[:, 0], line[:, 1]


def _link_seconds(
    modes: tuple[str, ...], usable: Rows, kph: Float64Array, metres: float, *, is_oneway: bool
) -> tuple[Float64Array, Float64Array]:
    forward = np.full(len(modes), np.inf)
    forward[usable] = metres * KPH_PER_METRE_SECOND / kph[usable]
    backward = forward.copy()
    if is_oneway:
        backward[[mode != WALK for mode in modes]] = np.inf
    return forward, backward
