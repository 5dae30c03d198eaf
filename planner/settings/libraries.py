"""Where GeoDjango finds GDAL and GEOS: inside the wheels of pyogrio and shapely, not on the system."""

import importlib.util
from pathlib import Path


def wheel_library(package: str, pattern: str) -> str | None:
    """Return the path of the shared library that the wheel of ``package`` carries, or None to let Django search."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent.parent / f"{package}.libs"
    found = sorted(folder.glob(pattern))
    return str(found[0]) if found else None
