"""The table of settings: every one that the environment may set, with its default and what it is for.

``docs/administrator.md`` shows the same table; a test keeps them equal.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One environment variable: name, type (a method of ``environ.Env``), default, help."""

    name: str
    kind: str
    default: Any
    help: str

    def read(self) -> Any:
        """Return its value from the environment, or the default."""
        return getattr(env, self.kind)(self.name, default=self.default)


SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="DATABASE_URL", kind="str", default="",
        help="The database: spatialite:///path/to/file (default: var/gigshed.sqlite3) or postgis://user:password@host:port/name.",
    ),
    Setting(name="GIGSHED_VAR_DIR", kind="str", default=str(BASE_DIR / "var"), help="Where networks, matrices, tiles and reports are kept."),
    Setting(name="GIGSHED_SECRET_KEY", kind="str", default="", help="Secret of sessions and signatures; production refuses to start without one of 50 characters."),
    Setting(name="GIGSHED_ALLOWED_HOSTS", kind="list", default=[], help="Host names the site answers to, separated by commas; production needs at least one."),
    Setting(name="GIGSHED_DEBUG", kind="bool", default=False, help="Show error details on the page; for development only, production refuses to start with it."),
    Setting(name="GIGSHED_PROXY_COUNT", kind="int", default=0, help="Reverse proxies in front of the site; with 1 or more, the client's address and https are taken from X-Forwarded-For and X-Forwarded-Proto."),
    Setting(name="GIGSHED_LANGUAGE", kind="str", default="zh-hans", help="Language of first resort: zh-hans or en."),
    Setting(name="GIGSHED_TILE_URL", kind="str", default="", help="Address template of a tile service for the base map; empty: the offline map made from the loaded streets."),
    Setting(name="GIGSHED_TILE_ATTRIBUTION", kind="str", default="", help="Attribution line of that tile service."),
    Setting(name="GIGSHED_OVERPASS_URL", kind="str", default="https://overpass-api.de/api", help="Overpass endpoint for --place."),
    Setting(name="GIGSHED_NOMINATIM_URL", kind="str", default="https://nominatim.openstreetmap.org/", help="Nominatim endpoint that finds the boundary of a --place."),
    Setting(name="GIGSHED_MAP_APPROVAL_NUMBER", kind="str", default="", help="Approval number (审图号) printed on maps that go out."),
    Setting(name="GIGSHED_COMPILING_UNIT", kind="str", default="", help="Compiling unit printed on maps and reports."),
    Setting(name="SPATIALITE_LIBRARY_PATH", kind="str", default="mod_spatialite", help="The SpatiaLite extension."),
)  # fmt: skip


def read(name: str) -> Any:
    """Return the value of the setting ``name``."""
    return next(setting for setting in SETTINGS if setting.name == name).read()
