"""The graph that a real network gives to OSMnx costs what our searches find, and so does the network that it gives back."""

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from geo.engine.modes import MODES
from geo.engine.network import TravelNetwork
from geo.engine.network.build import build_network
from geo.engine.network.osm import read_osm
from geo.engine.snapping import snap
from geo.engine.traveltime import od_matrix
from tests.geo.engine.graphs import at, dense

EXTRACT = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "liechtenstein_20211028.osm.pbf"
PAIRS = 50
TOLERANCE_MINUTES = 1e-3

pytestmark = [
    pytest.mark.trial,
    pytest.mark.skipif(not EXTRACT.is_file(), reason="the real data of ../shared/data are not here"),
]


@pytest.fixture(scope="module")
def network():
    return build_network(read_osm(EXTRACT), source=EXTRACT.name)


@pytest.fixture(params=MODES, scope="module")
def trips(request, network):
    """Return a mode, its graph, and the nodes of random trips, none with a delay: who starts there has not entered it."""
    graph = network.to_osmnx(request.param)
    delay = network.node_delay_seconds[network.mode_index(request.param)]
    calm = [node for node in graph if delay[node] == 0]
    return request.param, graph, np.random.default_rng(7).choice(calm, (2, PAIRS), replace=False)


def minutes(network, mode, homes, venues):
    return np.diag(dense(od_matrix(network, homes, venues, mode=mode, cutoff=np.inf))) / 60


def at_nodes(network, nodes, mode):
    """Return snaps that stand exactly at nodes, so that no other street near them is taken."""
    edges = np.flatnonzero(network.allowed_edges(mode)).tolist()
    place = {int(network.edge_to[edge]): (edge, 1.0) for edge in edges}
    place |= {int(network.edge_from[edge]): (edge, 0.0) for edge in edges}
    return at(*(place[node] for node in nodes.tolist()))


def test_networkx_adds_up_on_the_graph_what_we_find(network, trips):
    mode, graph, (homes, venues) = trips
    pairs = zip(homes.tolist(), venues.tolist(), strict=True)
    theirs = [nx.bidirectional_dijkstra(graph, home, venue, weight="travel_time")[0] / 60 for home, venue in pairs]
    ours = minutes(network, mode, at_nodes(network, homes, mode), at_nodes(network, venues, mode))
    np.testing.assert_allclose(ours, theirs, atol=TOLERANCE_MINUTES)


def test_the_network_made_of_the_graph_has_the_same_minutes(network, trips):
    mode, graph, trip = trips
    again = TravelNetwork.from_osmnx(graph)
    found = []
    for each in (network, again):
        snaps = [snap(each, network.node_lon[nodes], network.node_lat[nodes], mode=mode, max_metres=1.0) for nodes in trip]
        found.append(minutes(each, mode, *snaps))
    assert np.isfinite(found[0]).all()
    np.testing.assert_allclose(*found, atol=TOLERANCE_MINUTES)
