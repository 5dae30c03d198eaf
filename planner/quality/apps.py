"""The app of the quality page."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    """How good the data are, and the records behind each line."""

    name = "planner.quality"
    label = "quality"
    verbose_name = _("Data quality")
