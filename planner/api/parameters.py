"""Query parameters: read strictly, so that a misspelt one never answers something else than was asked."""

import math
from collections.abc import Iterable

from django.contrib.gis.geos import Polygon
from rest_framework.request import Request

from geo.engine.errors import InputError, Problem

BBox = tuple[float, float, float, float]
MAX_LON, MAX_LAT = 180, 90


def refuse_unknown(request: Request, known: Iterable[str]) -> None:
    """Raise :class:`InputError` naming every parameter that is not in ``known``."""
    names = sorted(known)
    unknown = [name for name in request.query_params if name not in names]
    if unknown:
        said = ", ".join(names) or "—"
        raise InputError([Problem(code="api.parameter_unknown", field=name, details={"known": said}) for name in unknown])


def choice(request: Request, name: str, choices: Iterable[str], default: str) -> str:
    """Return the parameter ``name``, one of ``choices``."""
    value = request.query_params.get(name, default)
    known = list(choices)
    if value not in known:
        raise InputError(Problem(code="api.parameter_value", field=name, value=value, details={"known": ", ".join(known)}))
    return value


def whole_number(request: Request, name: str, default: int, *, low: int, high: int) -> int:
    """Return the parameter ``name`` as a whole number within ``low`` … ``high``."""
    value = request.query_params.get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise InputError(Problem(code="api.whole_number", field=name, value=value[:40], details={"low": low, "high": high}))
    return int(value)


def degrees(request: Request, name: str, most: int) -> float:
    """Return the parameter ``name``, which must be given, as degrees within ``-most`` … ``most``; finite."""
    text = request.query_params.get(name, "")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not -most <= value <= most:
        raise InputError(Problem(code="api.degrees", field=name, value=text[:40], details={"most": most}))
    return value


def bounding_box(request: Request, name: str = "in_bbox") -> BBox | None:
    """Return west, south, east, north in degrees; None if not given. Finite and ordered before anything is computed."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
        west, south, east, north = numbers
    except ValueError:
        raise InputError(Problem(code="api.bbox", field=name, value=text[:100])) from None
    inside = all(map(math.isfinite, numbers)) and -MAX_LON <= west < east <= MAX_LON and -MAX_LAT <= south < north <= MAX_LAT
    if not inside:
        raise InputError(Problem(code="api.bbox", field=name, value=text[:100]))
    return west, south, east, north


def as_polygon(box: BBox) -> Polygon:
    """Return the box as a polygon in WGS 84."""
    polygon = Polygon.from_bbox(box)
    polygon.srid = 4326
    return polygon
