"""The app of the pages of imports."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """Files of planners on their way to the records."""

    name = "planner.imports"
    label = "imports"
    verbose_name = _("Imports")
