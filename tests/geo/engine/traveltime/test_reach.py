"""Costs of all nodes, from a place and to it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.gridcity import grid_city
from geo.engine.snapping import snap
from geo.engine.traveltime import node_costs, nodes_in_reach
from tests.geo.engine.graphs import METRE_A_SECOND_KPH, at, brute_force, make_network, networks, places_on

INF = np.inf


def one_way_street():
    """Return 0 → 1 one-way, 100 s, then 1 – 2 two-way, 60 s; 7 s of delay at node 1."""
    return make_network([(0, 1, 100.0, INF), (1, 2, 60.0, 60.0)], delays=[[0.0, 7.0, 0.0]])


def test_from_a_place_delays_are_paid_where_nodes_are_entered():
    # From the middle of the one-way: 50 s and 7 s at node 1, 60 s more to node 2; node 0 cannot be had.
    costs = node_costs(one_way_street(), at((0, 0.5)), mode="walk", direction="from", cutoff=INF)
    assert costs.tolist() == [INF, 57.0, 117.0]


def test_to_a_place_the_first_node_is_free():
    # To the middle of the one-way: 50 s from node 0; who starts at node 1 or 2 cannot get in.
    assert node_costs(one_way_street(), at((0, 0.5)), mode="walk", direction="to", cutoff=INF).tolist() == [50.0, INF, INF]
    # To the middle of the two-way: 30 s from either end; from node 0 the one-way, 100 s, and 7 s on entering node 1.
    assert node_costs(one_way_street(), at((1, 0.5)), mode="walk", direction="to", cutoff=INF).tolist() == [137.0, 30.0, 30.0]


def test_the_leg_counts_and_the_cutoff_is_inclusive():
    # 22 m at 1.1 m/s: 20 s.
    costs = node_costs(one_way_street(), at((1, 0.5, 22.0)), mode="walk", direction="to", cutoff=50.0)
    assert costs == pytest.approx([INF, 50.0, 50.0], abs=1e-5)
    assert node_costs(one_way_street(), at((1, 0.5, 22.0)), mode="walk", direction="to", cutoff=49.9).tolist() == [INF] * 3


def test_a_place_without_a_street_reaches_nothing():
    assert node_costs(one_way_street(), at((-1, 0.0, INF)), mode="walk", direction="to", cutoff=INF).tolist() == [INF] * 3


@settings(max_examples=100, deadline=None)
@given(
    case=networks().flatmap(lambda n: st.tuples(st.just(n), places_on(n, "car", most=1))), cutoff=st.integers(0, 120).map(float)
)
def test_both_directions_agree_with_networkx(case, cutoff):
    network, point = case
    for direction in ("from", "to"):
        costs = node_costs(network, point, mode="car", direction=direction, cutoff=cutoff, leg_speed_kph=METRE_A_SECOND_KPH)
        assert costs.tolist() == expected(network, point, direction, cutoff)


def expected(network, point, direction, cutoff):
    """Return the costs of nodes, each given as a loop of no length that is added there for the purpose."""
    loops = [(node, node, [4.0, 4.0], [4.0, 4.0]) for node in range(network.node_count)]
    edges = [
        (int(u), int(v), a.tolist(), b.tolist())
        for u, v, a, b in zip(
            network.edge_from, network.edge_to, network.forward_seconds.T, network.backward_seconds.T, strict=True
        )
    ]
    doors = make_network([*edges, *loops], modes=network.modes, delays=network.node_delay_seconds)
    nodes = at(*[(network.edge_count + node, 0.0) for node in range(network.node_count)])
    delay = doors.node_delay_seconds[1].astype(float)
    if direction == "from":
        costs = brute_force(doors, point, nodes, "car")[0]
    else:
        # Who leaves the loop pays the node's own delay; who starts at the node does not.
        costs = brute_force(doors, nodes, point, "car")[:, 0] - delay
    return np.where(costs <= cutoff, costs, INF).tolist()


def test_many_places_give_what_each_gives_alone():
    city = grid_city(columns=12, rows=12, one_way_rows=(3,), signals=((5, 4),))
    rng = np.random.default_rng(2)
    west, south, east, north = city.bounds
    places = snap(city, rng.uniform(west, east, 100), rng.uniform(south, north, 100), mode="ebike", max_metres=100.0)
    values = {"mode": "ebike", "direction": "to", "cutoff": 240.0}
    reach = nodes_in_reach(city, places, **values, threads=2)
    assert np.isfinite(places.snap_metres).sum() < 100
    for place in range(100):
        rows = slice(reach.indptr[place], reach.indptr[place + 1])
        alone = node_costs(city, places.take(np.array([place])), **values)
        assert sorted(reach.node[rows].tolist()) == np.flatnonzero(np.isfinite(alone)).tolist()
        assert reach.cost[rows].tolist() == alone[reach.node[rows]].tolist()
