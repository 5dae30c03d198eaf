"""Score a plan again from the raw catchments, by code that shares nothing with the models that found it.

Solvers have been seen to report wrong optima; what is printed and stored is this score.
"""

from collections.abc import Iterable

from coverage.engine.siting.problem import Problem


def newly_reached(problem: Problem, options: Iterable[int]) -> int:
    """Return the workers, unreached before, whom at least one of ``options`` reaches. Plain sets, straight from the lists."""
    cells: set[int] = set()
    for option in options:
        place = int(problem.option_place[option])
        cells.update(problem.cells[problem.indptr[place] : problem.indptr[place + 1]].tolist())
    return sum(int(problem.workers_persons[cell]) for cell in cells if not problem.is_reached[cell])


def broken_demands(problem: Problem, year_of_option: dict[int, int]) -> list[str]:
    """Return the hard demands that a plan breaks, in words for a programmer; none for every plan that is handed out."""
    broken = []
    places = [int(problem.option_place[option]) for option in year_of_option]
    if len(set(places)) != len(places):
        broken.append("a place takes more than one action")
    for phase in problem.phases:
        done = [option for option, year in year_of_option.items() if year <= phase.year]
        if len(done) > phase.sites_most:
            broken.append(f"{len(done)} sites by {phase.year}, at most {phase.sites_most}")
        cost = sum(float(problem.option_cost_yuan[option]) for option in done)
        if phase.budget_yuan is not None and cost > phase.budget_yuan + 0.01:
            broken.append(f"{cost} yuan by {phase.year}, at most {phase.budget_yuan}")
    for quota in problem.quotas:
        count = sites_in(problem, year_of_option, quota.region_code, quota.year)
        if quota.most is not None and count > quota.most:
            broken.append(f"{count} in {quota.region_code} by {quota.year}, at most {quota.most}")
        if not quota.is_soft and count < quota.least:
            broken.append(f"{count} in {quota.region_code} by {quota.year}, at least {quota.least}")
    return broken


def sites_in(problem: Problem, year_of_option: dict[int, int], region_code: str, year: int) -> int:
    """Return how many sites of a plan stand in a region by the end of ``year``."""
    return sum(
        done <= year and f"/{region_code}/" in f"/{problem.place_paths[problem.option_place[option]]}"
        for option, done in year_of_option.items()
    )
