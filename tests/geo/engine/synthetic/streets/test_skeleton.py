"""Main roads: the Gabriel graph against brute force, few bridges, a connected hierarchy."""

import networkx as nx
import numpy as np
import shapely

from geo.engine.synthetic.streets.skeleton import PRIMARY, TRUNK, draw_skeleton, neighbours


def _gabriel_brute_force(x, y):
    points = np.column_stack([x, y])
    found = set()
    for a in range(len(points)):
        for b in range(a + 1, len(points)):
            middle, radius = (points[a] + points[b]) / 2, np.linalg.norm(points[a] - points[b]) / 2
            gap = np.linalg.norm(points - middle, axis=1)
            gap[[a, b]] = np.inf
            if gap.min() >= radius:
                found.add((a, b))
    return found


def test_neighbours_are_the_gabriel_graph():
    x, y = np.random.default_rng(4).random((2, 60))
    assert {(int(a), int(b)) for a, b in neighbours(x, y)} == _gabriel_brute_force(x, y)


def test_narrower_angles_are_sparser():
    x, y = np.random.default_rng(4).random((2, 60))
    assert len(neighbours(x, y, widest_angle_degrees=70)) < len(neighbours(x, y))


def test_two_points_are_neighbours():
    assert neighbours(np.array([0.0, 1.0]), np.array([0.0, 0.0])).tolist() == [[0, 1]]


def test_seats_are_joined_by_great_roads(province, settlements):
    skeleton = draw_skeleton(province, settlements, anchors=200)
    great = nx.Graph(skeleton.ends[skeleton.rank <= PRIMARY].tolist())
    seats = np.flatnonzero(province.towns.is_seat)  # towns come first among the anchors
    assert all(nx.has_path(great, int(seats[0]), int(seat)) for seat in seats)
    assert (skeleton.rank == TRUNK).any()


def test_few_roads_cross_the_river(province, settlements):
    skeleton = draw_skeleton(province, settlements, anchors=200)
    ends = np.stack(
        [np.column_stack([skeleton.x[skeleton.ends[:, k]], skeleton.y[skeleton.ends[:, k]]]) for k in (0, 1)], axis=1
    )
    crossing = shapely.intersects(province.water_metres, shapely.linestrings(ends))
    middles = ends[crossing].mean(axis=1)
    assert 1 <= crossing.sum() <= 6
    gaps = np.hypot(*(middles[:, None] - middles[None]).transpose(2, 0, 1)) + np.eye(len(middles)) * 1e9
    assert gaps.min() >= 14_000
