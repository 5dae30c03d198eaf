"""Motorways: links end on great roads, stretches hang together."""

import networkx as nx
import numpy as np

from geo.engine.synthetic.streets.lattice import Grain
from geo.engine.synthetic.streets.mainroads import build_main_roads
from geo.engine.synthetic.streets.motorways import draw_motorways
from geo.engine.synthetic.streets.skeleton import PRIMARY, draw_skeleton


def test_links_end_on_great_roads(province, settlements):
    grain, rng = Grain.for_nodes(settlements, 8_000), np.random.default_rng(1)
    roads = build_main_roads(draw_skeleton(province, settlements, anchors=100), settlements, grain=grain, rng=rng)
    motorways = draw_motorways(province, settlements, roads, rng)
    own = len(motorways.x)
    assert np.all(motorways.ends[~motorways.is_link] < own)
    assert np.all(motorways.ends[motorways.is_link, 1] >= own)
    great = set(roads.ends[roads.rank <= PRIMARY].ravel().tolist())
    assert set((motorways.ends[motorways.is_link, 1] - own).tolist()) <= great
    graph = nx.Graph(motorways.ends[~motorways.is_link].tolist())
    exits = set(motorways.ends[motorways.is_link, 0].tolist())
    assert all(exits & part for part in nx.connected_components(graph))
