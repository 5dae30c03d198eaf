"""The matrix: by hand on a grid city, against NetworkX on random graphs, and its laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.errors import NetworkError
from geo.engine.gridcity import grid_city, grid_points
from geo.engine.network.store import open_network, save_network
from geo.engine.progress import Cancelled
from geo.engine.snapping import snap
from geo.engine.traveltime import largest_cost, od_matrix
from tests.geo.engine.graphs import METRE_A_SECOND_KPH, at, brute_force, dense, make_network, networks, places_on

COLUMNS = 18
INF = np.inf


def crossings(network, places, columns=COLUMNS, rows=5, mode="ebike"):
    """Return snaps of (column, row) crossings of a grid of 250 m; a fraction of a column lies that far along the street."""
    lon, lat = grid_points(columns=columns, rows=rows, block_metres=250.0)
    step = lon[1] - lon[0]
    x = [lon[row * columns + int(column)] + (column % 1) * step for column, row in places]
    return snap(network, np.array(x), np.array([lat[row * columns] for _, row in places]), mode=mode, max_metres=1.0)


def minutes(network, origin, destination, cutoff=INF, mode="ebike"):
    origins, destinations = crossings(network, [origin], mode=mode), crossings(network, [destination], mode=mode)
    return dense(od_matrix(network, origins, destinations, mode=mode, cutoff=cutoff))[0, 0] / 60


def test_a_block_is_a_minute_by_e_bike_and_250_seconds_on_foot():
    city = grid_city(columns=COLUMNS, rows=5)
    # 3 blocks east and 4 north: 7 blocks, 7 × 250 m; at 15 km/h a minute each, at 1 m/s 250 s each.
    assert minutes(city, (0, 0), (3, 4)) == pytest.approx(7.0, abs=1e-4)
    assert minutes(city, (0, 0), (3, 4), mode="walk") * 60 == pytest.approx(1750.0, abs=1e-3)


def test_the_cutoff_is_inclusive():
    city = grid_city(columns=COLUMNS, rows=5)
    # 15 blocks take 15.0 minutes, though single-precision sums may say 15.0000001.
    assert minutes(city, (0, 0), (15, 0), cutoff=900.0) == pytest.approx(15.0, abs=1e-4)
    # 15 blocks and a hundredth of one: 15.01 minutes.
    assert minutes(city, (0, 0), (15.01, 0), cutoff=900.0) == INF


def test_halfway_along_a_block_counts_half():
    city = grid_city(columns=COLUMNS, rows=5)
    # Half a block to the crossing, one block, then a quarter of the third: 1.75 minutes.
    assert minutes(city, (0.5, 0), (2.25, 0)) == pytest.approx(1.75, abs=1e-4)
    # On one block, directly and in both senses: half a block.
    assert minutes(city, (0.25, 0), (0.75, 0)) == pytest.approx(0.5, abs=1e-4)
    assert minutes(city, (0.75, 0), (0.25, 0)) == pytest.approx(0.5, abs=1e-4)


def test_signals_are_paid_by_those_who_enter_the_crossing():
    city = grid_city(columns=COLUMNS, rows=5, signals=((2, 0),))
    # From (1.5, 0) half a block to the signals, 30 s there, a block on: 30 + 30 + 60 s. Round them is longer.
    assert minutes(city, (1.5, 0), (3, 0)) == pytest.approx(2.0, abs=1e-4)
    # Who lives beyond them does not.
    assert minutes(city, (2.5, 0), (4, 0)) == pytest.approx(1.5, abs=1e-4)
    # Walkers wait 30 s too: 125 + 30 + 250 s.
    assert minutes(city, (1.5, 0), (3, 0), mode="walk") * 60 == pytest.approx(405.0, abs=1e-3)


def test_one_ways_are_ridden_from_worker_to_venue():
    city = grid_city(columns=COLUMNS, rows=5, one_way_rows=(0,))
    # Row 0 runs east only. Eastwards 3 blocks; westwards up to row 1, 3 blocks, and down again: 5 blocks. On foot both are 3.
    assert minutes(city, (1, 0), (4, 0)) == pytest.approx(3.0, abs=1e-4)
    assert minutes(city, (4, 0), (1, 0)) == pytest.approx(5.0, abs=1e-4)
    assert minutes(city, (4, 0), (1, 0), mode="walk") * 60 == pytest.approx(750.0, abs=1e-3)


def test_against_a_one_way_on_ones_own_edge_goes_round_the_block():
    city = grid_city(columns=COLUMNS, rows=5, one_way_rows=(0,))
    # From (1.75, 0) to (1.25, 0): 0.25 east to the crossing, up, west 1, down, 0.25 east: 3.5 blocks.
    assert minutes(city, (1.75, 0), (1.25, 0)) == pytest.approx(3.5, abs=1e-4)


def test_both_legs_count_at_the_speed_of_the_leg():
    network = make_network([(0, 1, 100.0, 100.0)])
    origins, destinations = at((0, 0.0, 33.0)), at((0, 1.0, 66.0))
    # 33 m and 66 m at 3.96 km/h = 1.1 m/s: 30 s and 60 s.
    assert dense(od_matrix(network, origins, destinations, mode="walk", cutoff=INF))[0, 0] == pytest.approx(190.0, abs=1e-4)
    # In metres the legs are metres.
    metres = od_matrix(network, origins, destinations, mode="walk", cutoff=INF, impedance="metres")
    assert metres.cost.tolist() == [199.0]


def test_the_destination_itself_is_reached_at_cutoff_0():
    network = make_network([(0, 1, 100.0, 100.0)])
    matrix = od_matrix(network, at((0, 0.5), (0, 0.25)), at((0, 0.5)), mode="walk", cutoff=0.0)
    assert (matrix.origin.tolist(), matrix.cost.tolist()) == ([0], [0.0])


def test_closed_ways_stay_closed_without_a_cutoff():
    network = make_network([(0, 1, 100.0, INF), (2, 3, 50.0, 50.0)])
    origins, destinations = at((0, 0.5), (0, 0.75), (1, 0.5)), at((0, 0.25), (0, 1.0))
    # Nobody gets back to the first quarter of the one-way; the other street is not joined.
    assert dense(od_matrix(network, origins, destinations, mode="walk", cutoff=INF)).tolist() == [
        [INF, 50.0], [INF, 25.0], [INF, INF],
    ]  # fmt: skip


def test_nothing_asked_is_nothing_found():
    network = make_network([(0, 1, 100.0, 100.0)])
    assert od_matrix(network, at(), at(), mode="walk", cutoff=INF).indptr.tolist() == [0]
    assert od_matrix(network, at(), at((0, 0.5)), mode="walk", cutoff=INF).indptr.tolist() == [0, 0]
    assert od_matrix(network, at((-1, 0.0, INF)), at((-1, 0.0, INF)), mode="walk", cutoff=INF).origin.tolist() == []


def test_an_unknown_mode_is_named():
    with pytest.raises(NetworkError, match="there is no mode named “boat”"):
        od_matrix(make_network([(0, 1, 1.0, 1.0)]), at(), at(), mode="boat", cutoff=1.0)


def test_the_frame_has_the_names_that_other_tools_read():
    network = make_network([(0, 1, 60.0, 60.0)])
    matrix = od_matrix(network, at((0, 0.5), (0, 0.0)), at((0, 1.0)), mode="walk", cutoff=INF)
    expected = pd.DataFrame({"from_id": ["a", "b"], "to_id": ["m", "m"], "travel_time": np.array([0.5, 1.0], np.float32)})
    pd.testing.assert_frame_equal(matrix.to_frame(["a", "b"], ["m"]), expected)
    metres = od_matrix(network, at((0, 0.5)), at((0, 1.0)), mode="walk", cutoff=INF, impedance="metres")
    assert metres.to_frame(["a"], ["m"]).to_dict("list") == {"from_id": ["a"], "to_id": ["m"], "distance_metres": [50.0]}


def test_a_network_from_disk_gives_the_same(tmp_path):
    city = grid_city(columns=6, rows=5)
    stored = open_network(tmp_path, save_network(city, tmp_path).name)
    origins = crossings(city, [(c, r) for c in range(6) for r in range(5)], columns=6)
    for impedance in ("seconds", "metres"):
        values = {"mode": "ebike", "cutoff": 500.0, "impedance": impedance}
        one, other = od_matrix(city, origins, origins, **values), od_matrix(stored, origins, origins, **values)
        assert one.cost.tobytes() == other.cost.tobytes()
        assert len(one.cost) > 30


def test_work_tells_how_far_it_is_and_can_be_stopped():
    network = make_network([(0, 1, 60.0, 60.0)])
    places, told = at(*[(0, 0.5)] * 100), []
    od_matrix(network, places, places, mode="walk", cutoff=INF, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0

    def stop(share):
        raise Cancelled

    with pytest.raises(Cancelled):
        od_matrix(network, places, places, mode="walk", cutoff=INF, progress=stop)


cases = networks().flatmap(lambda n: st.tuples(st.just(n), *[places_on(n, mode) for mode in ("walk", "car") for _ in "od"]))


@settings(max_examples=150, deadline=None)
@given(
    case=cases, cutoff=st.one_of(st.just(INF), st.integers(0, 120).map(float)), impedance=st.sampled_from(["seconds", "metres"])
)
def test_random_graphs_agree_with_networkx_on_split_edges(case, cutoff, impedance):
    network, *places = case
    for mode, origins, destinations in (("walk", *places[:2]), ("car", *places[2:])):
        expected = brute_force(network, origins, destinations, mode, impedance)
        expected[expected > cutoff] = INF
        matrix = od_matrix(
            network, origins, destinations, mode=mode, cutoff=cutoff, impedance=impedance, leg_speed_kph=METRE_A_SECOND_KPH
        )
        assert dense(matrix).tolist() == expected.tolist()


@settings(max_examples=50, deadline=None)
@given(case=cases)
def test_rows_are_sorted_and_unique(case):
    network, origins, destinations, *_ = case
    matrix = od_matrix(network, origins, destinations, mode="walk", cutoff=60.0)
    for start, end in zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True):
        assert (np.diff(matrix.origin[start:end]) > 0).all()


@settings(max_examples=50, deadline=None)
@given(case=cases, cutoff=st.integers(0, 100), more=st.integers(0, 100))
def test_more_time_reaches_no_less_and_costs_stay(case, cutoff, more):
    network, origins, destinations, *_ = case
    few = dense(od_matrix(network, origins, destinations, mode="walk", cutoff=float(cutoff)))
    many = dense(od_matrix(network, origins, destinations, mode="walk", cutoff=float(cutoff + more)))
    assert (np.isfinite(few) <= np.isfinite(many)).all()
    assert few[np.isfinite(few)].tolist() == many[np.isfinite(few)].tolist()


@settings(max_examples=50, deadline=None)
@given(case=cases, data=st.data())
def test_another_street_makes_no_way_longer(case, data):
    network, origins, destinations, *_ = case
    edges = [
        (int(u), int(v), along.tolist(), against.tolist())
        for u, v, along, against in zip(
            network.edge_from, network.edge_to, network.forward_seconds.T, network.backward_seconds.T, strict=True
        )
    ]
    node = st.integers(0, network.node_count - 1)
    more = make_network(
        [*edges, (data.draw(node), data.draw(node), 4.0, 8.0)], modes=network.modes, delays=network.node_delay_seconds
    )  # fmt: skip
    before = dense(od_matrix(network, origins, destinations, mode="walk", cutoff=INF))
    after = dense(od_matrix(more, origins, destinations, mode="walk", cutoff=INF))
    assert (after <= before).all()


two_way_cases = networks(two_way=True, delayed=False).flatmap(lambda n: st.tuples(st.just(n), places_on(n, "walk", legs=False)))


@settings(max_examples=50, deadline=None)
@given(case=two_way_cases)
def test_two_way_streets_without_delays_are_symmetric(case):
    network, places = case
    costs = dense(od_matrix(network, places, places, mode="walk", cutoff=INF))
    assert costs.tolist() == costs.T.tolist()


@settings(max_examples=50, deadline=None)
@given(case=networks().flatmap(lambda n: st.tuples(st.just(n), places_on(n, "walk", legs=False))))
def test_no_detour_over_a_third_place_is_shorter(case):
    network, places = case
    costs = dense(od_matrix(network, places, places, mode="walk", cutoff=INF))
    over_a_third = (costs[:, :, None] + costs[None, :, :]).min(axis=1)
    assert (costs <= over_a_third).all()


@settings(max_examples=50, deadline=None)
@given(case=cases, data=st.data())
def test_the_order_of_places_does_not_matter(case, data):
    network, origins, destinations, *_ = case
    mixed_o = data.draw(st.permutations(range(len(origins))))
    mixed_d = data.draw(st.permutations(range(len(destinations))))
    costs = dense(od_matrix(network, origins, destinations, mode="walk", cutoff=90.0))
    mixed = dense(
        od_matrix(network, origins.take(np.array(mixed_o)), destinations.take(np.array(mixed_d)), mode="walk", cutoff=90.0)
    )
    assert mixed.tolist() == costs[np.ix_(mixed_o, mixed_d)].tolist()


def test_threads_and_runs_give_the_same_bits():
    city = grid_city(columns=40, rows=40, signals=tuple((c, c) for c in range(0, 40, 3)))
    rng = np.random.default_rng(3)
    west, south, east, north = city.bounds
    places = snap(city, rng.uniform(west, east, 800), rng.uniform(south, north, 800), mode="ebike", max_metres=200.0)
    runs = [od_matrix(city, places, places, mode="ebike", cutoff=700.0, threads=threads) for threads in (1, 2, 3, 2)]
    assert len(runs[0].cost) > 50_000
    for run in runs[1:]:
        assert (run.indptr.tobytes(), run.origin.tobytes(), run.cost.tobytes()) == (
            runs[0].indptr.tobytes(), runs[0].origin.tobytes(), runs[0].cost.tobytes(),
        )  # fmt: skip


def test_a_millionth_of_the_cutoff_is_forgiven():
    assert largest_cost(900.0) == pytest.approx(900.0009)
    assert np.isfinite(largest_cost(INF))
