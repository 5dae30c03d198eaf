"""Settings of a demonstration or a developer's machine: no secrets needed, this machine only."""

import secrets

from planner.settings.base import *
from planner.settings.base import ALLOWED_HOSTS, SECRET_KEY, STORAGES, VAR_DIR
from planner.settings.table import read


def _kept_key() -> str:
    """Return a random key kept in the var folder, so that sessions outlive a restart."""
    path = VAR_DIR / "dev-secret-key"
    if not path.exists():
        path.write_text(secrets.token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text()


SECRET_KEY = SECRET_KEY or _kept_key()
ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
DEBUG = read("GIGSHED_DEBUG")
# Compressing every static file takes half a minute; on this machine nobody gains by it.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
DEMONSTRATION = True
