"""Share out whole persons so that nobody is lost: the largest-remainder method (Hamilton's)."""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]


def largest_remainder(weights: Float64Array, total: int) -> Int64Array:
    """Split ``total`` in proportion to ``weights``.

    ``weights``: (n,) >= 0, finite, with a positive sum. Returns (n,) int64 >= 0 whose sum is exactly ``total``; each is the
    floor of its quota or one more. Ties in the remainders go to the lowest index. Raises ``ValueError`` when nothing has a
    weight.
    """
    return shares_by_group(weights, np.zeros(len(weights), np.int64), np.array([total], np.int64))


def shares_by_group(weights: Float64Array, group: npt.NDArray[np.integer], totals: Int64Array) -> Int64Array:
    """Split ``totals[g]`` among the members of each group g in proportion to their weights.

    ``weights``: (n,) >= 0; ``group``: (n,) indices into ``totals``: (G,) >= 0. Returns (n,) int64; the members of group g sum
    to ``totals[g]`` exactly. Raises ``ValueError`` if a group with a positive total has no weight.
    """
    sums = np.bincount(group, weights=weights, minlength=len(totals))
    if np.any((sums <= 0) & (totals > 0)):
        raise ValueError("a group has people to share out but no weights")
    quota = weights * (totals / np.where(sums > 0, sums, 1.0))[group]
    floor = np.floor(quota).astype(np.int64)
    missing = totals - np.bincount(group, weights=floor, minlength=len(totals)).astype(np.int64)
    order = np.lexsort((np.arange(len(weights)), -(quota - floor), group))
    starts = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=len(totals)))])[:-1]
    rank = np.arange(len(weights)) - starts[group[order]]
    floor[order] += rank < missing[group[order]]
    result: Int64Array = floor
    return result


def split_persons(total: int, parts: Mapping[str, Fraction]) -> dict[str, int]:
    """Split ``total`` in proportion to ``parts`` (>= 0, a positive sum) into whole people that sum to it.

    In fractions: shares written in a document are kept as written. Ties go to the lowest code.
    """
    whole = sum(parts.values())
    quotas = {code: total * share / whole for code, share in parts.items()}
    people = {code: int(quota) for code, quota in quotas.items()}
    by_remainder = sorted(quotas, key=lambda code: (people[code] - quotas[code], code))
    for code in by_remainder[: total - sum(people.values())]:
        people[code] += 1
    return people
