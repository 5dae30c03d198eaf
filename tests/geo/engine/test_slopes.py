"""Hills by hand, and laws of slopes on the grid city, where a block is 250 m: 250 s on foot, 60 s by e-bike."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.errors import InputError
from geo.engine.gridcity import grid_city
from geo.engine.slopes import EdgeSlopes, edge_slopes, grid_heights, with_slope
from tests.geo.engine.graphs import make_network

CITY = grid_city(columns=4, rows=3, one_way_rows=(1,), signals=((2, 1),))
WALK, EBIKE, CAR = range(3)
METRES_PER_DEGREE = 111_195.0


def street(*metres_east, length=None, seconds=(200.0, 50.0), level=0):
    """Return one street along the equator with its shape points at these metres, on foot and by e-bike."""
    lon = np.array(metres_east, float) / METRES_PER_DEGREE
    made = make_network(
        [(0, 1, seconds, seconds)], points=[(lon[0], 0), (lon[-1], 0)], modes=("walk", "ebike"),
        metres=[length or abs(metres_east[-1] - metres_east[0])],
    )  # fmt: skip
    return dataclasses.replace(
        made, shape_indptr=np.array([0, len(lon)]), shape_lon=lon, shape_lat=np.zeros(len(lon)),
        edge_level=np.array([level], np.int8),
    )  # fmt: skip


def reversed_edges(network):
    """Return the same streets, each told from its other end."""
    pieces = [slice(a, b) for a, b in zip(network.shape_indptr[:-1], network.shape_indptr[1:], strict=True)]
    return dataclasses.replace(
        network, edge_from=network.edge_to, edge_to=network.edge_from, forward_seconds=network.backward_seconds,
        backward_seconds=network.forward_seconds,
        shape_lon=np.concatenate([network.shape_lon[piece][::-1] for piece in pieces]),
        shape_lat=np.concatenate([network.shape_lat[piece][::-1] for piece in pieces]),
    )  # fmt: skip


def ridge(lon, _lat):
    """Return a ridge of 10 m at 100 m east of the meridian, even slopes of 10 per cent, flat beyond 0 and 200 m."""
    return np.maximum(10.0 - np.abs(lon * METRES_PER_DEGREE - 100.0) * 0.1, 0.0)


def hills(lon, lat):
    """Return ground that goes up and down by some metres in every block of the grid city."""
    return 20.0 * np.sin(lon * 3000.0) * np.cos(lat * 2000.0)


# Up 10 m on the first half, down 10 m on the second; Tobler up: exp(0.35); down: past the best grade, exp(0.35 - 0.35 + ...) =
# exp(3.5 × (|-0.1 + 0.05| - 0.05)) = 1. So 100 s × e^0.35 + 100 s on foot; by e-bike 25 s ÷ 0.6 + 25 s.
OVER_THE_RIDGE = [100.0 * math.exp(0.35) + 100.0, 25.0 / 0.6 + 25.0]


@pytest.mark.parametrize("shape", [(0.0, 200.0), (0.0, 100.0, 200.0), (0.0, 1.0, 64.0, 64.0, 100.0, 163.0, 200.0)])
def test_a_ridge_between_equal_ends_costs_both_ways(shape):
    # Pieces of 25 m (200 m is 7 of 28.6 m, so with two points the top lies within a piece: hence 25).
    slopes = edge_slopes(street(*shape), ridge, piece_metres=25.0)
    climbed = slopes.climb_metres(street(*shape))
    assert (climbed[0].tolist(), climbed[1].tolist()) == (pytest.approx([10.0]), pytest.approx([10.0]))
    found = with_slope(street(*shape), slopes)
    np.testing.assert_allclose(found.forward_seconds[:, 0], OVER_THE_RIDGE, rtol=1e-5)
    np.testing.assert_allclose(found.backward_seconds[:, 0], OVER_THE_RIDGE, rtol=1e-5)


def test_one_side_of_the_ridge_differs_by_direction():
    found = with_slope(street(0.0, 100.0), edge_slopes(street(0.0, 100.0), ridge))
    np.testing.assert_allclose(found.forward_seconds[:, 0], [200 * math.exp(0.35), 50 / 0.6], rtol=1e-5)
    np.testing.assert_allclose(found.backward_seconds[:, 0], [200.0, 50.0], rtol=1e-5)


def test_a_bridge_does_not_follow_the_ground():
    # From the foot of the ridge over it to 150 m, where the ground is at 5 m: 5 m on 150 m, evenly.
    slopes = edge_slopes(street(0.0, 150.0, level=1), ridge)
    np.testing.assert_allclose(slopes.grade, 5 / 150, rtol=1e-9)
    assert slopes.climb_metres(street(0.0, 150.0))[1].tolist() == [0.0]


def test_a_stated_length_stretches_the_pieces():
    # 100 m on the map stated as 200 m: 10 m of climb on 200 m.
    slopes = edge_slopes(street(0.0, 100.0, length=200.0), ridge)
    np.testing.assert_allclose(slopes.grade, 0.05, rtol=1e-9)


def test_points_that_coincide_make_one_flat_piece():
    slopes = edge_slopes(street(50.0, 50.0, length=1.0), ridge)
    assert (slopes.grade.tolist(), slopes.piece_share.tolist()) == ([0.0], [1.0])


def test_streets_where_heights_are_not_known_are_flat_and_counted():
    def known_in_the_west(lon, lat):
        return np.where(lon < 150 / METRES_PER_DEGREE, ridge(lon, lat), np.nan)

    slopes = edge_slopes(street(0.0, 200.0), known_in_the_west)
    assert slopes.flat_count == 1
    assert with_slope(street(0.0, 200.0), slopes).digest == street(0.0, 200.0).digest


def test_pieces_are_short_and_sum_to_their_edges():
    slopes = edge_slopes(CITY, hills)
    np.testing.assert_allclose(slopes.over_edges(slopes.piece_share), 1.0, rtol=1e-12)
    assert (slopes.piece_share * CITY.edge_length_metres[slopes.piece_edge] <= 30.2).all()
    # 250 m is 9 pieces of 27.8 m.
    assert (np.bincount(slopes.piece_edge) == 9).all()


def test_the_other_way_along_a_street_swaps_directions():
    turned = reversed_edges(CITY)
    there, back = edge_slopes(CITY, hills), edge_slopes(turned, hills)
    np.testing.assert_allclose(there.climb_metres(CITY), back.climb_metres(turned)[::-1], atol=1e-6)
    slow, slow_turned = with_slope(CITY, there), with_slope(turned, back)
    np.testing.assert_allclose(slow.forward_seconds, slow_turned.backward_seconds, rtol=1e-5)
    assert there.climb_metres(CITY)[0].min() > 0


@settings(max_examples=30, deadline=None)
@given(
    metres=st.lists(st.integers(0, 200), min_size=2, max_size=6).filter(lambda m: len(set(m)) > 1),
    heights=st.lists(st.floats(-50, 50), min_size=5, max_size=5),
)
def test_laws_of_any_profile(metres, heights):
    def ground(lon, _lat):
        return np.interp(lon * METRES_PER_DEGREE, [0, 50, 100, 150, 200], heights)

    way = street(*map(float, metres), length=100.0)
    turned = reversed_edges(way)
    slopes = edge_slopes(way, ground)
    up, down = slopes.climb_metres(way)
    ends = np.interp([metres[0], metres[-1]], [0, 50, 100, 150, 200], heights)
    # What is climbed less what is gone down is the difference of the ends.
    assert up[0] - down[0] == pytest.approx(ends[1] - ends[0], abs=1e-6)
    slow, slow_turned = with_slope(way, slopes), with_slope(turned, edge_slopes(turned, ground))
    np.testing.assert_allclose(slow.forward_seconds, slow_turned.backward_seconds, rtol=1e-4)
    np.testing.assert_allclose(slow.backward_seconds, slow_turned.forward_seconds, rtol=1e-4)
    assert (slow.forward_seconds[EBIKE] >= way.forward_seconds[EBIKE] * (1 - 1e-6)).all()


@settings(max_examples=20, deadline=None)
@given(height=st.floats(-400, 8000))
def test_flat_ground_changes_nothing(height):
    slopes = edge_slopes(CITY, lambda lon, _lat: np.full(lon.shape, height))
    assert with_slope(CITY, slopes).digest == CITY.digest


def test_even_grades():
    # 5 per cent up along every edge. Tobler: exp(-3.5 × 0.05) of the speed uphill, exp(+3.5 × 0.05) downhill at his best grade.
    hilly = with_slope(CITY, EdgeSlopes.even(np.full(CITY.edge_count, 0.05)))
    np.testing.assert_allclose(hilly.forward_seconds[WALK], 250.0 * math.exp(0.175), rtol=1e-4)
    np.testing.assert_allclose(hilly.backward_seconds[WALK], 250.0 / math.exp(0.175), rtol=1e-4)
    # E-bikes: 1 - 4 × 0.05 = 0.8 of the speed up, as on the flat down.
    np.testing.assert_allclose(hilly.forward_seconds[EBIKE], 60.0 / 0.8, rtol=1e-4)
    assert hilly.backward_seconds[EBIKE].tolist() == CITY.backward_seconds[EBIKE].tolist()
    assert (hilly.forward_seconds[CAR] == CITY.forward_seconds[CAR]).all()


@given(grade=st.floats(-5, 5))
@settings(max_examples=60, deadline=None)
def test_nobody_is_stopped_by_a_wrong_elevation(grade):
    hilly = with_slope(CITY, EdgeSlopes.even(np.full(CITY.edge_count, grade)))
    assert (hilly.forward_seconds[EBIKE] <= 2.0001 * CITY.forward_seconds[EBIKE]).all()
    assert (hilly.forward_seconds[WALK] <= math.exp(3.5 * 0.4) * 1.0001 * CITY.forward_seconds[WALK]).all()


def test_ferries_keep_their_timetable():
    ferry = dataclasses.replace(make_network([(0, 1, 600.0, 600.0)]), classes=("ferry",))
    assert with_slope(ferry, EdgeSlopes.even(np.array([0.1]))).forward_seconds.tolist() == [[600.0]]


def test_heights_of_a_plane_are_read_exactly():
    # Ground that rises 10 m for each 0.001° of longitude, on a grid of middles: bilinear reading of a plane is the plane.
    lon = 118.0 + 0.001 * (np.arange(10) + 0.5)
    heights = grid_heights(np.tile((lon - 118.0) * 1e4, (10, 1)), (118.0, 32.0, 118.01, 32.01))
    west, inside, rim, outside = heights(np.array([118.002, 118.0063, 118.0, 117.9999]), np.full(4, 32.005))
    assert (west, inside) == (pytest.approx(20.0), pytest.approx(63.0))
    # Half a cell at the rim is as the middle of the last cell; beyond it nothing is known.
    assert rim == pytest.approx(5.0)
    assert math.isnan(outside)


def test_the_first_row_of_a_grid_is_in_the_north():
    heights = grid_heights(np.array([[1.0, 1.0], [0.0, 0.0]]), (0, 0, 2, 2))
    assert heights(np.array([1.0, 1.0]), np.array([1.5, 0.5])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (lambda: with_slope(CITY, EdgeSlopes.even(np.ones(3))), "profile.grades"),
        (lambda: EdgeSlopes.even(np.full(CITY.edge_count, np.nan)), "profile.grades"),
        (lambda: grid_heights(np.ones((1, 5)), (0, 0, 1, 1)), "profile.elevation"),
    ],
)
def test_what_makes_no_sense_is_refused(work, code):
    with pytest.raises(InputError) as caught:
        work()
    assert caught.value.code == code
