"""Records as the API shows them. ``docs/api.md`` lists every field; a test keeps the two equal."""

from typing import Any

from rest_framework import serializers
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from coverage.models import (
    CoverageResult,
    CoverageRule,
    CoverageRun,
    CoverageStandard,
    Recommendation,
    RecommendedSite,
    SitingPlan,
)
from geo.models import DataSource, DemandCell, OpeningHours, Region, Venue
from planner.accounts.scope import permits


class _ForWholeRegion:
    """Blanks ``whole_only`` fields for those who may not see all of the record's region: sums would tell of the rest."""

    whole_only: tuple[str, ...] = ()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the record, with sums only for those whose region holds all that was summed."""
        shown: dict[str, Any] = super().to_representation(instance)  # type: ignore[misc]
        request = self.context["request"]  # type: ignore[attr-defined]
        if not permits(request.user, request.parser_context["view"].act, instance.region):
            shown |= dict.fromkeys(self.whole_only)
        return shown


class DataSourceSerializer(serializers.ModelSerializer):
    """Where data come from."""

    class Meta:
        model = DataSource
        fields = ["slug", "name_zh", "name_en", "owner", "year", "licence", "method", "is_synthetic", "is_modelled", "digest"]


class RegionSerializer(GeoFeatureModelSerializer):
    """A region with its boundary."""

    parent_code = serializers.CharField(source="parent.code", default=None, read_only=True)
    source: "serializers.SlugRelatedField[Any]" = serializers.SlugRelatedField(slug_field="slug", read_only=True)

    class Meta:
        model = Region
        geo_field = "boundary"
        id_field = "code"
        fields = [
            "code", "name_zh", "name_en", "level", "unit_type", "settlement_class", "parent_code", "path", "area_km2",
            "resident_persons", "valid_from", "valid_until", "source",
            "boundary",
        ]  # fmt: skip


class OpeningHoursSerializer(serializers.ModelSerializer):
    """A span of opening."""

    class Meta:
        model = OpeningHours
        fields = ["weekday_mask", "season", "opens_at", "closes_at"]


class VenueSerializer(GeoFeatureModelSerializer):
    """A venue with its place."""

    region_code = serializers.CharField(source="region.code", read_only=True)
    occupations: "serializers.SlugRelatedField[Any]" = serializers.SlugRelatedField(
        slug_field="code", many=True, read_only=True
    )
    opening_hours = OpeningHoursSerializer(many=True, read_only=True)
    source: "serializers.SlugRelatedField[Any]" = serializers.SlugRelatedField(slug_field="slug", read_only=True)

    class Meta:
        model = Venue
        geo_field = "location"
        id_field = "code"
        fields = [
            "code", "name_zh", "name_en", "kind", "status", "region_code", "source_datum", "address", "floor_area_m2",
            "capacity_persons", "staff_persons", "waiting_persons", "phone", "operator", "occupations", "opening_hours",
            "source",
            "location",
        ]  # fmt: skip


class DemandCellSerializer(GeoFeatureModelSerializer):
    """The gig workers of one H3 cell according to one source."""

    region_code = serializers.CharField(source="region.code", read_only=True)
    source: "serializers.SlugRelatedField[Any]" = serializers.SlugRelatedField(slug_field="slug", read_only=True)

    class Meta:
        model = DemandCell
        geo_field = "location"
        id_field = "id"
        fields = [
            "id", "h3_index", "region_code", "settlement_class", "area_km2", "workers_persons", "workers_by_group", "year",
            "confidence", "is_modelled", "source",
            "location",
        ]  # fmt: skip


class CoverageRuleSerializer(serializers.ModelSerializer):
    """The cutoff of one settlement class."""

    class Meta:
        model = CoverageRule
        fields = ["settlement_class", "mode", "cutoff_minutes", "cutoff_metres"]


class CoverageStandardSerializer(serializers.ModelSerializer):
    """A coverage standard with its rules."""

    rules = CoverageRuleSerializer(many=True, read_only=True)

    class Meta:
        model = CoverageStandard
        fields = [
            "slug", "name_zh", "name_en", "document", "venue_kinds", "venue_statuses", "open_at", "max_snap_metres",
            "snap_speed_kph", "is_default", "rules",
        ]  # fmt: skip


class CoverageRunSerializer(_ForWholeRegion, serializers.ModelSerializer):
    """A coverage run: what it was made from and how far it got."""

    whole_only = ("warnings",)
    standard: "serializers.SlugRelatedField[Any]" = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    region_code = serializers.CharField(source="region.code", read_only=True)

    class Meta:
        model = CoverageRun
        fields = [
            "digest", "standard", "region_code", "network_digest", "demand_digest", "venues_digest", "parameters_digest",
            "parameters", "profile", "engine_version", "state", "progress_share", "warnings", "created_at", "started_at",
            "finished_at",
        ]  # fmt: skip


class CoverageResultSerializer(serializers.ModelSerializer):
    """What a run found for one region."""

    region_code = serializers.CharField(source="region.code", read_only=True)
    region_name_zh = serializers.CharField(source="region.name_zh", read_only=True)
    region_name_en = serializers.CharField(source="region.name_en", read_only=True)
    level = serializers.CharField(source="region.level", read_only=True)
    served_share = serializers.FloatField(read_only=True, allow_null=True)
    reached_share = serializers.FloatField(read_only=True, allow_null=True)
    reached_area_share = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = CoverageResult
        fields = [
            "region_code", "region_name_zh", "region_name_en", "level", "workers_persons", "served_persons",
            "over_capacity_persons", "out_of_reach_persons", "unsnapped_persons", "cells_count", "populated_area_km2",
            "reached_area_km2", "served_share", "reached_share", "reached_area_share", "median_minutes", "p90_minutes",
            "gini_minutes",
        ]  # fmt: skip


class SitingPlanSerializer(serializers.ModelSerializer):
    """What is asked for: sites and money by year."""

    class Meta:
        model = SitingPlan
        fields = ["slug", "name_zh", "name_en", "document", "phases", "parameters", "is_default"]


class RecommendationSerializer(_ForWholeRegion, serializers.ModelSerializer):
    """A recommendation: its quality and what it could not meet."""

    whole_only = (
        "workers_persons", "reached_before_persons", "reached_after_persons", "served_before_persons", "served_after_persons",
        "objective_persons", "bound_persons", "gap_share", "cost_yuan", "unmet", "warnings", "parameters",
    )  # fmt: skip
    plan: "serializers.SlugRelatedField[Any]" = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    run: "serializers.SlugRelatedField[Any]" = serializers.SlugRelatedField(slug_field="digest", read_only=True)
    profile = serializers.CharField(source="run.profile", read_only=True)
    region_code = serializers.CharField(source="region.code", read_only=True)

    class Meta:
        model = Recommendation
        fields = [
            "digest", "plan", "run", "profile", "region_code", "parameters", "engine_version", "state", "progress_share",
            "method", "workers_persons", "reached_before_persons", "reached_after_persons", "served_before_persons",
            "served_after_persons", "objective_persons", "bound_persons", "gap_share", "cost_yuan", "unmet", "warnings",
            "created_at", "finished_at",
        ]  # fmt: skip


class RecommendedSiteSerializer(GeoFeatureModelSerializer):
    """A recommended site with its place and its reasons."""

    region_code = serializers.CharField(source="region.code", read_only=True)
    venue_code = serializers.CharField(source="venue.code", default=None, read_only=True)

    class Meta:
        model = RecommendedSite
        geo_field = "location"
        id_field = "rank"
        fields = [
            "rank", "action", "year", "cost_yuan", "venue_code", "place_code", "name_zh", "name_en", "region_code",
            "floor_area_m2", "capacity_persons", "in_reach_persons", "newly_reached_persons", "overlap_persons",
            "lost_without_persons", "standard_gap", "reasons",
            "location",
        ]  # fmt: skip
