"""The app of the workspace."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkspaceConfig(AppConfig):
    """The map page and its tiles; no records of its own."""

    name = "planner.workspace"
    label = "workspace"
    verbose_name = _("Workspace")
