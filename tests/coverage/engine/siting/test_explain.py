"""Reason cards: by hand, and by the laws that the shares add up."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.engine.siting import Phase, explain, solve
from tests.coverage.engine.siting.instances import problem_of, random_problem, value_of


def test_numbers_of_three_sites_by_hand():
    """Cells 0..5 with 10, 20, 30, 40, 50, 60 workers; cell 5 is reached already.

    p000: cells 0 1 2 (60 new); p001: cells 2 3 5 (70 new, 60 reached before); p002: cell 4 (50). All three are taken.
    First year: one site, the one with most: p001 with 70. Then p002 adds 50, p000 adds 10 + 20 = 30 (cell 2 is taken).
    """
    problem = problem_of(
        [[0, 1, 2], [2, 3, 5], [4]], [10, 20, 30, 40, 50, 60], reached=[False] * 5 + [True],
        phases=[Phase(year=2022, sites_most=1), Phase(year=2025, sites_most=3)],
    )  # fmt: skip
    first, second, third = explain(problem, solve(problem))
    assert [r.choice.place_id for r in (first, second, third)] == ["p001", "p002", "p000"]
    assert [r.choice.year for r in (first, second, third)] == [2022, 2025, 2025]
    assert [r.newly_reached_persons for r in (first, second, third)] == [70, 50, 30]
    assert [r.in_reach_persons for r in (first, second, third)] == [130, 50, 60]
    assert [r.overlap_persons for r in (first, second, third)] == [60, 0, 30]
    assert [r.lost_without_persons for r in (first, second, third)] == [40, 50, 30]
    assert [r.shapley_persons for r in (first, second, third)] == [55.0, 50.0, 45.0]
    assert third.yuan_per_newly_reached == pytest.approx(1 / 30)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_shares_add_up_to_the_objective(seed):
    problem = random_problem(seed)
    solution = solve(problem)
    reasons = explain(problem, solution)
    assert sum(r.newly_reached_persons for r in reasons) == solution.objective_persons
    assert sum(r.shapley_persons for r in reasons) == pytest.approx(solution.objective_persons)
    for reason in reasons:
        assert reason.in_reach_persons == reason.newly_reached_persons + reason.overlap_persons
        without = [o for o in solution.options if o != reason.choice.option]
        assert reason.lost_without_persons == solution.objective_persons - value_of(problem, without)
    assert [r.rank for r in reasons] == list(range(1, len(reasons) + 1))
    assert [r.choice.year for r in reasons] == sorted(r.choice.year for r in reasons)


def test_shapley_share_equals_the_mean_over_all_orders():
    problem = problem_of([[0, 1], [1, 2], [2, 0, 3]], [7, 11, 13, 17], phases=[Phase(year=2025, sites_most=3)])
    solution = solve(problem)
    orders = list(permutations(solution.options.tolist()))
    for reason in explain(problem, solution):
        option = reason.choice.option
        added = [value_of(problem, o[: o.index(option) + 1]) - value_of(problem, o[: o.index(option)]) for o in orders]
        assert reason.shapley_persons == pytest.approx(np.mean(added))


def test_alternative_is_the_best_allowed_swap_within_two_kilometres():
    """p001 stands 0.01° of latitude (1,112 m) from p000 and reaches 9 of its 10; p002 is 11 km away and would reach 10."""
    problem = problem_of([[0, 1], [0], [0, 1]], [9, 1], phases=[Phase(year=2025, sites_most=1)])
    (reason,) = explain(problem, solve(problem), lon=np.full(3, 119.0), lat=np.array([32.0, 32.01, 32.1]))
    assert reason.choice.place_id == "p000"
    assert (reason.alternative.place_id, reason.alternative.change_persons) == ("p001", -1)
    assert reason.alternative.metres == pytest.approx(1112, abs=1)


def test_no_alternative_where_nothing_stands_near():
    problem = problem_of([[0], [1]], [9, 1], phases=[Phase(year=2025, sites_most=1)])
    (reason,) = explain(problem, solve(problem), lon=np.array([119.0, 119.0]), lat=np.array([32.0, 33.0]))
    assert reason.alternative is None
