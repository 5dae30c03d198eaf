"""The exact models of one phase: fewest missing sites, most workers, least money; all over the same columns."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy import sparse

from coverage.engine.siting.limits import Limits, limits_of
from coverage.engine.siting.milp import Effort, Milp, Outcome
from coverage.engine.siting.problem import BoolArray, Float64Array, Int64Array, Problem
from coverage.engine.siting.rows import MergedRows


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """One phase to decide: its limits, those of earlier phases with hard minima, and the options still open.

    limits: of ``phase``; earlier: of phases before it whose hard minima bind what is chosen now, in order of years;
    allowed: (O,) bool, the options of the phase after it (all for the last).
    """

    phase: int
    limits: Limits
    earlier: tuple[Limits, ...]
    allowed: BoolArray


def stage_of(problem: Problem, phase: int, allowed: BoolArray) -> Stage:
    """Return the stage of ``phase`` when only ``allowed`` options may be taken."""
    before = [limits_of(problem, t) for t in range(phase)]
    hard = tuple(limits for limits in before if np.any(np.isfinite(limits.least) & ~limits.is_soft))
    return Stage(phase=phase, limits=limits_of(problem, phase), earlier=hard, allowed=allowed)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Columns:
    """Where the options chosen up to the phase, those up to earlier phases, and missing sites stand in a model."""

    chosen: slice
    missing: slice


def fewest_missing(stage: Stage, effort: Effort) -> Outcome:
    """Minimise the sites missing to soft minima (objective = −missing). Infeasible where the hard limits cross."""
    model = Milp()
    _base(model, stage, gain=np.zeros(len(stage.allowed)), missing_gain=-1.0)
    return model.solve(replace(effort, gap_share=0.0))


def best_apart(problem: Problem, stage: Stage, missing: int, effort: Effort) -> tuple[Int64Array, Outcome]:
    """Choose the options that reach most when overlaps are ignored, with all limits kept: a start that is always feasible."""
    model = Milp()
    alone = (problem.incidence @ problem.open_persons).astype(np.float64)
    columns = _base(model, stage, gain=alone[problem.option_place] + 0.5, missing_gain=0.0, missing_most=missing)
    outcome = model.solve(effort)
    return _options(outcome, columns), outcome


def most_workers(
    rows: MergedRows, problem: Problem, stage: Stage, missing: int, effort: Effort, start: Int64Array
) -> tuple[Int64Array, Outcome]:
    """Maximise the workers newly reached by the end of the phase (maximal covering: Church & ReVelle 1974).

    Missing sites stay at most ``missing``. ``start``: options of a feasible plan. Returns the options and what HiGHS said.
    """
    model = Milp()
    own = rows.own_persons.astype(np.float64)[problem.option_place]
    columns = _base(model, stage, gain=own, missing_gain=0.0, missing_most=missing)
    _cover(model, columns, rows, problem)
    outcome = model.solve(effort, _warm(model, problem, rows, stage, columns, start))
    return _options(outcome, columns, start), outcome


def least_money(
    rows: MergedRows, problem: Problem, stage: Stage, missing: int, persons: int, effort: Effort, start: Int64Array
) -> tuple[Int64Array, Outcome]:
    """Choose the cheapest options that reach at least ``persons`` with no more sites missing than ``missing``."""
    model = Milp()
    columns = _base(model, stage, gain=-problem.option_cost_yuan, missing_gain=0.0, missing_most=missing)
    reached = _cover(model, columns, rows, problem, counts=False)
    own = rows.own_persons.astype(np.float64)[problem.option_place]
    both = [(columns.chosen, sparse.csr_array(own[None, :])), (reached, sparse.csr_array(rows.persons[None, :] * 1.0))]
    model.add_rows(both, [persons - 0.5], [np.inf], scaled=True)
    outcome = model.solve(effort, _warm(model, problem, rows, stage, columns, start))
    return _options(outcome, columns, start), outcome


def _base(model: Milp, stage: Stage, *, gain: Float64Array, missing_gain: float, missing_most: float = np.inf) -> _Columns:
    """Add the options of the phase and of bound earlier phases, the nesting between them, and all limits."""
    allowed = stage.allowed.astype(np.float64)
    chosen = model.add_columns(gain, allowed, whole=True)
    before = [model.add_columns(np.zeros_like(gain), allowed, whole=True) for _ in stage.earlier]
    same = sparse.eye_array(len(gain), format="csr")
    for earlier, later in pairwise([*before, chosen]):
        model.add_rows([(earlier, same), (later, -same)], [-np.inf] * len(gain), [0.0] * len(gain))
    for limits, block in zip(stage.earlier, before, strict=True):
        least = np.where(limits.is_soft, -np.inf, limits.least)
        model.add_rows([(block, limits.matrix)], least, limits.most, scaled=True)
    return _Columns(chosen=chosen, missing=_limit_rows(model, stage.limits, chosen, missing_gain, missing_most))


def _limit_rows(model: Milp, limits: Limits, chosen: slice, missing_gain: float, missing_most: float) -> slice:
    """Add the limits of the phase; a soft least may be missed by as many sites as its column says."""
    soft = np.flatnonzero(limits.is_soft)
    missing = model.add_columns(np.full(len(soft), missing_gain), limits.least[soft], whole=True)
    model.add_rows([(chosen, limits.matrix)], np.where(limits.is_soft, -np.inf, limits.least), limits.most, scaled=True)
    if len(soft):
        helped = sparse.eye_array(len(soft), format="csr")
        blocks = [(chosen, limits.matrix[soft]), (missing, helped)]
        model.add_rows(blocks, limits.least[soft], [np.inf] * len(soft))
        model.add_rows([(missing, sparse.csr_array(np.ones((1, len(soft)))))], [-np.inf], [missing_most])
    return missing


def _cover(model: Milp, columns: _Columns, rows: MergedRows, problem: Problem, *, counts: bool = True) -> slice:
    """Add one column a merged row, at most 1 and at most the number of chosen places that reach it."""
    reached = model.add_columns(rows.persons * (1.0 if counts else 0.0), 1.0, whole=False)
    if len(rows):
        by_option = _row_incidence(rows, problem)
        same = sparse.eye_array(len(rows), format="csr")
        model.add_rows([(reached, same), (columns.chosen, -by_option)], [-np.inf] * len(rows), [0.0] * len(rows))
    return reached


def _row_incidence(rows: MergedRows, problem: Problem) -> sparse.csr_array:
    """Return (R, O) float64, 1 where the option's place reaches the row."""
    shape = (len(rows), len(problem.place_ids))
    by_place = sparse.csr_array((np.ones(len(rows.places)), rows.places, rows.indptr), shape=shape)
    return sparse.csr_array(by_place[:, problem.option_place])


def _warm(
    model: Milp, problem: Problem, rows: MergedRows, stage: Stage, columns: _Columns, start: Int64Array
) -> Float64Array | None:
    """Return the whole point that belongs to the options ``start``; None where earlier phases would have to be guessed."""
    if stage.earlier:
        return None
    point = np.zeros(model.column_count)
    point[np.arange(columns.chosen.start, columns.chosen.stop)[start]] = 1.0
    limits = stage.limits
    short = np.maximum(limits.least - limits.used(start), 0.0)[limits.is_soft]
    point[columns.missing] = short
    if len(rows):
        point[columns.missing.stop :] = np.minimum(_row_incidence(rows, problem) @ point[columns.chosen], 1.0)
    return point


def _options(outcome: Outcome, columns: _Columns, otherwise: Int64Array | None = None) -> Int64Array:
    if outcome.values is None:
        return np.zeros(0, np.int64) if otherwise is None else otherwise
    return np.flatnonzero(outcome.values[columns.chosen] > 0.5).astype(np.int64)  # noqa: PLR2004  a whole number, rounded
