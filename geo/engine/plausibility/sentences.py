"""The verdict and the oddities of the numbers as sentences that name their evidence."""

import numpy as np
import numpy.typing as npt

from geo.engine.datum import Crs
from geo.engine.errors import Problem, register_messages
from geo.engine.plausibility.evidence import Distances, Surroundings
from geo.engine.plausibility.readings import MIN_POINTS
from geo.engine.plausibility.verdict import Findings, examine

Float64Array = npt.NDArray[np.float64]

register_messages(
    {
        "datum.looks_like": (
            "声明的坐标系是 {declared}，但 {far} 的点距任何道路 60 米以上（中位数 {here} 米）；"
            "按 {value} 计算，中位数只有 {there} 米（{count} 个点）。请核对坐标系。",
            "declared as {declared}, but {far} of the points lie more than 60 m from any street (median {here} m); as {value} "
            "the median is {there} m ({count} points). Check the datum.",
        ),
        "datum.fits": (
            "坐标系 {value} 与道路相符：到最近道路的距离中位数为 {here} 米（{count} 个点）。",
            "the datum {value} fits the streets: {here} m to the nearest one (median of {count} points).",
        ),
        "datum.cannot_tell": (
            "道路不能说明坐标系 {value} 是否正确：到最近道路的距离中位数为 {here} 米（{count} 个点）。",
            "the streets cannot tell whether {value} is right: {here} m to the nearest one (median of {count} points).",
        ),
        "datum.placed": (
            "坐标系 {value} 与区域相符：{placed} 的点在应在的区域内（{count} 个点）。",
            "the system {value} fits the regions: {placed} of {count} points lie where they should.",
        ),
        "datum.not_placed": (
            "没有依据可以核对坐标系 {value}；{placed} 的点在应在的区域内（{count} 个点）。",
            "nothing on record can confirm {value}; {placed} of {count} points lie where they should.",
        ),
        "datum.swapped": (
            "横、纵坐标似乎写反了：按声明的 {declared}，{placed} 的点在应在的区域内；"
            "对调后按 {value} 为 {placed_there}（{count} 个点）。",
            "the two coordinates seem swapped: as {declared} {placed} of the points lie where they should, the other way "
            "round, as {value}, {placed_there} do ({count} points).",
        ),
        "datum.packed": (
            "坐标似乎把度、分、秒写成了一个数：{count} 个点的分和秒都小于 60；"
            "按 {value} 计算，{placed_there} 的点在应在的区域内。",
            "degrees, minutes and seconds seem written as one number: of all {count} points minutes and seconds are below "
            "60; as {value} {placed_there} of them lie where they should.",
        ),
        "datum.other_system": (
            "按声明的 {declared}，{placed} 的点在应在的区域内；按 {value} 为 {placed_there}（{count} 个点）。请核对坐标系。",
            "as {declared} {placed} of the points lie where they should; as {value} {placed_there} do ({count} points). "
            "Check the system.",
        ),
        "datum.mixed": (
            "文件中混有不同的坐标系：多数行符合 {value}，至少 {rows} 行（{share}）只符合 {other}。",
            "the file mixes systems: most rows fit {value}, at least {rows} rows ({share}) fit {other} only.",
        ),
    }
)


def percent(share: float) -> str:
    """Return a share for a sentence: ``93 %``."""
    return "—" if np.isnan(share) else f"{100 * share:.0f} %"


def shown_metres(metres: float) -> str:
    """Return metres for a sentence."""
    return "—" if np.isnan(metres) else f"{metres:.0f}" if np.isfinite(metres) else "> 2000"


def datum_problems(found: Findings) -> list[Problem]:
    """Return the verdict as a sentence that names its evidence; none with too few points to say anything."""
    declared, likely = found.declared.name, found.likely
    if found.count < MIN_POINTS:
        return []
    here, there = found.of(found.declared), found.of(likely)
    details: dict[str, object] = {
        "declared": declared, "count": found.count, "here": shown_metres(here.median_metres),
        "there": shown_metres(there.median_metres), "far": percent(here.far_share), "placed": percent(here.placed_share),
        "placed_there": percent(there.placed_share),
    }  # fmt: skip
    if found.verdict == "mixed" and found.other is not None:
        mixed = {"other": found.other.name, "rows": len(found.minority_rows), "share": percent(found.minority_share)}
        return [Problem(code="datum.mixed", value=likely.name, details=details | mixed)]
    if found.verdict == "looks_like":
        return [_proposal(found, details)]
    if np.isnan(here.median_metres) or (found.verdict == "looks_right" and likely.crs.is_projected):
        code = "datum.placed" if found.verdict == "looks_right" else "datum.not_placed"
        return [Problem(code=code, value=declared, details=details)]
    code = "datum.fits" if found.verdict == "looks_right" else "datum.cannot_tell"
    return [Problem(code=code, value=declared, details=details)]


def _proposal(found: Findings, details: dict[str, object]) -> Problem:
    """Return what is proposed; ``datum.looks_like`` alone has a code in ``value`` that can be declared as it is."""
    if found.likely.family == found.declared.family:
        return Problem(code="datum.looks_like", value=found.likely.crs.code, details=details)
    code = "datum.swapped" if found.likely.is_swapped else "datum.packed" if found.likely.packing else "datum.other_system"
    return Problem(code=code, value=found.likely.name, details=details)


def datum_finding(x: Float64Array, y: Float64Array, declared: Crs, distances: Distances) -> Problem | None:
    """Return what the streets alone say of the declared datum; None with fewer than :data:`MIN_POINTS` points."""
    problems = datum_problems(examine(x, y, declared, Surroundings(street_distance_metres=distances)))
    return problems[0] if problems else None
