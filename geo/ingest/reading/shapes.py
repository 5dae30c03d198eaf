"""Shapes in WKB as any reader found them: flat, finite, and told where they are broken."""

from collections.abc import Sequence

import numpy as np
import shapely

from geo.engine.errors import Problem

_SHOWN = 60


def check_shapes(shapes: Sequence[bytes | None], rows: Sequence[int]) -> tuple[list[bytes | None], list[Problem]]:
    """Return the shapes without heights, None for those that are empty or broken, and a problem for each that is no good.

    Bytes that are no WKB and numbers that are not finite leave a row without a shape (``shape.broken``); a polygon that
    crosses itself stays as it is, with ``geometry.invalid``: what is in it cannot be told.
    """
    given = np.array([each is not None for each in shapes], dtype=bool)
    parsed = shapely.from_wkb(np.array([each or None for each in shapes], dtype=object), on_invalid="ignore")
    finite = _finite(parsed)
    good = ~shapely.is_missing(parsed) & finite & ~shapely.is_empty(parsed)
    broken = given & (shapely.is_missing(parsed) | ~finite)
    crossed = good & ~shapely.is_valid(parsed)
    problems = [Problem(code="shape.broken", row=rows[i], value=_shown(parsed[i])) for i in np.flatnonzero(broken).tolist()]
    problems += [
        Problem(code="geometry.invalid", row=rows[i], value=shapely.is_valid_reason(parsed[i])[:_SHOWN])
        for i in np.flatnonzero(crossed).tolist()
    ]
    parsed[~good] = None
    return shapely.to_wkb(shapely.force_2d(parsed)).tolist(), problems


def _finite(parsed: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """Say of each geometry whether all of its x and y are finite."""
    numbers, index = shapely.get_coordinates(parsed, return_index=True)
    finite = np.ones(len(parsed), dtype=bool)
    finite[index[~np.isfinite(numbers).all(axis=1)]] = False
    return finite


def _shown(geometry: shapely.Geometry | None) -> str:
    return "" if geometry is None else str(geometry)[:_SHOWN]
