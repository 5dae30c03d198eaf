"""The nearest venue of everybody: by hand, against NetworkX, and against the matrix."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.gridcity import grid_city
from geo.engine.snapping import snap
from geo.engine.traveltime import nearest, od_matrix
from tests.geo.engine.graphs import METRE_A_SECOND_KPH, at, brute_force, dense, make_network, networks, places_on

INF = np.inf


def test_each_goes_to_the_quicker():
    # 0 —100— 1 —100— 2, venues at 0 and 2; each origin 25 s from one of them.
    network = make_network([(0, 1, 100.0, 100.0), (1, 2, 100.0, 100.0)])
    found = nearest(network, at((0, 0.25), (1, 0.75)), at((0, 0.0), (1, 1.0)), mode="walk")
    assert found.destination.tolist() == [0, 1]
    assert found.cost.tolist() == [25.0, 25.0]


def test_ties_go_to_the_lower_number_whatever_the_way():
    # A ring of four streets of 100 s: from node 0 the venue at node 2 is 200 s away both ways round; venues 0 and 1 both stand
    # there, on different streets; venue 2 is farther by its leg.
    network = make_network([(0, 1, 100.0, 100.0), (1, 2, 100.0, 100.0), (2, 3, 100.0, 100.0), (3, 0, 100.0, 100.0)])
    venues = at((2, 0.0), (1, 1.0), (1, 1.0, 11.0))
    assert nearest(network, at((0, 0.0), (3, 0.0), (1, 1.0)), venues, mode="walk").destination.tolist() == [0, 0, 0]
    swapped = nearest(network, at((0, 0.0)), at((1, 1.0), (2, 0.0)), mode="walk")
    assert (swapped.destination.tolist(), swapped.cost.tolist()) == ([0], [200.0])


def test_what_cannot_be_reached_has_none():
    network = make_network([(0, 1, 100.0, INF), (2, 3, 100.0, 100.0)])
    found = nearest(network, at((0, 0.5), (1, 0.5), (-1, 0.0, INF)), at((0, 0.0)), mode="walk")
    assert found.destination.tolist() == [-1, -1, -1]
    assert found.cost.tolist() == [INF, INF, INF]
    assert nearest(network, at((0, 0.5)), at(), mode="walk").destination.tolist() == [-1]


def test_the_cutoff_is_inclusive():
    network = make_network([(0, 1, 100.0, 100.0)])
    found = nearest(network, at((0, 0.0), (0, 0.25)), at((0, 1.0)), mode="walk", cutoff=75.0)
    assert found.destination.tolist() == [-1, 0]


cases = networks().flatmap(lambda n: st.tuples(st.just(n), *[places_on(n, mode) for mode in ("walk", "car") for _ in "od"]))


@settings(max_examples=150, deadline=None)
@given(
    case=cases, cutoff=st.one_of(st.just(INF), st.integers(0, 120).map(float)), impedance=st.sampled_from(["seconds", "metres"])
)
def test_random_graphs_agree_with_networkx_on_split_edges(case, cutoff, impedance):
    network, *places = case
    for mode, origins, destinations in (("walk", *places[:2]), ("car", *places[2:])):
        costs = brute_force(network, origins, destinations, mode, impedance)
        costs[costs > cutoff] = INF
        best = costs.min(axis=1)
        found = nearest(
            network, origins, destinations, mode=mode, cutoff=cutoff, impedance=impedance, leg_speed_kph=METRE_A_SECOND_KPH
        )
        assert found.cost.tolist() == best.tolist()
        # argmin returns the lowest number of the cheapest.
        assert found.destination.tolist() == np.where(np.isfinite(best), costs.argmin(axis=1), -1).tolist()


def test_the_matrix_says_the_same_on_a_city():
    city = grid_city(columns=30, rows=30, one_way_rows=(4, 5, 20), signals=tuple((c, 7) for c in range(30)))
    rng = np.random.default_rng(8)
    west, south, east, north = city.bounds
    places = snap(city, rng.uniform(west, east, 1000), rng.uniform(south, north, 1000), mode="ebike", max_metres=200.0)
    venues = places.take(np.arange(0, 1000, 25))
    costs = dense(od_matrix(city, places, venues, mode="ebike", cutoff=INF))
    found = nearest(city, places, venues, mode="ebike")
    assert found.cost.tolist() == costs.min(axis=1).tolist()
    assert (costs[np.arange(1000), found.destination] == found.cost).all()
