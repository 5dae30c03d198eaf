"""What a plan could not meet, each by name and with the reason."""

import numpy as np

from coverage.engine.siting import wording
from coverage.engine.siting.conflicts import candidates_in
from coverage.engine.siting.limits import limits_of
from coverage.engine.siting.problem import Problem
from coverage.engine.siting.score import sites_in
from coverage.engine.siting.search import Ground, fits
from geo.engine.errors import Problem as Fault


def unmet_demands(problem: Problem, year_of_option: dict[int, int]) -> list[Fault]:
    """Return the soft minima that were missed, then the years whose number of sites was not used up."""
    return [*_quotas(problem, year_of_option), *_targets(problem, year_of_option)]


def _quotas(problem: Problem, year_of_option: dict[int, int]) -> list[Fault]:
    found = []
    for quota in problem.quotas:
        given = sites_in(problem, year_of_option, quota.region_code, quota.year)
        if given < quota.least:
            candidates = candidates_in(problem, quota.region_code)
            why = wording.NO_CANDIDATE if candidates <= given else wording.LIMITED
            details = {
                "zh": quota.said_zh, "en": quota.said_en, "year": quota.year, "least": quota.least,
                "given": given, "candidates": candidates, "why_zh": why[0], "why_en": why[1],
            }  # fmt: skip
            found.append(Fault(code="siting.quota_short", value=quota.region_code, details=details))
    return found


def _targets(problem: Problem, year_of_option: dict[int, int]) -> list[Fault]:
    found = []
    for index, phase in enumerate(problem.phases):
        done = np.array([option for option, year in year_of_option.items() if year <= phase.year], np.int64)
        if len(done) < phase.sites_most:
            why = _why_fewer(problem, index, done)
            details = {
                "year": phase.year, "most": phase.sites_most, "given": len(done), "why_zh": why[0], "why_en": why[1],
            }  # fmt: skip
            found.append(Fault(code="siting.sites_short", value=str(phase.year), details=details))
    return found


def _why_fewer(problem: Problem, phase: int, done: "np.typing.NDArray[np.int64]") -> tuple[str, str]:
    """Return why no further site was placed: nobody left to reach, money, or a regional maximum."""
    limits = limits_of(problem, phase)
    ground = Ground.of(problem, limits, np.ones(problem.option_count, np.bool_))
    useful = ground.gains(ground.counts(done)) > 0
    useful[done] = False
    if not useful.any():
        return wording.NOBODY_LEFT
    if (useful & fits(ground, done)).any() and phase + 1 < len(problem.phases):
        return wording.WITHIN_LATER
    budget = problem.phases[phase].budget_yuan
    left = np.inf if budget is None else budget - float(problem.option_cost_yuan[done].sum())
    return wording.MONEY_SPENT if problem.option_cost_yuan[useful].min() > left else wording.AT_MOST
