"""The kernel on random graphs against SciPy, whatever the buckets are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geo.engine.traveltime.graphs import search_graph
from geo.engine.traveltime.search import MAX_LIMIT_TICKS, Graph, next_base, scratch_for, settle_within
from tests.geo.engine.graphs import make_network, networks


def random_graph(node_count, arc_count, seed):
    """Return (indptr, head, cost) of a random directed graph; parallel arcs keep the cheaper."""
    rng = np.random.default_rng(seed)
    frame = {}
    for tail, head, cost in zip(
        rng.integers(0, node_count, arc_count),
        rng.integers(0, node_count, arc_count),
        rng.integers(1, 100, arc_count),
        strict=True,
    ):
        frame[tail, head] = min(float(cost), frame.get((tail, head), np.inf))
    tail, head = np.array(list(frame)).T
    graph = csr_matrix((list(frame.values()), (tail, head)), shape=(node_count, node_count))
    arcs = np.column_stack([graph.indices, graph.data]).astype(np.int32)
    return graph.indptr.astype(np.int32), arcs, graph


def settle(graph, seeds, limit, scratch):
    """Return {node: cost} of a search, and the scratch."""
    nodes, costs = np.array(list(seeds), np.int32), np.array(list(seeds.values()), np.int64)
    count, scratch = settle_within(graph, nodes, costs, limit, scratch)
    found = scratch.found[:count]
    assert len(set(found.tolist())) == count
    return dict(zip(found.tolist(), (scratch.state[found] - scratch.base[0]).tolist(), strict=True)), scratch


def expected(matrix, seeds, limit):
    """Return {node: cost} by SciPy."""
    costs = (dijkstra(matrix, indices=list(seeds)) + np.array(list(seeds.values()))[:, None]).min(axis=0)
    return {int(node): int(costs[node]) for node in np.flatnonzero(costs <= limit)}


@pytest.mark.parametrize("bits", [0, 3, 6, 12])
def test_one_scratch_serves_many_searches(bits):
    indptr, arcs, matrix = random_graph(3000, 9000, seed=5)
    graph, scratch = Graph(indptr, arcs, 99, bits), scratch_for(3000)
    for seed in range(0, 3000, 150):
        costs, scratch = settle(graph, {seed: 0}, 150, scratch)
        assert costs == expected(matrix, {seed: 0}, 150)


def test_seeds_far_apart_need_more_buckets_and_get_them():
    indptr, arcs, matrix = random_graph(500, 1500, seed=6)
    seeds = {3: 200_000, 7: 5, 400: 900}
    costs, scratch = settle(Graph(indptr, arcs, 99, 2), seeds, 2**40, scratch_for(500))
    assert costs == expected(matrix, seeds, 2**40)
    assert len(scratch.slots) > 200_000 >> 2
    assert (scratch.slots == -1).all()


def test_entries_grow_until_all_that_waits_fits():
    # A star: 5,000 nodes wait at once, more than the first room of 1,024; each goes on to one node more.
    count = 5000
    indptr = np.concatenate([[0, count], count + np.arange(1, count + 1), [2 * count] * count]).astype(np.int32)
    heads = np.concatenate([np.arange(1, count + 1), count + np.arange(1, count + 1)])
    arcs = np.column_stack([heads, np.full(2 * count, 7)]).astype(np.int32)
    costs, _ = settle(Graph(indptr, arcs, 7, 1), {0: 0}, 14, scratch_for(2 * count + 1))
    assert costs == {0: 0} | {node: 7 if node <= count else 14 for node in range(1, 2 * count + 1)}


def test_when_the_bases_are_used_up_the_state_is_cleared():
    indptr, arcs, matrix = random_graph(100, 300, seed=7)
    graph, scratch = Graph(indptr, arcs, 99, 3), scratch_for(100)
    scratch.base[0] = MAX_LIMIT_TICKS + 10
    bases = []
    for _ in range(3):
        costs, scratch = settle(graph, {5: 0}, MAX_LIMIT_TICKS, scratch)
        assert costs == expected(matrix, {5: 0}, MAX_LIMIT_TICKS)
        bases.append(int(scratch.base[0]))
    assert bases[1] > bases[0] > 0
    assert bases[1] - bases[2] == MAX_LIMIT_TICKS + 1


def test_what_a_search_left_is_dearer_than_anything_in_the_next():
    state, base = np.full(3, 2**62), np.full(1, 2**62)
    first = next_base(state, base, 100)
    state[0] = first
    second = next_base(state, base, 100)
    assert state[0] > second + 100


@settings(max_examples=60, deadline=None)
@given(network=networks(), seed=st.integers(0, 1), limit=st.integers(0, 400))
def test_arcs_that_only_lead_back_change_nothing(network, seed, limit):
    graph = search_graph(network, "car", "from", "seconds")
    plain = graph._replace(arcs=np.where(graph.arcs < 0, ~graph.arcs, graph.arcs))
    ticks = limit * 2**15
    assert settle(graph, {seed: 0}, ticks, scratch_for(7))[0] == settle(plain, {seed: 0}, ticks, scratch_for(7))[0]


def test_a_street_and_its_dead_end_lead_back():
    # 0 – 1 – 2: whoever enters 0 or 2 can only turn; 1 leads on.
    network = make_network([(0, 1, 8.0, 8.0), (1, 2, 4.0, 4.0)])
    arcs = search_graph(network, "walk", "from", "seconds").arcs
    assert arcs.tolist() == [[1, 8 * 2**15], [~0, 8 * 2**15], [~2, 4 * 2**15], [1, 4 * 2**15]]
