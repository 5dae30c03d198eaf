"""What places pay to and from the ends of their edge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.engine.traveltime.access import TICK, arriving, in_ticks, leaving, leg_costs
from tests.geo.engine.graphs import at, make_network

INF = np.inf


def street():
    """Return one street, 100 s along, 40 s against, 5 s of delay at its from-node and 7 s at its to-node."""
    return make_network([(0, 1, 100.0, 40.0)], delays=[[5.0, 7.0]])


def test_leaving_pays_the_part_of_the_way_and_the_delay_at_the_end():
    # A quarter along: back 0.25 × 40 s and 5 s; on 0.75 × 100 s and 7 s.
    ends = leaving(street(), at((0, 0.25)), "walk", "seconds", 3.96)
    assert (ends.node.tolist(), ends.cost.tolist()) == ([[0, 1]], [[15.0, 82.0]])


def test_arriving_pays_only_the_part_of_the_way():
    # A quarter along: from the from-node 0.25 × 100 s, from the to-node 0.75 × 40 s.
    assert arriving(street(), at((0, 0.25)), "walk", "seconds", 3.96).cost.tolist() == [[25.0, 30.0]]


def test_a_place_at_a_node_is_there_even_on_a_one_way():
    one_way = make_network([(0, 1, 100.0, INF)])
    assert leaving(one_way, at((0, 0.0), (0, 0.5), (0, 1.0)), "walk", "seconds", 3.96).cost.tolist() == [
        [0.0, 100.0], [INF, 50.0], [INF, 0.0],
    ]  # fmt: skip


def test_a_place_without_a_street_pays_without_end():
    ends = leaving(street(), at((-1, 0.0, INF)), "walk", "seconds", 3.96)
    assert (ends.cost.tolist(), ends.leg.tolist()) == ([[INF, INF]], [INF])


def test_legs_are_walked_or_measured():
    # 110 m at 3.96 km/h = 1.1 m/s.
    assert leg_costs(at((0, 0.0, 110.0)), "seconds", 3.96) == pytest.approx([100.0], abs=TICK)
    assert leg_costs(at((0, 0.0, 110.0)), "metres", 3.96).tolist() == [110.0]


@given(st.lists(st.floats(0, 2**20), min_size=1, max_size=20), st.randoms())
def test_ticks_add_up_the_same_in_any_order(costs, random):
    ticks = in_ticks(np.array(costs)).tolist()
    total = sum(ticks)
    random.shuffle(ticks)
    assert sum(ticks) == total
    assert ((np.array(ticks) > 0).sum()) == (np.array(costs) > 0).sum()
    assert np.abs(in_ticks(np.array(costs)) - costs).max() <= TICK
