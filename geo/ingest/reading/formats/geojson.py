"""GeoJSON: strict, shallow, and no link in it is followed."""

import json
import re
from pathlib import Path
from typing import Any

import shapely
from shapely.errors import ShapelyError

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.encodings import decode
from geo.ingest.reading.headers import check_width
from geo.ingest.reading.model import Cells, FileFacts, Limits, ReadOptions
from geo.ingest.reading.shares import telling
from geo.ingest.reading.texts import clean, json_text, number_text

_EPSG = re.compile(r"EPSG:+(\d{4,6})$", re.IGNORECASE)
_SHOWN = 60
_LONG_NUMBER = 16


class Number(str):
    """A number as it is written in the file: told from a text, and as long as there."""

    __slots__ = ()


class NoNumber(Number):
    """NaN or Infinity, which some programs write and JSON does not know."""

    __slots__ = ()


def read(path: Path, options: ReadOptions, limits: Limits, _folder: Path) -> tuple[Cells, FileFacts]:
    """Read a feature collection or a single feature; numbers keep the text they have in the file."""
    try:
        return _read(path, options, limits)
    except RecursionError as error:
        raise InputError(Problem(code="json.too_deep")) from error


def _read(path: Path, options: ReadOptions, limits: Limits) -> tuple[Cells, FileFacts]:
    text, encoding, guessed = decode(path.read_bytes(), options.encoding)
    document = _document(text)
    features = _features(document)
    if len(features) > limits.rows:
        raise InputError(Problem(code="table.too_many_rows", value=f"{limits.rows:,}"))
    names = _names(features, limits)
    cells = Cells(header=[clean(name) for name in names], rows=[], numbers=[], shapes=[])
    for number, feature in enumerate(telling(features, 0.35, 0.75), start=1):
        _add(cells, number, feature, names)
    notes = (Problem(code="note.encoding_guessed", value=encoding),) if guessed else ()
    crs = _declared(document.get("crs"))
    return cells, FileFacts(format="geojson", encoding=encoding, header_row=0, declared_crs=crs, notes=notes)


def _document(text: str) -> Any:
    try:
        return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=NoNumber)
    except ValueError as error:
        raise InputError(Problem(code="file.damaged", value=str(error)[:100])) from error


def _features(document: Any) -> list[Any]:
    if isinstance(document, dict):
        if document.get("type") == "Feature":
            return [document]
        if isinstance(features := document.get("features"), list):
            return features
    raise InputError(Problem(code="file.not_what_it_says", value="GeoJSON (FeatureCollection)"))


def _declared(crs: Any) -> str:
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        return ""
    match = _EPSG.search(name)
    return f"epsg:{match[1]}" if match else "wgs84" if name.upper().endswith("CRS84") else ""


def _names(features: list[Any], limits: Limits) -> list[str]:
    """Return the names of all properties in the order of their first use."""
    names: dict[str, None] = {}
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if isinstance(properties, dict):
            names.update(dict.fromkeys(properties))
            check_width(len(names), limits)
    return list(names)


def _add(cells: Cells, number: int, feature: Any, names: list[str]) -> None:
    """Add a feature as a row; one that is none is a problem, a shape that is none leaves the row without it."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        cells.problems.append(Problem(code="file.not_what_it_says", row=number, value="Feature"))
        return
    properties = feature.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    cells.rows.append([_text(properties.get(name)) for name in names])
    cells.numbers.append(number)
    for name, value in properties.items():
        if isinstance(value, NoNumber):
            cells.problems.append(Problem(code="table.cell_error", row=number, field=clean(name), value=value))
    shape = _shape(feature.get("geometry"))
    if shape is None and feature.get("geometry") is not None:
        value = json.dumps(feature["geometry"], ensure_ascii=False)[:_SHOWN]
        cells.problems.append(Problem(code="shape.broken", row=number, field="geometry", value=clean(value)))
    assert cells.shapes is not None
    cells.shapes.append(shape)


def _text(value: Any) -> str:
    if isinstance(value, NoNumber):
        return ""
    if isinstance(value, Number):
        return number_text(float(value)) if len(value) > _LONG_NUMBER and "." in value else str(value)
    return json_text(_plain(value) if isinstance(value, list | dict) else value)


def _plain(value: Any) -> Any:
    """Return nested values with numbers that JSON writes as numbers."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return json.loads(value) if isinstance(value, Number) and not isinstance(value, NoNumber) else value


def _shape(geometry: Any) -> bytes | None:
    """Return the WKB of a geometry whose coordinates are finite numbers; None for anything else."""
    try:
        made = shapely.from_geojson(json.dumps(_geometry(geometry), allow_nan=False))
    except (KeyError, TypeError, ValueError, RecursionError, ShapelyError):
        return None
    return None if made.is_empty else bytes(shapely.to_wkb(made))


def _geometry(geometry: Any) -> dict[str, Any]:
    if geometry["type"] == "GeometryCollection":
        return {"type": geometry["type"], "geometries": [_geometry(each) for each in geometry["geometries"]]}
    return {"type": geometry["type"], "coordinates": _numbers(geometry["coordinates"])}


def _numbers(part: Any) -> Any:
    if isinstance(part, list):
        return [_numbers(each) for each in part]
    if not isinstance(part, Number):
        raise TypeError(part)
    return float(part)
