"""What a recommendation found as rows, with a reason card for each site and all that must not be kept silent about."""

from typing import Any

from django.contrib.gis.geos import Point

from coverage.engine.siting import SiteReason
from coverage.engine.siting.candidate_rules import CandidateRules
from coverage.engine.siting.candidates import Candidate
from coverage.engine.siting.places import works_chosen
from coverage.jobs.siting_inputs import SitingInputs
from coverage.jobs.siting_work import Found, names_of
from coverage.models import Recommendation, RecommendedSite
from coverage.notes import Note, note
from geo.engine.errors import register_messages
from geo.models import WGS84, Region, Venue

CARRIED_OVER = ("coverage.profile", "coverage.demand_modelled", "coverage.synthetic")
"""Warnings of the coverage run that hold for what is built on it."""

register_messages(
    {
        "siting.draft_rules": (
            "建设标准缺口、费用与容量为草案数值，不是江苏省标准附件。",
            "standards gaps, costs and capacities are draft figures, not an annex of a provincial standard.",
        ),
        "siting.infeasible_venues": (
            "{venues} 个既有场所没有可行的措施（建筑面积不足或未登记），未列为候选。",
            "{venues} existing venues have no feasible action (floor area too small or unknown); not candidates.",
        ),
        "siting.sites_off_streets": (
            "{sites} 个拟新建点附近没有可通行的道路，已舍去。",
            "{sites} generated sites had no usable street nearby and were dropped.",
        ),
        "siting.places_unreached": (
            "{places} 个候选点无人可在标准内到达。",
            "nobody reaches {places} of the candidates within the standard.",
        ),
        "siting.gap_left": (
            "在时间限制内未能证明最优：差距 {gap} %。",
            "not proven best within the time limit: gap {gap} %.",
        ),
        "siting.greedy": (
            "由贪心法求得；仅有“至多 N 处”一项限制时保证不低于最优的 63.2 %，否则以所附上界为准。",
            "found by the greedy method: at least 63.2 % of the best where the number of sites is the only limit, "
            "else see the bound.",
        ),
    }
)


def summary_of(inputs: SitingInputs, found: Found) -> dict[str, Any]:
    """Return the fields of the recommendation's row."""
    before, solution, after = inputs.before(), found.solution, found.after
    workers = inputs.ground.demand.workers_persons
    return {
        "method": solution.method,
        "workers_persons": int(workers.sum()),
        "reached_before_persons": before.served_persons + before.over_capacity_persons,
        "reached_after_persons": int(workers[after.reached].sum()),
        "served_before_persons": before.served_persons,
        "served_after_persons": int(after.served_persons.sum()),
        "objective_persons": float(solution.objective_persons),
        "bound_persons": solution.bound_persons,
        "gap_share": solution.gap_share,
        "cost_yuan": solution.cost_yuan,
        "proofs": [vars(proof).copy() for proof in solution.proofs],
        "unmet": [_short(fault.as_json()) for fault in solution.unmet],
        "warnings": [*(_short(fault.as_json()) for fault in solution.warnings), *_notes(inputs, found)],
    }


def _short(problem: dict[str, object]) -> dict[str, object]:
    return {name: problem[name] for name in ("code", "value", "zh", "en")}


def _notes(inputs: SitingInputs, found: Found) -> list[Note]:
    places, solution = found.places, found.solution
    unreached = int((found.within.indptr[1:] == found.within.indptr[:-1]).sum())
    gap = f"{100 * solution.gap_share:.2f}"
    return [
        *(_short(dict(w) | {"value": ""}) for w in inputs.run.warnings if w["code"] in CARRIED_OVER),
        *([note("siting.draft_rules")] if inputs.plan.rules == CandidateRules() else []),
        *([note("siting.infeasible_venues", venues=places.infeasible_count)] if places.infeasible_count else []),
        *([note("siting.sites_off_streets", sites=places.off_streets_count)] if places.off_streets_count else []),
        *([note("siting.places_unreached", places=unreached)] if unreached else []),
        *([note("siting.gap_left", gap=gap)] if solution.status == "time_limit" else []),
        *([note("siting.greedy")] if solution.method == "greedy" else []),
    ]


def site_rows(recommendation: Recommendation, found: Found) -> list[RecommendedSite]:
    """Return a row for each site in order of rank."""
    venues = Venue.objects.in_bulk([c.place_id for c in found.solution.chosen], field_name="code")
    codes = {found.candidate_of(reason).region_path.strip("/").split("/")[-1] for reason in found.reasons}
    regions = {row.code: row for row in Region.objects.filter(code__in=codes).order_by("code", "valid_from")}
    by_code = names_of(found.places.candidates)
    return [_site_row(recommendation, found, reason, venues, regions, by_code) for reason in found.reasons]


def _site_row(
    recommendation: Recommendation,
    found: Found,
    reason: SiteReason,
    venues: dict[str, Venue],
    regions: dict[str, Region],
    by_code: dict[str, Candidate],
) -> RecommendedSite:
    candidate, choice = found.candidate_of(reason), reason.choice
    works = works_chosen(candidate, choice)
    return RecommendedSite(
        recommendation=recommendation,
        rank=reason.rank,
        action=choice.action,
        year=choice.year,
        cost_yuan=choice.cost_yuan,
        venue=venues.get(candidate.venue_code or ""),
        place_code=candidate.place_code,
        name_zh=candidate.name_zh,
        name_en=candidate.name_en,
        region=regions[candidate.region_path.strip("/").split("/")[-1]],
        location=Point(candidate.lon, candidate.lat, srid=WGS84),
        floor_area_m2=works.floor_area_m2,
        capacity_persons=works.capacity_persons,
        in_reach_persons=reason.in_reach_persons,
        newly_reached_persons=reason.newly_reached_persons,
        overlap_persons=reason.overlap_persons,
        lost_without_persons=reason.lost_without_persons,
        standard_gap=[item.as_json() for item in candidate.gap],
        reasons=_reasons(candidate, reason, by_code),
    )


def _reasons(candidate: Candidate, reason: SiteReason, by_code: dict[str, Candidate]) -> dict[str, Any]:
    """Return the reason card as JSON values, with one sentence in each language."""
    per_worker, gathering = reason.yuan_per_newly_reached, candidate.gathering
    zh = (
        f"新增可达 {reason.newly_reached_persons:,} 人，与已可达人员重叠 {reason.overlap_persons:,} 人；"
        f"取消后将减少 {reason.lost_without_persons:,} 人。"
    )
    en = (
        f"{reason.newly_reached_persons:,} workers newly reached, {reason.overlap_persons:,} reached already; "
        f"{reason.lost_without_persons:,} would be lost without it."
    )
    return {
        "zh": zh,
        "en": en,
        "origin": candidate.origin,
        "shapley_persons": round(reason.shapley_persons, 1),
        "yuan_per_newly_reached": None if per_worker is None else round(per_worker, 1),
        "refused": [item.as_json() for item in candidate.refused],
        "gathering": vars(gathering) | {"metres": round(gathering.metres)} if gathering else None,
        "alternative": _alternative(reason, by_code),
    }


def _alternative(reason: SiteReason, by_code: dict[str, Candidate]) -> dict[str, Any] | None:
    other = reason.alternative
    if other is None:
        return None
    candidate = by_code[other.place_id]
    return {
        "place_code": other.place_id, "name_zh": candidate.name_zh, "name_en": candidate.name_en,
        "metres": round(other.metres), "change_persons": other.change_persons,
    }  # fmt: skip
