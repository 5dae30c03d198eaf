"""Candidates and their catchments to a problem, and back."""

from collections.abc import Sequence

import numpy as np

from coverage.engine.catchments import Catchments
from coverage.engine.siting.candidates import Candidate, Works
from coverage.engine.siting.plan import Plan, QuotaRegion
from coverage.engine.siting.problem import BoolArray, Option, Problem
from coverage.engine.siting.solution import Choice
from geo.engine.inputs import Demand, Facilities


def facilities_at(candidates: Sequence[Candidate]) -> Facilities:
    """Return candidates, in the order of their codes, as facilities with the capacity of their first action."""
    return Facilities(
        ids=tuple(c.place_code for c in candidates),
        lon=np.array([c.lon for c in candidates], np.float64),
        lat=np.array([c.lat for c in candidates], np.float64),
        capacity_persons=np.array([c.works[0].capacity_persons if c.works else 0 for c in candidates], np.int64),
    )


def problem_of(
    candidates: Sequence[Candidate],
    within: Catchments,
    demand: Demand,
    is_reached: BoolArray,
    plan: Plan,
    regions: Sequence[QuotaRegion],
) -> Problem:
    """Return the problem of ``plan``; ``within`` are the catchments of ``facilities_at(candidates)``."""
    return Problem.of(
        place_ids=[c.place_code for c in candidates],
        place_paths=[c.region_path for c in candidates],
        indptr=within.indptr,
        cells=within.cell,
        workers_persons=demand.workers_persons,
        is_reached=is_reached,
        options=[[_option(works) for works in c.works] for c in candidates],
        phases=plan.phases,
        quotas=plan.quotas_of(regions),
    )


def _option(works: Works) -> Option:
    return Option(action=works.action, cost_yuan=works.cost_yuan, capacity_persons=works.capacity_persons)


def works_chosen(candidate: Candidate, choice: Choice) -> Works:
    """Return the works of ``candidate`` that a choice stands for."""
    return next(works for works in candidate.works if works.action == choice.action)


def joined(base: Facilities, chosen: Sequence[tuple[Candidate, Works]]) -> Facilities:
    """Return the facilities of the base run and the chosen sites, sorted by id."""
    ids = [*base.ids, *(candidate.place_code for candidate, _ in chosen)]
    lon = np.concatenate([base.lon, [candidate.lon for candidate, _ in chosen]])
    lat = np.concatenate([base.lat, [candidate.lat for candidate, _ in chosen]])
    capacity = np.concatenate([base.capacity_persons, np.array([works.capacity_persons for _, works in chosen], np.int64)])
    order = sorted(range(len(ids)), key=lambda i: ids[i])
    return Facilities(
        ids=tuple(ids[i] for i in order), lon=lon[order], lat=lat[order], capacity_persons=capacity[order].astype(np.int64)
    )
