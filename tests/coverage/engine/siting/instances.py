"""Small siting instances for the tests: made by hand, at random, and like a province."""

from itertools import combinations, product

import numpy as np

from coverage.engine.siting import Option, Phase, Problem, Quota

COUNTIES = ("320102", "320104", "320305")


def path_of(county):
    return f"320000/{county[:4]}00/{county}/"


def problem_of(reach, workers, *, costs=None, counties=None, reached=None, phases=None, quotas=(), order=None):
    """A problem from lists of cells by place; costs: per place, a list of (action, yuan)."""
    places = [f"p{j:03}" for j in range(len(reach))]
    costs = costs or [[("build", 1.0)] for _ in reach]
    counties = counties or [COUNTIES[0]] * len(reach)
    order = list(range(len(reach))) if order is None else order
    indptr = np.concatenate([[0], np.cumsum([len(reach[j]) for j in order])]).astype(np.int64)
    return Problem.of(
        place_ids=[places[j] for j in order],
        place_paths=[path_of(counties[j]) for j in order],
        indptr=indptr,
        cells=np.array([cell for j in order for cell in reach[j]], np.int32),
        workers_persons=np.array(workers, np.int64),
        is_reached=np.zeros(len(workers), np.bool_) if reached is None else np.array(reached, np.bool_),
        options=[[Option(action=a, cost_yuan=c, capacity_persons=0) for a, c in costs[j]] for j in order],
        phases=phases or [Phase(year=2025, sites_most=2)],
        quotas=quotas,
    )


def random_problem(seed, *, places=7, cells=12, phases=None, quotas=(), budgeted=False):
    rng = np.random.default_rng(seed)
    reach = [np.flatnonzero(rng.random(cells) < 0.3).tolist() for _ in range(places)]
    costs = [
        [(a, float(c)) for a, c in zip(("integrate", "renovate"), rng.integers(10, 60, 2), strict=True)][: rng.integers(1, 3)]
        for _ in range(places)
    ]
    if phases is None:
        first = int(rng.integers(0, 3))
        last = first + int(rng.integers(0, 3))
        money = sorted(rng.integers(20, 150, 2).tolist()) if budgeted else [None, None]
        phases = [
            Phase(year=2022, sites_most=first, budget_yuan=money[0]), Phase(year=2025, sites_most=last, budget_yuan=money[1])
        ]  # fmt: skip
    return problem_of(
        reach, rng.integers(0, 50, cells).tolist(), costs=costs, counties=[COUNTIES[k] for k in rng.integers(0, 3, places)],
        reached=rng.random(cells) < 0.2, phases=phases, quotas=quotas,
    )  # fmt: skip


def quota(code, *, year=2025, least=0, most=None, soft=True):
    return Quota(
        region_code=code, name_zh=f"县{code}", name_en=f"County {code}", year=year, least=least, most=most, is_soft=soft
    )


def every_plan(problem):
    """All sets of options with at most one per place."""
    by_place = [
        [None, *np.flatnonzero(problem.option_place == place).tolist()] for place in range(len(problem.place_ids))
    ]  # fmt: skip
    for picks in product(*by_place):
        yield [o for o in picks if o is not None]


def value_of(problem, plan):
    """Workers newly reached by a plan, by plain sets."""
    cells = set()
    for option in plan:
        place = problem.option_place[option]
        cells |= set(problem.cells[problem.indptr[place] : problem.indptr[place + 1]].tolist())
    return sum(int(problem.workers_persons[c]) for c in cells if not problem.is_reached[c])


def is_allowed(problem, plan, phase):
    """Whether a plan keeps all hard limits of one phase, by loops."""
    asked = problem.phases[phase]
    paths = [problem.place_paths[problem.option_place[o]] for o in plan]
    if len(plan) > asked.sites_most:
        return False
    if asked.budget_yuan is not None and sum(problem.option_cost_yuan[o] for o in plan) > asked.budget_yuan + 1e-9:
        return False
    for q in problem.quotas:
        if q.year == asked.year:
            count = sum(q.region_code in path.split("/") for path in paths)
            if (q.most is not None and count > q.most) or (not q.is_soft and count < q.least):
                return False
    return True


def missing_of(problem, plan, phase):
    """Sites missing to the soft minima of one phase."""
    paths = [problem.place_paths[problem.option_place[o]] for o in plan]
    return sum(
        max(0, q.least - sum(q.region_code in path.split("/") for path in paths))
        for q in problem.quotas
        if q.is_soft and q.year == problem.phases[phase].year
    )


def has_earlier(problem, plan, phase):
    """Whether nested plans of the phases before exist within a plan."""
    if phase == 0:
        return True
    subsets = (list(s) for size in range(len(plan) + 1) for s in combinations(plan, size))
    return any(is_allowed(problem, s, phase - 1) and has_earlier(problem, s, phase - 1) for s in subsets)


def best_by_force(problem, phase=None, within=None):
    """(missing, workers, cost) of the best plan of a phase, lexicographic; None where no plan is allowed."""
    phase = len(problem.phases) - 1 if phase is None else phase
    best = None
    for plan in every_plan(problem):
        if within is not None and not set(plan) <= set(within):
            continue
        if is_allowed(problem, plan, phase) and has_earlier(problem, plan, phase):
            cost = float(sum(problem.option_cost_yuan[o] for o in plan))
            key = (missing_of(problem, plan, phase), -value_of(problem, plan), cost)
            best = key if best is None or key < best else best
    return None if best is None else (best[0], -best[1], best[2])
