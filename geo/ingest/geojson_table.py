"""GeoJSON, read strictly as a table: one row a feature, ``lon`` and ``lat`` from its geometry."""

import json
from pathlib import Path
from typing import Any

import shapely
from shapely.errors import ShapelyError

from geo.engine.errors import InputError, Problem, register_messages
from geo.ingest.tables import MAX_FIELD_CHARACTERS, MAX_PROBLEMS_KEPT, Columns, Row, Table, column_problems
from geo.validation import geometry_fault

LON, LAT = "lon", "lat"
_GEOGRAPHIC_NAMES = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4490", "EPSG:4490")

register_messages(
    {
        "json.broken": ("不是有效的 JSON：{value}。", "this is no valid JSON: {value}."),
        "json.too_deep": ("JSON 嵌套过深，已拒绝。", "the JSON is nested too deeply; refused."),
        "geojson.not_a_collection": (
            "不是 GeoJSON 要素集（FeatureCollection）。",
            "this is no GeoJSON FeatureCollection.",
        ),
        "geojson.crs": (
            "坐标系“{value}”不支持；请用 WGS-84 或 CGCS2000 经纬度。",
            "the coordinate system “{value}” is not read; use longitude and latitude in WGS-84 or CGCS2000.",
        ),
        "geojson.no_features": ("没有任何要素。", "there is no feature."),
        "geojson.not_a_feature": ("这不是 GeoJSON 要素。", "this is no GeoJSON feature."),
        "geojson.geometry": (
            "几何“{value}”不能用；须为点，或不自相交的面。",
            "the geometry “{value}” cannot be used; it must be a point, or a polygon that does not cross itself.",
        ),
        "geojson.value": ("属性值须为文字或数，不能是“{value}”。", "a property must be text or a number, not “{value}”."),
    }
)


def read_geojson(path: Path, columns: Columns) -> Table:
    """Return the features as rows, numbered from 1; numbers keep the text they have in the file.

    A point gives ``lon`` and ``lat``, a polygon those of its centroid, no geometry leaves them empty. Raises
    :class:`InputError` if the file as a whole cannot be read; faults of features are among the table's problems.
    """
    features = _features(path)
    names = dict.fromkeys(name for feature in features if _is_feature(feature) for name in feature["properties"] or {})
    present = tuple(dict.fromkeys([*names, LON, LAT]))
    if faults := column_problems(path.name, present, columns):
        raise InputError(faults)
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, feature in enumerate(features, start=1):
        row, faults = _row(path.name, number, feature, present)
        problems += faults
        if row is not None:
            rows.append(row)
        if len(problems) >= MAX_PROBLEMS_KEPT:
            raise InputError(problems)
    return Table(file=path.name, columns=present, rows=rows, problems=tuple(problems))


def _features(path: Path) -> list[Any]:
    document = _document(path)
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        raise InputError(Problem(code="geojson.not_a_collection", file=path.name))
    crs = document.get("crs")
    if crs is not None and not _is_geographic(crs):
        raise InputError(Problem(code="geojson.crs", file=path.name, value=json.dumps(crs, ensure_ascii=False)[:80]))
    if not document["features"]:
        raise InputError(Problem(code="geojson.no_features", file=path.name))
    return list(document["features"])


def _document(path: Path) -> Any:
    """Parse with numbers left as text: fields of all forms are then judged alike."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_int=str, parse_float=str, parse_constant=str)
    except UnicodeDecodeError as error:
        raise InputError(Problem(code="csv.encoding", file=path.name, value=str(error.start + 1))) from error
    except json.JSONDecodeError as error:
        raise InputError(Problem(code="json.broken", file=path.name, row=error.lineno, value=error.msg)) from error
    except RecursionError as error:
        raise InputError(Problem(code="json.too_deep", file=path.name)) from error


def _is_geographic(crs: Any) -> bool:
    """Return whether a ``crs`` member names longitude and latitude; links are never followed."""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return isinstance(name, str) and name.upper().endswith(_GEOGRAPHIC_NAMES)


def _is_feature(feature: Any) -> bool:
    return (
        isinstance(feature, dict)
        and feature.get("type") == "Feature"
        and isinstance(feature.get("properties"), dict | None)
        and isinstance(feature.get("geometry"), dict | None)
    )


def _row(file: str, number: int, feature: Any, names: tuple[str, ...]) -> tuple[Row | None, list[Problem]]:
    if not _is_feature(feature):
        return None, [Problem(code="geojson.not_a_feature", file=file, row=number)]
    properties = feature["properties"] or {}
    problems = [
        Problem(code="geojson.value", file=file, row=number, field=name, value=str(value)[:40])
        for name, value in properties.items()
        if isinstance(value, dict | list) or len(str(value)) > MAX_FIELD_CHARACTERS
    ]
    location = _lon_lat(feature["geometry"])
    if location is None:
        kind = str(feature["geometry"].get("type"))
        problems.append(Problem(code="geojson.geometry", file=file, row=number, field="geometry", value=kind))
    if location is None or problems:
        return None, problems
    values = {name: _text(properties.get(name)) for name in names}
    if location != ("", "") or not (values[LON] or values[LAT]):
        values[LON], values[LAT] = location
    return Row(number=number, values=values), []


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _lon_lat(geometry: dict[str, Any] | None) -> tuple[str, str] | None:
    """Return the place of a geometry as text; empty without a geometry; None if it cannot be used."""
    if geometry is None:
        return "", ""
    coordinates = geometry.get("coordinates")
    if geometry.get("type") == "Point":
        is_pair = isinstance(coordinates, list) and len(coordinates) in (2, 3) and all(isinstance(c, str) for c in coordinates)
        return (coordinates[0], coordinates[1]) if is_pair else None  # type: ignore[index]
    return _centroid(geometry) if geometry.get("type") in ("Polygon", "MultiPolygon") else None


def _centroid(geometry: dict[str, Any]) -> tuple[str, str] | None:
    try:
        shape = shapely.from_geojson(json.dumps(_numbers(geometry)))
    except (ShapelyError, ValueError, TypeError):
        return None
    if geometry_fault(shape) is not None:
        return None
    return repr(float(shape.centroid.x)), repr(float(shape.centroid.y))


def _numbers(geometry: dict[str, Any]) -> dict[str, Any]:
    """Return the geometry with its coordinates as numbers again."""

    def number(value: Any) -> Any:
        return [number(item) for item in value] if isinstance(value, list) else float(value)

    return {"type": geometry["type"], "coordinates": number(geometry["coordinates"])}
