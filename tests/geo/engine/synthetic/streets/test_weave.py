"""Joining: planar among local streets, one piece, no water crossed without need."""

import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.engine.synthetic.streets.lattice import Grain, build_lattice, clear_of
from geo.engine.synthetic.streets.mainroads import build_main_roads
from geo.engine.synthetic.streets.skeleton import draw_skeleton
from geo.engine.synthetic.streets.weave import weave


@pytest.fixture(scope="module")
def woven(province, settlements):
    grain, rng = Grain.for_nodes(settlements, 8_000), np.random.default_rng(1)
    roads = build_main_roads(draw_skeleton(province, settlements, anchors=grain.anchors), settlements, grain=grain, rng=rng)
    lattice = clear_of(build_lattice(province, settlements, grain, rng), roads.x, roads.y, 0.6 * roads.spacing)
    local = weave(province, roads, lattice, town_count=settlements.town_count, block_metres=grain.block_metres, rng=rng)
    return roads, lattice, local


def _lines(roads, lattice, local):
    x, y = np.concatenate([roads.x, lattice.x]), np.concatenate([roads.y, lattice.y])
    return shapely.linestrings(np.stack([np.column_stack([x[local.ends[:, k]], y[local.ends[:, k]]]) for k in (0, 1)], axis=1))


def test_one_piece(woven):
    roads, lattice, local = woven
    ends = np.concatenate([roads.ends, local.ends])
    nodes = len(roads.x) + len(lattice)
    assert connected_components(coo_array((np.ones(len(ends)), ends.T), shape=(nodes, nodes)))[0] == 1


def test_local_streets_do_not_cross_each_other(woven):
    lines = _lines(*woven)
    assert len(shapely.STRtree(lines).query(lines, predicate="crosses")[0]) == 0


def test_no_street_twice(woven):
    roads, _, local = woven
    ends = np.sort(np.concatenate([roads.ends, local.ends]), axis=1)
    pairs = len(np.unique(ends, axis=0))
    # A main road may leave and reach a node twice (two pieces between the same junctions), local streets may not.
    assert len(ends) - pairs <= len(roads.ends) - len(np.unique(np.sort(roads.ends, axis=1), axis=0))


def test_local_streets_stay_off_the_water(province, woven):
    lines = _lines(*woven)
    long = shapely.length(lines) > 250
    assert shapely.intersects(province.water_metres, lines[long]).mean() < 0.005
