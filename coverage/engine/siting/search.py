"""Search without a solver: lazy greedy, swaps, and the bound that any set of sites gives."""

import heapq
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from coverage.engine.siting.limits import TOLERANCE, Limits
from coverage.engine.siting.problem import BoolArray, Float64Array, Int64Array, Problem

MAX_SWAPS = 400


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What a search needs of one phase: who each option reaches, the limits, and what may be chosen.

    reach: (O, n) int64, 1 where the option's place reaches the cell; persons: (n,) int64, unreached workers;
    allowed: (O,) bool.
    """

    reach: sparse.csr_array
    persons: Int64Array
    cost_yuan: Float64Array
    limits: Limits
    allowed: BoolArray

    @classmethod
    def of(cls, problem: Problem, limits: Limits, allowed: BoolArray) -> "Ground":
        """Lay the ground of a phase."""
        reach = sparse.csr_array(problem.incidence[problem.option_place])
        return cls(
            reach=reach, persons=problem.open_persons, cost_yuan=problem.option_cost_yuan, limits=limits, allowed=allowed
        )

    def reached(self, options: Int64Array) -> int:
        """Return the workers newly reached by ``options``."""
        return int(self.persons[self.counts(options) > 0].sum())

    def counts(self, options: Int64Array) -> Int64Array:
        """Return (n,) how many of ``options`` reach each cell."""
        cells = self.reach[options].indices if len(options) else np.zeros(0, np.int64)
        return np.bincount(cells, minlength=len(self.persons)).astype(np.int64)

    def gains(self, counts: Int64Array) -> Int64Array:
        """Return (O,) the workers each option would add."""
        return np.asarray(self.reach @ np.where(counts > 0, 0, self.persons), np.int64)

    def cells_of(self, option: int) -> Int64Array:
        """Return the cells an option reaches."""
        return np.asarray(self.reach.indices[self.reach.indptr[option] : self.reach.indptr[option + 1]], np.int64)


def fits(ground: Ground, chosen: Int64Array) -> BoolArray:
    """Return (O,) bool: options that may join ``chosen`` without passing a maximum."""
    limits = ground.limits
    room = limits.most - limits.used(chosen)
    entries = limits.matrix.tocoo()
    too_much = entries.data > room[entries.coords[0]] + TOLERANCE
    free = ground.allowed.copy()
    free[entries.coords[1][too_much]] = False
    free[chosen] = False
    return free


def lazy_greedy(ground: Ground, start: Int64Array, *, by_cost: bool = False) -> Int64Array:
    """Add the option with the most new workers (``by_cost``: per yuan) until none fits or adds any.

    Gains only fall as sites are added, so an old gain is an upper limit and most need no new look (Minoux 1978). With a number
    of sites as the only limit the result is at least 1 − 1/e = 63.2 % of the best (Nemhauser, Wolsey & Fisher 1978). Ties go to
    the lower option index.
    """
    divisor = np.maximum(ground.cost_yuan, 1.0) if by_cost else np.ones(len(ground.allowed))
    chosen, open_persons = start.copy(), np.where(ground.counts(start) > 0, 0, ground.persons)
    gains = np.asarray(ground.reach @ open_persons, np.int64)
    heap = [(-gains[o] / divisor[o], int(o)) for o in np.flatnonzero(ground.allowed & (gains > 0))]
    heapq.heapify(heap)
    free = fits(ground, chosen)
    while heap:
        _, option = heapq.heappop(heap)
        if not free[option]:
            continue  # maxima only fill up: what does not fit now never will
        gain = int(open_persons[ground.cells_of(option)].sum())
        key = (-gain / divisor[option], option)
        if gain > 0 and heap and key > heap[0]:
            heapq.heappush(heap, key)
        elif gain > 0:
            chosen = np.append(chosen, option)
            open_persons[ground.cells_of(option)] = 0
            free = fits(ground, chosen)
    return chosen


def needed_only(ground: Ground, chosen: Int64Array) -> Int64Array:
    """Return ``chosen`` without the sites that no minimum needs, weakest dropped first."""
    limits = ground.limits
    need = np.minimum(limits.used(chosen), limits.least)
    columns = limits.matrix.tocsc()
    kept, used = list(chosen), limits.used(chosen)
    alone = ground.gains(np.zeros(len(ground.persons), np.int64))
    for option in sorted(chosen, key=lambda o: (alone[o], -ground.cost_yuan[o], o)):
        after = used - columns[:, [option]].toarray().ravel()
        if np.all(after >= need - TOLERANCE):
            used = after
            kept.remove(option)
    return np.array(sorted(kept), np.int64)


def improve(ground: Ground, chosen: Int64Array) -> Int64Array:
    """Swap one chosen site for another, best first, while workers are gained (or money saved at equal workers)."""
    for _ in range(MAX_SWAPS):
        swap = _best_swap(ground, chosen)
        if swap is None:
            return chosen
        chosen = np.append(chosen[chosen != swap[0]], swap[1])
    return chosen


def swap_values(ground: Ground, chosen: Int64Array) -> Int64Array:
    """Return (len(chosen), O) int64: the change in workers reached if the row's site gave way to the column's option."""
    counts = ground.counts(chosen)
    once = np.where(counts == 1, ground.persons, 0)
    mine = ground.reach[chosen]
    lost = np.asarray(mine @ once, np.int64)
    kept = (sparse.csr_array(mine.multiply(once[None, :])) @ ground.reach.T).toarray()
    return np.asarray(ground.gains(counts)[None, :] - lost[:, None] + kept, np.int64)


def _best_swap(ground: Ground, chosen: Int64Array) -> tuple[int, int] | None:
    if not len(chosen):
        return None
    saved = ground.cost_yuan[chosen][:, None] - ground.cost_yuan[None, :]
    # Workers first; a saving breaks ties only: scaled to stay below one worker.
    value = swap_values(ground, chosen) + saved / (2.0 * max(float(np.abs(saved).max()), 1.0))
    best, found = 1e-9, None
    for row in np.argsort(-value.max(axis=1), kind="stable"):
        if value[row].max() <= best:
            break
        free = swap_fits(ground, chosen, int(row))
        candidates = np.where(free, value[row], -np.inf)
        option = int(candidates.argmax())
        if candidates[option] > best:
            best, found = float(candidates[option]), (int(chosen[row]), option)
    return found


def swap_fits(ground: Ground, chosen: Int64Array, row: int) -> BoolArray:
    """Return (O,) bool: options that may take the place of ``chosen[row]`` with every limit kept that is kept now."""
    limits, rest = ground.limits, np.delete(chosen, row)
    free = fits(ground, rest)
    need = np.minimum(limits.used(chosen), limits.least)
    for limit in np.flatnonzero(limits.used(rest) < need - TOLERANCE):
        free &= limits.matrix[[limit]].toarray().ravel() > 0
    free[chosen[row]] = False
    return free


def covering_bound(ground: Ground, chosen: Int64Array, sites_most: int) -> float:
    """Return a number of workers that no choice of at most ``sites_most`` options can pass.

    For any set S: best <= f(S) + the largest ``sites_most`` gains on top of S, because gains only fall (Nemhauser et al. 1978).
    The least over the growing prefixes of ``chosen`` is returned. Other limits only lower the best, so it stays valid.
    """
    counts, best = np.zeros(len(ground.persons), np.int64), np.inf
    for step in range(len(chosen) + 1):
        gains = np.where(ground.allowed, ground.gains(counts), 0)
        top = np.sort(gains)[::-1][:sites_most].sum()
        best = min(best, float(ground.persons[counts > 0].sum() + top))
        if step < len(chosen):
            counts[ground.cells_of(int(chosen[step]))] += 1
    return best
