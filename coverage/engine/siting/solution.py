"""What siting answers: the chosen sites, how good they are, and what could not be met."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from coverage.engine.siting.limits import Label
from coverage.engine.siting.problem import Int64Array
from geo.engine.errors import Problem as Fault

Method = Literal["exact", "greedy"]
ProofStatus = Literal["optimal", "gap_reached", "time_limit", "greedy"]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One site: the option and its place (indices into the problem), the action, the year it is delivered, its cost."""

    option: int
    place: int
    place_id: str
    action: str
    year: int
    cost_yuan: float


@dataclass(frozen=True, kw_only=True)
class PhaseProof:
    """How good the sites up to ``year`` are, all sites of later phases being given.

    objective_persons: workers newly reached, scored from the raw catchments; bound_persons: no choice reaches more;
    gap_share = (bound − objective) / bound. status: "optimal" (gap below one worker), "gap_reached" (the gap asked for),
    "time_limit", "greedy". cost_yuan: cumulative.
    """

    year: int
    sites: int
    cost_yuan: float
    objective_persons: int
    bound_persons: float
    gap_share: float
    status: ProofStatus


@dataclass(frozen=True, kw_only=True)
class LimitUse:
    """How much of one limit the plan uses; ``least`` and ``most`` are None where there is none."""

    label: Label
    used: float
    least: float | None
    most: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """A plan. ``chosen`` by year, then by place id; ``proofs`` by year; objective, bound and gap are the last year's.

    unmet: soft minima and targets that could not be met, each by name; warnings: what a reader must know; slack: every limit.
    """

    chosen: tuple[Choice, ...]
    proofs: tuple[PhaseProof, ...]
    unmet: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    slack: tuple[LimitUse, ...]
    method: Method

    @property
    def objective_persons(self) -> int:
        """Workers newly reached by all sites."""
        return self.proofs[-1].objective_persons

    @property
    def bound_persons(self) -> float:
        """No plan within the limits reaches more new workers."""
        return self.proofs[-1].bound_persons

    @property
    def gap_share(self) -> float:
        """(bound − objective) / bound, 0 where nobody can be reached."""
        return self.proofs[-1].gap_share

    @property
    def status(self) -> ProofStatus:
        """How the last year's search ended."""
        return self.proofs[-1].status

    @property
    def cost_yuan(self) -> float:
        """What all sites cost."""
        return self.proofs[-1].cost_yuan

    @property
    def options(self) -> Int64Array:
        """The chosen options, in the order of ``chosen``."""
        return np.array([choice.option for choice in self.chosen], np.int64)
