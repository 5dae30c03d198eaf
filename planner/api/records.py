"""Records, page by page: lists, single records, and the parts of runs and recommendations."""

from collections.abc import Iterable
from typing import Any, ClassVar, cast

from django.db.models import Model, Prefetch, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.viewsets import ReadOnlyModelViewSet

from coverage.models import CoverageResult, CoverageRun, CoverageStandard, Recommendation, RecommendedSite, SitingPlan
from geo.models import DataSource, DemandCell, Region, Venue
from planner.accounts.policy import Act
from planner.accounts.scope import scoped
from planner.api import filters, serializers
from planner.api.pagination import GeoPages
from planner.api.parameters import as_polygon, bounding_box, refuse_unknown

IN_BBOX = OpenApiParameter("in_bbox", str, description="west,south,east,north in degrees (WGS 84): what touches the box.")
PAGING = ("page", "page_size")
_BOXED = extend_schema_view(list=extend_schema(parameters=[IN_BBOX]))


class Records(ReadOnlyModelViewSet):
    """Read-only records of one model, limited to the user's regions."""

    model: ClassVar[type[Model]]
    act: ClassVar[Act] = Act.READ_MAP
    related: ClassVar[tuple[str, ...]] = ()
    fetched: ClassVar[tuple[str | Prefetch, ...]] = ()
    bbox_field: ClassVar[str] = ""

    def get_queryset(self) -> "QuerySet[Any]":
        """Return the user's rows, inside the box asked for."""
        rows = scoped(self.model, self.request.user, self.act).select_related(*self.related).prefetch_related(*self.fetched)
        box = bounding_box(self.request) if self.bbox_field and self.action == "list" else None
        return rows.filter(**{f"{self.bbox_field}__intersects": as_polygon(box)}) if box else rows

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse parameters that the list does not know, after the user is admitted."""
        super().initial(request, *args, **kwargs)
        refuse_unknown(request, self.known_parameters())

    def known_parameters(self) -> Iterable[str]:
        """Return the names of the query parameters in use."""
        if self.detail and self.action == "retrieve":
            return ()
        filterset = getattr(self, "filterset_class", None)
        own = filterset.base_filters if filterset else ()
        return {*own, *PAGING, *(("in_bbox",) if self.bbox_field else ())}


class Parts(Records):
    """Records that belong to one run or recommendation, named by its digest in the address; both are scoped."""

    whole: ClassVar[type[Model]]
    belongs_by: ClassVar[str]

    def get_queryset(self) -> "QuerySet[Any]":
        """Return the user's rows of the one named; 404 if that is not the user's."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset().none()
        whole = get_object_or_404(scoped(self.whole, self.request.user, self.act), digest=self.kwargs["digest"])
        return super().get_queryset().filter(**{self.belongs_by: whole})


class DataSources(Records):
    """Where data come from."""

    model = DataSource
    serializer_class = serializers.DataSourceSerializer
    filterset_class = filters.DataSourceFilter
    lookup_field = "slug"


@_BOXED
class Regions(Records):
    """Regions with their boundaries; of those with one code, the newest."""

    model = Region
    serializer_class = serializers.RegionSerializer
    filterset_class = filters.RegionFilter
    pagination_class = GeoPages
    lookup_field = "code"
    related = ("parent", "source")
    bbox_field = "boundary"

    def get_object(self) -> Region:
        """Return the newest region with that code."""
        found = self.get_queryset().filter(code=self.kwargs["code"]).order_by("-valid_from").first()
        if found is None:
            raise Http404
        return cast(Region, found)


@_BOXED
class Venues(Records):
    """Venues with their places."""

    model = Venue
    serializer_class = serializers.VenueSerializer
    filterset_class = filters.VenueFilter
    pagination_class = GeoPages
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    related = ("region", "source")
    fetched = ("occupations", "opening_hours")
    bbox_field = "location"


@_BOXED
class DemandCells(Records):
    """Gig workers by H3 cell and source: counts of people, never persons."""

    model = DemandCell
    act = Act.READ_DEMAND
    serializer_class = serializers.DemandCellSerializer
    filterset_class = filters.DemandCellFilter
    pagination_class = GeoPages
    related = ("region", "source")
    bbox_field = "location"


class Standards(Records):
    """Coverage standards with their rules."""

    model = CoverageStandard
    serializer_class = serializers.CoverageStandardSerializer
    lookup_field = "slug"
    fetched = ("rules",)


class CoverageRuns(Records):
    """Coverage runs: those of the user's regions, and of regions that contain one of them."""

    model = CoverageRun
    serializer_class = serializers.CoverageRunSerializer
    filterset_class = filters.CoverageRunFilter
    lookup_field = "digest"
    related = ("standard", "region")


class CoverageResults(Parts):
    """What a run found, region by region."""

    model = CoverageResult
    whole = CoverageRun
    belongs_by = "run"
    serializer_class = serializers.CoverageResultSerializer
    filterset_class = filters.CoverageResultFilter
    related = ("region",)


class SitingPlans(Records):
    """What is asked of a recommendation."""

    model = SitingPlan
    serializer_class = serializers.SitingPlanSerializer
    lookup_field = "slug"


class Recommendations(Records):
    """Recommendations: those of the user's regions, and of regions that contain one of them."""

    model = Recommendation
    serializer_class = serializers.RecommendationSerializer
    filterset_class = filters.RecommendationFilter
    lookup_field = "digest"
    related = ("plan", "run", "region")


@_BOXED
class RecommendedSites(Parts):
    """The sites of a recommendation in order of rank."""

    model = RecommendedSite
    whole = Recommendation
    belongs_by = "recommendation"
    serializer_class = serializers.RecommendedSiteSerializer
    filterset_class = filters.RecommendedSiteFilter
    pagination_class = GeoPages
    related = ("region", "venue")
    bbox_field = "location"
