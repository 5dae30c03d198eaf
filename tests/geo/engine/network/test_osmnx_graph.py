"""OSMnx graphs give the same streets as the file they were made from."""

import dataclasses

import networkx as nx
import numpy as np
import osmnx as ox
import pytest

from geo.engine.errors import NetworkError
from geo.engine.network import TravelNetwork
from geo.engine.network.build import build_network
from geo.engine.network.osm import read_osm
from geo.engine.network.osmnx_graph import NODE_TAGS, WAY_TAGS, edge_tags, from_osmnx, read_graphml
from geo.engine.traveltime import node_costs
from tests.geo.engine.graphs import at
from tests.geo.engine.network.osm_files import WHOLE, write

ONE_WAY = WHOLE.replace('<tag k="maxspeed" v="20"/>', '<tag k="maxspeed" v="20"/><tag k="oneway" v="-1"/>')


@pytest.fixture(autouse=True)
def _tags(monkeypatch):
    monkeypatch.setattr(ox.settings, "useful_tags_way", list(WAY_TAGS))
    monkeypatch.setattr(ox.settings, "useful_tags_node", list(NODE_TAGS))


def with_node_tags(text, node, **tags):
    """Return the file with tags on one of its nodes that has none."""
    start = text[text.index(f'<node id="{node}"') :].split("/>")[0]
    inside = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
    return text.replace(f"{start}/>", f"{start}>{inside}</node>")


def lengths(network):
    """Return km open to each mode, along and against."""
    return [
        [round(float(network.edge_length_metres[np.isfinite(row)].sum()), 1) for row in rows]
        for rows in (network.forward_seconds, network.backward_seconds)
    ]


@pytest.mark.parametrize("text", [WHOLE, ONE_WAY])
@pytest.mark.parametrize("simplify", [True, False])
def test_the_graph_and_the_file_have_the_same_streets(tmp_path, text, simplify):
    path = write(tmp_path, text)
    graph = ox.graph_from_xml(path, simplify=False, retain_all=True)
    if simplify:
        graph = ox.simplify_graph(graph, edge_attrs_differ=["osmid"])
    ours, theirs = (build_network(s, source="") for s in (read_osm(path), from_osmnx(graph)))
    # A one-way street may be drawn in the other sense: only the sum over both senses must agree.
    np.testing.assert_allclose(np.sum(lengths(ours), axis=0), np.sum(lengths(theirs), axis=0), atol=0.5)


def test_graphml_is_read_back(tmp_path):
    graph = ox.graph_from_xml(write(tmp_path, WHOLE), retain_all=True)
    ox.save_graphml(graph, tmp_path / "g.graphml")
    again, first = read_graphml(tmp_path / "g.graphml"), from_osmnx(graph)
    assert len(again.edge_from) == len(first.edge_from)
    np.testing.assert_allclose(np.sort(again.node_lon), np.sort(first.node_lon))


def test_merged_tags_count_by_their_first_value():
    tags = edge_tags({"highway": ["primary", "residential"], "oneway": [True, False], "geometry": object()})
    assert tags == {"highway": "primary", "oneway": "yes"}


def test_a_projected_graph_is_refused():
    graph = nx.MultiDiGraph(crs="epsg:32650")
    with pytest.raises(NetworkError, match="epsg:32650"):
        from_osmnx(graph)


def test_a_graph_without_ways_is_refused():
    with pytest.raises(NetworkError, match="no usable way"):
        from_osmnx(nx.MultiDiGraph(crs="epsg:4326"))


@pytest.mark.parametrize(("content", "code"), [(None, "file.missing"), (b"", "file.empty"), (b"<graphml", "osmnx.not_graphml")])
def test_what_is_no_graphml_is_said(tmp_path, content, code):
    path = tmp_path / "g.graphml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(NetworkError) as raised:
        read_graphml(path)
    assert raised.value.problems[0].code == code


def test_levels_go_out_and_come_back(tmp_path):
    text = WHOLE.replace('<tag k="maxspeed" v="20"/>', '<tag k="bridge" v="yes"/>')
    network = build_network(read_osm(write(tmp_path, text)), source="")
    expected = {10: 0, 11: 1, 12: 0}
    for mode in ("walk", "ebike"):
        again = from_osmnx(network.to_osmnx(mode))
        for found in (network, again):
            assert dict(zip(found.edge_way_id.tolist(), found.edge_level.tolist(), strict=True)) == expected


# Node 5 is a bend of the cycleway, node 3 where it meets a street end to end, node 4 a junction of it.
BARRIERS = [
    (5, {"barrier": "stile"}),
    (5, {"barrier": "gate", "access": "private", "foot": "yes"}),
    (5, {"barrier": "bollard", "bicycle": "no"}),
    (5, {"barrier": "gate"}),
    (5, {"access": "private"}),
    (3, {"barrier": "gate", "access": "no"}),
    (4, {"barrier": "stile"}),
]


