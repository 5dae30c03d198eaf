"""The walls between rooms, and the order of libraries that does not crash: each in a process of its own."""

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import coverage.engine
import geo.engine

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_SECONDS = 240


def modules_of(package):
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    return [package.__name__, *sorted(module.name for module in found)]


def run_python(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


@pytest.mark.parametrize("package", [geo.engine, coverage.engine], ids=lambda package: package.__name__)
def test_engines_are_free_of_django(package):
    names = modules_of(package)
    assert len(names) > 5
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print(*sorted(m for m in sys.modules if m.split('.')[0] in ('django', 'rest_framework', 'planner')))"
    )
    assert run_python(code, *names) == []


def test_engines_reach_for_no_clock_no_network_and_no_global_randomness():
    forbidden = (
        "import random", "import time", "import socket", "import urllib", "import requests", "np.random.seed", "np.random.rand",
        "datetime.now", "time.time(",
    )  # fmt: skip
    texts = {path: path.read_text("utf-8") for room in ("geo", "coverage") for path in (ROOT / room / "engine").rglob("*.py")}
    assert len(texts) > 20
    found = [f"{path.relative_to(ROOT)}: {word}" for path, text in texts.items() for word in forbidden if word in text]
    assert found == []


def test_numba_imports_beside_a_package_named_coverage():
    code = (
        "import coverage, geo.engine.jit, sys, numba\n"
        "import numpy as np\n"
        "from geo.engine.jit import njit\n"
        "total = njit()(lambda values: values.sum())\n"
        "print(int(total(np.arange(5))), coverage.__file__, sys.modules['coverage'] is coverage)"
    )
    total, path, same = run_python(code)
    assert total == "10"
    assert Path(path) == ROOT / "coverage" / "__init__.py"
    assert same == "True"


def test_numba_comes_with_every_way_into_the_project():
    for way in ("planner.settings.base", "planner.wsgi"):
        code = (
            "import os, sys\n"
            "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'planner.settings.test')\n"
            f"import importlib; importlib.import_module({way!r})\n"
            "import numba, coverage\n"
            "print('numba' in sys.modules, coverage.__file__)"
        )
        loaded, path = run_python(code)
        assert loaded == "True"
        assert Path(path) == ROOT / "coverage" / "__init__.py"


def test_pyproj_lives_after_a_spatialite_connection(tmp_path):
    code = (
        "import os, sys\n"
        "os.environ.update(DJANGO_SETTINGS_MODULE='planner.settings.test', DATABASE_URL='spatialite:///' + sys.argv[1])\n"
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "with connection.cursor() as cursor:\n"
        "    cursor.execute('SELECT spatialite_version()'); version = cursor.fetchone()[0]\n"
        "import pyproj, shapely, pyogrio\n"
        "x, y = pyproj.Transformer.from_crs(4326, 4549, always_xy=True).transform(118.8, 32.0)\n"
        "with connection.cursor() as cursor:\n"
        "    cursor.execute(\"SELECT ST_Area(ST_Buffer(GeomFromText('POINT(0 0)'), 1))\"); around = cursor.fetchone()[0]\n"
        "print(version, round(x), round(y), around)"
    )
    version, x, _y, around = run_python(code, str(tmp_path / "empty.sqlite3"))
    assert int(version.split(".")[0]) >= 5
    # 118.8° E is 1.2° west of the meridian 120° E: 1.2 × 94,498 m = 113,397 m at 32° N, so easting about 386,600.
    assert abs(int(x) - 386_600) < 100
    assert 3.1 < float(around) < 3.1416  # a polygon inside the circle of radius 1
