"""A part of the streets: what lies within a rectangle."""

import dataclasses

import numpy as np
import numpy.typing as npt

from geo.engine.errors import NetworkError, Problem, register_messages
from geo.engine.network.streets import Streets

Bounds = tuple[float, float, float, float]
MAX_LON, MAX_LAT = 180.0, 90.0

register_messages(
    {
        "bbox.form": (
            "“{value}”不是“西,南,东,北”形式的经纬度范围，例如 118.7,32.0,118.9,32.1。",
            "“{value}” is no rectangle “west,south,east,north” in degrees, for instance 118.7,32.0,118.9,32.1.",
        ),
        "bbox.empty": ("范围 {value} 内没有道路。", "there is no street within {value}."),
    }
)


def bounds_of(text: str) -> Bounds:
    """Return the rectangle that ``text`` says as ``west,south,east,north``; raise :class:`NetworkError` if it says none."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise NetworkError(Problem(code="bbox.form", value=text)) from error
    if not (-MAX_LON <= west < east <= MAX_LON and -MAX_LAT <= south < north <= MAX_LAT):
        raise NetworkError(Problem(code="bbox.form", value=text))
    return west, south, east, north


def edges_within(streets: Streets, bounds: Bounds) -> npt.NDArray[np.bool_]:
    """Return (E,) bool: edges with an end within ``bounds``; raise :class:`NetworkError` if there is none."""
    west, south, east, north = bounds
    lon, lat = streets.node_lon, streets.node_lat
    node = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    within: npt.NDArray[np.bool_] = node[streets.edge_from] | node[streets.edge_to]
    if not within.any():
        raise NetworkError(Problem(code="bbox.empty", value=",".join(f"{side:g}" for side in bounds)))
    return within


def take_edges(streets: Streets, kept: npt.NDArray[np.bool_]) -> Streets:
    """Return the streets with the edges where ``kept`` (E,) holds; the nodes stay as they are."""
    counts = np.diff(streets.shape_indptr)
    vertex = np.repeat(kept, counts)
    return dataclasses.replace(
        streets,
        edge_from=streets.edge_from[kept],
        edge_to=streets.edge_to[kept],
        edge_way_id=streets.edge_way_id[kept],
        edge_class=streets.edge_class[kept],
        shape_indptr=np.concatenate([[0], np.cumsum(counts[kept])]).astype(np.int64),
        shape_lon=streets.shape_lon[vertex],
        shape_lat=streets.shape_lat[vertex],
        forward_allowed=streets.forward_allowed[:, kept],
        backward_allowed=streets.backward_allowed[:, kept],
        max_speed_kph=streets.max_speed_kph[kept],
        fixed_seconds=streets.fixed_seconds[kept],
        edge_level=streets.edge_level[kept],
    )
