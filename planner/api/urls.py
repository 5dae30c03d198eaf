"""Addresses of the read API. All need a signed-in user with a grant; rows and layers show only the user's regions.

Acts: ``demand-cells`` READ_DEMAND, all others READ_MAP; ``schema`` and ``docs`` any signed-in user.
"""

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from planner.api import records
from planner.api.layers import views as layers
from planner.api.whatif import WhatIfAnswer

app_name = "api"

router = SimpleRouter()
router.register("data-sources", records.DataSources, basename="data-source")
router.register("regions", records.Regions, basename="region")
router.register("venues", records.Venues, basename="venue")
router.register("demand-cells", records.DemandCells, basename="demand-cell")
router.register("standards", records.Standards, basename="standard")
router.register("coverage-runs", records.CoverageRuns, basename="coverage-run")
router.register("siting-plans", records.SitingPlans, basename="siting-plan")
router.register("recommendations", records.Recommendations, basename="recommendation")

version_1: list[URLPattern | URLResolver] = [
    path("", include(router.urls)),
    path("coverage-runs/<slug:digest>/results/", records.CoverageResults.as_view({"get": "list"}), name="coverage-results"),
    path("coverage-runs/<slug:digest>/what-if/", WhatIfAnswer.as_view(), name="coverage-what-if"),
    path("recommendations/<slug:digest>/sites/", records.RecommendedSites.as_view({"get": "list"}), name="recommended-sites"),
    path("layers/regions.geojson", layers.RegionsLayer.as_view(), name="layer-regions"),
    path("layers/venues.geojson", layers.VenuesLayer.as_view(), name="layer-venues"),
    path("layers/uncovered.geojson", layers.UncoveredLayer.as_view(), name="layer-uncovered"),
    path("layers/sites.geojson", layers.SitesLayer.as_view(), name="layer-sites"),
]
documentation = SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="api/docs.html")

urlpatterns = [
    path("v1/", include(version_1)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", login_required(documentation), name="docs"),
]
