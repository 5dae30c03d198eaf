"""Streets to network: times, components, order, refusals."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.engine.errors import NetworkError
from geo.engine.gridcity import GRID_SPEEDS, grid_streets
from geo.engine.network.build import build_network
from geo.engine.network.model import TravelNetwork
from geo.engine.network.streets import Streets


def line(*, classes=("residential",), edge_class=0, max_speed=np.nan, fixed=np.nan, **changed):
    """Return one bent street of two segments, open to all, between nodes 0 and 1."""
    values = {
        "node_lon": np.array([118.80, 118.82]), "node_lat": np.array([32.0, 32.01]), "node_control": np.zeros(2, np.uint8),
        "edge_from": np.array([0], np.int32), "edge_to": np.array([1], np.int32), "edge_way_id": np.array([5]),
        "edge_class": np.array([edge_class], np.uint8), "classes": classes, "shape_indptr": np.array([0, 3]),
        "shape_lon": np.array([118.80, 118.82, 118.82]), "shape_lat": np.array([32.0, 32.0, 32.01]),
        "modes": ("walk", "ebike", "car"), "forward_allowed": np.ones((3, 1), bool), "backward_allowed": np.ones((3, 1), bool),
        "max_speed_kph": np.array([max_speed], np.float32), "fixed_seconds": np.array([fixed], np.float32),
    }  # fmt: skip
    return Streets(**(values | changed))


def test_length_follows_the_shape_on_the_ellipsoid():
    network = build_network(line(), source="line")
    metres = Geod(ellps="WGS84").line_length([118.80, 118.82, 118.82], [32.0, 32.0, 32.01])
    assert network.edge_length_metres[0] == pytest.approx(metres, rel=1e-6)
    # walk 3.96, e-bike 15, car 22 km/h on a residential street
    np.testing.assert_allclose(network.forward_seconds[:, 0], metres * 3.6 / np.array([3.96, 15, 22]), rtol=1e-5)


def test_cars_keep_a_lower_posted_limit_and_others_do_not_care():
    slow, fast = build_network(line(max_speed=11.0), source=""), build_network(line(max_speed=80.0), source="")
    assert slow.forward_seconds[2, 0] == pytest.approx(2 * fast.forward_seconds[2, 0], rel=1e-6)
    assert slow.forward_seconds[1, 0] == fast.forward_seconds[1, 0]


def test_a_ferry_takes_its_time_for_everybody_it_takes():
    ferry = line(classes=("ferry",), fixed=600.0)
    assert build_network(ferry, source="").forward_seconds[:, 0].tolist() == [600.0, 600.0, 600.0]


def test_a_class_without_a_speed_is_closed_even_if_allowed():
    network = build_network(line(classes=("footway",)), source="")
    assert np.isfinite(network.forward_seconds[:, 0]).tolist() == [True, True, False]


def test_what_one_cannot_come_back_from_is_closed_and_counted():
    # One way for e-bikes and cars, with no other way back.
    backward = np.array([[True], [False], [False]])
    network = build_network(line(backward_allowed=backward), source="")
    assert np.isfinite(network.forward_seconds[:, 0]).tolist() == [True, False, False]
    closed = network.report["closed_outside_largest_component"]
    assert [closed[mode]["edges"] for mode in ("walk", "ebike", "car")] == [0, 1, 1]
    assert closed["car"]["km"] == pytest.approx(network.edge_length_metres[0] / 1000, abs=1e-3)


def test_streets_nobody_may_use_are_refused():
    with pytest.raises(NetworkError, match="no street that any mode may use"):
        build_network(line(forward_allowed=np.zeros((3, 1), bool), backward_allowed=np.zeros((3, 1), bool)), source="x")


@pytest.mark.parametrize("bad", [np.nan, np.inf, 181.0])
def test_coordinates_that_are_none_are_refused(bad):
    with pytest.raises(NetworkError, match="1 points"):
        build_network(line(shape_lon=np.array([118.80, bad, 118.82])), source="x")


def test_a_street_without_length_gets_ten_centimetres():
    still = line(shape_lon=np.full(3, 118.8), shape_lat=np.full(3, 32.0))
    assert build_network(still, source="").edge_length_metres[0] == pytest.approx(0.1)


def canon(network: TravelNetwork):
    """Return the network as a set of streets that does not depend on any order."""
    rows = zip(
        network.node_lon[network.edge_from], network.node_lat[network.edge_from], network.node_lon[network.edge_to],
        network.node_lat[network.edge_to], network.edge_way_id, network.forward_seconds.T.tolist(),
        network.backward_seconds.T.tolist(), strict=True,
    )  # fmt: skip
    return sorted((*map(float, row[:5]), tuple(row[5]), tuple(row[6])) for row in rows)


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_nodes_and_edges_does_not_matter(random):
    streets = grid_streets(columns=4, rows=3, one_way_rows=(1,), signals=((1, 1),))
    nodes, edges = list(range(12)), list(range(len(streets.edge_from)))
    random.shuffle(nodes)
    random.shuffle(edges)
    new_number = np.argsort(nodes).astype(np.int32)
    shuffled = dataclasses.replace(
        streets, node_lon=streets.node_lon[nodes], node_lat=streets.node_lat[nodes], node_control=streets.node_control[nodes],
        edge_from=new_number[streets.edge_from[edges]], edge_to=new_number[streets.edge_to[edges]],
        edge_way_id=streets.edge_way_id[edges], edge_class=streets.edge_class[edges],
        shape_lon=streets.shape_lon.reshape(-1, 2)[edges].ravel(), shape_lat=streets.shape_lat.reshape(-1, 2)[edges].ravel(),
        forward_allowed=streets.forward_allowed[:, edges], backward_allowed=streets.backward_allowed[:, edges],
    )  # fmt: skip
    first, second = (build_network(s, speeds=GRID_SPEEDS, source="") for s in (streets, shuffled))
    assert canon(first) == canon(second)


def test_building_twice_gives_the_same_digest():
    streets = grid_streets(columns=4, rows=3)
    assert build_network(streets, source="a").digest == build_network(streets, source="b").digest
