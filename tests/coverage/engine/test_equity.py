"""Percentiles against a list with one entry per person, the Gini coefficient against its definition over all pairs."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.engine.equity import gini, weighted_percentile

MINUTES = st.one_of(st.floats(0, 500, width=32), st.just(math.inf))
PEOPLE = st.lists(st.tuples(MINUTES, st.integers(0, 9)), max_size=12)
SOME_PEOPLE = st.lists(st.tuples(st.floats(0.5, 500), st.integers(1, 9)), min_size=1, max_size=12)


def arrays(people):
    return np.array([x for x, _ in people], np.float64), np.array([w for _, w in people], np.int64)


def gini_over_pairs(values, persons):
    """Half the mean absolute difference between two people drawn with replacement, relative to the mean."""
    each = np.repeat(values, persons)
    return np.abs(each[:, None] - each[None, :]).mean() / (2 * each.mean())


def test_percentiles_by_hand():
    # 3 people at 5 min, 6 at 10, 1 at 40: persons 1-3 have 5, 4-9 have 10, the tenth 40. Median: fifth person; p90: ninth.
    values, persons = np.array([40.0, 5.0, 10.0]), np.array([1, 3, 6])
    assert weighted_percentile(values, persons, 50) == 10.0
    assert weighted_percentile(values, persons, 90) == 10.0
    assert weighted_percentile(values, persons, 91) == 40.0
    assert weighted_percentile(values, persons, 30) == 5.0


def test_people_who_cannot_reach_anything_stay_in_the_percentile():
    values, persons = np.array([5.0, math.inf]), np.array([6, 4])
    assert weighted_percentile(values, persons, 50) == 5.0
    assert weighted_percentile(values, persons, 90) == math.inf
    assert gini(values, persons) == 0.0


@given(PEOPLE, st.integers(1, 100))
def test_a_percentile_is_that_of_the_list_of_all_people(people, percent):
    values, persons = arrays(people)
    each = sorted(np.repeat(values, persons).tolist())
    expected = next((value for count, value in enumerate(each, 1) if count * 100 >= percent * len(each)), None)
    assert weighted_percentile(values, persons, percent) == expected


def test_gini_by_hand():
    # Two people at 10 and 30: differences 0, 20, 20, 0; mean difference 10, mean 20: 10 / 40.
    assert gini(np.array([10.0, 30.0]), np.array([1, 1])) == pytest.approx(0.25)
    # Three of four people at 0: G = 1 - 1/4.
    assert gini(np.array([0.0, 8.0]), np.array([3, 1])) == pytest.approx(0.75)


def test_gini_of_nobody_and_of_no_minutes():
    assert gini(np.array([]), np.array([], np.int64)) is None
    assert gini(np.array([5.0]), np.array([0])) is None
    assert gini(np.array([0.0, 0.0]), np.array([2, 3])) == 0.0


@given(SOME_PEOPLE)
def test_gini_equals_its_definition(people):
    values, persons = arrays(people)
    assert gini(values, persons) == pytest.approx(gini_over_pairs(values, persons), abs=1e-9)


@given(SOME_PEOPLE, st.floats(0.5, 60))
def test_gini_does_not_change_with_the_unit_nor_with_twins(people, factor):
    values, persons = arrays(people)
    assert gini(values * factor, persons) == pytest.approx(gini(values, persons), abs=1e-9)
    assert gini(values, persons * 7) == pytest.approx(gini(values, persons), abs=1e-9)
    assert 0.0 <= gini(values, persons) < 1.0
