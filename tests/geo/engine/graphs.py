"""Small networks by hand or by hypothesis, places on them, and costs by an independent way: NetworkX on split edges."""

import dataclasses
import itertools

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from geo.engine.network import TravelNetwork
from geo.engine.snapping import Snaps

INF = np.inf
METRE_A_SECOND_KPH = 3.6


def make_network(edges, *, points=None, delays=None, modes=("walk",), metres=None):
    """Return a network of ``edges`` (from, to, seconds along, seconds against), the seconds a number or one a mode."""
    count = 1 + max(max(edge[:2]) for edge in edges)
    lon, lat = np.asarray(points if points is not None else [(118 + 0.001 * i, 32) for i in range(count)], float).T
    tail, head = (np.array([edge[i] for edge in edges], np.int32) for i in (0, 1))
    along, against = (np.stack([np.broadcast_to(edge[i], len(modes)) for edge in edges], axis=1) for i in (2, 3))
    ends = np.column_stack([tail, head]).ravel()
    return TravelNetwork(
        node_lon=lon, node_lat=lat, edge_from=tail, edge_to=head,
        edge_length_metres=np.full(len(edges), 100, np.float32) if metres is None else np.asarray(metres, np.float32),
        edge_way_id=np.arange(len(edges)), edge_class=np.zeros(len(edges), np.uint8), classes=("residential",),
        shape_indptr=np.arange(0, 2 * len(edges) + 1, 2), shape_lon=lon[ends], shape_lat=lat[ends], modes=modes,
        forward_seconds=along.astype(np.float32), backward_seconds=against.astype(np.float32),
        node_delay_seconds=np.zeros((len(modes), count), np.float32) if delays is None else np.asarray(delays, np.float32),
        source="by hand", report={},
    )  # fmt: skip


def at(*places):
    """Return snaps of places (edge, fraction) or (edge, fraction, metres from the street)."""
    rows = [(*place, 0.0)[:3] for place in places]
    edge, fraction, metres = (np.array(column) for column in zip(*rows, strict=True)) if rows else (np.empty(0),) * 3
    blank = np.where(edge < 0, np.nan, 0.0)
    return Snaps(
        edge=edge.astype(np.int32), fraction=fraction.astype(np.float64), snap_metres=metres.astype(np.float32),
        lon=blank, lat=blank,
    )  # fmt: skip


def with_other(snaps, other):
    """Return the snaps with other doors to the streets, those of another level."""
    return dataclasses.replace(snaps, other=other)


def brute_force(network, origins, destinations, mode, impedance="seconds"):
    """Return (origins, destinations) costs at 1 m/s on the legs: the best of all pairs of doors."""
    pairs = itertools.product(origins.doors, destinations.doors)
    return np.minimum.reduce([_between_doors(network, *pair, mode, impedance) for pair in pairs])


def _between_doors(network, origins, destinations, mode, impedance):
    """Return (origins, destinations) costs at 1 m/s on the legs: every edge split at every place, then NetworkX."""
    along, against, delay = (a.astype(float) for a in network.edge_costs(mode, impedance))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.node_count))
    places = [("o", i, *p) for i, p in enumerate(zip(origins.edge, origins.fraction, strict=True))]
    places += [("d", i, *p) for i, p in enumerate(zip(destinations.edge, destinations.fraction, strict=True))]
    for edge in range(network.edge_count):
        here = sorted((f, side, i) for side, i, e, f in places if e == edge)
        stops = [(0.0, int(network.edge_from[edge])), *((f, (s, i)) for f, s, i in here), (1.0, int(network.edge_to[edge]))]
        for (f0, a), (f1, b) in itertools.pairwise(stops):
            for start, end, cost in ((a, b, along[edge]), (b, a, against[edge])):
                running = 0.0 if f0 == f1 else (f1 - f0) * cost
                if np.isfinite(running):
                    graph.add_edge(start, end, weight=running + (delay[end] if isinstance(end, int) else 0.0))
    costs = np.full((len(origins), len(destinations)), INF)
    for i in range(len(origins)):
        if origins.edge[i] < 0:
            continue
        found = nx.single_source_dijkstra_path_length(graph, ("o", i))
        for j in range(len(destinations)):
            if destinations.edge[j] >= 0 and ("d", j) in found:
                costs[i, j] = origins.snap_metres[i] + found["d", j] + destinations.snap_metres[j]
    return costs


def dense(matrix):
    """Return (origins, destinations) costs of an OD matrix, inf where there is no entry."""
    costs = np.full((matrix.origin_count, len(matrix.indptr) - 1), INF)
    costs[matrix.origin, matrix.destination] = matrix.cost
    return costs


# Quarters of whole seconds add up exactly, so that costs are compared without tolerance.
_seconds = st.integers(1, 40).map(lambda quarters: quarters * 4.0)
_maybe_closed = st.one_of(_seconds, st.just(INF))


@st.composite
def networks(draw, modes=("walk", "car"), two_way=False, delayed=True):
    """Draw up to 7 nodes and 14 edges: parallel edges, loops, one-ways, delays."""
    count = draw(st.integers(2, 7))
    node = st.integers(0, count - 1)
    edges = []
    for _ in range(draw(st.integers(1, 14))):
        along = [draw(_seconds if two_way else _maybe_closed) for _ in modes]
        against = along if two_way else [draw(_maybe_closed) for _ in modes]
        edges.append((draw(node), draw(node), along, against))
    delay = st.integers(0, 9).map(float) if delayed else st.just(0.0)
    delays = [[draw(delay) for _ in range(count)] for _ in modes]
    metres = [draw(_seconds) for _ in edges]
    return make_network([*edges, (0, count - 1, 160.0, 160.0)], delays=delays, modes=modes, metres=[*metres, 160.0])


@st.composite
def places_on(draw, network, mode, most=6, legs=True):
    """Draw places on edges that ``mode`` may use, some of them nowhere near a street."""
    edge = st.sampled_from(np.flatnonzero(network.allowed_edges(mode)).tolist())
    place = st.tuples(
        edge, st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), st.integers(0, 20).map(float) if legs else st.just(0.0)
    )
    nowhere = st.just((-1, 0.0, INF))
    return at(*draw(st.lists(st.one_of(place, place, place, nowhere) if legs else place, min_size=1, max_size=most)))


@st.composite
def places_with_doors(draw, network, mode, most=5):
    """Draw places of which some have a second door, no nearer than the first."""
    first = draw(places_on(network, mode, most=most))
    edge = st.sampled_from(np.flatnonzero(network.allowed_edges(mode)).tolist())
    doors = []
    for metres in first.snap_metres.tolist():
        is_there = metres < INF and draw(st.booleans())
        farther = metres + draw(st.integers(0, 15)) if is_there else INF
        doors.append((draw(edge) if is_there else -1, draw(st.sampled_from([0.0, 0.25, 0.5, 1.0])), farther))
    # Two levels are two edges.
    doors = [(-1, 0.0, INF) if door[0] == own else door for door, own in zip(doors, first.edge.tolist(), strict=True)]
    return with_other(first, at(*doors))
