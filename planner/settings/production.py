"""Settings of production: refuse to start insecure."""

from django.core.exceptions import ImproperlyConfigured

from planner.settings.base import *
from planner.settings.base import ALLOWED_HOSTS, SECRET_KEY
from planner.settings.table import read

MIN_KEY_CHARACTERS = 50
MIN_DIFFERENT_CHARACTERS = 10


def _refuse_insecure() -> None:
    """Raise with the first setting that would make the site insecure."""
    if len(SECRET_KEY) < MIN_KEY_CHARACTERS or len(set(SECRET_KEY)) < MIN_DIFFERENT_CHARACTERS:
        raise ImproperlyConfigured("GIGSHED_SECRET_KEY must have at least 50 characters, 10 of them different")
    if not ALLOWED_HOSTS or any(not host.strip() for host in ALLOWED_HOSTS):
        raise ImproperlyConfigured("GIGSHED_ALLOWED_HOSTS must name at least one host")
    if "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("GIGSHED_ALLOWED_HOSTS must name hosts; * admits any")
    if read("GIGSHED_DEBUG"):
        raise ImproperlyConfigured("GIGSHED_DEBUG must not be set in production: error pages would show secrets")


_refuse_insecure()
DEBUG = False

SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# Preloading binds the whole domain for years: its owner's decision, not the software's.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
