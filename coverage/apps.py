"""The app of coverage and siting."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoverageConfig(AppConfig):
    """Standards, runs, recommendations."""

    name = "coverage"
    verbose_name = _("Coverage and siting")
    default_auto_field = "django.db.models.BigAutoField"
