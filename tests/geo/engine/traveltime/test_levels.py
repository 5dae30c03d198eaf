"""Streets above each other: who stands between two of them takes the better one. By hand, and against NetworkX."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.isochrone import isochrone
from geo.engine.snapping import snap
from geo.engine.traveltime import nearest, nearest_to_nodes, node_costs, od_matrix
from tests.geo.engine.graphs import (
    METRE_A_SECOND_KPH,
    at,
    brute_force,
    dense,
    make_network,
    networks,
    places_with_doors,
    with_other,
)
from tests.geo.engine.test_snapping import metres_east_north

INF = np.inf
VALUES = {"mode": "walk", "leg_speed_kph": METRE_A_SECOND_KPH}


def crossing(level=1):
    """Return a street of 400 m eastwards, at 1 m/s, and 100 m along it a road across it at ``level`` that joins nothing."""
    points = np.column_stack(metres_east_north((0, 0), (400, 0), (100, -200), (100, 200)))
    flat = make_network([(0, 1, 400.0, 400.0), (2, 3, 40.0, 40.0)], points=points, metres=[400, 400])
    return dataclasses.replace(flat, edge_level=np.array([0, level], np.int8))


def places(network, *east_north):
    return snap(network, *metres_east_north(*east_north), mode="walk", max_metres=100.0)


def test_who_stands_under_an_elevated_road_walks_along_the_street_below():
    # 3 m from the elevated road, 8 m from the street: 8 s to the street and 197 m along it to a venue 300 m along.
    for level in (1, 2, -1):
        network = crossing(level)
        here, venue = places(network, (103, 8)), places(network, (300, 0))
        assert (here.edge.tolist(), here.other.edge.tolist()) == ([1], [0])
        assert venue.other is None
        for origin, destination in ((here, venue), (venue, here)):
            matrix = od_matrix(network, origin, destination, cutoff=INF, **VALUES)
            assert matrix.cost == pytest.approx([205.0], abs=0.05)
            assert nearest(network, origin, destination, **VALUES).cost.tolist() == matrix.cost.tolist()


def test_on_one_level_the_nearest_street_alone_counts():
    network = crossing(level=0)
    here, venue = places(network, (103, 8)), places(network, (300, 0))
    assert here.other is None
    assert od_matrix(network, here, venue, cutoff=INF, **VALUES).cost.tolist() == []


def test_both_streets_are_ways_out_and_in():
    # The elevated road, 400 m in 40 s, 3 m away; the place stands 8 m north of its middle: 19.2 s to the north, 20.8 s south.
    network, costs = crossing(), {}
    here = places(network, (103, 8))
    for direction in ("from", "to"):
        costs[direction] = node_costs(network, here, direction=direction, cutoff=INF, **VALUES)
        assert costs[direction] == pytest.approx([111.0, 305.0, 23.8, 22.2], abs=0.05)
    # Of all nodes the place is the nearest venue.
    assert nearest_to_nodes(network, here, **VALUES).cost.tolist() == costs["to"].tolist()


def test_two_neighbours_under_the_road_meet_on_the_street():
    # Both join the elevated road first, at 100 s a metre no way to go; on the street they are 6 m apart, and 8 m from it.
    slow = dataclasses.replace(
        crossing(), forward_seconds=np.array([[400.0, 40_000.0]], np.float32),
        backward_seconds=np.array([[400.0, 40_000.0]], np.float32),
    )  # fmt: skip
    west, east = places(slow, (97, 9)), places(slow, (103, 8))
    assert west.edge.tolist() == east.edge.tolist() == [1]
    # Along the elevated road: 1 m at 100 s, 3 m and 3 m. Along the street: 9 + 6 + 8 s.
    matrix = od_matrix(slow, west, east, cutoff=INF, **VALUES)
    assert matrix.cost == pytest.approx([23.0], abs=0.05)
    assert nearest(slow, west, east, **VALUES).cost.tolist() == matrix.cost.tolist()


def test_an_isochrone_runs_along_both_streets():
    # In 28 s: 20 m each way along the street, which is 8 m away; all of the elevated road (25 s are left, its half takes 20.8).
    network = crossing()
    found = isochrone(network, places(network, (103, 8)), cutoff=28.0, **VALUES).segments
    assert found.edge.tolist() == [0, 1]
    assert (found.start * 400).tolist() == pytest.approx([83.0, 0.0], abs=0.05)
    assert (found.end * 400).tolist() == pytest.approx([123.0, 400.0], abs=0.05)


def test_a_cutoff_counts_the_way_to_the_other_street():
    # 8 m to the street of 40 m before the venue: 48 s.
    network = make_network([(0, 1, 100.0, 100.0), (2, 3, 10.0, 10.0)])
    here = with_other(at((1, 0.5, 3.0)), at((0, 0.5, 8.0)))
    for cutoff, count in ((48.0, 1), (47.0, 0)):
        assert len(od_matrix(network, here, at((0, 0.9)), cutoff=cutoff, **VALUES).cost) == count
        assert len(od_matrix(network, at((0, 0.9)), here, cutoff=cutoff, **VALUES).cost) == count


def test_an_other_door_that_is_no_better_changes_nothing():
    network = make_network([(0, 1, 100.0, 100.0), (1, 2, 100.0, 100.0)])
    first = at((0, 0.5, 3.0), (-1, 0.0, INF))
    nothing = with_other(first, at((-1, 0.0, INF), (-1, 0.0, INF)))
    one, other = (od_matrix(network, each, at((1, 1.0)), cutoff=INF, **VALUES) for each in (first, nothing))
    assert (one.origin.tolist(), one.cost.tolist()) == (other.origin.tolist(), other.cost.tolist()) == ([0], [153.0])


cases = networks().flatmap(lambda n: st.tuples(st.just(n), places_with_doors(n, "car"), places_with_doors(n, "car")))


@settings(max_examples=150, deadline=None)
@given(
    case=cases, cutoff=st.one_of(st.just(INF), st.integers(0, 120).map(float)), impedance=st.sampled_from(["seconds", "metres"])
)
def test_random_graphs_agree_with_networkx_over_all_pairs_of_doors(case, cutoff, impedance):
    network, origins, destinations = case
    expected = brute_force(network, origins, destinations, "car", impedance)
    expected[expected > cutoff] = INF
    values = {"mode": "car", "cutoff": cutoff, "impedance": impedance, "leg_speed_kph": METRE_A_SECOND_KPH}
    assert dense(od_matrix(network, origins, destinations, **values)).tolist() == expected.tolist()
    found = nearest(network, origins, destinations, **values)
    assert found.cost.tolist() == expected.min(axis=1).tolist()
    assert found.destination.tolist() == np.where(np.isfinite(found.cost), expected.argmin(axis=1), -1).tolist()


@settings(max_examples=60, deadline=None)
@given(case=cases)
def test_another_door_makes_no_way_longer(case):
    network, origins, destinations = case
    alone = dataclasses.replace(origins, other=None), dataclasses.replace(destinations, other=None)
    before = dense(od_matrix(network, *alone, mode="car", cutoff=INF))
    assert (dense(od_matrix(network, origins, destinations, mode="car", cutoff=INF)) <= before).all()
