"""What ``recommend`` means when told little: default plan, newest coverage run; and how its options change a plan."""

from collections.abc import Mapping
from typing import Any

from coverage.management.choices import chosen_region
from coverage.models import CoverageRun, SitingPlan
from coverage.siting_services import load_shipped_plans
from geo.engine.errors import InputError, Problem, SitingError, register_messages
from geo.models import JobState

register_messages(
    {
        "choice.plan_unknown": (
            "没有名为“{value}”的选址方案；可用：{known}。",
            "there is no siting plan “{value}”; known: {known}.",
        ),
        "choice.run_unknown": (
            "没有摘要以“{value}”开头的覆盖计算，或不止一个。",
            "there is no coverage run whose digest begins with “{value}”, or more than one.",
        ),
        "choice.run_none": (
            "区域 {value} 还没有完成的覆盖计算；请先运行 run_coverage。",
            "there is no coverage run of region {value} yet; run run_coverage first.",
        ),
        "choice.years": (
            "年度写法应为 2022:17,2025:100，现为“{value}”。",
            "years are written 2022:17,2025:100, not “{value}”.",
        ),
    }
)


def chosen_plan(slug: str | None) -> SitingPlan:
    """Return the plan ``slug`` or the default; shipped plans that are missing are loaded first."""
    load_shipped_plans()
    found = (SitingPlan.objects.filter(slug=slug) if slug else SitingPlan.objects.filter(is_default=True)).first()
    if found is None:
        known = ", ".join(SitingPlan.objects.values_list("slug", flat=True))
        raise InputError(Problem(code="choice.plan_unknown", value=slug or "", details={"known": known}))
    return found


def chosen_run(digest: str | None, region_code: str | None) -> CoverageRun:
    """Return the run whose digest begins with ``digest``, or the newest of the region, of the default standard first.

    A run at the speeds of a profile is taken only by its digest.
    """
    if digest:
        found = list(CoverageRun.objects.filter(digest__startswith=digest)[:2])
        if len(found) != 1:
            raise InputError(Problem(code="choice.run_unknown", value=digest))
        return found[0]
    region = chosen_region(region_code)
    done = CoverageRun.objects.filter(region=region, state=JobState.DONE, profile="").select_related("standard")
    newest = done.order_by("-standard__is_default", "-finished_at", "-pk").first()
    if newest is None:
        raise InputError(Problem(code="choice.run_none", value=region.code))
    return newest


def changes_of(plan: SitingPlan, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the options change in ``plan``, as ``start_recommendation`` takes it."""
    changes: dict[str, Any] = {}
    phases = _phases(plan, options)
    if phases != plan.phases:
        changes["phases"] = phases
    quotas = _quotas(plan, options, {phase["year"] for phase in phases})
    if quotas != plan.parameters.get("quotas", []):
        changes["quotas"] = quotas
    solver = {name: options[name] for name in ("method", "time_limit_seconds") if options[name] is not None}
    return changes | ({"solver": solver} if solver else {})


def _quotas(plan: SitingPlan, options: Mapping[str, Any], years: set[int]) -> list[dict[str, Any]]:
    """Return the plan's quotas, those of a year that is no longer planned left out, with the minimum per county asked for."""
    quotas = [quota for quota in plan.parameters.get("quotas", []) if quota.get("year") is None or quota["year"] in years]
    least = options["min_per_county"]
    if least is None:
        return quotas
    kept = [quota for quota in quotas if quota.get("level") != "county" or not quota.get("least")]
    return kept + ([{"level": "county", "least": least}] if least else [])


def _phases(plan: SitingPlan, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the phases asked for: other years take the plan's money of the same year; earlier ones stay within the last."""
    money = {phase["year"]: phase.get("budget_yuan") for phase in plan.phases}
    phases = [dict(phase) for phase in plan.phases]
    if options["years"]:
        phases = [{"year": year, "sites": sites, "budget_yuan": money.get(year)} for year, sites in years_of(options["years"])]
    for name, wanted in (("sites", options["sites"]), ("budget_yuan", options["budget_yuan"])):
        if wanted is not None and phases:
            phases[-1][name] = wanted
            for phase in phases[:-1]:
                phase[name] = wanted if phase[name] is None else min(phase[name], wanted)
    return phases


def years_of(text: str) -> list[tuple[int, int]]:
    """Read ``2022:17,2025:100`` as pairs of year and cumulative sites."""
    try:
        pairs = [part.split(":") for part in text.split(",")]
        return [(int(year), int(sites)) for year, sites in pairs]
    except ValueError as error:
        raise SitingError(Problem(code="choice.years", value=text)) from error
