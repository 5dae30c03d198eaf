"""Where the next markets should stand: one immutable problem, one ``solve``, and the reasons."""

from coverage.engine.siting.explain import Alternative, SiteReason, explain
from coverage.engine.siting.milp import Standing
from coverage.engine.siting.problem import Option, Phase, Problem, Quota
from coverage.engine.siting.solution import Choice, PhaseProof, Solution
from coverage.engine.siting.solve import solve

__all__ = [
    "Alternative", "Choice", "Option", "Phase", "PhaseProof", "Problem", "Quota", "SiteReason", "Solution", "Standing",
    "explain", "solve",
]  # fmt: skip
