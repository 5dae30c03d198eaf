"""The app of reports."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Reports on coverage runs and recommendations."""

    name = "planner.reports"
    label = "reports"
    verbose_name = _("Reports")
