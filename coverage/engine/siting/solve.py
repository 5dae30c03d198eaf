"""Solve a siting problem: the last year first, then earlier years within it, each with a proof of how good it is."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from coverage.engine.siting.conflicts import conflict
from coverage.engine.siting.exact import Stage, best_apart, fewest_missing, least_money, most_workers, stage_of
from coverage.engine.siting.limits import limits_of
from coverage.engine.siting.milp import Effort, Outcome, Standing
from coverage.engine.siting.problem import Int64Array, Problem
from coverage.engine.siting.rows import MergedRows, merge_rows
from coverage.engine.siting.score import broken_demands, newly_reached
from coverage.engine.siting.search import Ground, covering_bound, improve, lazy_greedy, needed_only
from coverage.engine.siting.solution import Choice, LimitUse, Method, PhaseProof, ProofStatus, Solution
from coverage.engine.siting.unmet import unmet_demands
from geo.engine.errors import Problem as Fault
from geo.engine.errors import SitingError
from geo.engine.progress import Progress, no_progress, part_of

COUNTING_SECONDS = 10.0
"""Models without workers in them only count sites and money; none gets longer than this."""
COVERING_SHARE = 0.7
"""Of the time left, what one covering model may take: years still to come need some too."""

ROUNDING_SHARE = 1e-8
"""Of the workers: what sums in floating point may be off before a bound is rounded down to whole workers."""

Watch = Callable[[int, Standing], None]
"""Hears the year being decided and how its search stands; may raise Cancelled."""


@dataclass
class _Purse:
    """The solver seconds left to spend; HiGHS counts them, so that the engine needs no clock."""

    left_seconds: float
    gap_share: float
    seed: int
    step: Callable[[Standing], None] | None = None
    watch: Callable[[Standing], None] | None = None

    def effort(self, most_seconds: float = math.inf, *, covering: bool = False) -> Effort:
        """Return the effort of one model that may take ``most_seconds``; only covering models are watched from outside."""
        seconds = min(most_seconds, self.left_seconds)
        watch = self.watch if covering else self.step
        return Effort(seconds=seconds, gap_share=self.gap_share, seed=self.seed, watch=watch)

    def spent(self, outcome: Outcome) -> Outcome:
        """Take what a model took."""
        self.left_seconds = max(self.left_seconds - outcome.seconds, 0.0)
        return outcome


@dataclass(frozen=True, kw_only=True, eq=False)
class _Decision:
    """The options chosen up to one phase and how good they are."""

    options: Int64Array
    objective_persons: int
    bound_persons: float
    status: ProofStatus
    warnings: tuple[Fault, ...] = field(default=())


def solve(
    problem: Problem,
    *,
    time_limit_seconds: float = 40.0,
    gap: float = 0.0,
    seed: int = 0,
    method: Method = "exact",
    progress: Progress = no_progress,
    watch: Watch | None = None,
) -> Solution:
    """Choose places, actions and years that newly reach the most workers within all limits.

    Lexicographic by design: (1) the fewest sites missing to soft minima by the last year, (2) the most workers newly reached by
    then (maximal covering), (3) the least money for that; then the same for each earlier year among the sites of the year after
    it, so that phases are nested. ``exact``: HiGHS, each phase with a proven bound, ``gap`` relative. All models share the
    time limit; the same inputs and ``seed`` give the same answer unless it strikes. ``greedy``: lazy greedy and swaps, with
    the bound of submodularity.

    Raises :class:`SitingError` where there is no candidate, or where hard demands conflict (the smallest set is named), and
    ``Cancelled`` when ``progress`` or ``watch`` did.
    """
    if not problem.option_count:
        raise SitingError(Fault(code="siting.no_candidates"))
    rows, count = merge_rows(problem), len(problem.phases)
    purse = _Purse(left_seconds=time_limit_seconds, gap_share=gap, seed=seed)
    allowed, decisions = np.ones(problem.option_count, np.bool_), []
    for phase in reversed(range(count)):
        step = part_of(progress, (count - 1 - phase) / count, (count - phase) / count)
        purse.step = _stepping(purse.left_seconds, step)
        purse.watch = _watching(problem.phases[phase].year, purse.step, watch)
        decisions.append(_decide(problem, rows, stage_of(problem, phase, allowed), purse, method))
        allowed = np.isin(np.arange(problem.option_count), decisions[-1].options)
    progress(1.0)
    return _solution(problem, decisions[::-1], method)


def _stepping(seconds: float, progress: Progress) -> Callable[[Standing], None]:
    furthest = 0.0

    def heard(standing: Standing) -> None:
        nonlocal furthest
        furthest = max(furthest, min(standing.seconds / max(seconds, 1e-3), 1.0))
        progress(furthest)

    return heard


def _watching(year: int, step: Callable[[Standing], None], watch: Watch | None) -> Callable[[Standing], None]:
    def heard(standing: Standing) -> None:
        step(standing)
        if watch is not None:
            watch(year, standing)

    return heard


def _decide(problem: Problem, rows: MergedRows, stage: Stage, purse: _Purse, method: Method) -> _Decision:
    """Decide one phase."""
    ground = Ground.of(problem, stage.limits, stage.allowed)
    missing = _missing(problem, stage, purse)
    start = _start(problem, stage, ground, missing, purse)
    simple_bound = covering_bound(ground, start, problem.phases[stage.phase].sites_most)
    if method == "greedy":
        return _judged(problem, start, math.inf, simple_bound, purse.gap_share, method)
    effort = purse.effort(COVERING_SHARE * purse.left_seconds, covering=True)
    found, outcome = most_workers(rows, problem, stage, missing, effort, start)
    purse.spent(outcome)
    best = max((start, found), key=lambda options: newly_reached(problem, options))
    persons = newly_reached(problem, best)
    thrifty, priced = least_money(rows, problem, stage, missing, persons, purse.effort(COUNTING_SECONDS), best)
    purse.spent(priced)
    if newly_reached(problem, thrifty) >= persons and _cost(problem, thrifty) < _cost(problem, best):
        best = thrifty
    bound = outcome.bound if outcome.status != "none" else math.inf
    said = outcome.objective if outcome.values is not None and best is not start else None
    return _judged(problem, best, bound, simple_bound, purse.gap_share, method, said)


def _missing(problem: Problem, stage: Stage, purse: _Purse) -> int:
    """Return the fewest sites that must be missing to soft minima; raise the named conflict where hard limits cross."""
    if not np.isfinite(stage.limits.least).any() and not stage.earlier:
        return 0
    outcome = purse.spent(fewest_missing(stage, purse.effort(COUNTING_SECONDS)))
    if outcome.status == "infeasible":
        raise conflict(problem, purse.effort(COUNTING_SECONDS))
    soft = stage.limits.least[stage.limits.is_soft]
    return round(-outcome.objective if outcome.values is not None else float(soft.sum()))


def _start(problem: Problem, stage: Stage, ground: Ground, missing: int, purse: _Purse) -> Int64Array:
    """Return a good feasible plan: greedy by workers and by workers per yuan, each improved by swaps."""
    base = np.zeros(0, np.int64)
    if np.isfinite(stage.limits.least).any() or stage.earlier:
        base, outcome = best_apart(problem, stage, missing, purse.effort(COUNTING_SECONDS))
        purse.spent(outcome)
    if stage.earlier:
        return lazy_greedy(ground, base)
    starts = [lazy_greedy(ground, needed_only(ground, base), by_cost=by_cost) for by_cost in (False, True)]
    return max((improve(ground, start) for start in [base, *starts]), key=ground.reached)


def _judged(
    problem: Problem,
    options: Int64Array,
    bound: float,
    simple_bound: float,
    gap: float,
    method: Method,
    said: float | None = None,
) -> _Decision:
    """Score ``options`` anew, hold the bound against the score, and say how the search ended."""
    persons, warnings = newly_reached(problem, options), []
    if said is not None and persons < said - 1.0:
        details = {"scored": persons}
        warnings.append(Fault(code="siting.rescored", value=f"{said:.0f}", details=details))
    if bound < persons - 0.5:
        warnings.append(Fault(code="siting.bound_withdrawn"))
        bound = math.inf
    proven = max(float(math.floor(min(bound, simple_bound) + ROUNDING_SHARE * persons)), float(persons))
    status: ProofStatus = "greedy"
    if proven < persons + 1.0:
        status = "optimal"
    elif method == "exact":
        status = "gap_reached" if proven - persons <= gap * proven + 1.0 else "time_limit"
    return _Decision(
        options=np.sort(options), objective_persons=persons, bound_persons=proven, status=status, warnings=tuple(warnings)
    )


def _cost(problem: Problem, options: Int64Array) -> float:
    return float(problem.option_cost_yuan[options].sum())


def _solution(problem: Problem, decisions: list[_Decision], method: Method) -> Solution:
    """Join the phases: each option is delivered in the first year that has it. A broken demand is a fault of ours."""
    year_of: dict[int, int] = {}
    for phase, decision in zip(problem.phases, decisions, strict=True):
        for option in decision.options.tolist():
            year_of.setdefault(option, phase.year)
    broken = broken_demands(problem, year_of)
    if broken:
        raise RuntimeError(f"the plan breaks its own demands: {'; '.join(broken)}")
    chosen = tuple(_choice(problem, option, year) for option, year in sorted(year_of.items(), key=lambda item: item[::-1]))
    return Solution(
        chosen=chosen,
        proofs=tuple(_proof(problem, phase, decision) for phase, decision in enumerate(decisions)),
        unmet=tuple(unmet_demands(problem, year_of)),
        warnings=tuple(warning for decision in decisions for warning in decision.warnings),
        slack=_slack(problem, decisions),
        method=method,
    )


def _choice(problem: Problem, option: int, year: int) -> Choice:
    place = int(problem.option_place[option])
    return Choice(
        option=option, place=place, place_id=problem.place_ids[place], action=problem.option_action[option], year=year,
        cost_yuan=float(problem.option_cost_yuan[option]),
    )  # fmt: skip


def _proof(problem: Problem, phase: int, decision: _Decision) -> PhaseProof:
    bound, persons = decision.bound_persons, decision.objective_persons
    return PhaseProof(
        year=problem.phases[phase].year, sites=len(decision.options), cost_yuan=_cost(problem, decision.options),
        objective_persons=persons, bound_persons=bound, gap_share=(bound - persons) / bound if bound > 0 else 0.0,
        status=decision.status,
    )  # fmt: skip


def _slack(problem: Problem, decisions: list[_Decision]) -> tuple[LimitUse, ...]:
    found = []
    for phase, decision in enumerate(decisions):
        limits = limits_of(problem, phase)
        used = limits.used(decision.options)
        for row, label in enumerate(limits.labels):
            if label.kind != "place":
                least, most = float(limits.least[row]), float(limits.most[row])
                found.append(
                    LimitUse(
                        label=label, used=float(used[row]), least=least if math.isfinite(least) else None,
                        most=most if math.isfinite(most) else None,
                    )
                )  # fmt: skip
    return tuple(found)
