"""The app of the pages of demand."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemandConfig(AppConfig):
    """Sources of demand, models that blend them, and the two demands side by side."""

    name = "planner.demand"
    label = "demand"
    verbose_name = _("Demand")
