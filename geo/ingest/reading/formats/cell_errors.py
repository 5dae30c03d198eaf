"""Cells of an XLSX that hold an error: the reader of values returns them as blank, and a blank may be what is wanted."""

import html
import re
import zipfile
from pathlib import Path, PurePosixPath

_BLOCK, _OVERLAP = 1 << 20, 1 << 16
_MAX_PART_BYTES = 10_000_000
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ELEMENT = re.compile(r"<(?:\w+:)?(sheet|Relationship)\s([^>]*)>")
_CELL = re.compile(
    rb"""<(?:\w+:)?c\s([^>]{0,200}?\bt=["']e["'][^>]{0,200})>(?:(?!</(?:\w+:)?c>).){0,9000}?<(?:\w+:)?v>([^<]{1,20})<""", re.S
)
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_LETTERS = 26


def error_cells(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    """Return (row, column), both counted from 0, → error as shown (#REF!) of a sheet of an XLSX file."""
    with zipfile.ZipFile(path) as archive:
        part = part_of_sheet(archive, sheet)
        if part is None:
            return {}
        found: dict[tuple[int, int], str] = {}
        with archive.open(part) as file:
            kept = b""
            while block := file.read(_BLOCK):
                text = kept + block
                if b't="e"' in text or b"t='e'" in text:
                    found |= dict(_errors(text))
                kept = text[-_OVERLAP:]
        return found


def _errors(text: bytes) -> list[tuple[tuple[int, int], str]]:
    found = []
    for match in _CELL.finditer(text):
        if place := _PLACE.search(match[1]):
            column = 0
            for letter in place[1]:
                column = column * _LETTERS + letter - ord("A") + 1
            found.append(((int(place[2]) - 1, column - 1), match[2].decode("utf-8", "replace")))
    return found


def part_of_sheet(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the name of the part that holds a sheet: the workbook names its relation, and that the part."""
    relation = next((each.get("r:id") for each in _elements(archive, "xl/workbook.xml") if each.get("name") == sheet), None)
    for each in _elements(archive, "xl/_rels/workbook.xml.rels"):
        if relation is not None and each.get("Id") == relation:
            target = each.get("Target", "")
            part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            return part if part in archive.namelist() else None
    return None


def _elements(archive: zipfile.ZipFile, part: str) -> list[dict[str, str]]:
    if part not in archive.namelist() or archive.getinfo(part).file_size > _MAX_PART_BYTES:
        return []
    text = archive.read(part).decode("utf-8", "replace")
    return [
        {name: html.unescape(double or single) for name, double, single in _ATTRIBUTE.findall(match[2])}
        for match in _ELEMENT.finditer(text)
    ]
