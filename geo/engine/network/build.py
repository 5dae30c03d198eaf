"""Streets to a network: times from the speed table, the largest component of each mode, Hilbert order."""

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import Geod

from geo.engine.errors import NetworkError, Problem, register_messages
from geo.engine.hilbert import hilbert_order
from geo.engine.modes import SpeedTable, default_speeds
from geo.engine.network.components import largest_component
from geo.engine.network.model import CLOSED, TravelNetwork
from geo.engine.network.streets import Streets

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Int64Array = npt.NDArray[np.int64]

KPH_PER_METRE_SECOND = 3.6
MIN_EDGE_METRES = 0.1
CAR = "car"
MAX_LON, MAX_LAT = 180.0, 90.0
_GEOD = Geod(ellps="WGS84")

register_messages(
    {
        "network.no_usable_ways": (
            "没有任何出行方式可用的道路。",
            "there is no street that any mode may use.",
        ),
        "network.bad_coordinates": (
            "有 {count} 个点的坐标缺失或超出经纬度范围。",
            "{count} points have missing coordinates or lie outside longitude and latitude.",
        ),
    }
)


def build_network(
    streets: Streets,
    *,
    speeds: SpeedTable | None = None,
    source: str,
    stated_length_metres: Float64Array | None = None,
) -> TravelNetwork:
    """Work out lengths and times of ``streets`` and return the network.

    Lengths are geodesic along the shape, or as stated where ``stated_length_metres`` (E,) is not NaN (a table of streets may
    know lengths without shapes); edges shorter than 0.1 m count as 0.1 m. Running time = length / speed of the class;
    cars keep to a lower posted limit; ``fixed_seconds`` stands where given. For each mode only the largest strongly connected
    component stays open, so that whoever can be snapped can also go and come back; what was closed is counted in ``report``.
    Edges and nodes that no mode can use are dropped. Raises :class:`NetworkError` if nothing is left, if coordinates are not
    finite or out of range, or if the speed table lacks a class.
    """
    _check_coordinates(streets)
    table = speeds or default_speeds()
    length = _edge_lengths_metres(streets)
    if stated_length_metres is not None:
        stated = np.maximum(stated_length_metres, MIN_EDGE_METRES)
        length = np.where(np.isnan(stated), length, stated).astype(np.float32)
    forward, backward = _running_seconds(streets, table, length)
    report: dict[str, Any] = {"edges_read": len(streets.edge_from), "nodes_read": len(streets.node_lon)}
    forward, backward, report["closed_outside_largest_component"] = _keep_components(streets, forward, backward, length)
    used: BoolArray = np.asarray((np.isfinite(forward) | np.isfinite(backward)).any(axis=0))
    if not used.any():
        raise NetworkError(Problem(code="network.no_usable_ways", file=source))
    network = _ordered(streets, table, length, forward, backward, used, source)
    report |= {"edges_dropped": int((~used).sum()), "nodes_dropped": len(streets.node_lon) - network.node_count}
    return dataclasses.replace(network, report=report)


def _check_coordinates(streets: Streets) -> None:
    lon, lat = np.concatenate([streets.node_lon, streets.shape_lon]), np.concatenate([streets.node_lat, streets.shape_lat])
    good = (np.abs(lon) <= MAX_LON) & (np.abs(lat) <= MAX_LAT)
    if not good.all():
        raise NetworkError(Problem(code="network.bad_coordinates", details={"count": int((~good).sum())}))


def _edge_lengths_metres(streets: Streets) -> Float32Array:
    """Return (E,) geodesic lengths along the shapes."""
    lon, lat = streets.shape_lon, streets.shape_lat
    if len(lon) < 2:  # noqa: PLR2004  no segment at all
        return np.empty(len(streets.edge_from), np.float32)
    _, _, step = _GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    along = np.concatenate([[0.0], np.cumsum(step)])
    starts, ends = streets.shape_indptr[:-1], streets.shape_indptr[1:] - 1
    length: Float32Array = np.maximum(along[ends] - along[starts], MIN_EDGE_METRES).astype(np.float32)
    return length


