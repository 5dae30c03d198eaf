"""The work of a recommendation: candidates, catchments, the solution, its reasons, and coverage with the new sites."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coverage.engine.assess import Assessment, assess
from coverage.engine.catchments import Catchments, catchments
from coverage.engine.siting import Problem, SiteReason, Solution, explain, solve
from coverage.engine.siting.build_sites import SnapToStreets, build_candidates, with_gatherings
from coverage.engine.siting.candidates import Candidate, venue_candidates
from coverage.engine.siting.places import facilities_at, joined, problem_of, works_chosen
from coverage.engine.siting.problem import BoolArray, Float64Array
from coverage.engine.siting.solve import Watch
from coverage.jobs.siting_inputs import SitingInputs
from geo.engine.network import TravelNetwork
from geo.engine.progress import Progress, part_of
from geo.engine.snapping import snap

PLACED_SHARE, SOLVED_SHARE = 0.35, 0.85


@dataclass(frozen=True, kw_only=True)
class Places:
    """Feasible candidates in the order of their codes, and how many were left out and why."""

    candidates: list[Candidate]
    infeasible_count: int
    off_streets_count: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """All that a recommendation found."""

    places: Places
    within: Catchments
    problem: Problem
    solution: Solution
    reasons: tuple[SiteReason, ...]
    after: Assessment

    def candidate_of(self, reason: SiteReason) -> Candidate:
        """Return the candidate a reason speaks of."""
        return self.places.candidates[reason.choice.place]


def work_out(inputs: SitingInputs, network: TravelNetwork, progress: Progress, watch: Watch | None = None) -> Found:
    """Find candidates, choose, explain, and assess coverage with the chosen sites.

    Raises :class:`geo.engine.errors.SitingError` for demands that conflict, ``Cancelled`` when ``progress`` did.
    """
    ground, solver, is_reached = inputs.ground, inputs.plan.solver, inputs.is_reached()
    places = find_places(inputs, network, is_reached)
    facilities = facilities_at(places.candidates)
    within = catchments(network, ground.demand, facilities, ground.standard, progress=part_of(progress, 0.05, PLACED_SHARE))
    problem = problem_of(places.candidates, within, ground.demand, is_reached, inputs.plan, inputs.quota_regions)
    solution = solve(
        problem, time_limit_seconds=solver.time_limit_seconds, gap=solver.gap_share, seed=solver.seed, method=solver.method,
        progress=part_of(progress, PLACED_SHARE, SOLVED_SHARE), watch=watch,
    )  # fmt: skip
    reasons = explain(problem, solution, lon=facilities.lon, lat=facilities.lat)
    chosen = [(places.candidates[c.place], works_chosen(places.candidates[c.place], c)) for c in solution.chosen]
    with_sites = joined(ground.venues.facilities, chosen)
    after = assess(network, ground.demand, with_sites, ground.standard, progress=part_of(progress, SOLVED_SHARE, 0.97))
    _hold_against(inputs, solution, is_reached, after)
    return Found(places=places, within=within, problem=problem, solution=solution, reasons=reasons, after=after)


def find_places(inputs: SitingInputs, network: TravelNetwork, is_reached: BoolArray) -> Places:
    """Return the candidates among venues and the generated sites; a venue that counts already is none."""
    rules, counted = inputs.plan.rules, set(inputs.ground.venues.facilities.ids)
    existing = [c for c in venue_candidates(inputs.venues, rules) if c.place_code not in counted]
    street = streets_of(network, inputs.ground.standard.rules[0].mode, rules.build_snap_metres)
    built, dropped = build_candidates(inputs.ground.demand, is_reached, inputs.gatherings, inputs.names, rules, street)
    feasible = [candidate for candidate in existing if candidate.works]
    ordered = sorted([*feasible, *built], key=lambda candidate: candidate.place_code)
    return Places(
        candidates=with_gatherings(ordered, inputs.gatherings, rules),
        infeasible_count=len(existing) - len(feasible),
        off_streets_count=dropped,
    )


def streets_of(network: TravelNetwork, mode: str, max_metres: float) -> SnapToStreets:
    """Return what moves points to the nearest street open to ``mode``."""

    def to_streets(lon: Float64Array, lat: Float64Array) -> tuple[Float64Array, Float64Array, BoolArray]:
        found = snap(network, lon, lat, mode=mode, max_metres=max_metres)
        near = found.edge >= 0
        return np.where(near, found.lon, lon), np.where(near, found.lat, lat), near

    return to_streets


def _hold_against(inputs: SitingInputs, solution: Solution, is_reached: BoolArray, after: Assessment) -> None:
    """Hold the objective against the new assessment, which knows nothing of siting; a difference is a fault of ours."""
    workers = inputs.ground.demand.workers_persons
    added = int(workers[after.reached & ~is_reached].sum())
    if added != solution.objective_persons:
        raise RuntimeError(f"the plan reaches {solution.objective_persons} new workers, coverage with its sites {added}")


def names_of(candidates: Sequence[Candidate]) -> dict[str, Candidate]:
    """Return the candidates by their codes."""
    return {candidate.place_code: candidate for candidate in candidates}
