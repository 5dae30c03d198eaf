"""Recommended sites as points."""

from typing import Any

from coverage.models import Recommendation, RecommendedSite
from planner.accounts.scope import Person, scoped
from planner.api.layers.features import Feature, collection, feature, point

SITE_FIELDS = (
    "rank", "action", "year", "cost_yuan", "place_code", "name_zh", "name_en", "floor_area_m2", "capacity_persons",
    "in_reach_persons", "newly_reached_persons", "overlap_persons", "lost_without_persons", "standard_gap", "reasons",
)  # fmt: skip


def _feature(site: RecommendedSite) -> Feature:
    properties = {name: getattr(site, name) for name in SITE_FIELDS}
    properties["region_code"] = site.region.code
    properties["venue_code"] = site.venue.code if site.venue else None
    return feature(site.rank, point(site.location.x, site.location.y), properties)


def sites_layer(user: Person, recommendation: Recommendation | None) -> dict[str, Any]:
    """Return the sites of ``recommendation`` in the user's regions, in order of rank; empty when there is none yet."""
    if recommendation is None:
        return collection([], {"recommendation": None, "plan": None, "run": None})
    rows = (
        scoped(RecommendedSite, user).filter(recommendation=recommendation).select_related("region", "venue").order_by("rank")
    )
    meta = {"recommendation": recommendation.digest, "plan": recommendation.plan.slug, "run": recommendation.run.digest}
    return collection((_feature(site) for site in rows), meta)