@pytest.mark.parametrize(("node", "tags"), BARRIERS)
@pytest.mark.parametrize("simplify", [True, False])
def test_barriers_of_the_graph_close_what_those_of_the_file_close(tmp_path, node, tags, simplify):
    path = write(tmp_path, with_node_tags(WHOLE, node, **tags))
    graph = ox.graph_from_xml(path, simplify=False, retain_all=True)
    if simplify:
        graph = ox.simplify_graph(graph, edge_attrs_differ=["osmid"], node_attrs_include=["barrier", "highway"])
    ours, theirs = (streets.forward_allowed | streets.backward_allowed for streets in (read_osm(path), from_osmnx(graph)))
    # Where two ways meet end to end, either may give its last metre.
    assert sorted(ours.T.tolist()) == sorted(theirs.T.tolist())


def test_a_stile_in_the_graph_stops_ebikes_for_a_metre(tmp_path):
    path = write(tmp_path, with_node_tags(WHOLE, 5, barrier="stile"))
    streets = from_osmnx(ox.graph_from_xml(path, simplify=False, retain_all=True))
    walk, ebike, _ = streets.forward_allowed | streets.backward_allowed
    # The cycleway in three pieces: up to the stile, the metre behind it, and on.
    assert [(streets.edge_way_id == 12).sum(), walk.sum() - ebike.sum()] == [3, 1]


def test_what_is_no_text_on_a_node_says_nothing(tmp_path):
    graph = ox.graph_from_xml(write(tmp_path, WHOLE), simplify=False, retain_all=True)
    plain = from_osmnx(graph)
    nx.set_node_attributes(graph, float("nan"), "barrier")
    nx.set_node_attributes(graph, "private", "access")
    assert from_osmnx(graph).forward_allowed.tolist() == plain.forward_allowed.tolist()


FERRY = '<tag k="route" v="ferry"/><tag k="duration" v="00:07"/><tag k="bicycle" v="yes"/><tag k="motorcar" v="yes"/>'
# Way 12 in other guises: what only its tags say must not be lost on the way out and back.
GUISES = {
    "cycleway": '<tag k="highway" v="cycleway"/>',
    "footway for bicycles": '<tag k="highway" v="footway"/><tag k="bicycle" v="yes"/>',
    "expressway for bicycles": '<tag k="highway" v="trunk"/><tag k="expressway" v="yes"/><tag k="bicycle" v="yes"/>',
    "slow street": '<tag k="highway" v="residential"/><tag k="maxspeed" v="7"/>',
    "one-way street": '<tag k="highway" v="tertiary"/><tag k="oneway" v="yes"/><tag k="oneway:bicycle" v="no"/>',
    "private road": '<tag k="highway" v="service"/><tag k="access" v="private"/><tag k="foot" v="yes"/>',
    "ferry": FERRY,
}


def seconds_by_place(network, mode):
    """Return what it costs from every end of a street to every other, by their places, and the delays there."""
    edges = np.flatnonzero(network.allowed_edges(mode)).tolist()
    delay = network.node_delay_seconds[network.mode_index(mode)]
    found = {}
    for node, edge, fraction in [(int(network.edge_from[e]), e, 0.0) for e in edges] + [
        (int(network.edge_to[e]), e, 1.0) for e in edges
    ]:
        costs = node_costs(network, at((edge, fraction)), mode=mode, direction="from", cutoff=np.inf)
        places = np.column_stack([network.node_lon, network.node_lat]).round(7).tolist()
        if delay[node] == 0:
            start = tuple(places[node])
            found |= {(start, tuple(end)): cost for end, cost in zip(places, costs.tolist(), strict=True) if np.isfinite(cost)}
    return found


@pytest.mark.parametrize("guise", GUISES)
@pytest.mark.parametrize("mode", ["walk", "ebike", "car"])
def test_a_network_goes_out_and_comes_back_with_the_same_seconds(tmp_path, guise, mode):
    text = WHOLE.replace('<tag k="highway" v="cycleway"/>', GUISES[guise])
    network = build_network(read_osm(write(tmp_path, text)), source="")
    again = TravelNetwork.from_osmnx(network.to_osmnx(mode))
    before, after = seconds_by_place(network, mode), seconds_by_place(again, mode)
    # Ends that only other modes have are gone.
    assert after
    assert all(pair in before for pair in after)
    assert list(after.values()) == pytest.approx([before[pair] for pair in after], abs=0.01)
    lengths = [float(each.edge_length_metres[each.allowed_edges(mode)].sum()) for each in (network, again)]
    assert lengths[0] == pytest.approx(lengths[1], abs=0.01)
    assert max(after.values()) == pytest.approx(max(before.values()), abs=0.01)


def test_controls_go_out_as_osm_tags_them(tmp_path):
    network = build_network(read_osm(write(tmp_path, with_node_tags(WHOLE, 3, highway="crossing"))), source="")
    graph = network.to_osmnx("walk")
    tags = {(data["x"], data["y"]): data.get("highway") for _, data in graph.nodes(data=True)}
    assert {place: tag for place, tag in tags.items() if tag} == {
        (118.801, 32.0): "traffic_signals",
        (118.802, 32.0): "crossing",
    }


def test_modes_of_another_kind_have_no_controls(tmp_path):
    network = dataclasses.replace(build_network(read_osm(write(tmp_path, WHOLE)), source=""), modes=("walk", "horse", "car"))
    graph = network.to_osmnx("horse")
    assert not [node for node, data in graph.nodes(data=True) if "highway" in data]
    assert {data["foot"] for _, _, data in graph.edges(data=True)} == {"yes"}
