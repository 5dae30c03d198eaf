"""What the numbers say of themselves: placeholders, one place for all rows, and how precisely they were written."""

from collections import Counter

import numpy as np
import numpy.typing as npt

from geo.engine.errors import Problem, register_messages
from geo.engine.plausibility.readings import DEGREES

Float64Array = npt.NDArray[np.float64]

REPEATED_ROWS, REPEATED_SHARE = 5, 0.01
COARSE_METRES = 100.0
METRES_A_DEGREE = 111_320.0
MOST_DECIMALS, ALMOST_ALL = 8, 0.95
_SHOWN_DECIMALS = 6

register_messages(
    {
        "datum.repeated": (
            "坐标“{value}”出现在 {count} 行，像是占位值。",
            "the coordinates “{value}” stand in {count} rows: they look like a placeholder.",
        ),
        "datum.all_equal": (
            "全部 {count} 行的坐标都是“{value}”。",
            "all {count} rows have the coordinates “{value}”.",
        ),
        "datum.placeholder": (
            "{count} 行的坐标是占位值“{value}”，不是真实位置。",
            "{count} rows have the coordinates “{value}”, which are a placeholder and no place.",
        ),
        "datum.coarse": (
            "坐标只写到约 {value} 米，不足以判断步行可达。",
            "the coordinates are written to about {value} m only: too coarse for walking distances.",
        ),
    }
)


def repeated_places(x: Float64Array, y: Float64Array) -> list[Problem]:
    """Return coordinates that are no places, most frequent first, at most five.

    Every (0, 0) and (1, 1); one that all rows have; those that stand in at least five rows and more than one in a hundred:
    a town's centre put where an address was not found. x, y: (n,) float64 as given.
    """
    finite = np.isfinite(x) & np.isfinite(y)
    pairs = Counter(zip(x[finite].tolist(), y[finite].tolist(), strict=True))
    least = max(REPEATED_ROWS, REPEATED_SHARE * len(x))
    found = [(pair, count) for pair, count in pairs.most_common() if pair in ((0, 0), (1, 1)) or count >= least]
    return [_repeated(pair, count, is_all=count == finite.sum() and count >= REPEATED_ROWS) for pair, count in found[:5]]


def _repeated(pair: tuple[float, float], count: int, *, is_all: bool) -> Problem:
    code = "datum.all_equal" if is_all else "datum.placeholder" if pair in ((0, 0), (1, 1)) else "datum.repeated"
    value = f"{round(pair[0], _SHOWN_DECIMALS)}, {round(pair[1], _SHOWN_DECIMALS)}"
    return Problem(code=code, value=value, details={"count": count})


def precision_metres(x: Float64Array, y: Float64Array) -> float:
    """Return the step in metres to which 95 of 100 numbers are written; NaN without any.

    Degrees of five decimals: 1.1 m; integers that are degrees: 111 km. x, y: (n,) float64 as given.
    """
    values = np.concatenate([x, y])
    values = values[np.isfinite(values) & (values != 0)]
    if not len(values):
        return float("nan")
    unit = METRES_A_DEGREE if np.median(np.abs(values)) <= DEGREES else 1.0
    for decimals in range(MOST_DECIMALS):
        if (np.abs(values - np.round(values, decimals)) <= 1e-9 * np.maximum(np.abs(values), 1)).mean() >= ALMOST_ALL:
            return float(unit * 10.0**-decimals)
    return float(unit * 10.0**-MOST_DECIMALS)


def coarse_numbers(x: Float64Array, y: Float64Array) -> list[Problem]:
    """Return that the numbers are written to a hundred metres or worse, if they are."""
    step = precision_metres(x, y)
    return [Problem(code="datum.coarse", value=f"{step:.0f}")] if step >= COARSE_METRES else []
