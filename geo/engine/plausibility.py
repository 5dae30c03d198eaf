"""Does the declared datum fit the points? Evidence from streets and from the points themselves; nothing is changed by it.

Points of interest lie beside streets. Read in the wrong datum they are shifted by 500 or 1,100 m and fall anywhere between
streets, so that their median distance to the nearest street grows several times: this is what decides. Polygons of regions
cannot tell such a shift except at their borders.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.engine.datum import NAMED, Crs, to_wgs84
from geo.engine.errors import Problem, register_messages

Float64Array = npt.NDArray[np.float64]
Distances = Callable[[Float64Array, Float64Array], Float64Array]
"""lon, lat in degrees WGS-84 → metres to the nearest street, ``inf`` where there is none near."""

MIN_POINTS = 30
SAMPLED_POINTS = 2_000
CLEARLY = 3.0
"""A datum is proposed only where the median distance under it is at least so many times smaller."""

BESIDE_METRES = 60.0
"""And where the median point lies beside a street: closer than this."""

REPEATED_ROWS, REPEATED_SHARE = 5, 0.01
_SHOWN_DECIMALS = 6

register_messages(
    {
        "datum.looks_like": (
            "声明的坐标系是 {declared}，但点到最近道路的距离中位数为 {here} 米；"
            "按 {value} 计算只有 {there} 米（{count} 个点）。请核对坐标系。",
            "declared as {declared}, the points lie {here} m from the nearest street (median); as {value} it is {there} m "
            "({count} points). Check the datum.",
        ),
        "datum.fits": (
            "坐标系 {value} 与道路相符：到最近道路的距离中位数为 {here} 米（{count} 个点）。",
            "the datum {value} fits the streets: {here} m to the nearest one (median of {count} points).",
        ),
        "datum.cannot_tell": (
            "道路不能说明坐标系 {value} 是否正确：到最近道路的距离中位数为 {here} 米（{count} 个点）。",
            "the streets cannot tell whether {value} is right: {here} m to the nearest one (median of {count} points).",
        ),
        "datum.repeated": (
            "坐标“{value}”出现在 {count} 行，像是占位值。",
            "the coordinates “{value}” stand in {count} rows: they look like a placeholder.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """The points read in one datum: code, and the median of their distances to a street in metres (``inf``: none near)."""

    code: str
    median_metres: float


def hypotheses(x: Float64Array, y: Float64Array, declared: Crs, distances: Distances) -> list[Hypothesis]:
    """Return the declared datum first, then the others that could have been meant, each with its evidence.

    x, y: (n,) float64 as given. Projected systems stand alone: their numbers cannot be mistaken for degrees.
    """
    codes = [declared.code] + ([] if declared.is_projected else [c for c in NAMED if not _same(c, declared.code)])
    return [Hypothesis(code=code, median_metres=_median(x, y, Crs(code=code, is_projected=declared.is_projected), distances))
            for code in codes]  # fmt: skip


def _same(one: str, other: str) -> bool:
    """WGS-84 and CGCS2000 differ by centimetres."""
    ground = {"wgs84", "cgcs2000"}
    return one == other or {one, other} <= ground or one == "cgcs2000"


def _median(x: Float64Array, y: Float64Array, crs: Crs, distances: Distances) -> float:
    lon, lat = to_wgs84(x, y, crs)
    return float(np.median(distances(lon, lat)))


def datum_finding(x: Float64Array, y: Float64Array, declared: Crs, distances: Distances) -> Problem | None:
    """Return what the streets say of the declared datum; None with fewer than :data:`MIN_POINTS` points.

    ``datum.looks_like`` names another datum (in ``value``) only where the evidence is clear; see :data:`CLEARLY`.
    """
    finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if len(finite) < MIN_POINTS:
        return None
    picked = finite[np.linspace(0, len(finite) - 1, min(len(finite), SAMPLED_POINTS)).astype(np.int64)]
    here, *others = hypotheses(x[picked], y[picked], declared, distances)
    best = min(others, key=lambda each: each.median_metres, default=here)
    details = {"declared": declared.code, "here": _metres(here.median_metres), "count": len(picked)}
    if best.median_metres <= BESIDE_METRES and here.median_metres >= CLEARLY * best.median_metres:
        return Problem(code="datum.looks_like", value=best.code, details=details | {"there": _metres(best.median_metres)})
    fits = here.median_metres <= BESIDE_METRES and all(e.median_metres >= CLEARLY * here.median_metres for e in others)
    return Problem(code="datum.fits" if fits else "datum.cannot_tell", value=declared.code, details=details)


def _metres(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else "> 2000"


def repeated_places(x: Float64Array, y: Float64Array) -> list[Problem]:
    """Return coordinates that stand in at least five rows and more than one in a hundred: placeholders, or a town's centre."""
    finite = np.isfinite(x) & np.isfinite(y)
    pairs = Counter(zip(x[finite].tolist(), y[finite].tolist(), strict=True))
    least = max(REPEATED_ROWS, REPEATED_SHARE * len(x))
    return [
        Problem(
            code="datum.repeated",
            value=f"{round(east, _SHOWN_DECIMALS)}, {round(north, _SHOWN_DECIMALS)}",
            details={"count": count},
        )
        for (east, north), count in pairs.most_common(5)
        if count >= least
    ]
