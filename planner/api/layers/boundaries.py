"""Boundaries for the screen: simplified together, so that neighbours still share their line."""

import functools
import json
from typing import Any

import numpy as np
import shapely

# Tolerances in degrees, for the screen only (nothing is measured on these): about 1 km, 250 m, 50 m.
DETAILS: dict[str, float] = {"low": 0.01, "medium": 0.0025, "high": 0.0005, "full": 0.0}


@functools.lru_cache(maxsize=16)
def simplified(boundaries: tuple[bytes, ...], tolerance_degrees: float) -> tuple[Any, ...]:
    """Return GeoJSON geometries of ``boundaries`` (WKB, each a polygon or multipolygon), simplified as one coverage.

    ``tolerance_degrees`` = 0 leaves them as they are. Kept for the next call: the boundaries themselves are the key.
    """
    shapes = shapely.from_wkb(np.array(boundaries, dtype=object))
    if tolerance_degrees > 0 and len(shapes):
        thinned = shapely.coverage_simplify(shapes, tolerance_degrees)
        shapes = np.where(shapely.is_empty(thinned), shapes, thinned)
    shapes = shapely.set_precision(shapes, 1e-5, mode="pointwise")
    return tuple(json.loads(text) for text in shapely.to_geojson(shapes))
