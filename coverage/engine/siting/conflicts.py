"""Name the smallest set of demands that cannot hold together."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

from coverage.engine.siting.limits import Label, Limits, limits_of
from coverage.engine.siting.milp import Effort, Milp
from coverage.engine.siting.problem import Problem
from geo.engine.errors import Problem as Fault
from geo.engine.errors import SitingError


@dataclass(frozen=True, kw_only=True)
class _Demand:
    """One side of one row of one phase."""

    phase: int
    row: int
    is_least: bool
    label: Label


def conflict(problem: Problem, effort: Effort) -> SitingError:
    """Return the error that names an irreducible set of hard demands that no plan meets together.

    Deletion filter (Chinneck & Dravnieks 1991): a demand that can be left out while the rest still conflicts is left out.
    Call only where the hard limits do conflict.
    """
    limits = [limits_of(problem, phase) for phase in range(len(problem.phases))]
    kept = [demand for phase, found in enumerate(limits) for demand in _demands(phase, found)]
    for demand in list(kept):
        fewer = [other for other in kept if other is not demand]
        if not _possible(problem, limits, fewer, effort):
            kept = fewer
    zh, en = zip(*(_say(problem, demand) for demand in kept), strict=True)
    return SitingError(Fault(code="siting.conflict", details={"zh": "；".join(zh), "en": "; ".join(en)}))


def _demands(phase: int, limits: Limits) -> list[_Demand]:
    """Return the demands of a phase that somebody made: hard minima and all maxima, without one action a place."""
    found = []
    for row, label in enumerate(limits.labels):
        if label.kind == "place":
            continue
        if np.isfinite(limits.least[row]) and not limits.is_soft[row]:
            found.append(_Demand(phase=phase, row=row, is_least=True, label=label))
        if np.isfinite(limits.most[row]):
            found.append(_Demand(phase=phase, row=row, is_least=False, label=label))
    return found


def _possible(problem: Problem, limits: list[Limits], demands: list[_Demand], effort: Effort) -> bool:
    """Return whether some nested plan meets ``demands``, with one action a place."""
    model, count = Milp(), problem.option_count
    same = sparse.eye_array(count, format="csr")
    blocks = [model.add_columns(np.zeros(count), 1.0, whole=True) for _ in limits]
    for earlier, later in pairwise(blocks):
        model.add_rows([(earlier, same), (later, -same)], [-np.inf] * count, [0.0] * count)
    for phase, found in enumerate(limits):
        least, most = np.full(len(found.labels), -np.inf), np.full(len(found.labels), np.inf)
        at_place = [row for row, label in enumerate(found.labels) if label.kind == "place"]
        most[at_place] = 1.0
        for demand in demands:
            if demand.phase == phase:
                side, source = (least, found.least) if demand.is_least else (most, found.most)
                side[demand.row] = source[demand.row]
        model.add_rows([(blocks[phase], found.matrix)], least, most, scaled=True)
    return model.solve(effort).status != "infeasible"


def _say(problem: Problem, demand: _Demand) -> tuple[str, str]:
    label, asked = demand.label, problem.phases[demand.phase]
    if label.kind == "sites":
        return f"{label.year} 年累计至多 {asked.sites_most} 处", f"at most {asked.sites_most} sites by {label.year}"
    if label.kind == "budget":
        money = f"{asked.budget_yuan:,.0f}"
        return f"{label.year} 年累计资金至多 {money} 元", f"at most {money} yuan by {label.year}"
    quota = label.quota
    if quota is None:
        raise ValueError(f"a row of kind {label.kind} is no demand")
    zh, en = quota.said_zh, quota.said_en
    if demand.is_least:
        candidates = candidates_in(problem, quota.region_code)
        return (
            f"{zh} 到 {quota.year} 年至少 {quota.least} 处（候选 {candidates} 处）",
            f"at least {quota.least} in {en} by {quota.year} ({candidates} candidates)",
        )
    return f"{zh} 到 {quota.year} 年至多 {quota.most} 处", f"at most {quota.most} in {en} by {quota.year}"


def candidates_in(problem: Problem, region_code: str) -> int:
    """Return how many places with a feasible action lie in a region."""
    return len(np.unique(problem.option_place[problem.in_region(region_code)]))