def _running_seconds(streets: Streets, table: SpeedTable, length: Float32Array) -> tuple[Float32Array, Float32Array]:
    """Return (M, E) seconds along and against each edge, ``inf`` where closed."""
    used, of_edge = np.unique(streets.edge_class, return_inverse=True)
    kph = table.class_speeds_kph([streets.classes[i] for i in used.tolist()], streets.modes)[:, of_edge]
    if CAR in streets.modes:
        car = streets.modes.index(CAR)
        kph[car] = np.where(streets.max_speed_kph > 0, np.minimum(kph[car], streets.max_speed_kph), kph[car])
    with np.errstate(divide="ignore"):
        seconds = length * KPH_PER_METRE_SECOND / kph
    seconds = np.where((streets.fixed_seconds > 0) & (kph > 0), streets.fixed_seconds, seconds).astype(np.float32)
    return np.where(streets.forward_allowed, seconds, CLOSED), np.where(streets.backward_allowed, seconds, CLOSED)


def _keep_components(
    streets: Streets, forward: Float32Array, backward: Float32Array, length: Float32Array
) -> tuple[Float32Array, Float32Array, dict[str, dict[str, float]]]:
    """Close, for each mode, the edges outside its largest component; return times and counts of what was closed."""
    forward, backward, closed = forward.copy(), backward.copy(), {}
    for row, mode in enumerate(streets.modes):
        open_forward, open_backward = np.isfinite(forward[row]), np.isfinite(backward[row])
        inside = largest_component(streets.edge_from, streets.edge_to, open_forward, open_backward, len(streets.node_lon))
        outside = ~(inside[streets.edge_from] & inside[streets.edge_to])
        lost = outside & (open_forward | open_backward)
        closed[mode] = {"edges": int(lost.sum()), "km": round(float(length[lost].sum(dtype=np.float64)) / 1000, 3)}
        forward[row, outside] = backward[row, outside] = CLOSED
    return forward, backward, closed


def _ordered(
    streets: Streets, table: SpeedTable, length: Float32Array, forward: Float32Array, backward: Float32Array, used: BoolArray,
    source: str,
) -> TravelNetwork:  # fmt: skip
    """Keep the used edges, put nodes along the Hilbert curve and edges by their ends."""
    kept = np.flatnonzero(used)
    nodes = np.unique(np.concatenate([streets.edge_from[kept], streets.edge_to[kept]]))
    nodes = nodes[hilbert_order(streets.node_lon[nodes], streets.node_lat[nodes])]
    new_index = np.full(len(streets.node_lon), -1, np.int32)
    new_index[nodes] = np.arange(len(nodes), dtype=np.int32)
    tail, head = new_index[streets.edge_from[kept]], new_index[streets.edge_to[kept]]
    order = np.lexsort((streets.edge_way_id[kept], head, tail))
    kept, tail, head = kept[order], tail[order], head[order]
    indptr, vertices = _shapes_of(streets.shape_indptr, kept)
    return TravelNetwork(
        node_lon=streets.node_lon[nodes],
        node_lat=streets.node_lat[nodes],
        edge_from=tail,
        edge_to=head,
        edge_length_metres=length[kept],
        edge_way_id=streets.edge_way_id[kept],
        edge_class=streets.edge_class[kept],
        edge_level=streets.edge_level[kept],
        classes=streets.classes,
        shape_indptr=indptr,
        shape_lon=streets.shape_lon[vertices],
        shape_lat=streets.shape_lat[vertices],
        modes=streets.modes,
        forward_seconds=forward[:, kept],
        backward_seconds=backward[:, kept],
        node_delay_seconds=np.ascontiguousarray(table.control_delay_seconds(streets.modes)[:, streets.node_control[nodes]]),
        source=source,
        report={},
    )


def _shapes_of(indptr: Int64Array, edges: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Return the new indptr and the old vertex numbers of the shapes of ``edges``, in their order."""
    counts = indptr[edges + 1] - indptr[edges]
    new_indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    vertices = np.repeat(indptr[edges] - new_indptr[:-1], counts) + np.arange(new_indptr[-1])
    return new_indptr, vertices
