"""Other speeds on the grid city, where a block is 250 m: 250 s on foot, 60 s by e-bike."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.errors import InputError, NetworkError
from geo.engine.gridcity import grid_city
from geo.engine.profiles import edge_grades, slow_walkers, with_class_speeds, with_slope, with_speed_factor
from tests.geo.engine.graphs import make_network

INF = np.inf
CITY = grid_city(columns=4, rows=3, one_way_rows=(1,), signals=((2, 1),))
WALK, EBIKE, CAR = range(3)


def test_half_the_speed_takes_twice_the_time_and_delays_stay():
    slow = with_speed_factor(CITY, "ebike", 0.5)
    np.testing.assert_allclose(slow.forward_seconds[EBIKE], 120.0, rtol=1e-5)
    assert (slow.forward_seconds[WALK] == CITY.forward_seconds[WALK]).all()
    assert (slow.node_delay_seconds == CITY.node_delay_seconds).all()
    assert slow.digest != CITY.digest
    assert slow.shape_lon is CITY.shape_lon


def test_slow_walkers_lose_a_tenth():
    # 1.1 m/s to 1.0 m/s: what took 250 s takes 275 s.
    np.testing.assert_allclose(slow_walkers(CITY).forward_seconds[WALK], 275.0, rtol=1e-5)


@settings(max_examples=40, deadline=None)
@given(factor=st.floats(0.2, 5.0))
def test_factors_undo_each_other_and_closed_stays_closed(factor):
    there = with_speed_factor(CITY, "car", factor)
    back = with_speed_factor(there, "car", 1 / factor)
    np.testing.assert_allclose(back.forward_seconds, CITY.forward_seconds, rtol=1e-5)
    assert (np.isinf(there.backward_seconds) == np.isinf(CITY.backward_seconds)).all()
    assert np.isinf(CITY.backward_seconds).any()


def test_towns_may_be_slower_than_the_country():
    town = np.zeros(CITY.edge_count, bool)
    town[:5] = True
    found = with_class_speeds(CITY, "car", {"residential": 18.0}, where=town)
    # 250 m at 18 km/h = 5 m/s: 50 s; elsewhere 10 m/s as before.
    np.testing.assert_allclose(found.forward_seconds[CAR][:5], 50.0, rtol=1e-4)
    np.testing.assert_allclose(found.forward_seconds[CAR][5:], 25.0, rtol=1e-4)
    assert (np.isinf(found.backward_seconds) == np.isinf(CITY.backward_seconds)).all()


def test_hills():
    # 5 per cent up along every edge. Tobler: exp(-3.5 × 0.05) of the speed uphill, exp(+3.5 × 0.05) downhill at his best grade.
    hilly = with_slope(CITY, np.full(CITY.edge_count, 0.05))
    np.testing.assert_allclose(hilly.forward_seconds[WALK], 250.0 * math.exp(0.175), rtol=1e-4)
    np.testing.assert_allclose(hilly.backward_seconds[WALK], 250.0 / math.exp(0.175), rtol=1e-4)
    # E-bikes: 1 - 4 × 0.05 = 0.8 of the speed up, as on the flat down.
    np.testing.assert_allclose(hilly.forward_seconds[EBIKE], 60.0 / 0.8, rtol=1e-4)
    assert hilly.backward_seconds[EBIKE].tolist() == CITY.backward_seconds[EBIKE].tolist()
    assert (hilly.forward_seconds[CAR] == CITY.forward_seconds[CAR]).all()


def test_flat_ground_changes_nothing():
    assert with_slope(CITY, np.zeros(CITY.edge_count)).digest == CITY.digest


@given(grade=st.floats(-5, 5))
@settings(max_examples=60, deadline=None)
def test_nobody_is_stopped_by_a_wrong_elevation(grade):
    hilly = with_slope(CITY, np.full(CITY.edge_count, grade))
    assert (hilly.forward_seconds[EBIKE] <= 2.0001 * CITY.forward_seconds[EBIKE]).all()
    assert (hilly.forward_seconds[WALK] <= math.exp(3.5 * 0.4) * 1.0001 * CITY.forward_seconds[WALK]).all()


def test_grades_are_read_from_a_plane_exactly():
    # Ground that rises 10 m for each 0.001° of longitude, on a grid of middles: bilinear reading of a plane is the plane.
    street = make_network(
        [(0, 1, 10.0, 10.0), (1, 0, 10.0, 10.0)], points=[(118.002, 32.005), (118.006, 32.005)], metres=[400, 400]
    )
    lon = 118.0 + 0.001 * (np.arange(10) + 0.5)
    grid = np.tile((lon - 118.0) * 1e4, (10, 1))
    # 40 m of rise on 400 m.
    assert edge_grades(street, grid, (118.0, 32.0, 118.01, 32.01)) == pytest.approx([0.1, -0.1])


def test_ferries_keep_their_timetable():
    water = make_network([(0, 1, 600.0, 600.0)])
    ferry = type(water)(**{name: getattr(water, name) for name in water.__dataclass_fields__} | {"classes": ("ferry",)})
    assert with_speed_factor(ferry, "walk", 0.5).forward_seconds.tolist() == [[600.0]]
    assert with_slope(ferry, np.array([0.1])).forward_seconds.tolist() == [[600.0]]
    with pytest.raises(InputError, match="ferry"):
        with_class_speeds(ferry, "walk", {"ferry": 20.0})


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (lambda: with_speed_factor(CITY, "walk", 0.0), "profile.factor"),
        (lambda: with_speed_factor(CITY, "walk", math.nan), "profile.factor"),
        (lambda: with_class_speeds(CITY, "walk", {"canal": 3.0}), "profile.class"),
        (lambda: with_class_speeds(CITY, "walk", {"residential": -3.0}), "profile.speed"),
        (lambda: with_class_speeds(CITY, "walk", {}, where=np.ones(3, bool)), "profile.rows"),
        (lambda: with_slope(CITY, np.ones(3)), "profile.rows"),
        (lambda: with_slope(CITY, np.full(CITY.edge_count, np.nan)), "profile.elevation"),
        (lambda: edge_grades(CITY, np.ones((1, 5)), (0, 0, 1, 1)), "profile.elevation"),
        (lambda: with_speed_factor(CITY, "broom", 1.0), "mode.unknown"),
    ],
)
def test_what_makes_no_sense_is_refused(work, code):
    with pytest.raises((InputError, NetworkError)) as caught:
        work()
    assert caught.value.code == code
