"""Puts our administration site in the place of Django's."""

from django.contrib.admin.apps import AdminConfig


class GigshedAdminConfig(AdminConfig):
    """Django's administration with our site."""

    default_site = "planner.admin_site.GigshedAdminSite"
