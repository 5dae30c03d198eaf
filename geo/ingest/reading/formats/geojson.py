"""GeoJSON: strict, shallow, and no link in it is followed."""

import json
import re
from pathlib import Path
from typing import Any

import shapely
from shapely.errors import ShapelyError

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.model import Cells, FileFacts, Limits, ReadOptions

_EPSG = re.compile(r"EPSG:+(\d{4,6})$", re.IGNORECASE)


def read(path: Path, _options: ReadOptions, limits: Limits, _folder: Path) -> tuple[Cells, FileFacts]:
    """Read a feature collection; numbers keep the text they have in the file."""
    document = _document(path)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise InputError(Problem(code="file.not_what_it_says", value="GeoJSON (FeatureCollection)"))
    if len(features) > limits.rows:
        raise InputError(Problem(code="table.too_many_rows", value=f"{limits.rows:,}"))
    names = _names(features)
    cells = Cells(header=names, rows=[], numbers=[], shapes=[])
    for number, feature in enumerate(features, start=1):
        _add(cells, number, feature, names)
    crs = _declared(document.get("crs"))
    return cells, FileFacts(format="geojson", encoding="utf-8", header_row=0, declared_crs=crs)


def _document(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"), parse_int=str, parse_float=str, parse_constant=str)
    except UnicodeDecodeError as error:
        raise InputError(Problem(code="encoding.broken", value="utf-8")) from error
    except (json.JSONDecodeError, RecursionError, ValueError) as error:
        raise InputError(Problem(code="file.damaged", value=str(error)[:100])) from error


def _declared(crs: Any) -> str:
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        return ""
    match = _EPSG.search(name)
    return f"epsg:{match[1]}" if match else "wgs84" if name.upper().endswith("CRS84") else ""


def _names(features: list[Any]) -> list[str]:
    found = (f.get("properties") for f in features if isinstance(f, dict))
    return list(dict.fromkeys(name for properties in found if isinstance(properties, dict) for name in properties))


def _add(cells: Cells, number: int, feature: Any, names: list[str]) -> None:
    """Add a feature as a row; one that is none is a problem, a shape that is none leaves the row without it."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        cells.problems.append(Problem(code="file.not_what_it_says", row=number, value="Feature"))
        return
    properties = feature.get("properties") or {}
    shape = None
    if feature.get("geometry") is not None:
        shape = _shape(feature["geometry"])
        if shape is None:
            value = json.dumps(feature["geometry"], ensure_ascii=False)[:60]
            cells.problems.append(Problem(code="shape.broken", row=number, field="geometry", value=value))
    cells.rows.append([_text(properties.get(name)) for name in names])
    cells.numbers.append(number)
    assert cells.shapes is not None
    cells.shapes.append(shape)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shape(geometry: Any) -> bytes | None:
    """Return the WKB of a geometry whose numbers are finite; None for anything else."""
    try:
        numbers = _numbers(geometry["coordinates"])
        made = shapely.from_geojson(json.dumps({"type": geometry["type"], "coordinates": numbers}, allow_nan=False))
    except (KeyError, TypeError, ValueError, RecursionError, ShapelyError):
        return None
    return None if made.is_empty else bytes(shapely.to_wkb(shapely.force_2d(made)))


def _numbers(part: Any) -> Any:
    return [_numbers(each) for each in part] if isinstance(part, list) else float(part)
