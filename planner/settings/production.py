"""Settings of production: refuse to start insecure."""

from django.core.exceptions import ImproperlyConfigured

from planner.settings.base import *
from planner.settings.base import ALLOWED_HOSTS, SECRET_KEY

MIN_KEY_CHARACTERS = 50

if len(SECRET_KEY) < MIN_KEY_CHARACTERS:
    raise ImproperlyConfigured("GIGSHED_SECRET_KEY must have at least 50 characters")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("GIGSHED_ALLOWED_HOSTS must name at least one host")
