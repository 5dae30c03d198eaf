"""Conversions, each against a figure known by heart."""

import pytest

from geo.engine import units


def test_speeds():
    assert units.metres_per_second(3.6) == 1.0
    assert units.kph(1.1) == pytest.approx(3.96)
    assert units.metres_per_second(units.kph(7.5)) == pytest.approx(7.5)


def test_times():
    assert units.seconds(15) == 900.0
    assert units.minutes(90) == 1.5


def test_a_quarter_of_an_hour_on_foot_is_990_metres():
    assert units.walking_minutes(990.0, 3.96) == pytest.approx(15.0)
