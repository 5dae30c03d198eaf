"""Addresses of the workspace; both need a signed-in reader, and show only what the reader's regions allow."""

from django.urls import path

from planner.workspace import views

app_name = "workspace"
urlpatterns = [
    path("", views.page, name="page"),
    path("tiles/<slug:digest>.pmtiles", views.tiles, name="tiles"),
]
