"""Greedy, swaps, merged rows and bounds against plain sets and another formulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse
from scipy.spatial import cKDTree

from coverage.engine.siting import Phase, solve
from coverage.engine.siting.limits import limits_of
from coverage.engine.siting.rows import merge_rows
from coverage.engine.siting.search import Ground, covering_bound, fits, improve, lazy_greedy, swap_fits, swap_values
from tests.coverage.engine.siting.instances import COUNTIES, problem_of, quota, random_problem, value_of

SEEDS = st.integers(0, 10_000)
NONE = np.zeros(0, np.int64)


def ground_of(problem):
    phase = len(problem.phases) - 1
    return Ground.of(problem, limits_of(problem, phase), np.ones(problem.option_count, np.bool_))


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_lazy_greedy_equals_the_plain_greedy(seed):
    problem = random_problem(seed, phases=[Phase(year=2025, sites_most=4)])
    chosen, plain = lazy_greedy(ground_of(problem), NONE), []
    for _ in range(4):
        free = [o for o in range(problem.option_count) if problem.option_place[o] not in problem.option_place[plain]]
        gains = [value_of(problem, [*plain, o]) - value_of(problem, plain) for o in free]
        if gains and max(gains) > 0:
            plain.append(free[int(np.argmax(gains))])
    assert chosen.tolist() == plain


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_value_of_each_swap_is_the_difference_of_two_plans(seed):
    problem = random_problem(seed, phases=[Phase(year=2025, sites_most=3)])
    ground = ground_of(problem)
    chosen = lazy_greedy(ground, NONE)
    values, before = swap_values(ground, chosen), value_of(problem, chosen)
    for row, option in enumerate(chosen):
        for other in np.flatnonzero(swap_fits(ground, chosen, row)):
            plan = [*(o for o in chosen if o != option), other]
            assert values[row, other] == value_of(problem, plan) - before


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_swaps_never_lose_workers_nor_break_limits(seed):
    problem = random_problem(seed, budgeted=True, quotas=[quota(COUNTIES[0], most=1), quota(COUNTIES[1], least=1)])
    ground = ground_of(problem)
    start = lazy_greedy(ground, NONE)
    better = improve(ground, start)
    assert value_of(problem, better) >= value_of(problem, start)
    assert ground.limits.broken(better) == []
    assert ground.limits.shortfall(better) <= ground.limits.shortfall(start)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_options_that_fit_are_exactly_those_that_break_nothing(seed):
    problem = random_problem(seed, budgeted=True, quotas=[quota(COUNTIES[0], most=1)])
    ground = ground_of(problem)
    chosen = lazy_greedy(ground, NONE)[:1]
    hard = [o for o in range(problem.option_count) if o not in chosen and not ground.limits.broken([*chosen, o])]
    assert np.flatnonzero(fits(ground, chosen)).tolist() == hard


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(1, 4))
def test_bound_of_any_prefix_holds(seed, sites):
    problem = random_problem(seed, phases=[Phase(year=2025, sites_most=sites)])
    ground = ground_of(problem)
    best = solve(problem, gap=0.0).objective_persons
    assert covering_bound(ground, lazy_greedy(ground, NONE), sites) >= best
    assert covering_bound(ground, NONE, sites) >= best


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_merged_rows_give_every_plan_its_value(seed):
    problem = random_problem(seed)
    rows = merge_rows(problem)
    sets = {tuple(rows.places[rows.indptr[r] : rows.indptr[r + 1]].tolist()) for r in range(len(rows))}
    assert len(sets) == len(rows)
    assert all(len(places) > 1 for places in sets)
    for places in ([], [0], [1, 3], [0, 2, 4, 6]):
        hit = [bool(set(rows.places[rows.indptr[r] : rows.indptr[r + 1]]) & set(places)) for r in range(len(rows))]
        merged = rows.persons[np.array(hit, bool)].sum() + rows.own_persons[places].sum()
        options = [int(np.flatnonzero(problem.option_place == place)[0]) for place in places]
        assert merged == value_of(problem, options)
    assert rows.coverable_persons == value_of(problem, range(problem.option_count))


def clustered(seed, cells, places, radius):
    """Points in clusters of uneven size, lognormal people: like counties of a province."""
    rng = np.random.default_rng(seed)
    centres, share = rng.random((9, 2)), rng.dirichlet(np.ones(9))

    def points(count):
        near = centres[rng.choice(9, count // 2, p=share)] + rng.normal(0, 0.03, (count // 2, 2))
        return np.vstack([near, rng.random((count - count // 2, 2))])

    at, sites = points(cells), points(places)
    return cKDTree(at).query_ball_point(sites, radius), np.maximum(1, rng.lognormal(3, 1, cells)).astype(int)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_clustered_instance_equals_an_unmerged_model_built_another_way(seed):
    """600 cells, 60 places, 8 sites: the textbook model with one row a cell, handed to ``scipy.optimize.milp``."""
    reach, workers = clustered(seed, 600, 60, 0.08)
    cover = sparse.lil_array((600, 60))
    for place, cells in enumerate(reach):
        cover[cells, place] = 1.0
    rows = sparse.hstack([-cover, sparse.eye_array(600)])
    count = sparse.csr_array(np.r_[np.ones(60), np.zeros(600)][None, :])
    textbook = optimize.milp(
        -np.r_[np.zeros(60), workers],
        constraints=[optimize.LinearConstraint(rows, -np.inf, 0), optimize.LinearConstraint(count, -np.inf, 8)],
        bounds=optimize.Bounds(0, 1), integrality=np.r_[np.ones(60), np.zeros(600)], options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    solution = solve(problem_of(reach, workers, phases=[Phase(year=2025, sites_most=8)]), gap=0.0)
    assert solution.objective_persons == round(-textbook.fun)
    assert solution.bound_persons == solution.objective_persons
