"""Laws of costs between nodes, held against Floyd and Warshall on random graphs; those of the matrix are in test_matrix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.gridcity import grid_city
from geo.engine.snapping import snap
from geo.engine.traveltime import nearest, nearest_to_nodes, node_costs, nodes_in_reach
from tests.geo.engine.graphs import METRE_A_SECOND_KPH, at, make_network, networks, places_on

INF = np.inf
DIRECTIONS = ("from", "to")


def all_pairs(network, mode):
    """Return (N, N) seconds from node to node, the delay of each node entered included: R. Floyd, CACM 5 (1962)."""
    along, against, delay = (costs.astype(float) for costs in network.edge_costs(mode))
    costs = np.full((network.node_count, network.node_count), INF)
    for edge, (u, v) in enumerate(zip(network.edge_from.tolist(), network.edge_to.tolist(), strict=True)):
        costs[u, v] = min(costs[u, v], along[edge] + delay[v])
        costs[v, u] = min(costs[v, u], against[edge] + delay[u])
    np.fill_diagonal(costs, 0.0)
    for k in range(network.node_count):
        costs = np.minimum(costs, costs[:, k, None] + costs[None, k, :])
    return costs


def part(share, seconds):
    return 0.0 if share == 0 else share * seconds


def by_all_pairs(network, place, mode, direction):
    """Return (N,) what each node costs from the place or to it, over both ends of its edge, at 1 m/s on the leg."""
    along, against, delay = (costs.astype(float) for costs in network.edge_costs(mode))
    edge, share, leg = int(place.edge[0]), float(place.fraction[0]), float(place.snap_metres[0])
    if edge < 0:
        return np.full(network.node_count, INF)
    u, v, costs = int(network.edge_from[edge]), int(network.edge_to[edge]), all_pairs(network, mode)
    if direction == "from":
        ways = part(share, against[edge]) + delay[u] + costs[u], part(1 - share, along[edge]) + delay[v] + costs[v]
    else:
        ways = costs[:, u] + part(share, along[edge]), costs[:, v] + part(1 - share, against[edge])
    return leg + np.minimum(*ways)


one_place = networks().flatmap(lambda n: st.tuples(st.just(n), places_on(n, "car", most=1)))


@settings(max_examples=150, deadline=None)
@given(case=one_place, cutoff=st.one_of(st.just(INF), st.integers(0, 120).map(float)), direction=st.sampled_from(DIRECTIONS))
def test_nodes_cost_what_floyd_and_warshall_say(case, cutoff, direction):
    network, place = case
    values = {"mode": "car", "direction": direction, "cutoff": cutoff, "leg_speed_kph": METRE_A_SECOND_KPH}
    expected = by_all_pairs(network, place, "car", direction)
    expected[expected > cutoff] = INF
    assert node_costs(network, place, **values).tolist() == expected.tolist()


several = networks().flatmap(lambda n: st.tuples(st.just(n), places_on(n, "car")))


@settings(max_examples=100, deadline=None)
@given(case=several)
def test_the_nearest_of_every_node_is_the_least_of_floyd_and_warshall(case):
    network, places = case
    costs = np.array([by_all_pairs(network, places.take(np.array([i])), "car", "to") for i in range(len(places))])
    found = nearest_to_nodes(network, places, mode="car", leg_speed_kph=METRE_A_SECOND_KPH)
    assert found.cost.tolist() == costs.min(axis=0).tolist()
    # Of equally near ones the lowest number.
    assert found.destination.tolist() == np.where(np.isfinite(found.cost), costs.argmin(axis=0), -1).tolist()


@settings(max_examples=60, deadline=None)
@given(case=one_place, cutoff=st.integers(0, 100), more=st.integers(0, 100), direction=st.sampled_from(DIRECTIONS))
def test_a_longer_cutoff_adds_nodes_and_changes_no_cost(case, cutoff, more, direction):
    network, place = case
    few, many = (
        node_costs(network, place, mode="car", direction=direction, cutoff=float(limit)) for limit in (cutoff, cutoff + more)
    )
    assert (np.isfinite(few) <= np.isfinite(many)).all()
    assert few[np.isfinite(few)].tolist() == many[np.isfinite(few)].tolist()


@settings(max_examples=60, deadline=None)
@given(case=one_place, data=st.data(), direction=st.sampled_from(DIRECTIONS))
def test_another_street_makes_no_node_farther(case, data, direction):
    network, place = case
    node = st.integers(0, network.node_count - 1)
    edges = list(
        zip(
            network.edge_from.tolist(), network.edge_to.tolist(), network.forward_seconds.T.tolist(),
            network.backward_seconds.T.tolist(), strict=True,
        )
    )  # fmt: skip
    more = make_network(
        [*edges, (data.draw(node), data.draw(node), 4.0, INF)], modes=network.modes, delays=network.node_delay_seconds
    )  # fmt: skip
    before, after = (node_costs(n, place, mode="car", direction=direction, cutoff=INF) for n in (network, more))
    assert (after <= before).all()


@settings(max_examples=60, deadline=None)
@given(
    case=networks(two_way=True, delayed=False).flatmap(lambda n: st.tuples(st.just(n), places_on(n, "walk", most=1)))
)  # fmt: skip
def test_on_two_way_streets_without_delays_there_is_as_far_as_back(case):
    network, place = case
    there, back = (node_costs(network, place, mode="walk", direction=direction, cutoff=INF) for direction in DIRECTIONS)
    assert there.tolist() == back.tolist()


@settings(max_examples=60, deadline=None)
@given(network=networks(delayed=False))
def test_no_node_is_farther_than_over_a_third(network):
    # Every node that an edge begins at is a place of no length.
    starts = np.unique(network.edge_from[network.allowed_edges("car")], return_index=True)
    edges = np.flatnonzero(network.allowed_edges("car"))[starts[1]]
    costs = np.array(
        [node_costs(network, at((int(e), 0.0)), mode="car", direction="from", cutoff=INF) for e in edges]
    )  # fmt: skip
    among = costs[:, starts[0]]
    assert (np.diag(among) == 0).all()
    assert (costs[:, None, :] <= among[:, :, None] + costs[None, :, :]).all()


@pytest.fixture(scope="module")
def city():
    return grid_city(columns=40, rows=40, one_way_rows=(3, 8), signals=tuple((c, c) for c in range(0, 40, 3)))


@pytest.fixture(scope="module")
def places(city):
    rng = np.random.default_rng(5)
    west, south, east, north = city.bounds
    return snap(city, rng.uniform(west, east, 600), rng.uniform(south, north, 600), mode="ebike", max_metres=200.0)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_threads_and_runs_find_the_same_bits(city, places, direction):
    values = {"mode": "ebike", "direction": direction, "cutoff": 700.0}
    runs = [nodes_in_reach(city, places, **values, threads=threads) for threads in (1, 2, 3, 2, 1)]
    assert len(runs[0].node) > 50_000
    for run in runs[1:]:
        for name in ("indptr", "node", "cost"):
            assert getattr(run, name).tobytes() == getattr(runs[0], name).tobytes()


def test_runs_of_the_nearest_find_the_same_bits(city, places):
    venues = places.take(np.arange(0, 600, 20))
    runs = [nearest(city, places, venues, mode="ebike") for _ in range(3)]
    assert len({(run.destination.tobytes(), run.cost.tobytes()) for run in runs}) == 1
