"""What ``run_coverage`` says about a run, in Chinese and in English."""

from collections.abc import Iterable

from coverage.models import CoverageResult, CoverageRun
from geo.models import Region

WORST_SHOWN = 5


def worst_counties(results: Iterable[CoverageResult]) -> list[CoverageResult]:
    """Return counties with workers, the largest share out of reach first, then the most people, then by code."""
    counties = [row for row in results if row.region.level == Region.Level.COUNTY and row.workers_persons]
    return sorted(
        counties,
        key=lambda row: (-row.out_of_reach_persons / row.workers_persons, -row.out_of_reach_persons, row.region.code),
    )


def run_lines(run: CoverageRun, total: CoverageResult, worst: list[CoverageResult], *, answered_before: bool) -> list[str]:
    """Return the sentences for people: three numbers, area, minutes, worst counties, warnings, digests."""
    return [
        f"{run.region.name_zh} · {run.standard.name_zh} / {run.region.name_en or run.region.name_zh} · {run.standard.name_en}",
        *([f"速度 / speeds: {run.speeds.words[0]} / {run.speeds.words[1]}"] if run.profile else []),
        *(
            ["同样输入此前已计算，直接给出结果。 / The same inputs were worked out before; here is that answer."]
            if answered_before
            else []
        ),
        *_three_numbers(total),
        *_area_and_minutes(total),
        *_worst_lines(worst),
        *_warning_lines(run),
        f"摘要 / digests: {_digests(run)}",
    ]


def _three_numbers(total: CoverageResult) -> list[str]:
    workers = total.workers_persons
    numbers = (
        ("已服务", "served", total.served_persons),
        ("可达但超出服务能力", "within reach but over capacity", total.over_capacity_persons),
        ("不可达", "out of reach", total.out_of_reach_persons),
    )
    return [
        f"  {zh} / {en}: {persons:,} ({_percent(persons, workers)}，占全部零工 {workers:,} 人 / of all {workers:,} gig workers)"
        for zh, en, persons in numbers
    ]


def _area_and_minutes(total: CoverageResult) -> list[str]:
    reached, populated = total.reached_area_km2, total.populated_area_km2
    share = _percent(reached, populated)
    return [
        f"  可达面积 / area within reach: {reached:,.0f} km² ({share}，占有需求单元的面积 {populated:,.0f} km²"
        f" / of the {populated:,.0f} km² of demand cells)",
        f"  到最近场所的分钟数 / minutes to the nearest venue: 中位 median {_number(total.median_minutes)}，"
        f"p90 {_number(total.p90_minutes)}，基尼 Gini {_number(total.gini_minutes, 2)}",
    ]


def _worst_lines(worst: list[CoverageResult]) -> list[str]:
    if not worst:
        return []
    lines = ["不可达比例最高的县（市、区） / counties with the largest share out of reach (of their gig workers):"]
    for row in worst:
        share = _percent(row.out_of_reach_persons, row.workers_persons)
        name = f"{row.region.name_zh} {row.region.name_en}".strip()
        lines.append(f"  {row.region.code} {name}: {row.out_of_reach_persons:,} / {row.workers_persons:,} ({share})")
    return lines


def _warning_lines(run: CoverageRun) -> list[str]:
    count = len(run.warnings)
    head = [f"提示 {count} 条 / {count} warnings"] if count else []
    return head + [f"  {warning['zh']} / {warning['en']}" for warning in run.warnings]


def _digests(run: CoverageRun) -> str:
    parts = {
        "run": run.digest, "network": run.network_digest, "demand": run.demand_digest, "venues": run.venues_digest,
        "parameters": run.parameters_digest,
    }  # fmt: skip
    return " ".join(f"{name}={digest[:8]}" for name, digest in parts.items()) + f" engine={run.engine_version}"


def _percent(part: float, whole: float) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def _number(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
