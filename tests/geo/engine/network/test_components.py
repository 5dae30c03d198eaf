"""The largest strongly connected component, by hand and against NetworkX."""

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.engine.network.components import largest_component


def arrays(edges):
    tail, head, forward, backward = zip(*edges, strict=True)
    return np.array(tail, np.int32), np.array(head, np.int32), np.array(forward), np.array(backward)


def test_a_one_way_street_out_of_town_is_outside():
    # 0 ⇄ 1 ⇄ 2, and 2 → 3 with no way back.
    inside = largest_component(*arrays([(0, 1, True, True), (1, 2, True, True), (2, 3, True, False)]), 4)
    assert inside.tolist() == [True, True, True, False]


def test_of_equal_parts_the_one_with_the_lowest_node_wins():
    inside = largest_component(*arrays([(2, 3, True, True), (0, 1, True, True)]), 4)
    assert inside.tolist() == [True, True, False, False]


def test_closed_streets_join_nothing():
    assert not largest_component(*arrays([(0, 1, False, False)]), 2).any()


edge = st.tuples(st.integers(0, 7), st.integers(0, 7), st.booleans(), st.booleans())


@given(st.lists(edge, min_size=1, max_size=25))
def test_it_agrees_with_networkx(edges):
    inside = largest_component(*arrays(edges), 8)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(8))
    graph.add_edges_from((u, v) for u, v, forward, _ in edges if forward)
    graph.add_edges_from((v, u) for u, v, _, backward in edges if backward)
    if graph.number_of_edges() == 0:
        assert not inside.any()
        return
    parts = [frozenset(part) for part in nx.strongly_connected_components(graph)]
    largest = max(len(part) for part in parts)
    assert frozenset(np.flatnonzero(inside).tolist()) == min((p for p in parts if len(p) == largest), key=min)
