"""Regions, venues, demand, streets, sources."""

from typing import Any

from django.contrib import admin
from django.contrib.gis.db.models import PointField
from django.db.models import Field
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from geo.models import DataSource, DemandCell, NetworkSnapshot, Occupation, OpeningHours, Region, Venue
from planner.admin.base import LonLatField, ScopedAdmin, ScopedInline

LON_LAT: dict[type[Field[Any, Any]], dict[str, Any]] = {
    PointField: {"form_class": LonLatField, "help_text": _("longitude, latitude in degrees (WGS 84)")}
}


@admin.register(DataSource)
class DataSourceAdmin(ScopedAdmin[DataSource]):
    """Where data come from; shared by all regions."""

    shared = True
    list_display = ("slug", "name_zh", "name_en", "owner", "year", "licence", "is_synthetic", "is_modelled")
    list_filter = ("is_synthetic", "is_modelled")
    search_fields = ("slug", "name_zh", "name_en", "owner")
    ordering = ("slug",)


@admin.register(Region)
class RegionAdmin(ScopedAdmin[Region]):
    """Regions; their boundary comes from ``load_regions`` and is not typed in."""

    list_display = (
        "code",
        "name_zh",
        "name_en",
        "level",
        "unit_type",
        "settlement_class",
        "parent",
        "resident_persons",
        "valid_from",
    )
    list_filter = ("level", "unit_type", "settlement_class")
    search_fields = ("code", "name_zh", "name_en")
    list_select_related = ("parent",)
    autocomplete_fields = ("parent",)
    exclude = ("boundary",)
    ordering = ("code", "valid_from")

    def get_readonly_fields(self, request: HttpRequest, obj: Region | None = None) -> Any:
        """Fix a region's place in the tree once it is there: the paths of all below depend on it."""
        return ("path", "area_km2") if obj is None else ("code", "parent", "level", "path", "area_km2", "valid_from")


class OpeningHoursInline(ScopedInline):
    """When a venue is open."""

    model = OpeningHours


@admin.register(Venue)
class VenueAdmin(ScopedAdmin[Venue]):
    """Venues with their opening hours."""

    list_display = ("code", "name_zh", "kind", "status", "region", "floor_area_m2", "capacity_persons")
    list_filter = ("kind", "status", "source")
    search_fields = ("code", "name_zh", "name_en", "address")
    list_select_related = ("region",)
    autocomplete_fields = ("region",)
    filter_horizontal = ("occupations",)
    formfield_overrides = LON_LAT
    inlines = (OpeningHoursInline,)
    ordering = ("code",)


@admin.register(Occupation)
class OccupationAdmin(ScopedAdmin[Occupation]):
    """Trades; shared by all regions."""

    shared = True
    list_display = ("code", "name_zh", "name_en")
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code",)


@admin.register(DemandCell)
class DemandCellAdmin(ScopedAdmin[DemandCell]):
    """Demand comes from ``import_demand`` as a whole: single cells are looked at, not edited."""

    read_only = True
    list_display = ("h3_index", "region", "settlement_class", "workers_persons", "year", "confidence", "is_modelled", "source")
    list_filter = ("settlement_class", "confidence", "is_modelled", "source")
    search_fields = ("h3_index", "region__code", "region__name_zh")
    list_select_related = ("region", "source")
    ordering = ("h3_index",)


@admin.register(NetworkSnapshot)
class NetworkSnapshotAdmin(ScopedAdmin[NetworkSnapshot]):
    """Street networks never change; which one is active may."""

    shared = True
    list_display = ("name", "kind", "digest", "node_count", "edge_count", "length_km", "is_active", "created_at")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "digest")
    exclude = ("extent",)
    readonly_fields = (
        "name",
        "kind",
        "digest",
        "modes",
        "node_count",
        "edge_count",
        "length_km",
        "report",
        "created_at",
        "source",
    )
    ordering = ("-created_at",)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Networks come from ``load_network``."""
        return False
