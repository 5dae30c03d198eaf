"""Real extracts: what is known of them independently of our reader."""

import json
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import pytest
from django.core.management import call_command

from geo.engine.network.osm_tags import rights_of
from geo.engine.network.store import open_network
from geo.engine.snapping import snap
from geo.engine.traveltime import od_matrix

DATA = Path("../shared/data")
EXTRACTS = ["saopaulo_center.osm.pbf", "liechtenstein_20211028.osm.pbf", "shanghai_peoplesquare_drive.osm"]
PAIRS = 200

pytestmark = [
    pytest.mark.trial,
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real data of ../shared/data are not here"),
]


@pytest.fixture(params=EXTRACTS)
def loaded(request, tmp_path, settings, capsys):
    """Load an extract with the command; return its path, what the command said, and the network."""
    settings.VAR_DIR = tmp_path
    path = DATA / request.param
    call_command("load_network", "--json", "--pbf" if request.param.endswith(".pbf") else "--osm", str(path))
    said = json.loads(capsys.readouterr().out)
    return path, said, open_network(tmp_path / "networks", said["digest"])


def osm_segments(path):
    """Return every segment of every usable way as (from, to, metres, rights), by a pass of its own over the file."""
    for way in osmium.FileProcessor(str(path)).with_locations():
        if not way.is_way():
            continue
        rights = rights_of({tag.k: tag.v for tag in way.tags})
        if rights is None:
            continue
        nodes = [(n.ref, n.location) for n in way.nodes if n.location.valid()]
        for (a, at), (b, bt) in pairwise(nodes):
            yield a, b, osmium.geom.haversine_distance(at, bt), rights


def test_the_open_length_and_what_was_closed_add_up_to_the_file(loaded):
    path, said, network = loaded
    for row, mode in enumerate(network.modes):
        in_file = sum(metres for _, _, metres, r in osm_segments(path) if r.forward[row] or r.backward[row]) / 1000
        closed = said["report"]["closed_outside_largest_component"][mode]["km"]
        # Haversine on a sphere against the ellipsoid: up to 0.5 % apart.
        assert said["km"][mode] + closed == pytest.approx(in_file, rel=6e-3)


def test_whoever_gets_on_gets_everywhere(loaded):
    _, _, network = loaded
    for row in range(len(network.modes)):
        graph = nx.DiGraph()
        forward, backward = np.isfinite(network.forward_seconds[row]), np.isfinite(network.backward_seconds[row])
        graph.add_edges_from(zip(network.edge_from[forward].tolist(), network.edge_to[forward].tolist(), strict=True))
        graph.add_edges_from(zip(network.edge_to[backward].tolist(), network.edge_from[backward].tolist(), strict=True))
        assert nx.is_strongly_connected(graph)


def graph_of(network, mode):
    """Return the network as a NetworkX graph of seconds, the delay on the arc that enters a node."""
    row = network.mode_index(mode)
    delay = network.node_delay_seconds[row].astype(float)
    graph = nx.DiGraph()
    for u, v, along, against in zip(
        network.edge_from.tolist(), network.edge_to.tolist(), network.forward_seconds[row].tolist(),
        network.backward_seconds[row].tolist(), strict=True,
    ):  # fmt: skip
        for tail, head, seconds in ((u, v, along), (v, u, against)):
            if np.isfinite(seconds):
                total = seconds + delay[head]
                if total < graph.get_edge_data(tail, head, {"seconds": np.inf})["seconds"]:
                    graph.add_edge(tail, head, seconds=total)
    return graph


@pytest.mark.parametrize("mode", ["walk", "ebike", "car"])
def test_minutes_of_200_random_pairs_equal_networkx(loaded, mode):
    _, _, network = loaded
    graph = graph_of(network, mode)
    rng = np.random.default_rng(20261123)
    nodes = np.array(sorted(graph))
    homes, venues = rng.choice(nodes, PAIRS), rng.choice(nodes, PAIRS)
    origins, destinations = (
        snap(network, network.node_lon[ends], network.node_lat[ends], mode=mode, max_metres=5.0) for ends in (homes, venues)
    )
    matrix = od_matrix(network, origins, destinations, mode=mode, cutoff=np.inf)
    found = {(int(d), int(o)): float(c) for d, o, c in zip(matrix.destination, matrix.origin, matrix.cost, strict=True)}
    compared = 0
    for i, (home, venue) in enumerate(zip(homes.tolist(), venues.tolist(), strict=True)):
        if home == venue:
            continue
        seconds = nx.dijkstra_path_length(graph, home, venue, weight="seconds")
        # A place at a node snaps to one of the edges that meet there. Leaving by another edge it enters the node first and pays
        # its delay; arriving by its own edge it stops just before the node and does not: both are known, neither is an error.
        delay = network.node_delay_seconds[network.mode_index(mode)].astype(float)
        assert -0.1 - delay[venue] / 60 <= (found[i, i] - seconds) / 60 <= 0.1 + delay[home] / 60
        compared += 1
    assert compared > 0.9 * PAIRS
