"""Coordinates are checked here, for forms, the API and imports alike, before anything transforms or stores them.

Geometry fields accept NaN, infinite, empty, self-crossing and absurd shapes, and a transformation of one may never end.
"""

import math

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from geo.engine.errors import register_messages

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

MAX_LON, MAX_LAT = 180.0, 90.0
GEOGRAPHIC_SRIDS = frozenset({4326, 4490})

NOT_FINITE, OUT_OF_RANGE, SWAPPED = "coordinate.not_finite", "coordinate.out_of_range", "coordinate.swapped"
EMPTY, INVALID, DATUM = "geometry.empty", "geometry.invalid", "geometry.datum"

register_messages(
    {
        NOT_FINITE: ("坐标“{value}”不是有限的数。", "the coordinates “{value}” are not finite numbers."),
        OUT_OF_RANGE: (
            "坐标“{value}”超出范围：经度须在 −180 到 180 之间，纬度须在 −90 到 90 之间。",
            "the coordinates “{value}” are out of range: longitude from −180 to 180, latitude from −90 to 90.",
        ),
        SWAPPED: (
            "坐标“{value}”的经度和纬度似乎写反了；应先经度后纬度。",
            "longitude and latitude of “{value}” seem swapped; longitude comes first.",
        ),
    }
)

_SENTENCES = {
    NOT_FINITE: _("The coordinates are not finite numbers."),
    OUT_OF_RANGE: _("The coordinates are out of range: longitude from −180 to 180, latitude from −90 to 90."),
    SWAPPED: _("Longitude and latitude seem swapped; longitude comes first."),
    EMPTY: _("The shape is empty."),
    INVALID: _("The shape crosses or touches itself; draw it again."),
    DATUM: _("Coordinates must be longitude and latitude in WGS-84 or CGCS2000."),
}


def coordinate_fault(lon: float, lat: float, *, within: Bounds | None = None) -> str | None:
    """Return what is wrong with a point in degrees: ``NOT_FINITE``, ``SWAPPED``, ``OUT_OF_RANGE``, or None.

    A point is swapped if it makes sense only the other way round: its latitude is out of range and its longitude would do as
    one; or, with ``within`` given, it lies outside of it and would lie inside.
    """
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return NOT_FINITE
    if abs(lat) > MAX_LAT and abs(lat) <= MAX_LON and abs(lon) <= MAX_LAT:
        return SWAPPED
    if abs(lon) > MAX_LON or abs(lat) > MAX_LAT:
        return OUT_OF_RANGE
    if within is not None and not _inside(lon, lat, within) and _inside(lat, lon, within):
        return SWAPPED
    return None


def _inside(lon: float, lat: float, bounds: Bounds) -> bool:
    west, south, east, north = bounds
    return west <= lon <= east and south <= lat <= north


def geometry_fault(geometry: shapely.Geometry) -> str | None:
    """Return what is wrong with a shape in degrees: ``EMPTY``, a fault of any of its points, ``INVALID``, or None."""
    if shapely.is_empty(geometry):
        return EMPTY
    for lon, lat in shapely.get_coordinates(geometry).tolist():
        if fault := coordinate_fault(lon, lat):
            return fault
    return None if shapely.is_valid(geometry) else INVALID


def validate_geometry(geometry: GEOSGeometry) -> None:
    """Raise :class:`ValidationError` unless ``geometry`` can be stored; fit as validator of form and serializer fields."""
    if geometry.srid is not None and geometry.srid not in GEOGRAPHIC_SRIDS:
        raise ValidationError(_SENTENCES[DATUM], code=DATUM)
    fault = EMPTY if geometry.empty else geometry_fault(shapely.from_wkb(bytes(geometry.wkb)))
    if fault is not None:
        raise ValidationError(_SENTENCES[fault], code=fault)
