"""Totals of areas on cells: hand-derived numbers, and laws that hold for any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.engine.demand.dasymetric import spread, whole_persons


def test_a_total_goes_where_the_weight_is():
    """Area 0: 100 people over weights 1 and 3; area 1: 10 people over weight 5."""
    found = spread(np.array([100.0, 10.0]), np.array([0, 0, 1]), np.array([1.0, 3.0, 5.0]), np.ones(3))
    np.testing.assert_allclose(found.persons, [25, 75, 10])
    np.testing.assert_allclose(found.factor, [25.0, 2.0])
    assert not found.fell_back.any()
    assert not found.lost.any()


def test_an_area_without_weight_is_spread_by_land_and_says_so():
    found = spread(np.array([90.0]), np.array([0, 0]), np.zeros(2), np.array([1.0, 2.0]))
    np.testing.assert_allclose(found.persons, [30, 60])
    assert found.fell_back.tolist() == [True]
    assert np.isnan(found.factor[0])


def test_an_area_without_cells_is_lost_and_says_so():
    found = spread(np.array([5.0, 7.0]), np.array([0]), np.array([1.0]), np.ones(1))
    assert found.lost.tolist() == [False, True]
    assert found.persons.tolist() == [5.0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_absurd_figures_are_refused(bad):
    with pytest.raises(ValueError, match="finite"):
        spread(np.array([1.0]), np.array([0]), np.array([bad]), np.ones(1))


areas = st.integers(1, 5).flatmap(
    lambda count: st.tuples(
        st.lists(st.integers(0, 1_000_000), min_size=count, max_size=count),
        st.lists(st.tuples(st.integers(0, count - 1), st.floats(0, 1e6)), min_size=1, max_size=40),
    )
)


@given(areas)
def test_every_area_keeps_its_total_to_the_last_person(given_areas):
    totals, cells = given_areas
    area = np.array([index for index, _ in cells])
    weights = np.array([weight for _, weight in cells])
    people = np.array(totals, np.float64)
    found = spread(people, area, weights, np.ones(len(cells)))
    kept = np.where(found.lost, 0, people)
    np.testing.assert_allclose(np.bincount(area, weights=found.persons, minlength=len(totals)), kept, rtol=1e-9)
    whole = whole_persons(found.persons, area, kept.astype(np.int64))
    assert np.bincount(area, weights=whole, minlength=len(totals)).astype(int).tolist() == kept.astype(int).tolist()
    assert np.all(np.abs(whole - found.persons) <= 1 + 1e-6)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=20), st.integers(0, 100_000), st.randoms())
def test_the_order_of_cells_does_not_matter(weights, total, random):
    """Distinct cells sorted by id give the same people however they came; here the sorting is undone and done again."""
    weights = [weight + 1 for weight in weights]
    ids = list(range(len(weights)))
    random.shuffle(ids)
    shuffled = np.array([weights[i] for i in ids], np.float64)
    back = np.argsort(ids)
    area = np.zeros(len(ids), np.int64)
    straight = spread(np.array([float(total)]), area, np.array(weights, np.float64), np.ones(len(ids)))
    other = spread(np.array([float(total)]), area, shuffled, np.ones(len(ids)))
    np.testing.assert_allclose(other.persons[back], straight.persons, rtol=1e-12)


@given(st.lists(st.floats(0, 1e5), min_size=2, max_size=20), st.floats(0.1, 1e4), st.integers(0, 19))
def test_more_weight_never_means_fewer_people(weights, more, at):
    at %= len(weights)
    area, total = np.zeros(len(weights), np.int64), np.array([1000.0])
    before = spread(total, area, np.array(weights), np.full(len(weights), 1e-9))
    heavier = np.array(weights)
    heavier[at] += more
    if sum(weights) == 0:
        return
    assert spread(total, area, heavier, np.ones(len(weights))).persons[at] >= before.persons[at] - 1e-9
