"""How travel minutes are spread over people: percentiles and the Gini coefficient, both weighted by people."""

import numpy as np
import numpy.typing as npt

HUNDRED = 100


def weighted_percentile(values: npt.NDArray[np.floating], persons: npt.NDArray[np.int64], percent: int) -> float | None:
    """Return the smallest value that at least ``percent`` % of the people do not exceed.

    This is the inverse of the empirical distribution of people (type 1 of Hyndman and Fan 1996, "Sample quantiles in
    statistical packages", applied to one entry per person): no interpolation, so the answer is a value that occurs.

    values: (n,) minutes, ``inf`` where nothing can be reached; such people stay in the distribution, so the answer is ``inf``
    when too few people can reach anything. persons: (n,) int64 >= 0. percent: 1 to 100. None where there is nobody.
    """
    total = int(persons.sum())
    if total == 0:
        return None
    rank = -(-total * percent // HUNDRED)
    order = np.argsort(values, kind="stable")
    place = int(np.searchsorted(np.cumsum(persons[order]), rank))
    return float(values[order[place]])


def gini(values: npt.NDArray[np.floating], persons: npt.NDArray[np.int64]) -> float | None:
    """Return the Gini coefficient of finite ``values`` over people: 0 all equal, near 1 one person bears all.

    G = Σi Σj wi wj |xi - xj| / (2 W² x̄), half the relative mean difference (Gini 1912; Dorfman 1979), here in its closed form
    over sorted values: Σi wi xi (Ci-1 + Ci - W) / (W Σ wi xi), C the running count of people.

    values: (n,) >= 0; entries that are not finite are left out, with their people. persons: (n,) int64 >= 0. None where
    nobody is left; 0 where all values are 0.
    """
    kept = np.isfinite(values) & (persons > 0)
    if not kept.any():
        return None
    order = np.argsort(values[kept], kind="stable")
    x = values[kept].astype(np.float64)[order]
    w = persons[kept].astype(np.float64)[order]
    running, weighted = np.cumsum(w), w * x
    total, burden = running[-1], weighted.sum()
    if burden == 0.0:
        return 0.0
    return max(0.0, float((weighted * (2 * running - w - total)).sum() / (total * burden)))
