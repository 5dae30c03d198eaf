"""Settings shared by all environments."""

from pathlib import Path
from typing import Any

import environ
from django.utils.translation import gettext_lazy as _

import geo.engine.jit  # noqa: F401  numba must be loaded before any library that loads it itself
from planner.settings.api import *
from planner.settings.libraries import wheel_library
from planner.settings.security import *
from planner.settings.security import content_security_policy
from planner.settings.table import BASE_DIR, read

VAR_DIR = Path(read("GIGSHED_VAR_DIR"))
VAR_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = read("GIGSHED_SECRET_KEY")
ALLOWED_HOSTS = read("GIGSHED_ALLOWED_HOSTS")
DEBUG = False

DEMONSTRATION = False  # whether users with printed passwords may be made here

INSTALLED_APPS = [
    "planner",
    "planner.admin_config.GigshedAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.humanize",
    "rest_framework",
    "rest_framework_gis",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
    "simple_history",
    "django_tasks",
    "django_tasks_db",
    "geo",
    "coverage",
    "planner.accounts",
    "planner.workspace",
    "planner.reports",
    "planner.quality",
    "planner.imports",
    "planner.demand",
]

ROOT_URLCONF = "planner.urls"
WSGI_APPLICATION = "planner.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

GDAL_LIBRARY_PATH = wheel_library("pyogrio", "libgdal*.so*")
GEOS_LIBRARY_PATH = wheel_library("shapely", "libgeos_c*.so*")
SPATIALITE_LIBRARY_PATH = read("SPATIALITE_LIBRARY_PATH")


def database() -> dict[str, Any]:
    """Return the database of DATABASE_URL, SpatiaLite in the var folder by default."""
    url = read("DATABASE_URL") or f"spatialite:///{VAR_DIR / 'gigshed.sqlite3'}"
    config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    if "spatialite" in config["ENGINE"]:
        config["ENGINE"] = "geo.db.spatialite"
        config["CONN_MAX_AGE"] = None
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=wal; PRAGMA synchronous=normal;",
        }
    return config


DATABASES = {"default": database()}

LANGUAGE_CODE = read("GIGSHED_LANGUAGE")
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "planner" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
NODE_MODULES = BASE_DIR / "planner" / "workspace" / "node_modules"
STATICFILES_DIRS = [(name, NODE_MODULES / name / "dist") for name in ("leaflet", "protomaps-leaflet")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]

COMPILING_UNIT = read("GIGSHED_COMPILING_UNIT")
MAP_APPROVAL_NUMBER = read("GIGSHED_MAP_APPROVAL_NUMBER")
TILE_URL = read("GIGSHED_TILE_URL")
TILE_ATTRIBUTION = read("GIGSHED_TILE_ATTRIBUTION")
CONTENT_SECURITY_POLICY = content_security_policy(TILE_URL)
OVERPASS_URL = read("GIGSHED_OVERPASS_URL")
NOMINATIM_URL = read("GIGSHED_NOMINATIM_URL")
