"""Several sources of the same people, blended by weights; and groups of people whose parts add up to the whole."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.engine.demand.remainder import largest_remainder

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """What one source says. workers: (C,) float64 >= 0 on the same cells as all parts; weight: > 0."""

    workers: Float64Array
    weight: float


def blend(parts: Sequence[Part], region: Int64Array, region_count: int) -> Float64Array:
    """Return (C,) float64, the weighted mean of what the parts say of each cell.

    ``region``: (C,) index of the region of each cell, below ``region_count``. In a region where a source knows nobody, it has
    no say: the weights of the others count there as the whole, so a register of three counties does not thin out the rest.
    Raises ``ValueError`` for no parts or a weight that is not positive.
    """
    if not parts or any(not part.weight > 0 for part in parts):
        raise ValueError("a blend needs parts with positive weights")
    said, weights = np.zeros(len(region)), np.zeros(region_count)
    for part in parts:
        weights += part.weight * (np.bincount(region, weights=part.workers, minlength=region_count) > 0)
        said += part.weight * part.workers
    return said / np.where(weights > 0, weights, 1.0)[region]


def region_totals(
    workers: Float64Array, region: Int64Array, region_count: int, *, total_persons: int | None = None,
    floors: Int64Array | None = None,
) -> Int64Array:  # fmt: skip
    """Return (R,) int64, how many whole workers each region gets.

    By default the sum of all ``workers`` (C,) rounded, shared out by the regions' own sums (largest remainder);
    ``total_persons`` sets another sum. ``floors`` (R,): a region gets at least so many, on top of what the others get. A floor
    of a region without anybody is left: there is nothing to share it by.
    """
    sums = np.bincount(region, weights=workers, minlength=region_count).astype(np.float64)
    if not sums.sum() > 0:
        return np.zeros(region_count, np.int64)
    total = round(float(sums.sum())) if total_persons is None else total_persons
    totals = largest_remainder(sums / sums.max(), total)
    return totals if floors is None else np.where(sums > 0, np.maximum(totals, floors), totals)


def divide(persons: Int64Array, shares: Float64Array, group: Int64Array) -> Int64Array:
    """Divide the people of each cell into M parts that add up to them.

    ``persons``: (C,) >= 0; ``shares``: (G, M) >= 0 with a positive sum in each row, for instance the modes of travel of urban
    and of rural cells; ``group``: (C,) the row that holds for a cell. Returns (C, M) int64 whose rows sum to ``persons``.
    Rounding cell by cell would send everybody in a cell of one worker to the largest share; so the people of a group stand in
    one queue, cell by cell, and are dealt to the parts by Sainte-Laguë's divisors: every beginning of the queue is divided
    fairly, and no part ever has to give somebody back (the divisor method is house-monotone).
    """
    divided = np.zeros((len(persons), shares.shape[1]), np.int64)
    for index, row in enumerate(shares):
        members = np.flatnonzero(group == index)
        ends = np.cumsum(persons[members])
        if len(ends) and ends[-1]:
            dealt = _dealt(row, int(ends[-1]))[ends]
            divided[members] = np.diff(dealt, axis=0, prepend=0)
    return divided


def _dealt(shares: Float64Array, total: int) -> Int64Array:
    """Return (total + 1, M): how many each part has after 0, 1, … people were dealt."""
    if not shares.sum() > 0 or np.any(shares < 0):
        raise ValueError("shares must be positive in sum and none negative")
    proportions = shares / shares.sum()
    seats = [np.arange(int(total * share) + 2 if share > 0 else 0) for share in proportions]
    turn = np.concatenate([(2 * seat + 1) / share for seat, share in zip(seats, proportions, strict=True) if share > 0])
    part = np.concatenate([np.full(len(seat), index) for index, seat in enumerate(seats)])
    order = np.lexsort((part, turn))[:total]
    counts = np.zeros((total + 1, len(shares)), np.int64)
    counts[np.arange(1, total + 1), part[order]] = 1
    return np.cumsum(counts, axis=0)
