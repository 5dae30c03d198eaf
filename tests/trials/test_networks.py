"""Real extracts: lengths and connectivity known independently of our reader; minutes are in test_streets_against_osm."""

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

DATA = Path("../shared/data")
EXTRACTS = ["saopaulo_center.osm.pbf", "liechtenstein_20211028.osm.pbf", "shanghai_peoplesquare_drive.osm"]

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
