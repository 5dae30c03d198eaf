"""GeoJSON of a layer: features, and beside them what the layer was made from."""

from collections.abc import Iterable, Mapping
from typing import Any

Feature = dict[str, Any]

LON_LAT_DECIMALS = 6  # 0.1 m


def point(lon: float, lat: float) -> dict[str, Any]:
    """Return a GeoJSON point."""
    return {"type": "Point", "coordinates": [round(lon, LON_LAT_DECIMALS), round(lat, LON_LAT_DECIMALS)]}


def feature(key: str | int, geometry: Any, properties: Mapping[str, Any]) -> Feature:
    """Return a GeoJSON feature."""
    return {"type": "Feature", "id": key, "geometry": geometry, "properties": dict(properties)}


def collection(features: Iterable[Feature], meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return a feature collection; ``meta`` says which run, plan and sources it comes from."""
    return {"type": "FeatureCollection", "meta": dict(meta), "features": list(features)}
