"""The kernel on graphs of thousands of nodes against SciPy, and its heap against sorting."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geo.engine.traveltime.search import push, scratch_for, settle_within, sift_last_down


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
    return graph.indptr.astype(np.int32), graph.indices.astype(np.int32), graph.data.astype(np.float32), graph


def test_bounded_searches_agree_with_scipy_again_and_again():
    indptr, head, cost, graph = random_graph(3000, 9000, seed=5)
    scratch, settled = scratch_for(3000, len(head)), np.empty(3000, np.int32)
    # One scratch for all: the generations must keep the searches apart.
    for seed in range(0, 3000, 150):
        count = settle_within((indptr, head, cost), np.array([seed], np.int32), np.array([0.0]), 150.0, scratch, settled)
        expected = dijkstra(graph, indices=seed, limit=150.0)
        assert sorted(settled[:count].tolist()) == np.flatnonzero(np.isfinite(expected)).tolist()
        assert scratch.cost[settled[:count]].tolist() == expected[settled[:count]].tolist()


def test_nodes_are_settled_cheapest_first_from_all_seeds():
    indptr, head, cost, graph = random_graph(500, 1500, seed=6)
    scratch, settled = scratch_for(500, len(head)), np.empty(500, np.int32)
    count = settle_within((indptr, head, cost), np.array([3, 7], np.int32), np.array([20.0, 5.0]), 90.0, scratch, settled)
    found = scratch.cost[settled[:count]]
    assert (np.diff(found) >= 0).all()
    expected = (dijkstra(graph, indices=[3, 7]) + np.array([[20.0], [5.0]])).min(axis=0)
    assert found.tolist() == expected[settled[:count]].tolist()
    assert count == (expected <= 90.0).sum()


@settings(max_examples=60, deadline=None)
@given(keys=st.lists(st.integers(0, 50).map(float), min_size=1, max_size=60))
def test_the_heap_sorts(keys):
    heap, items = np.empty(len(keys) + 1), np.empty(len(keys) + 1, np.int32)
    size = 0
    for item, key in enumerate(keys):
        size = push(heap, items, size, key, item)
    drawn = []
    while size > 0:
        drawn.append((heap[0], items[0]))
        size -= 1
        sift_last_down(heap, items, size)
    assert [key for key, _ in drawn] == sorted(keys)
    assert sorted(item for _, item in drawn) == list(range(len(keys)))
