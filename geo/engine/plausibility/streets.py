"""The two rules by which distances to streets decide. Distances: (n,) float64 metres."""

import numpy as np
import numpy.typing as npt

from geo.engine.plausibility.readings import MIN_POINTS

Float64Array = npt.NDArray[np.float64]

CLEARLY = 1.5
SIGNS = 3.29
"""Median distances differ by this factor, and the points that are nearer by so many standard deviations (p < 0.001)."""

BESIDE_METRES, FAR_METRES = 30.0, 60.0
KNOWN_METRES = 600.0
"""Farther than this from any street the streets of the place are not known, or a point says nothing."""

MIXED_POINTS, MIXED_SHARE, MIXED_SIGNS = 10, 0.75, 4.0
MIXED_UNION, MIXED_CHANCE = 0.9, 0.6
"""The two readings explain so many of the points, and not by streets so dense that any point lies beside one."""


def is_clearly_nearer(metres: Float64Array, others: Float64Array) -> bool:
    """Say whether points (n,) are clearly nearer to streets than the same points in another reading.

    Of at least 30 points the median is at least 1.5 times smaller and at most 60 m, and the sign test of the pairs gives 3.29
    standard deviations.
    """
    if len(metres) < MIN_POINTS or np.median(metres) > FAR_METRES or np.median(others) < CLEARLY * np.median(metres):
        return False
    surplus = (metres < others).sum() - (metres > others).sum()
    return bool(surplus >= SIGNS * np.sqrt(len(metres)))


def is_mixture(metres: Float64Array, others: Float64Array) -> bool:
    """Say whether some points fit another reading only.

    Points beside streets in one reading fall beside streets in the other by chance, with a share that is observed. Of those far
    from streets in the one, three in four and clearly more than that share are beside them in the other: no chance.
    """
    fits, far = metres <= BESIDE_METRES, metres > FAR_METRES
    if fits.sum() < MIN_POINTS or far.sum() < MIXED_POINTS:
        return False
    chance = float((others[fits] <= BESIDE_METRES).mean())
    if chance > MIXED_CHANCE or (np.minimum(metres, others) <= BESIDE_METRES).mean() < MIXED_UNION:
        return False
    found, count = float((others[far] <= BESIDE_METRES).sum()), float(far.sum())
    spread = np.sqrt(count * max(chance * (1 - chance), 1 / count))
    return bool(found >= MIXED_SHARE * count and found - count * chance >= MIXED_SIGNS * spread)
