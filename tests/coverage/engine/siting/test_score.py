"""The checker itself: it scores by sets and finds every broken demand."""

from coverage.engine.siting import Phase
from coverage.engine.siting.score import broken_demands, newly_reached, sites_in
from tests.coverage.engine.siting.instances import COUNTIES, problem_of, quota

PHASES = [Phase(year=2022, sites_most=1, budget_yuan=10), Phase(year=2025, sites_most=2, budget_yuan=25)]


def problem(*quotas):
    costs = [[("integrate", 8.0), ("renovate", 9.0)], [("build", 12.0)], [("build", 20.0)]]
    counties = [COUNTIES[0], COUNTIES[0], COUNTIES[2]]
    return problem_of(
        [[0, 1], [1, 2], [3]], [5, 7, 11, 13], reached=[True, False, False, False], costs=costs, counties=counties,
        phases=PHASES, quotas=quotas,
    )  # fmt: skip


def test_score_counts_each_new_cell_once():
    """Options 0, 1 at p000, 2 at p001, 3 at p002; cell 0 is reached already: 7 + 11, then 13."""
    assert newly_reached(problem(), [0, 2]) == 18
    assert newly_reached(problem(), [0, 2, 3]) == 31
    assert newly_reached(problem(), []) == 0


def test_plan_within_all_demands_breaks_none():
    asked = [quota(COUNTIES[0], most=2), quota("320100", least=2, soft=False)]
    assert broken_demands(problem(*asked), {0: 2022, 2: 2025}) == []


def test_every_broken_demand_is_found():
    asked = [quota(COUNTIES[0], most=1), quota(COUNTIES[2], least=1, soft=False)]
    broken = broken_demands(problem(*asked), {0: 2022, 1: 2022, 2: 2025})
    assert broken == [
        "a place takes more than one action", "2 sites by 2022, at most 1", "17.0 yuan by 2022, at most 10",
        "3 sites by 2025, at most 2", "29.0 yuan by 2025, at most 25", "3 in 320102 by 2025, at most 1",
        "0 in 320305 by 2025, at least 1",
    ]  # fmt: skip


def test_missed_soft_minimum_is_no_broken_demand():
    assert broken_demands(problem(quota(COUNTIES[2], least=1)), {0: 2022}) == []


def test_sites_are_counted_in_a_region_and_below_by_year():
    plan = {0: 2022, 2: 2025, 3: 2025}
    assert [sites_in(problem(), plan, code, 2025) for code in ("320000", "320100", "320102", "320305", "32010")] == [
        3,
        2,
        2,
        1,
        0,
    ]
    assert sites_in(problem(), plan, "320102", 2022) == 1
