"""Blends by weight, totals of regions, and groups whose parts are the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.engine.demand.blend import Part, blend, divide, region_totals

TWO = np.array([0, 0, 1])


def test_the_mean_is_weighted():
    """Region 0: (3 × 10 + 1 × 30) / 4 = 15 and (3 × 20 + 0) / 4 = 15; region 1, where only the first knows anybody: 8."""
    parts = [Part(workers=np.array([10.0, 20.0, 8.0]), weight=3), Part(workers=np.array([30.0, 0.0, 0.0]), weight=1)]
    np.testing.assert_allclose(blend(parts, TWO, 2), [15, 15, 8])


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan])
def test_a_weight_must_be_positive(weight):
    with pytest.raises(ValueError, match="positive"):
        blend([Part(workers=np.ones(3), weight=weight)], TWO, 2)


def test_totals_of_regions():
    workers = np.array([1.5, 1.5, 4.0])
    assert region_totals(workers, TWO, 2).tolist() == [3, 4]
    assert region_totals(workers, TWO, 2, total_persons=70).tolist() == [30, 40]
    assert region_totals(workers, TWO, 2, floors=np.array([5, 1])).tolist() == [5, 4]
    assert region_totals(np.zeros(3), TWO, 2, floors=np.array([5, 1])).tolist() == [0, 0]


def test_a_region_of_nobody_gets_no_floor():
    assert region_totals(np.array([0.0, 0.0, 4.0]), TWO, 2, floors=np.array([9, 9])).tolist() == [0, 9]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.integers(0, 10**6))
def test_regions_get_the_asked_total(workers, total):
    values = np.array(workers)
    found = region_totals(values, np.arange(len(workers)) % 3, 3, total_persons=total)
    assert found.sum() == (total if values.sum() > 0 else 0)


def test_workers_are_dealt_to_modes_one_by_one():
    """Sainte-Laguë for 0.5, 0.3, 0.2: turns at 2, 6, 10, …; 3.3, 10, …; 5, 15, …: first, second, third, first, then a tie."""
    found = divide(np.array([1, 1, 1, 1]), np.array([[0.5, 0.3, 0.2]]), np.zeros(4, np.int64))
    assert found.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]


def test_each_class_has_its_own_shares():
    found = divide(np.array([10, 10]), np.array([[1.0, 0.0], [0.2, 0.8]]), np.array([0, 1]))
    assert found.tolist() == [[10, 0], [2, 8]]


def test_shares_need_not_sum_to_one_but_to_something():
    assert divide(np.array([4]), np.array([[3.0, 1.0]]), np.zeros(1, np.int64)).tolist() == [[3, 1]]
    with pytest.raises(ValueError, match="positive"):
        divide(np.array([4]), np.array([[0.0, 0.0]]), np.zeros(1, np.int64))
    assert divide(np.zeros(2, np.int64), np.array([[0.0, 0.0]]), np.zeros(2, np.int64)).tolist() == [[0, 0], [0, 0]]


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=40),
    st.lists(st.floats(0, 1).filter(lambda x: x == 0 or x > 1e-3), min_size=2, max_size=5).filter(lambda s: sum(s) > 0),
)
def test_parts_are_whole_people_and_add_up_in_every_cell(persons, shares):
    people, row = np.array(persons), np.array([shares])
    found = divide(people, row, np.zeros(len(people), np.int64))
    assert (found >= 0).all()
    assert found.sum(axis=1).tolist() == persons
    fair = people.sum() * row[0] / row.sum()
    assert np.all(np.abs(found.sum(axis=0) - fair) < len(shares))
