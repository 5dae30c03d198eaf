"""Addresses of imports; every one needs a signed-in manager of records and shows only imports of the own regions."""

from django.urls import path

from planner.imports.views import preview, start, steps

app_name = "imports"
urlpatterns = [
    path("", start.page, name="list"),
    path("new/", start.upload, name="upload"),
    path("templates/<slug:kind>.<str:form>", start.template, name="template"),
    path("records/<slug:kind>.<str:form>", start.export, name="export"),
    path("<int:pk>/", steps.batch, name="batch"),
    path("<int:pk>/state/", steps.state, name="state"),
    path("<int:pk>/cancel/", steps.cancel, name="cancel"),
    path("<int:pk>/columns/", steps.columns, name="columns"),
    path("<int:pk>/points/", preview.points, name="points"),
    path("<int:pk>/returned/", preview.returned, name="returned"),
    path("<int:pk>/recheck/", preview.recheck, name="recheck"),
    path("<int:pk>/commit/", preview.commit, name="commit"),
    path("<int:pk>/undo/", preview.undo, name="undo"),
]
