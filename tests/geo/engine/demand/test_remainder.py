"""Largest remainder: by hand, against a plain loop, and the laws it must keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.engine.demand.remainder import largest_remainder, shares_by_group


def test_by_hand():
    # 10 seats for 6:3:2 -> quotas 5.4545, 2.7273, 1.8182; floors 5, 2, 1 leave two seats for the remainders .8182 and .7273.
    assert largest_remainder(np.array([6.0, 3.0, 2.0]), 10).tolist() == [5, 3, 2]


def test_ties_go_to_the_lowest_index():
    assert largest_remainder(np.ones(3), 4).tolist() == [2, 1, 1]


def _plain(weights, total):
    quotas = [weight * (total / sum(weights)) for weight in weights]
    seats = [int(quota) for quota in quotas]
    order = sorted(range(len(weights)), key=lambda i: (-(quotas[i] - seats[i]), i))
    for i in order[: total - sum(seats)]:
        seats[i] += 1
    return seats


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30), st.integers(0, 100_000))
def test_total_is_kept_and_quota_is_respected(weights, total):
    if sum(weights) == 0:
        weights = [1, *weights]
    found = largest_remainder(np.array(weights, np.float64), total)
    quota = np.array(weights) * total / sum(weights)
    assert found.sum() == total
    assert np.all(np.abs(found - quota) < 1 + 1e-6)
    assert found.tolist() == _plain([float(weight) for weight in weights], total)


def test_groups_are_apart():
    weights, group = np.array([1.0, 5.0, 1.0, 5.0, 0.0]), np.array([0, 1, 0, 1, 1])
    assert shares_by_group(weights, group, np.array([3, 11])).tolist() == [2, 6, 1, 5, 0]


def test_people_without_a_weight_are_refused():
    with pytest.raises(ValueError, match="no weights"):
        shares_by_group(np.zeros(2), np.array([0, 0]), np.array([5]))
