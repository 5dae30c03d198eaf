"""The app of what all pages share: the doctor, the administration, the look."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlannerConfig(AppConfig):
    """The site as a whole; its subjects are apps of their own."""

    name = "planner"
    label = "planner"
    verbose_name = _("The site")
