"""Query filters of the records."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from coverage.models import CoverageResult, CoverageRun, Recommendation, RecommendedSite
from geo.models import DataSource, DemandCell, Region, Venue


class WithinFilter(filters.CharFilter):
    """Keeps the region with the given code and all below it, by the path of codes in ``field_name``."""

    def filter(self, rows: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
        """Keep what lies within."""
        return rows.filter(**{f"{self.field_name}__contains": f"{value}/"}) if value else rows


class RegionFilter(filters.FilterSet):
    """By level, by the region above, by day of validity."""

    parent = filters.CharFilter("parent__code", help_text="Code of the region directly above.")
    within = WithinFilter("path", help_text="Code of a region: it and all below it.")
    valid_on = filters.DateFilter(method="in_force", help_text="Only regions in force on that day (YYYY-MM-DD).")

    class Meta:
        model = Region
        fields = ["level", "unit_type", "settlement_class"]

    def in_force(self, rows: "QuerySet[Any]", _name: str, day: object) -> "QuerySet[Any]":
        """Keep what is in force on that day."""
        return rows.filter(valid_from__lte=day).exclude(valid_until__lte=day)


class VenueFilter(filters.FilterSet):
    """By kind, status, region, source."""

    kind = filters.MultipleChoiceFilter(choices=Venue.Kind.choices, help_text="May be given several times.")
    status = filters.MultipleChoiceFilter(choices=Venue.Status.choices, help_text="May be given several times.")
    within = WithinFilter("region__path", help_text="Code of a region: venues in it and all below it.")
    occupation = filters.CharFilter("occupations__code", help_text="Code of a trade.")
    source = filters.CharFilter("source__slug", help_text="Short name of the data source.")

    class Meta:
        model = Venue
        fields: list[str] = []


class DemandCellFilter(filters.FilterSet):
    """By region, source, class, year."""

    within = WithinFilter("region__path", help_text="Code of a region: cells in it and all below it.")
    source = filters.CharFilter("source__slug", help_text="Short name of the data source.")

    class Meta:
        model = DemandCell
        fields = ["settlement_class", "year", "confidence", "is_modelled"]


class DataSourceFilter(filters.FilterSet):
    """By honesty label."""

    class Meta:
        model = DataSource
        fields = ["is_synthetic", "is_modelled"]


class CoverageRunFilter(filters.FilterSet):
    """By standard, region, state, profile."""

    standard = filters.CharFilter("standard__slug", help_text="Short name of the standard.")
    region = filters.CharFilter("region__code", help_text="Code of the region that was assessed.")
    at_plain_speeds = filters.BooleanFilter(method="plain", help_text="Whether at the plain speeds, or of a speed profile.")

    class Meta:
        model = CoverageRun
        fields = ["state", "profile"]

    def plain(self, rows: "QuerySet[Any]", _name: str, value: bool) -> "QuerySet[Any]":
        """Keep runs at plain speeds, or the others."""
        return rows.filter(profile="") if value else rows.exclude(profile="")


class CoverageResultFilter(filters.FilterSet):
    """By level and region."""

    level = filters.ChoiceFilter(field_name="region__level", choices=Region.Level.choices, help_text="Level of the regions.")
    within = WithinFilter("region__path", help_text="Code of a region: results of it and all below it.")

    class Meta:
        model = CoverageResult
        fields: list[str] = []


class RecommendationFilter(filters.FilterSet):
    """By plan, run, region, state."""

    plan = filters.CharFilter("plan__slug", help_text="Short name of the plan.")
    run = filters.CharFilter("run__digest", help_text="Digest of the coverage run it stands on.")
    region = filters.CharFilter("region__code", help_text="Code of the region.")

    class Meta:
        model = Recommendation
        fields = ["state"]


class RecommendedSiteFilter(filters.FilterSet):
    """By action, year, region."""

    within = WithinFilter("region__path", help_text="Code of a region: sites in it and all below it.")

    class Meta:
        model = RecommendedSite
        fields = ["action", "year"]
