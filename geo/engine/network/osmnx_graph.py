"""OSMnx graphs and their GraphML files to streets, and back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import networkx as nx
import numpy as np
from shapely import LineString

from geo.engine.errors import NetworkError, Problem, register_messages
from geo.engine.modes import MODES, default_speeds
from geo.engine.network.chains import chains_of
from geo.engine.network.model import CLOSED, TravelNetwork
from geo.engine.network.osm_tags import Rights, barrier_closes, control_of, rights_of
from geo.engine.network.streets import CROSSING, SIGNALS, Streets
from geo.engine.network.ways import Ways, streets_of_ways
from geo.engine.units import KPH_PER_METRE_SECOND

_CONTROLS = {"signals": int(SIGNALS), "crossing": int(CROSSING)}
_ACCESS = {"walk": "foot", "ebike": "bicycle", "car": "motorcar"}
FERRY, CAR = "ferry", "car"
_LAT_LON_CRS = {"epsg:4326", "wgs84"}
# A vertex between the nodes of a simplified edge has no id of its own; negative numbers cannot clash with those of nodes.
_FIRST_INNER_REF = -1

WAY_TAGS = (
    "access", "area", "bicycle", "bridge", "cycleway", "cycleway:left", "cycleway:left:oneway", "cycleway:right",
    "cycleway:right:oneway", "duration", "electric_bicycle", "est_width", "expressway", "foot", "highway", "junction", "lanes",
    "layer", "maxspeed", "motor_vehicle", "motorcar", "motorroad", "name", "name:en", "oneway", "oneway:bicycle", "ref",
    "route", "service", "tunnel", "vehicle", "width",
)  # fmt: skip

NODE_TAGS = (
    "access", "barrier", "bicycle", "crossing", "electric_bicycle", "foot", "highway", "motor_vehicle", "motorcar", "vehicle",
)  # fmt: skip
"""What nodes say of delays and of barriers; OSMnx keeps only what ``ox.settings.useful_tags_node`` names."""

register_messages(
    {
        "osmnx.crs": (
            "图的坐标系应为 WGS-84 经纬度，现为“{value}”。",
            "the graph must be in longitude and latitude (WGS-84), not “{value}”.",
        ),
        "osmnx.no_ways": ("图中没有任何可用道路。", "there is no usable way in the graph."),
        "osmnx.not_graphml": (
            "不是 OSMnx 保存的 GraphML 文件：{reason}。",
            "is not a GraphML file as OSMnx writes them: {reason}.",
        ),
    }
)


def from_osmnx(graph: "nx.MultiDiGraph[Any]", *, file: str = "") -> Streets:
    """Turn an OSMnx graph (simplified or not, in degrees) into streets.

    OSMnx draws a two-way street as two edges; here it is one. Rights of way follow from the tags on the edges, so graphs of
    network type "all" with the tags of :data:`WAY_TAGS` say most; signals, crossings and barriers follow from those of
    :data:`NODE_TAGS` on the nodes. Where a simplified edge merged ways, the first value counts, and nodes between its ends are
    gone: simplify with ``edge_attrs_differ=["osmid"]`` to keep ways apart, with ``node_attrs_include=["barrier", "highway"]``
    to keep barriers and signals.
    Raises :class:`NetworkError` for a projected graph or one without usable ways.
    """
    crs = str(graph.graph.get("crs", "epsg:4326")).lower()
    if crs not in _LAT_LON_CRS:
        raise NetworkError(Problem(code="osmnx.crs", file=file, value=crs))
    ways = Ways()
    # Nodes are numbered anew: their own ids may be words, and negative ones would clash with those of inner vertices.
    refs = {node: ref for ref, node in enumerate(graph.nodes)}
    for node, data in graph.nodes(data=True):
        tags = {key: data[key] for key in NODE_TAGS if isinstance(data.get(key), str)}
        control, closed = control_of(tags), barrier_closes(tags)
        if control:
            ways.controls[refs[node]] = _CONTROLS[control]
        if any(closed):
            ways.barriers[refs[node]] = closed
    _add_edges(graph, refs, ways)
    if not len(ways):
        raise NetworkError(Problem(code="osmnx.no_ways", file=file))
    return streets_of_ways(ways)


def to_osmnx(network: TravelNetwork, mode: str) -> "nx.MultiDiGraph[Any]":
    """Return the streets that ``mode`` may use as a graph that OSMnx and NetworkX route on, in degrees.

    Nodes are numbered as in ``network``, with ``x``, ``y`` and ``highway`` where there are signals or a crossing. There is an
    edge for each direction that is open; its key is twice the number of the street, one more against it. Edges have ``osmid,
    highway, length`` (metres), ``travel_time`` (seconds, the delay on entering the far node included), ``oneway, reversed,
    foot, bicycle, motorcar`` and, where it is not on the ground, ``layer``, where the street bends, ``geometry``; those of
    cars have the speed they go at as ``maxspeed``, ferries ``route, duration``. The quickest way by ``travel_time`` costs what
    our searches find.

    :func:`from_osmnx` reads tags and shapes, not ``travel_time``: ``mode`` has the same minutes again if the network was built
    from shapes with the speeds that it is built with then; profiles and stated lengths are lost. Raises :class:`NetworkError`
    for an unknown mode.
    """
    along, against, delay = (costs.astype(float) for costs in network.edge_costs(mode))
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:4326", created_with="Gigshed")
    used = np.isfinite(along) | np.isfinite(against)
    controls = _controls_of(network)
    for node in np.unique(np.concatenate([network.edge_from[used], network.edge_to[used]])).tolist():
        said = {"highway": controls[node]} if node in controls else {}
        graph.add_node(node, x=float(network.node_lon[node]), y=float(network.node_lat[node]), street_count=0, **said)
    for edge in np.flatnonzero(used).tolist():
        tail, head = int(network.edge_from[edge]), int(network.edge_to[edge])
        both = bool(np.isfinite(along[edge]) and np.isfinite(against[edge]))
        for u, v, seconds, is_reversed in ((tail, head, along[edge], False), (head, tail, against[edge], True)):
            if np.isfinite(seconds):
                attributes = _attributes(network, edge, is_reversed) | _tags_of(network, edge, mode, seconds)
                attributes["travel_time"] = float(seconds + delay[v])
                graph.add_edge(u, v, key=2 * edge + is_reversed, oneway=not both, reversed=is_reversed, **attributes)
        for end in (tail, head):
            graph.nodes[end]["street_count"] += 1
    return graph


def _attributes(network: TravelNetwork, edge: int, is_reversed: bool) -> dict[str, Any]:
    """Return what OSMnx keeps of an edge, its shape in the sense of travel."""
    part = slice(int(network.shape_indptr[edge]), int(network.shape_indptr[edge + 1]))
    points = np.column_stack([network.shape_lon[part], network.shape_lat[part]])
    kept = {
        "osmid": int(network.edge_way_id[edge]),
        "highway": network.classes[int(network.edge_class[edge])],
        "length": float(network.edge_length_metres[edge]),
    }
    if network.edge_level[edge]:
        kept["layer"] = str(int(network.edge_level[edge]))
    # A ferry in one line has a shape all the same, so that each keeps its own duration.
    straight = len(points) == 2 and kept["highway"] != FERRY  # noqa: PLR2004  its two ends
    return kept if straight else kept | {"geometry": LineString(points[::-1] if is_reversed else points)}


def _tags_of(network: TravelNetwork, edge: int, mode: str, seconds: float) -> dict[str, str]:
    """Return the tags from which :func:`from_osmnx` learns who may use the edge and how long ``mode`` takes."""
    tags = {
        _ACCESS[each]: "yes" if min(network.forward_seconds[row, edge], network.backward_seconds[row, edge]) < CLOSED else "no"
        for row, each in enumerate(network.modes)
        if each in _ACCESS
    }
    if network.classes[int(network.edge_class[edge])] == FERRY:
        tags |= {"route": FERRY, "duration": f"PT{seconds:.3f}S"}
    elif mode == CAR:
        tags["maxspeed"] = f"{network.edge_length_metres[edge] * KPH_PER_METRE_SECOND / seconds:.6f}"
    return tags


def _controls_of(network: TravelNetwork) -> dict[int, str]:
    """Return the nodes whose delays are those of signals or crossings in the default speed table, as OSM tags them."""
    if not set(network.modes) <= set(MODES):
        return {}
    found: dict[int, str] = {}
    delays = default_speeds().control_delay_seconds(network.modes)
    for control, tag in ((SIGNALS, "traffic_signals"), (CROSSING, "crossing")):
        is_one = (network.node_delay_seconds == delays[:, [int(control)]]).all(axis=0) & bool(delays[:, int(control)].any())
        found |= dict.fromkeys(np.flatnonzero(is_one).tolist(), tag)
    return found


def read_graphml(path: Path) -> Streets:
    """Read a GraphML file that OSMnx saved; raise :class:`NetworkError` if it is missing, empty or something else."""
    import osmnx as ox  # noqa: PLC0415  it takes a second to load, and only this reader needs it

    if not path.is_file():
        raise NetworkError(Problem(code="file.missing", file=path.name))
    if not path.stat().st_size:
        raise NetworkError(Problem(code="file.empty", file=path.name))
    try:
        graph = ox.load_graphml(path)
    except (ParseError, nx.NetworkXError, KeyError, ValueError, TypeError) as error:
        raise NetworkError(Problem(code="osmnx.not_graphml", file=path.name, details={"reason": str(error)})) from error
    return from_osmnx(graph, file=path.name)


def _add_edges(graph: "nx.MultiDiGraph[Any]", refs: dict[Any, int], ways: Ways) -> None:
    """Add the ways of the graph: bent edges as they are, straight ones joined to the ways they were taken from."""
    straight: dict[tuple[int, Rights], list[tuple[int, int]]] = {}
    next_inner = _FIRST_INNER_REF
    for u, v, data in _one_of_each(graph):
        way_id, rights = _first_int(data.get("osmid", 0)), rights_of(edge_tags(data))
        if rights is None:
            continue
        if data.get("geometry") is None:
            straight.setdefault((way_id, rights), []).append((refs[u], refs[v]))
        else:
            vertices, next_inner = _vertices(graph, refs, (u, v), data, next_inner)
            ways.add(way_id, rights, vertices)
    places = [(float(data["x"]), float(data["y"])) for _, data in graph.nodes(data=True)]
    for (way_id, rights), segments in straight.items():
        for chain in chains_of(segments):
            ways.add(way_id, rights, [(ref, *places[ref]) for ref in chain])


def _one_of_each(graph: "nx.MultiDiGraph[Any]") -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """Yield each street once, in the direction of its way: OSMnx marks the other edge of a two-way street as reversed."""
    seen: set[tuple[Any, Any, int, float]] = set()
    for u, v, data in sorted(graph.edges(data=True), key=lambda edge: edge[2].get("reversed", False) is not False):
        street = (_first_int(data.get("osmid", 0)), round(float(data.get("length", 0.0)), 3))
        if not _is_one_way(data):
            if (v, u, *street) in seen:
                continue
            seen.add((u, v, *street))
        yield u, v, data


def edge_tags(data: dict[str, Any]) -> dict[str, str]:
    """Return the tags of an edge as OSM has them; OSMnx turned one-way streets to run along the edge."""
    tags = {key: str(_first(value)) for key, value in data.items() if key != "geometry"}
    tags["oneway"] = "yes" if _is_one_way(data) else "no"
    return tags


def _is_one_way(data: dict[str, Any]) -> bool:
    return str(_first(data.get("oneway", False))).lower() in {"true", "yes", "1"}


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _first_int(value: Any) -> int:
    found = _first(value)
    return int(found) if str(found).lstrip("-").isdigit() else 0


def _vertices(
    graph: "nx.MultiDiGraph[Any]", refs: dict[Any, int], ends_uv: tuple[Any, Any], data: dict[str, Any], next_inner: int
) -> tuple[list[tuple[int, float, float]], int]:
    """Return the vertices of the edge between two nodes, inner ones numbered downwards, and the next free number."""
    ends = [(refs[node], float(graph.nodes[node]["x"]), float(graph.nodes[node]["y"])) for node in ends_uv]
    inner = []
    if data.get("geometry") is not None:
        for lon, lat in data["geometry"].coords[1:-1]:
            inner.append((next_inner, float(lon), float(lat)))
            next_inner -= 1
    return [ends[0], *inner, ends[1]], next_inner
