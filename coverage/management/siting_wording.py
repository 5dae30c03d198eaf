"""What ``recommend`` says about a recommendation, in Chinese and in English."""

from collections import Counter
from typing import Any

from coverage.models import Recommendation, RecommendedSite

TOP_SHOWN = 10
LISTED_MOST = 10
_ACTIONS = {"integrate": "整合 / integrate", "renovate": "改造 / renovate", "build": "新建 / build"}
_STATUS = {
    "optimal": "已证明最优 / proven best",
    "gap_reached": "达到要求的差距 / within the gap asked for",
    "time_limit": "到达时间限制 / time limit",
    "greedy": "贪心法 / greedy",
}


def plan_lines(recommendation: Recommendation, sites: list[RecommendedSite], *, answered_before: bool) -> list[str]:
    """Return the sentences for people: sites by action and year, workers before and after, proof, what is unmet, top sites."""
    plan, region = recommendation.plan, recommendation.region
    return [
        f"{region.name_zh} · {plan.name_zh} / {region.name_en or region.name_zh} · {plan.name_en}",
        *(
            ["同样输入此前已计算，直接给出结果。 / The same inputs were worked out before; here is that answer."]
            if answered_before
            else []
        ),
        *_year_lines(recommendation, sites),
        *_people_lines(recommendation),
        *_proof_lines(recommendation),
        *_listed("未能满足 / could not be met", recommendation.unmet),
        *_top_lines(sites),
        *_listed("提示 / warnings", recommendation.warnings),
        *([f"速度 / speeds: {' / '.join(recommendation.run.speeds.words)}"] if recommendation.run.profile else []),
        f"摘要 / digests: recommendation={recommendation.digest[:8]} run={recommendation.run.digest[:8]}"
        f" engine={recommendation.engine_version}",
    ]


def by_action_and_year(sites: list[RecommendedSite]) -> list[dict[str, Any]]:
    """Return the number of sites and their cost for each year and action that occurs."""
    counts = Counter((site.year, site.action) for site in sites)
    return [
        {
            "year": year, "action": action, "sites": counts[year, action],
            "cost_yuan": sum(site.cost_yuan for site in sites if (site.year, site.action) == (year, action)),
        }
        for year in sorted({site.year for site in sites})
        for action in _ACTIONS
        if counts[year, action]
    ]  # fmt: skip


def _year_lines(recommendation: Recommendation, sites: list[RecommendedSite]) -> list[str]:
    rows = by_action_and_year(sites)
    lines = []
    before = 0
    for proof in recommendation.proofs:
        added, before = proof["sites"] - before, proof["sites"]
        lines.append(
            f"{proof['year']}：新增 {added} 处，累计 {before} 处、{_money(proof['cost_yuan'])} /"
            f" {added} sites, {before} in all for {proof['cost_yuan']:,.0f} yuan"
        )
        lines += [
            f"  {_ACTIONS[row['action']]}: {row['sites']}（{_money(row['cost_yuan'])}）"
            for row in rows
            if row["year"] == proof["year"]
        ]
    return lines


def _people_lines(recommendation: Recommendation) -> list[str]:
    workers = recommendation.workers_persons
    rows = (
        ("可达", "within reach", recommendation.reached_before_persons, recommendation.reached_after_persons),
        ("已服务", "served", recommendation.served_before_persons, recommendation.served_after_persons),
    )
    return [
        f"{zh} / {en}: {before:,} → {after:,} (+{after - before:,}; {_percent(before, workers)} → {_percent(after, workers)},"
        f" 占全部零工 {workers:,} 人 / of all {workers:,} gig workers)"
        for zh, en, before, after in rows
    ]


def _proof_lines(recommendation: Recommendation) -> list[str]:
    return [
        f"{proof['year']} 新增可达 / newly reached {proof['objective_persons']:,}，上界 / bound {proof['bound_persons']:,.0f}，"
        f"差距 / gap {100 * proof['gap_share']:.2f} % ({_STATUS[proof['status']]})"
        for proof in recommendation.proofs
    ]


def _listed(head: str, notes: list[dict[str, Any]]) -> list[str]:
    if not notes:
        return []
    more = len(notes) - LISTED_MOST
    return [
        f"{head}: {len(notes)}",
        *(f"  {item['zh']} / {item['en']}" for item in notes[:LISTED_MOST]),
        *([f"  …… 另有 {more} 条，见 --json / {more} more, see --json"] if more > 0 else []),
    ]


def _top_lines(sites: list[RecommendedSite]) -> list[str]:
    if not sites:
        return []
    return [
        f"前 {min(TOP_SHOWN, len(sites))} 处 / top {min(TOP_SHOWN, len(sites))}:",
        *(
            f"  {site.rank:>3}. {site.name_zh} / {site.name_en or site.name_zh} · {site.year} · {_ACTIONS[site.action]} ·"
            f" {_money(site.cost_yuan)} · +{site.newly_reached_persons:,}"
            for site in sites[:TOP_SHOWN]
        ),
    ]


def _money(yuan: float) -> str:
    return f"{yuan / 10_000:,.0f} 万元"


def _percent(part: float, whole: float) -> str:
    return f"{part / whole:.1%}" if whole else "–"
