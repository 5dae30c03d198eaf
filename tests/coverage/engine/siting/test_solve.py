"""``solve`` against brute force, hand-derived plans and the laws of maximal covering."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.engine.siting import Phase, solve
from geo.engine.errors import SitingError
from geo.engine.progress import Cancelled
from tests.coverage.engine.siting.instances import (
    COUNTIES,
    best_by_force,
    missing_of,
    problem_of,
    quota,
    random_problem,
    value_of,
)

SEEDS = st.integers(0, 10_000)


def quotas_of(seed):
    rng = np.random.default_rng(seed + 1)
    return [
        quota(COUNTIES[0], least=int(rng.integers(0, 2))),
        quota(COUNTIES[1], least=int(rng.integers(0, 3)), most=int(rng.integers(2, 4))),
        quota("320100", most=int(rng.integers(1, 4))),
        quota("320100", year=2022, most=int(rng.integers(0, 3)), least=0),
        quota(COUNTIES[2], year=2022, least=int(rng.integers(0, 2))),
    ]


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_plan_with_quotas_budget_and_two_phases_is_the_best_by_brute_force(seed):
    problem = random_problem(seed, budgeted=seed % 3 > 0, quotas=quotas_of(seed))
    solution = solve(problem, gap=0.0)
    assert (solution.objective_persons, solution.cost_yuan) == pytest.approx(best_by_force(problem)[1:])
    assert solution.status == "optimal"
    assert solution.bound_persons == solution.objective_persons == value_of(problem, solution.options)
    assert missing_of(problem, solution.options, 1) == best_by_force(problem)[0]
    first = [c.option for c in solution.chosen if c.year == 2022]
    forced = best_by_force(problem, phase=0, within=solution.options.tolist())
    assert (missing_of(problem, first, 0), value_of(problem, first)) == forced[:2]
    assert solution.proofs[0].objective_persons == forced[1]


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_hard_minima_of_both_years_hold_or_the_conflict_is_named(seed):
    rng = np.random.default_rng(seed)
    asked = [
        quota(COUNTIES[0], least=int(rng.integers(0, 3)), soft=False),
        quota(COUNTIES[1], year=2022, least=int(rng.integers(0, 3)), soft=False),
        quota("320100", most=int(rng.integers(2, 4))),
    ]
    problem = random_problem(seed, budgeted=True, quotas=asked)
    forced = best_by_force(problem)
    if forced is None:
        with pytest.raises(SitingError, match="these demands cannot all be met"):
            solve(problem, gap=0.0)
    else:
        assert solve(problem, gap=0.0).objective_persons == forced[1]


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_greedy_keeps_all_limits_and_its_bound_holds(seed):
    problem = random_problem(seed, budgeted=seed % 2 == 0, quotas=quotas_of(seed))
    greedy = solve(problem, method="greedy")
    forced = best_by_force(problem)
    assert missing_of(problem, greedy.options, 1) == forced[0]
    assert greedy.objective_persons <= forced[1] <= greedy.bound_persons
    assert greedy.status in ("greedy", "optimal")


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, 5))
def test_greedy_reaches_at_least_632_permille_of_the_best_on_pure_covering(seed, sites):
    problem = random_problem(seed, phases=[Phase(year=2025, sites_most=sites)])
    greedy, exact = solve(problem, method="greedy"), solve(problem, gap=0.0)
    assert greedy.objective_persons >= (1 - 1 / math.e) * exact.objective_persons
    assert greedy.bound_persons >= exact.objective_persons


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.permutations(range(7)))
def test_order_of_places_changes_nothing(seed, order):
    rng = np.random.default_rng(seed)
    reach = [np.flatnonzero(rng.random(12) < 0.4).tolist() for _ in range(7)]
    workers = rng.integers(0, 50, 12).tolist()
    one = solve(problem_of(reach, workers), gap=0.0)
    other = solve(problem_of(reach, workers, order=order), gap=0.0)
    assert [(c.place_id, c.year) for c in one.chosen] == [(c.place_id, c.year) for c in other.chosen]
    assert one.objective_persons == other.objective_persons


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.permutations(range(12)))
def test_order_of_cells_does_not_change_the_plan(seed, order):
    rng = np.random.default_rng(seed)
    reach = [np.flatnonzero(rng.random(12) < 0.4).tolist() for _ in range(7)]
    workers = rng.integers(0, 50, 12).tolist()
    moved = {old: new for new, old in enumerate(order)}
    one = solve(problem_of(reach, workers), gap=0.0)
    other = solve(problem_of([[moved[c] for c in row] for row in reach], [workers[old] for old in order]), gap=0.0)
    assert one.objective_persons == other.objective_persons
    assert [c.place_id for c in one.chosen] == [c.place_id for c in other.chosen]


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(0, 100), st.integers(0, 60))
def test_more_money_never_reaches_fewer(seed, budget, more):
    poor = random_problem(seed, phases=[Phase(year=2025, sites_most=4, budget_yuan=budget)])
    rich = random_problem(seed, phases=[Phase(year=2025, sites_most=4, budget_yuan=budget + more)])
    assert solve(rich, gap=0.0).objective_persons >= solve(poor, gap=0.0).objective_persons


def test_greedy_trap_is_solved_by_the_exact_method():
    """The middle place reaches 7, each outer one 6: greedy takes the middle and one outer (10), the two outer reach 12."""
    problem = problem_of([[0, 1], [1, 2, 4], [2, 3]], [3, 3, 3, 3, 1])
    solution = solve(problem)
    assert [c.place_id for c in solution.chosen] == ["p000", "p002"]
    assert solution.objective_persons == 12


def test_line_of_eight_towns_by_hand():
    """Towns 0..7 with 5, 9, 1, 4, 8, 2, 7, 3 workers; a market in a town reaches it and its neighbours.

    Windows: 14 (towns 0-1), 15 (0-2), 14 (1-3), 13 (2-4), 14 (3-5), 17 (4-6), 12 (5-7), 10 (6-7). The best two are 0-2 (market
    in town 1) and 4-6 (town 5), 15 + 17 = 32; every other pair holds at most 14 + 17. Of the two, town 5 comes first.
    """
    workers = [5, 9, 1, 4, 8, 2, 7, 3]
    reach = [[k for k in (t - 1, t, t + 1) if 0 <= k < 8] for t in range(8)]
    phases = [Phase(year=2022, sites_most=1), Phase(year=2025, sites_most=2)]
    solution = solve(problem_of(reach, workers, phases=phases))
    assert [proof.objective_persons for proof in solution.proofs] == [17, 32]
    assert [(c.place_id, c.year) for c in solution.chosen] == [("p005", 2022), ("p001", 2025)]


def test_reached_cells_bring_nothing_and_empty_targets_are_named():
    problem = problem_of([[0], [1]], [10, 20], reached=[False, True], phases=[Phase(year=2025, sites_most=2)])
    solution = solve(problem)
    assert [c.place_id for c in solution.chosen] == ["p000"]
    assert [fault.code for fault in solution.unmet] == ["siting.sites_short"]
    assert "1 were placed: no other candidate reaches anyone new" in solution.unmet[0].sentence("en")


def test_cheapest_action_is_taken_where_all_reach_the_same():
    problem = problem_of(
        [[0]], [10], costs=[[("renovate", 30.0), ("integrate", 20.0)]], phases=[Phase(year=2025, sites_most=1)]
    )
    assert [(c.action, c.cost_yuan) for c in solve(problem).chosen] == [("integrate", 20.0)]


def test_county_without_candidate_is_named_and_the_rest_is_served():
    asked = [quota(COUNTIES[0], least=1), quota(COUNTIES[2], least=1)]
    solution = solve(problem_of([[0], [1]], [10, 20], counties=[COUNTIES[0], COUNTIES[1]], quotas=asked))
    assert solution.objective_persons == 30
    assert [(fault.code, fault.value) for fault in solution.unmet] == [("siting.quota_short", COUNTIES[2])]
    assert (
        solution.unmet[0].sentence("zh-hans")
        == "县320305（320305） 到 2025 年应至少 1 处，只能安排 0 处（候选 0 处，没有候选点）。"
    )


def test_conflict_names_the_smallest_set():
    """Two hard minima of 2 and 1 cannot fit into 2 sites; the budget and the third county have no part in it."""
    asked = [
        quota(COUNTIES[0], least=2, soft=False), quota(COUNTIES[1], least=1, soft=False), quota(COUNTIES[2], most=5),
    ]  # fmt: skip
    counties = [COUNTIES[0], COUNTIES[0], COUNTIES[1], COUNTIES[2]]
    problem = problem_of(
        [[0], [1], [2], [3]], [1, 1, 1, 1], counties=counties, quotas=asked,
        phases=[Phase(year=2025, sites_most=2, budget_yuan=100.0)],
    )  # fmt: skip
    with pytest.raises(SitingError) as caught:
        solve(problem)
    sentence = caught.value.problems[0].sentence("en")
    assert sentence == (
        "these demands cannot all be met: at most 2 sites by 2025; "
        "at least 2 in County 320102 (320102) by 2025 (2 candidates); "
        "at least 1 in County 320104 (320104) by 2025 (1 candidates)."
    )


def test_contradictions_of_the_question_come_all_at_once():
    phases = [Phase(year=2025, sites_most=5), Phase(year=2022, sites_most=3)]
    with pytest.raises(SitingError) as caught:
        problem_of([[0]], [1], phases=phases, quotas=[quota(COUNTIES[0], year=2030), quota(COUNTIES[1], least=3, most=2)])
    codes = [fault.code for fault in caught.value.problems]
    assert codes == ["siting.years_not_rising", "siting.phases_fall", "siting.quota_year", "siting.quota_crossed"]


def test_a_year_without_budget_is_held_by_the_money_of_the_years_after_it():
    phases = [Phase(year=2022, sites_most=2), Phase(year=2025, sites_most=2, budget_yuan=1.5)]
    solution = solve(problem_of([[0], [1]], [10, 20], phases=phases))
    assert [proof.cost_yuan for proof in solution.proofs] == [1.0, 1.0]


def test_no_candidate_is_an_error_a_user_can_mend():
    with pytest.raises(SitingError, match="not one feasible candidate"):
        solve(problem_of([], [1, 2]))


def test_cancel_stops_between_phases():
    def cancel(share):
        raise Cancelled

    with pytest.raises(Cancelled):
        solve(random_problem(3), progress=cancel)
