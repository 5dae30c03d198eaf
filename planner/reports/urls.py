"""Addresses of the reports; every one needs a signed-in reader and shows only the reader's regions."""

from django.urls import path

from planner.reports import views

app_name = "reports"
urlpatterns = [
    path("<slug:digest>/", views.report_page, name="page"),
    path("<slug:digest>.pdf", views.report_pdf, name="pdf"),
]
