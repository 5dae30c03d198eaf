"""Other speeds on the grid city, where a block is 250 m: 250 s on foot, 60 s by e-bike."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.errors import InputError, NetworkError
from geo.engine.gridcity import grid_city
from geo.engine.profiles import PLAIN, SpeedProfile, slow_leg_kph, slow_walkers, with_class_speeds, with_speed_factor
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


def test_slow_walkers_are_slow_on_the_way_to_the_street_too():
    # 1.0 m/s is 3.6 km/h; a standard whose way is slower still keeps its own.
    assert slow_leg_kph(3.96) == pytest.approx(3.6)
    assert slow_leg_kph(3.0) == 3.0
    assert SpeedProfile(is_slow=True).leg_kph(3.96) == pytest.approx(3.6)


def test_the_way_to_the_street_is_walked_whatever_the_mode():
    assert SpeedProfile(factors={"walk": 0.5}).leg_kph(3.96) == pytest.approx(1.98)
    assert SpeedProfile(factors={"ebike": 0.5}).leg_kph(3.96) == 3.96


def test_a_profile_is_the_network_at_its_speeds():
    found = SpeedProfile(is_slow=True, factors={"ebike": 0.5}).of_network(CITY)
    np.testing.assert_allclose(found.forward_seconds[WALK], 275.0, rtol=1e-5)
    np.testing.assert_allclose(found.forward_seconds[EBIKE], 120.0, rtol=1e-5)
    assert PLAIN.of_network(CITY) is CITY
    assert SpeedProfile.of(None, ["walk=1"]) == PLAIN


def test_profiles_say_what_they_are():
    profile = SpeedProfile.of("slow-walkers", ["ebike=1.20", "car=0.9"])
    assert profile.text == "slow-walkers car=0.9 ebike=1.2"
    assert profile.words == (
        "慢速步行者（1.0 m/s），汽车速度 × 0.9，电动自行车速度 × 1.2",
        "slow walkers (1.0 m/s), car speed × 0.9, e-bike speed × 1.2",
    )
    assert (PLAIN.text, PLAIN.words) == ("", ("", ""))


@given(slow=st.booleans(), factors=st.dictionaries(st.sampled_from(["walk", "ebike", "car"]), st.floats(0.5, 2.0)))
def test_a_profile_is_read_back_from_its_text(slow, factors):
    profile = SpeedProfile(is_slow=slow, factors=factors)
    assert SpeedProfile.from_text(profile.text) == profile


@pytest.mark.parametrize("text", ["walk", "walk=", "=0.9", "walk=fast", "walk=0.49", "walk=2.01", "walk=nan", "walk=-1"])
def test_factors_that_are_none_are_told_as_written(text):
    with pytest.raises(InputError) as caught:
        SpeedProfile.of(None, [text])
    assert [(problem.code, problem.value) for problem in caught.value.problems] == [("profile.factor_form", text)]


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


def test_ferries_keep_their_timetable():
    water = make_network([(0, 1, 600.0, 600.0)])
    ferry = type(water)(**{name: getattr(water, name) for name in water.__dataclass_fields__} | {"classes": ("ferry",)})
    assert with_speed_factor(ferry, "walk", 0.5).forward_seconds.tolist() == [[600.0]]
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
        (lambda: SpeedProfile.of("sprinters"), "profile.unknown"),
        (lambda: SpeedProfile.of(None, ["walk=0.9", "walk=1.1"]), "profile.factor_twice"),
        (lambda: SpeedProfile(factors={"walk": 3.0}), "profile.factor_form"),
        (lambda: SpeedProfile.of(None, ["broom=0.9"]).check(CITY), "mode.unknown"),
        (lambda: SpeedProfile.of(None, ["broom=0.9"]).of_network(CITY), "mode.unknown"),
        (lambda: with_speed_factor(CITY, "broom", 1.0), "mode.unknown"),
    ],
)
def test_what_makes_no_sense_is_refused(work, code):
    with pytest.raises((InputError, NetworkError)) as caught:
        work()
    assert caught.value.code == code
