"""Standards and plans, and what was computed from them."""

from django.contrib import admin
from django.contrib.gis.db.models import PointField

from coverage.models import (
    CoverageResult,
    CoverageRule,
    CoverageRun,
    CoverageStandard,
    Recommendation,
    RecommendedSite,
    SitingPlan,
)
from planner.admin.base import LonLatField, ScopedAdmin, ScopedInline


class CoverageRuleInline(ScopedInline):
    """Cutoffs by settlement class."""

    model = CoverageRule


@admin.register(CoverageStandard)
class CoverageStandardAdmin(ScopedAdmin[CoverageStandard]):
    """Coverage standards; shared by all regions."""

    shared = True
    list_display = ("slug", "name_zh", "name_en", "document", "is_default")
    search_fields = ("slug", "name_zh", "name_en", "document")
    inlines = (CoverageRuleInline,)
    ordering = ("slug",)


@admin.register(SitingPlan)
class SitingPlanAdmin(ScopedAdmin[SitingPlan]):
    """Plans; shared by all regions."""

    shared = True
    list_display = ("slug", "name_zh", "name_en", "document", "is_default")
    search_fields = ("slug", "name_zh", "name_en", "document")
    ordering = ("slug",)


@admin.register(CoverageRun)
class CoverageRunAdmin(ScopedAdmin[CoverageRun]):
    """Runs of coverage, as they were computed."""

    read_only = True
    list_display = (
        "digest",
        "standard",
        "profile",
        "region",
        "network",
        "state",
        "engine_version",
        "created_at",
        "finished_at",
    )
    list_filter = ("state", "standard", "profile")
    search_fields = ("digest", "region__code", "region__name_zh")
    list_select_related = ("standard", "region", "network")
    ordering = ("-created_at",)


@admin.register(CoverageResult)
class CoverageResultAdmin(ScopedAdmin[CoverageResult]):
    """What runs found by region."""

    read_only = True
    list_display = (
        "run", "region", "workers_persons", "served_persons", "over_capacity_persons", "out_of_reach_persons", "median_minutes",
    )  # fmt: skip
    list_filter = ("region__level",)
    search_fields = ("run__digest", "region__code", "region__name_zh")
    list_select_related = ("run__standard", "region")
    ordering = ("-run_id", "region__code")


@admin.register(Recommendation)
class RecommendationAdmin(ScopedAdmin[Recommendation]):
    """Recommendations, as they were computed."""

    read_only = True
    list_display = ("digest", "plan", "region", "state", "method", "objective_persons", "gap_share", "cost_yuan", "created_at")
    list_filter = ("state", "plan", "method")
    search_fields = ("digest", "region__code", "region__name_zh")
    list_select_related = ("plan", "region")
    ordering = ("-created_at",)


@admin.register(RecommendedSite)
class RecommendedSiteAdmin(ScopedAdmin[RecommendedSite]):
    """Recommended sites."""

    read_only = True
    list_display = ("recommendation", "rank", "name_zh", "action", "year", "region", "cost_yuan", "newly_reached_persons")
    list_filter = ("action", "year")
    search_fields = ("name_zh", "name_en", "place_code", "region__code", "recommendation__digest")
    list_select_related = ("recommendation__plan", "region")
    formfield_overrides = {PointField: {"form_class": LonLatField}}
    ordering = ("-recommendation_id", "rank")
