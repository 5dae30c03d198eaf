"""Main roads on the ground: cut where they cross, shapes that begin and end at their nodes."""

import numpy as np
import pytest
import shapely

from geo.engine.synthetic.streets.lattice import Grain
from geo.engine.synthetic.streets.mainroads import MainRoads, build_main_roads, without_needless_nodes
from geo.engine.synthetic.streets.skeleton import draw_skeleton


@pytest.fixture(scope="module")
def roads(province, settlements):
    skeleton = draw_skeleton(province, settlements, anchors=100)
    return build_main_roads(skeleton, settlements, grain=Grain.for_nodes(settlements, 8_000), rng=np.random.default_rng(1))


def _lines(roads):
    edge = np.repeat(np.arange(len(roads.ends)), np.diff(roads.shape_indptr))
    return shapely.linestrings(roads.shape_x, roads.shape_y, indices=edge)


def test_shapes_run_from_node_to_node(roads):
    first, last = roads.shape_indptr[:-1], roads.shape_indptr[1:] - 1
    assert np.array_equal(roads.shape_x[first], roads.x[roads.ends[:, 0]])
    assert np.array_equal(roads.shape_y[last], roads.y[roads.ends[:, 1]])


def test_roads_cross_at_nodes_only(roads):
    lines = _lines(roads)
    one, other = shapely.STRtree(lines).query(lines, predicate="crosses")
    # Resampling moves a line by less than a block between its nodes, so a few crossings next to a junction remain.
    assert len(one) / 2 < 0.02 * len(lines)
    assert len(other) == len(one)


def _straight_road(nodes):
    """A road along x with a node every 100 m, one vertex between nodes."""
    x = np.arange(nodes) * 100.0
    ends = np.column_stack([np.arange(nodes - 1), np.arange(1, nodes)])
    shape_x = np.concatenate([[a, a + 50, a + 100] for a in x[:-1]])
    count = nodes - 1
    return MainRoads(
        x=x, y=np.zeros(nodes), ends=ends, rank=np.zeros(count, int), road=np.zeros(count, int),
        shape_indptr=np.arange(count + 1) * 3, shape_x=shape_x, shape_y=np.zeros(len(shape_x)), spacing=np.full(nodes, 100.0),
    )  # fmt: skip


def test_needless_nodes_become_shape_by_hand():
    # Nodes 0-1-2-3-4; a lane meets node 2. Edges 0-2 and 2-4 remain, vertices every 50 m, none twice.
    found = without_needless_nodes(_straight_road(5), np.array([[2, 5]]), 6)
    assert found.ends.tolist() == [[0, 2], [2, 4]]
    assert found.shape_indptr.tolist() == [0, 5, 10]
    assert found.shape_x.tolist() == [0, 50, 100, 150, 200, 200, 250, 300, 350, 400]


def test_another_road_begins_a_new_edge():
    road = _straight_road(3)
    parted = MainRoads(**{**vars(road), "road": np.array([0, 1])})
    assert without_needless_nodes(parted, np.empty((0, 2), np.int64), 3).ends.tolist() == [[0, 1], [1, 2]]


def test_length_is_kept(roads):
    joined = without_needless_nodes(roads, np.empty((0, 2), np.int64), len(roads.x))
    assert len(joined.ends) < len(roads.ends)
    assert shapely.length(_lines(joined)).sum() == pytest.approx(shapely.length(_lines(roads)).sum())
