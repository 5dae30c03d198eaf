"""The limits of one phase as a matrix: used by the exact model, the search and the naming of conflicts."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from coverage.engine.siting.problem import BoolArray, Float64Array, Problem, Quota

Kind = Literal["place", "sites", "budget", "quota"]
TOLERANCE = 1e-6


@dataclass(frozen=True, kw_only=True)
class Label:
    """Which demand a row is: its kind, its year and, for a quota, the quota."""

    kind: Kind
    year: int
    quota: Quota | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Limits:
    """L limits on the options chosen up to one phase: ``least <= matrix @ x <= most``.

    matrix: (L, O) float64, sparse; least, most: (L,) float64, ``-inf`` and ``inf`` where there is none; is_soft: (L,) bool, the
    least may be missed. labels: L. Rows of kind "place" say that a place takes at most one action.
    """

    matrix: sparse.csr_array
    least: Float64Array
    most: Float64Array
    is_soft: BoolArray
    labels: tuple[Label, ...]

    def used(self, options: npt.ArrayLike) -> Float64Array:
        """Return (L,) what the chosen ``options`` (indices) use of each limit."""
        taken = np.zeros(self.matrix.shape[1])
        taken[np.asarray(options, np.int64)] = 1.0
        return np.asarray(self.matrix @ taken, np.float64)

    def shortfall(self, options: npt.ArrayLike) -> int:
        """Return how many sites are missing to the soft minima, all added up."""
        missing = np.where(self.is_soft, self.least - self.used(options), 0.0)
        return round(float(np.maximum(missing, 0.0).sum()))

    def broken(self, options: npt.ArrayLike) -> list[Label]:
        """Return the hard limits that the chosen ``options`` break; a budget may be passed by a hundredth of a yuan."""
        used, slack = self.used(options), np.array([0.01 if label.kind == "budget" else TOLERANCE for label in self.labels])
        wrong = (used > self.most + slack) | ((used < self.least - slack) & ~self.is_soft)
        return [self.labels[row] for row in np.flatnonzero(wrong)]


def limits_of(problem: Problem, phase: int) -> Limits:
    """Return the limits on all that is delivered up to ``phase`` (index into ``problem.phases``)."""
    asked = problem.phases[phase]
    every = np.ones(problem.option_count)
    rows: list[tuple[Float64Array, float, float, bool, Label]] = [
        (every, -np.inf, float(asked.sites_most), False, Label(kind="sites", year=asked.year))
    ]
    if asked.budget_yuan is not None:
        label = Label(kind="budget", year=asked.year)
        rows.append((problem.option_cost_yuan, -np.inf, float(asked.budget_yuan), False, label))
    for quota in problem.quotas:
        if quota.year == asked.year:
            rows.append(_quota_row(problem, quota))
    return _stack(problem, rows, asked.year)


def _quota_row(problem: Problem, quota: Quota) -> tuple[Float64Array, float, float, bool, Label]:
    inside = problem.in_region(quota.region_code).astype(np.float64)
    most = np.inf if quota.most is None else float(quota.most)
    least = float(quota.least) if quota.least else -np.inf
    return inside, least, most, quota.is_soft and quota.least > 0, Label(kind="quota", year=quota.year, quota=quota)


def _stack(problem: Problem, rows: list[tuple[Float64Array, float, float, bool, Label]], year: int) -> Limits:
    """Add one row for each place with a choice of actions, below the asked ones."""
    options_of = np.bincount(problem.option_place, minlength=len(problem.place_ids))
    several = np.flatnonzero(options_of > 1)
    shape = (len(problem.place_ids), problem.option_count)
    ones = np.ones(problem.option_count)
    at_place = sparse.csr_array((ones, (problem.option_place, np.arange(problem.option_count))), shape=shape)[several]
    asked = sparse.csr_array(np.vstack([row[0] for row in rows]))
    return Limits(
        matrix=sparse.csr_array(sparse.vstack([asked, at_place], format="csr")),
        least=np.array([row[1] for row in rows] + [-np.inf] * len(several)),
        most=np.array([row[2] for row in rows] + [1.0] * len(several)),
        is_soft=np.array([row[3] for row in rows] + [False] * len(several), np.bool_),
        labels=(*(row[4] for row in rows), *(Label(kind="place", year=year) for _ in several)),
    )
