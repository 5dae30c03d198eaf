"""Every library that computes or reads files: its version and where it was loaded from."""

import importlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection

from geo.engine.jit import numba
from planner.doctor.findings import Finding, State

NODE_SECONDS = 20
Look = Callable[[], tuple[str, str]]


def _folder(module: ModuleType) -> str:
    return str(Path(module.__file__ or "").parent)


def _python() -> tuple[str, str]:
    return sys.version.split()[0], sys.executable


def _gdal() -> tuple[str, str]:
    from django.contrib.gis.gdal.libgdal import gdal_full_version, lgdal  # noqa: PLC0415  loading may fail: that is a finding

    return gdal_full_version().decode(), str(lgdal._name)


def _geos() -> tuple[str, str]:
    from django.contrib.gis.geos.libgeos import geos_version, lgeos  # noqa: PLC0415  loading may fail

    return geos_version().decode(), str(getattr(lgeos, "_name", None) or settings.GEOS_LIBRARY_PATH)


def _proj() -> tuple[str, str]:
    pyproj = importlib.import_module("pyproj")
    return str(pyproj.__proj_version__), str(pyproj.datadir.get_data_dir())


def _numba() -> tuple[str, str]:
    return str(numba.__version__), _folder(numba)


def _highs() -> tuple[str, str]:
    highspy = importlib.import_module("highspy")
    return str(highspy.Highs().version()), _folder(highspy)


def _osmium() -> tuple[str, str]:
    version = importlib.import_module("osmium.version")
    return f"{version.pyosmium_release} (libosmium {version.libosmium_version})", _folder(version)


def _module(name: str) -> Look:
    def look() -> tuple[str, str]:
        module = importlib.import_module(name)
        return str(module.__version__), _folder(module)

    return look


LIBRARIES: dict[str, Look] = {
    "Python": _python,
    "GDAL (GeoDjango)": _gdal,
    "GEOS (GeoDjango)": _geos,
    "PROJ (pyproj)": _proj,
    "numba": _numba,
    "HiGHS": _highs,
    "shapely": _module("shapely"),
    "pyogrio": _module("pyogrio"),
    "osmium": _osmium,
}


def library(name: str, look: Look) -> Finding:
    """Return the version and path of one library; bad if it cannot be loaded."""
    try:
        version, path = look()
    except (ImportError, OSError, ImproperlyConfigured, AttributeError) as error:
        said = f"cannot be loaded: {error}"
        return Finding(
            name=name, state=State.BAD, said=said, cure_zh="请运行 script/bootstrap 重新安装", cure_en="run script/bootstrap"
        )
    return Finding(name=name, state=State.OK, said=f"{version}  {path}")


def sqlite() -> Finding:
    """Say whether this Python's SQLite can load SpatiaLite at all."""
    can = hasattr(sqlite3.Connection, "enable_load_extension")
    said = f"{sqlite3.sqlite_version}  {sqlite3.__file__}"
    if can:
        return Finding(name="SQLite", state=State.OK, said=said)
    return Finding(
        name="SQLite",
        state=State.BAD,
        said=f"{said}  (cannot load extensions)",
        cure_zh="请用 Debian 的 /usr/bin/python3 重建 .venv（script/bootstrap）",
        cure_en="make .venv anew with Debian's /usr/bin/python3 (script/bootstrap)",
    )


DATABASE_QUESTIONS = {
    "spatialite": "SELECT 'SpatiaLite ' || spatialite_version() || ', PROJ ' || proj_version() || ', GEOS ' || geos_version()",
    "postgresql": "SELECT postgis_full_version()",
}


def database() -> Finding:
    """Return the spatial extension of the database and the libraries it brings."""
    where = str(connection.settings_dict["NAME"])
    question = DATABASE_QUESTIONS["postgresql" if connection.vendor == "postgresql" else "spatialite"]
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            said = str(cursor.fetchone()[0])
    except (Error, ImproperlyConfigured) as error:
        return Finding(
            name="database",
            state=State.BAD,
            said=f"{where}: {error}",
            cure_zh="请检查 DATABASE_URL；SpatiaLite 需要系统包 libsqlite3-mod-spatialite",
            cure_en="check DATABASE_URL; SpatiaLite needs the system package libsqlite3-mod-spatialite",
        )
    return Finding(name="database", state=State.OK, said=f"{said}  {where}")


def node() -> Finding:
    """Return Node's version: only installing the page's libraries and testing its scripts need it."""
    beside = Path(sys.executable).parent / "node"
    path = shutil.which("node") or (str(beside) if beside.exists() else None)
    if path is None:
        return Finding(
            name="Node",
            state=State.WARN,
            said="not found",
            cure_zh="仅安装或测试页面脚本时需要；script/bootstrap 会安装",
            cure_en="needed only to install or test the page's scripts; script/bootstrap installs it",
        )
    version = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=NODE_SECONDS, check=False)  # noqa: S603
    return Finding(name="Node", state=State.OK, said=f"{version.stdout.strip()}  {path}")


def libraries() -> list[Finding]:
    """Return a finding for each library."""
    return [*(library(name, look) for name, look in LIBRARIES.items()), sqlite(), database(), node()]
