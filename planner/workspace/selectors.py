"""What comes with the page: the runs and plans a person may see, with their numbers; what is still missing; the base map."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models.functions import Length
from django.urls import NoReverseMatch, reverse

from coverage.models import CoverageResult, CoverageRun, Recommendation
from geo.models import DataSource, JobState, NetworkSnapshot, Region, Venue
from geo.tiles import tiles_path
from planner.accounts.policy import Act
from planner.accounts.scope import granted_paths, permits, scoped

Person = AbstractBaseUser | AnonymousUser
Json = dict[str, Any]
RESULT_FIELDS = (
    "workers_persons", "served_persons", "over_capacity_persons", "out_of_reach_persons", "served_share", "reached_share",
    "reached_area_share", "median_minutes", "p90_minutes", "gini_minutes",
)  # fmt: skip
DIGESTS = ("network_digest", "demand_digest", "venues_digest", "parameters_digest")
SUMS = (
    "workers_persons", "reached_before_persons", "reached_after_persons", "served_before_persons", "served_after_persons",
    "cost_yuan",
)  # fmt: skip


def page_data(user: Person, language: str) -> Json:
    """Return everything the page's scripts start from; JSON types only."""
    runs = _newest_runs(user)
    sources = scoped(DataSource, user)
    demand = sources.filter(demand_cells__isnull=False).first()
    return {
        "language": language,
        "api": "/api/v1/",
        "basemap": basemap_for(user, runs),
        "runs": [_run(run, user) for run in runs],
        "recommendations": [_recommendation(each, user) for each in _recommendations(user, runs)],
        "demand": {"year": demand.year, "is_modelled": demand.is_modelled} if demand else None,
        "has": {
            "grant": bool(granted_paths(user)),
            "regions": scoped(Region, user).exists(),
            "network": scoped(NetworkSnapshot, user).exists(),
            "venues": scoped(Venue, user).exists(),
            "demand": demand is not None,
        },
    }


def _named(row: Any) -> Json:
    return {"name_zh": row.name_zh, "name_en": row.name_en}


def _newest_runs(user: Person) -> list[CoverageRun]:
    """Return the newest finished run of each standard and profile, plain speeds first, of them the default standard first."""
    done = scoped(CoverageRun, user).filter(state=JobState.DONE).select_related("standard", "region", "network__source")
    done = done.defer("region__boundary")
    newest: dict[tuple[int, str], CoverageRun] = {}
    for run in done.order_by("-standard__is_default", "standard__slug", "profile", "-created_at", "-pk"):
        newest.setdefault((run.standard_id, run.profile), run)
    return sorted(newest.values(), key=lambda run: bool(run.profile))


def _run(run: CoverageRun, user: Person) -> Json:
    """Return a run with the result of the widest region of it that the person may see; warnings tell sums of the whole."""
    results = scoped(CoverageResult, user).filter(run=run).select_related("region").defer("region__boundary")
    widest = results.order_by(Length("region__path"), "region__path").first()
    region = widest.region if widest else run.region
    return {
        "digest": run.digest,
        "standard": _named(run.standard) | {"slug": run.standard.slug},
        "profile": _profile(run),
        "region": _named(region) | {"code": region.code, "level": region.level},
        **{name: getattr(run, name) for name in DIGESTS},
        "engine_version": run.engine_version,
        "finished_at": run.finished_at.isoformat() if run.finished_at else "",
        "warnings": run.warnings if permits(user, Act.READ_MAP, run.region) else [],
        "result": {name: getattr(widest, name) for name in RESULT_FIELDS} if widest else None,
    }


def _profile(run: CoverageRun) -> Json | None:
    """Return whose speeds the run took; None for the plain ones."""
    zh, en = run.speeds.words
    return {"name_zh": zh, "name_en": en} if run.profile else None


def _recommendations(user: Person, runs: Iterable[CoverageRun]) -> list[Recommendation]:
    plans = scoped(Recommendation, user).filter(state=JobState.DONE, run__in=[run.pk for run in runs])
    return list(plans.select_related("plan", "run", "region").defer("region__boundary"))


def _recommendation(plan: Recommendation, user: Person) -> Json:
    """Return a plan; its sums only for those who may see the whole of its region."""
    may_sum = permits(user, Act.READ_MAP, plan.region)
    return {
        "digest": plan.digest,
        "run": plan.run.digest,
        "plan": _named(plan.plan) | {"phases": plan.plan.phases},
        "sums": {name: getattr(plan, name) for name in SUMS} if may_sum else None,
        "gap_share": plan.gap_share,
        "method": plan.method,
        "engine_version": plan.engine_version,
        "unmet": plan.unmet if may_sum else [],
        "warnings": plan.warnings if may_sum else [],
        "report_url": _report_url(plan),
    }


def _report_url(plan: Recommendation) -> str:
    try:
        return reverse("reports:page", args=[plan.digest])
    except NoReverseMatch:  # the reports are an app of their own, and may be left out
        return ""


def basemap_for(user: Person, runs: list[CoverageRun]) -> Json:
    """Return the tile service that is set, else the built tiles of the streets in use, else that there is none.

    A network with edits shows the tiles of the loaded one below it, unless it has its own.
    """
    if settings.TILE_URL:
        return {"kind": "service", "url": settings.TILE_URL, "attribution": settings.TILE_ATTRIBUTION}
    network = runs[0].network if runs else scoped(NetworkSnapshot, user).filter(is_active=True).first()
    digests = [network.digest, network.report.get("base_digest")] if network else []
    built = next((digest for digest in digests if digest and tiles_path(settings.VAR_DIR, digest).exists()), None)
    if built is None:
        return {"kind": "none"}
    return {"kind": "pmtiles", "url": reverse("workspace:tiles", args=[built])}


def synthetic_parts(user: Person) -> tuple[bool, bool]:
    """Say whether the streets and whether the venues in use are synthetic."""
    network = scoped(NetworkSnapshot, user).filter(is_active=True).select_related("source").first()
    venues = scoped(DataSource, user).filter(is_synthetic=True, venues__isnull=False)
    return bool(network and network.source.is_synthetic), venues.exists()
