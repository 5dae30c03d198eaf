"""KML and KMZ: placemarks with their names, data and shapes; broken coordinates stay broken instead of becoming (0, 0)."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely
from shapely.errors import ShapelyError

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.archive import check_archive, unpack
from geo.ingest.reading.encodings import decode
from geo.ingest.reading.headers import check_width
from geo.ingest.reading.model import Cells, FileFacts, Limits, ReadOptions

_MIN_RING = 4
_ABSURD = 1e9
_SHAPES = ("Point", "LineString", "Polygon")
_MULTI = {0: shapely.multipoints, 1: shapely.multilinestrings, 3: shapely.multipolygons}
"""What several shapes of a kind make, by the number that GEOS gives the kind."""
_DECLARED = re.compile(r"""<\?xml[^>]{0,200}?encoding=["']([A-Za-z0-9_-]{1,20})["']""")
_XML_HEAD = re.compile(r"^\s*<\?xml[^>]*\?>")


def read(path: Path, options: ReadOptions, limits: Limits, folder: Path) -> tuple[Cells, FileFacts]:
    """Read the placemarks of a KML file, or of the one in a KMZ; a DTD or an entity in it is refused."""
    text, encoding = _text_of(_inner(path, limits, folder), options)
    lowered = text.lower()
    if "<!doctype" in lowered or "<!entity" in lowered:
        raise InputError(Problem(code="xml.entities"))
    try:
        root = ET.fromstring(_XML_HEAD.sub("", text))  # noqa: S314  entities and DTDs were refused above
    except ET.ParseError as error:
        raise InputError(Problem(code="file.damaged", value=str(error)[:100])) from error
    if _tag(root) != "kml":
        raise InputError(Problem(code="file.not_what_it_says", value="KML"))
    marks = list(_placemarks(root))
    if len(marks) > limits.rows:
        raise InputError(Problem(code="table.too_many_rows", value=f"{limits.rows:,}"))
    return _cells(marks, limits), FileFacts(format="kml", encoding=encoding, header_row=0, declared_crs="wgs84")


def _inner(path: Path, limits: Limits, folder: Path) -> bytes:
    """Return the KML itself; in a KMZ it is doc.kml, or the first of its kind."""
    if path.suffix.lower() != ".kmz":
        return path.read_bytes()
    if path.open("rb").read(4) != b"PK\x03\x04":
        raise InputError(Problem(code="file.not_what_it_says", value="KMZ"))
    inside = [entry for entry in check_archive(path, limits) if entry.filename.lower().endswith(".kml")]
    if not inside:
        raise InputError(Problem(code="xml.no_kml"))
    chosen = min(inside, key=lambda entry: (entry.filename.lower() != "doc.kml", entry.filename))
    unpack(path, chosen, folder / "doc.kml", limits)
    return (folder / "doc.kml").read_bytes()


def _text_of(data: bytes, options: ReadOptions) -> tuple[str, str]:
    """Return the text and its encoding: that of its mark, that it declares, or what it is.

    Once it is text, nothing that is declared in it can hide anything from the search for entities.
    """
    declared = _DECLARED.match(data[:300].decode("ascii", "ignore").lstrip())
    asked = options.encoding or (declared[1] if declared and not declared[1].lower().startswith("utf") else None)
    text, encoding, _ = decode(data, asked)
    if "\0" in text:
        raise InputError(Problem(code="file.not_what_it_says", value="KML"))
    return text, encoding


def _placemarks(root: ET.Element) -> Iterator[ET.Element]:
    """Yield the placemarks; one inside another is no KML and belongs to the outer one."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if _tag(element) == "Placemark":
            yield element
        else:
            waiting.extend(reversed(element))


def _cells(marks: list[ET.Element], limits: Limits) -> Cells:
    values = [_values(mark) for mark in marks]
    names = list(dict.fromkeys(name for each in values for name in each))
    check_width(len(names), limits)
    cells = Cells(header=names, rows=[], numbers=[], shapes=[])
    assert cells.shapes is not None
    for number, (mark, each) in enumerate(zip(marks, values, strict=True), start=1):
        shape, broken = _shape(mark)
        if broken is not None:
            cells.problems.append(Problem(code="shape.broken", row=number, field="coordinates", value=broken[:60]))
        cells.rows.append([each.get(name, "") for name in names])
        cells.numbers.append(number)
        cells.shapes.append(shape)
    return cells


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


def _shape(mark: ET.Element) -> tuple[bytes | None, str | None]:
    """Return the WKB of the shape of a placemark, of several a collection; or the text that is no shape."""
    parts: list[shapely.Geometry] = []
    for element in mark.iter():
        kind = _tag(element)
        if kind not in _SHAPES:
            continue
        texts = [(part.text or "").strip() for part in element.iter() if _tag(part) == "coordinates"]
        try:
            parts.append(_made(kind, [list(_pairs(text)) for text in texts]))
        except (ValueError, ShapelyError, IndexError):
            return None, " ".join(texts) or kind
    if not parts:
        return None, None
    return bytes(shapely.to_wkb(_joined(parts))), None


def _joined(parts: list[shapely.Geometry]) -> shapely.Geometry:
    """Return one shape as it is, several of a kind as a multi-shape, others as a collection."""
    if len(parts) == 1:
        return parts[0]
    ids = {int(shapely.get_type_id(part)) for part in parts}
    join: Any = _MULTI[ids.pop()] if len(ids) == 1 else shapely.geometrycollections
    joined: shapely.Geometry = join(parts)
    return joined


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
