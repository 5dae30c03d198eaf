"""KML: placemarks with their names, data and shapes; broken coordinates stay broken instead of becoming (0, 0)."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import shapely
from shapely.errors import ShapelyError

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.model import Cells, FileFacts, Limits, ReadOptions

_MIN_RING = 4
_ABSURD = 1e9


def read(path: Path, _options: ReadOptions, limits: Limits, _folder: Path) -> tuple[Cells, FileFacts]:
    """Read the placemarks of a KML file; a DTD or an entity in it is refused."""
    data = path.read_bytes()
    lowered = data.lower()
    if b"<!doctype" in lowered or b"<!entity" in lowered or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(Problem(code="xml.entities"))
    try:
        root = ET.fromstring(data)  # noqa: S314  entities and DTDs were refused above
    except ET.ParseError as error:
        raise InputError(Problem(code="file.damaged", value=str(error)[:100])) from error
    if _tag(root) != "kml":
        raise InputError(Problem(code="file.not_what_it_says", value="KML"))
    marks = [element for element in root.iter() if _tag(element) == "Placemark"]
    if len(marks) > limits.rows:
        raise InputError(Problem(code="table.too_many_rows", value=f"{limits.rows:,}"))
    values = [_values(mark) for mark in marks]
    names = list(dict.fromkeys(name for each in values for name in each))
    cells = Cells(header=names, rows=[], numbers=[], shapes=[])
    assert cells.shapes is not None
    for number, (mark, each) in enumerate(zip(marks, values, strict=True), start=1):
        shape, broken = _shape(mark)
        if broken:
            cells.problems.append(Problem(code="shape.broken", row=number, field="coordinates", value=broken[:60]))
        cells.rows.append([each.get(name, "") for name in names])
        cells.numbers.append(number)
        cells.shapes.append(shape)
    return cells, FileFacts(format="kml", encoding="utf-8", header_row=0, declared_crs="wgs84")


def _tag(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _values(mark: ET.Element) -> dict[str, str]:
    """Return name, description and the extended data of a placemark."""
    found = {_tag(child): (child.text or "").strip() for child in mark if _tag(child) in ("name", "description", "address")}
    for element in mark.iter():
        if _tag(element) == "SimpleData":
            found[element.get("name", "")] = (element.text or "").strip()
        elif _tag(element) == "Data":
            value = next((child.text or "" for child in element if _tag(child) == "value"), "")
            found[element.get("name", "")] = value.strip()
    return {name: text for name, text in found.items() if name}


def _shape(mark: ET.Element) -> tuple[bytes | None, str]:
    """Return the WKB of the first shape of a placemark, or the text that is no shape."""
    for element in mark.iter():
        kind = _tag(element)
        if kind not in ("Point", "LineString", "Polygon"):
            continue
        texts = [(part.text or "").strip() for part in element.iter() if _tag(part) == "coordinates"]
        try:
            rings = [list(_pairs(text)) for text in texts]
            made = _made(kind, rings)
        except (ValueError, ShapelyError, IndexError):
            return None, " ".join(texts) or kind
        return bytes(shapely.to_wkb(made)), ""
    return None, ""


def _pairs(text: str) -> Iterator[tuple[float, float]]:
    for part in text.split():
        lon, lat, *_height = (float(number) for number in part.split(","))
        if not (abs(lon) < _ABSURD and abs(lat) < _ABSURD):
            raise ValueError(part)
        yield lon, lat


def _made(kind: str, rings: list[list[tuple[float, float]]]) -> shapely.Geometry:
    if kind == "Point":
        (only,) = rings[0]
        return shapely.Point(only)
    if kind == "LineString":
        return shapely.LineString(rings[0])
    if len(rings[0]) < _MIN_RING:
        raise ValueError(kind)
    return shapely.Polygon(rings[0], rings[1:])
