"""Sign-in, sessions, headers: what holds in every environment. Production adds what only HTTPS can have."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from planner.settings.table import read

_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# A name is locked for the address it was tried from, so that nobody can lock a colleague out from elsewhere.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "planner.accounts.views.locked_out"
AXES_ENABLE_ACCESS_FAILURE_LOG = False

# Behind proxies the client's address and scheme are what the proxy says, and only then.
PROXY_COUNT = read("GIGSHED_PROXY_COUNT")
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    AXES_IPWARE_PROXY_COUNT = PROXY_COUNT
    AXES_IPWARE_META_PRECEDENCE_ORDER = ["HTTP_X_FORWARDED_FOR"]


def tile_origin(template: str) -> str | None:
    """Return where the tiles of ``template`` come from, as a source of the policy; None without a tile service.

    Placeholders in the host (``t{s}.example.org``) become a wildcard label: ``https://*.example.org``.
    """
    parts = urlsplit(template)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    host = re.sub(r"^[^.]*\{[^}]*\}[^.]*", "*", parts.netloc)
    return f"{parts.scheme}://{host}" if re.fullmatch(r"(\*\.)?[\w.-]+(:\d+)?", host) else None


def content_security_policy(tile_url: str) -> dict[str, Any]:
    """Return the policy: everything from here, nothing inline; pictures also from the tile service and from ``data:``."""
    tiles = tile_origin(tile_url)
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF],
            "style-src": [SELF],
            "img-src": [SELF, "data:", *([tiles] if tiles else [])],
            "font-src": [SELF],
            "connect-src": [SELF],
            "manifest-src": [SELF],
            "base-uri": [NONE],
            "object-src": [NONE],
            "form-action": [SELF],
            "frame-ancestors": [NONE],
        }
    }
