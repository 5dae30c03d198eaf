"""Addresses of the quality page; every one needs a signed-in reader of records and shows only the reader's regions."""

from django.urls import path

from planner.quality import editing, views

app_name = "quality"
urlpatterns = [
    path("", views.page, name="page"),
    path("lines.csv", views.lines_csv, name="lines_csv"),
    path("venues/<str:code>/history/", editing.history, name="history"),
    path("<str:dataset>/<slug:check>/", views.records_page, name="records"),
    path("<str:dataset>/<slug:check>.csv", views.records_csv, name="csv"),
]
