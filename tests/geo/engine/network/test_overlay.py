"""A network with other times on some edges is the network that was built with these times."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.errors import InputError, NetworkError
from geo.engine.gridcity import grid_city
from geo.engine.network.overlay import close_edges, with_times
from geo.engine.traveltime import nearest_to_nodes, node_costs, nodes_in_reach
from tests.geo.engine.graphs import at, make_network, networks

INF = np.inf


def test_a_closed_street_sends_everybody_round_the_block():
    # A square of four streets of 10 s: from 0 to 1 directly, or the other way round when that street is closed.
    square = make_network([(0, 1, 10.0, 10.0), (1, 2, 10.0, 10.0), (2, 3, 10.0, 10.0), (3, 0, 10.0, 10.0)])
    values = {"mode": "walk", "direction": "from", "cutoff": INF}
    assert node_costs(square, at((3, 1.0)), **values).tolist() == [0.0, 10.0, 20.0, 10.0]
    closed = close_edges(square, np.array([0]))
    assert node_costs(closed, at((3, 1.0)), **values).tolist() == [0.0, 30.0, 20.0, 10.0]
    # The network below is as it was.
    assert node_costs(square, at((3, 1.0)), **values).tolist() == [0.0, 10.0, 20.0, 10.0]


def test_only_the_named_modes_are_kept_out():
    street = make_network([(0, 1, 10.0, 10.0)], modes=("walk", "car"))
    closed = close_edges(street, np.array([0]), modes=["car"])
    assert (np.isfinite(closed.forward_seconds).tolist(), closed.edge_count) == ([[True], [False]], 1)


def test_an_opened_street_leads_on_from_what_was_a_dead_end():
    # 0 – 1 – 2 in a row, the second street closed: node 1 can only be left the way one came. Then it opens.
    row = make_network([(0, 1, 10.0, 10.0), (1, 2, INF, INF)])
    values = {"mode": "walk", "direction": "from", "cutoff": INF}
    assert node_costs(row, at((0, 0.0)), **values).tolist() == [0.0, 10.0, INF]
    times = np.array([[5.0]], np.float32)
    opened = with_times(row, np.array([1]), forward_seconds=times, backward_seconds=times)
    assert node_costs(opened, at((0, 0.0)), **values).tolist() == [0.0, 10.0, 15.0]


@settings(max_examples=150, deadline=None)
@given(data=st.data(), network=networks(), direction=st.sampled_from(["from", "to"]))
def test_searches_find_what_they_find_on_a_network_built_so(data, network, direction):
    edges = data.draw(st.lists(st.integers(0, network.edge_count - 1), min_size=1, max_size=4, unique=True))
    seconds = st.one_of(st.integers(1, 40).map(float), st.just(INF))
    times = [
        np.array([[data.draw(seconds) for _ in edges] for _ in network.modes], np.float32) for _ in ("forward", "backward")
    ]
    over = with_times(network, np.array(edges), forward_seconds=times[0], backward_seconds=times[1])
    built = dataclasses.replace(network, forward_seconds=over.forward_seconds, backward_seconds=over.backward_seconds)
    assert (built.overlay, over.digest) == (None, built.digest)
    for edge in range(network.edge_count):
        place, values = at((edge, 0.0)), {"mode": "car", "direction": direction, "cutoff": INF}
        assert node_costs(over, place, **values).tolist() == node_costs(built, place, **values).tolist()
    places = at((0, 0.0), (network.edge_count - 1, 1.0))
    assert nearest_to_nodes(over, places, mode="car").cost.tolist() == nearest_to_nodes(built, places, mode="car").cost.tolist()


def test_an_overlay_may_lie_over_another():
    city = grid_city(columns=6, rows=6)
    both = close_edges(close_edges(city, np.array([3])), np.array([8, 20]))
    alone = close_edges(city, np.array([3, 8, 20]))
    values = {"mode": "ebike", "direction": "to", "cutoff": 600.0}
    one, other = (nodes_in_reach(network, at((0, 0.5)), **values) for network in (both, alone))
    assert (both.digest, dict(zip(one.node, one.cost, strict=True))) == (
        alone.digest, dict(zip(other.node, other.cost, strict=True)),
    )  # fmt: skip


def test_what_makes_no_sense_is_refused():
    city = grid_city(columns=3, rows=3)
    with pytest.raises(InputError, match="edge 12 is not between 0 and 11"):
        with_times(
            city, np.array([12]), forward_seconds=np.ones((3, 1), np.float32), backward_seconds=np.ones((3, 1), np.float32)
        )
    with pytest.raises(InputError, match="above 0, not nan"):
        with_times(
            city, np.array([1]), forward_seconds=np.full((3, 1), np.nan, np.float32),
            backward_seconds=np.ones((3, 1), np.float32),
        )  # fmt: skip
    with pytest.raises(NetworkError, match="broom"):
        close_edges(city, np.array([1]), modes=["broom"])
