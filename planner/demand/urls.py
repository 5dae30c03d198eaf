"""Addresses of demand; every one needs a signed-in reader of demand and shows only the reader's regions."""

from django.urls import path

from planner.demand.views import grids, maps, models, recipes, sources

app_name = "demand"
urlpatterns = [
    path("", sources.page, name="sources"),
    path("sources/<slug:slug>/", sources.records, name="records"),
    path("grids/new/", grids.upload, name="grid_new"),
    path("grids/<int:pk>/", grids.page, name="grid"),
    path("grids/<int:pk>/state/", grids.state, name="grid_state"),
    path("grids/<int:pk>/cancel/", grids.cancel, name="grid_cancel"),
    path("models/", models.listing, name="models"),
    path("models/new/", recipes.new, name="model_new"),
    path("models/<slug:slug>/", models.page, name="model"),
    path("models/<slug:slug>/state/", models.state, name="model_state"),
    path("models/<slug:slug>/build/", models.build, name="model_build"),
    path("models/<slug:slug>/cancel/", models.cancel, name="model_cancel"),
    path("models/<slug:slug>/edit/", recipes.edit, name="model_edit"),
    path("models/<slug:slug>/report.csv", models.report_csv, name="model_csv"),
    path("maps/", maps.page, name="maps"),
    path("maps/cells/", maps.cells, name="cells"),
    path("maps/waiting/", maps.waiting, name="waiting"),
]
