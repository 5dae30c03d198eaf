"""The app of the ground."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GeoConfig(AppConfig):
    """Regions, venues, demand, networks."""

    name = "geo"
    verbose_name = _("The ground")
    default_auto_field = "django.db.models.BigAutoField"
