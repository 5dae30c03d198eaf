"""XLSX and XLS by calamine: values only, no formula is computed and no link followed."""

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import python_calamine

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.archive import check_archive
from geo.ingest.reading.formats.cell_errors import error_cells
from geo.ingest.reading.formats.merged import Merges, header_names
from geo.ingest.reading.headers import check_width, header_position, is_unit_row
from geo.ingest.reading.model import Cells, FileFacts, Limits, ReadOptions
from geo.ingest.reading.shares import telling
from geo.ingest.reading.texts import number_text

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SECONDS_PER_MINUTE, _MINUTES_PER_HOUR = 60, 60

EXPLAINING = frozenset({"说明", "可用值", "notes", "allowed values"})
"""Sheets of the templates that hold no rows."""

_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
Errors = dict[tuple[int, int], str]


def read(path: Path, options: ReadOptions, limits: Limits, _folder: Path) -> tuple[Cells, FileFacts]:
    """Read one sheet: that asked for, else the one with the most filled cells that does not explain the others."""
    is_zip = path.suffix.lower() != ".xls"
    _check_content(path, limits, is_zip=is_zip)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        names = list(book.sheet_names)
        name, rows, merges = _sheet(book, names, options, limits)
        errors = error_cells(path, name) if is_zip else {}
    except (python_calamine.CalamineError, OSError, zipfile.BadZipFile) as error:
        raise InputError(Problem(code="file.damaged", value=str(error)[:120])) from error
    if len(rows) > limits.rows:
        raise InputError(Problem(code="table.too_many_rows", value=f"{limits.rows:,}"))
    cells, header_row, notes = _cells(
        [[_text(value) for value in row] for row in telling(rows, 0.45, 0.7)], merges, errors, options, limits
    )
    others = [each for each in names if each != name]
    if others:
        notes.append(Problem(code="note.other_sheets", value="、".join(others)[:200]))
    return cells, FileFacts(format="xlsx", sheet=name, sheets=tuple(names), header_row=header_row, notes=tuple(notes))


def _check_content(path: Path, limits: Limits, *, is_zip: bool) -> None:
    """Raise :class:`InputError` unless the content is that of the name's ending, and not locked by a password."""
    with path.open("rb") as file:
        start = file.read(4)
        if start == _OLE and _ENCRYPTED in file.read():
            raise InputError(Problem(code="file.encrypted"))
    if start != (_ZIP if is_zip else _OLE):
        raise InputError(Problem(code="file.not_what_it_says", value="Excel"))
    if is_zip and not any(entry.filename == "xl/workbook.xml" for entry in check_archive(path, limits)):
        raise InputError(Problem(code="file.not_what_it_says", value="Excel"))


def _sheet(book: Any, names: list[str], options: ReadOptions, limits: Limits) -> tuple[str, list[list[Any]], Merges]:
    """Return the name, the rows and the merged cells of the sheet to read."""
    if options.sheet is not None and options.sheet not in names:
        known = ", ".join(names)
        raise InputError(Problem(code="sheet.unknown", value=options.sheet[:60], details={"known": known[:200]}))
    hidden = {each.name for each in book.sheets_metadata if each.visible != python_calamine.SheetVisibleEnum.Visible}
    shown = [name for name in names if name not in hidden] or names
    asked = [options.sheet] if options.sheet is not None else [name for name in shown if name not in EXPLAINING] or shown
    most = -1
    best: tuple[str, list[list[Any]], Merges] = ("", [], Merges(ranges=()))
    for name in asked:
        sheet = book.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=False, nrows=limits.rows + 1)
        filled = sum(1 for row in rows for value in row if value != "") if len(asked) > 1 else 0
        if filled > most:
            ranges = tuple((top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or [])
            most, best = filled, (name, rows, Merges(ranges=ranges))
    return best


def _cells(
    texts: list[list[str]], merges: Merges, errors: Errors, options: ReadOptions, limits: Limits
) -> tuple[Cells, int, list[Problem]]:
    with_errors = {row for row, _ in errors}
    filled = [i for i, row in enumerate(texts) if any(row) or i in with_errors]
    if not filled:
        raise InputError(Problem(code="table.no_rows"))
    numbers = [i + 1 for i in filled]
    header = filled[header_position([texts[i] for i in filled], numbers, options.header_row)]
    names, last = header_names(texts, header, merges)
    below = [i for i in filled if i > last]
    width = 1 + max(i for row in [names, *(texts[i] for i in below)] for i, text in enumerate(row) if text)
    check_width(width, limits)
    notes = [Problem(code="note.header_row", value=str(header + 1))] if header != filled[0] else []
    if last != header or names != texts[header]:
        notes.append(Problem(code="note.header_merged", value=str(last + 1)))
    if below and is_unit_row(texts[below[0]]):
        notes.append(Problem(code="note.unit_row", value=str(below.pop(0) + 1)))
    cells = Cells(header=names[:width], rows=[texts[i][:width] for i in below], numbers=[i + 1 for i in below])
    _note_errors(cells, errors)
    return cells, header + 1, notes


def _note_errors(cells: Cells, errors: Errors) -> None:
    """Leave the cells with errors blank, each with a problem of its row."""
    where = dict(zip(cells.numbers, cells.rows, strict=True))
    written = {
        (number - 1, i): text
        for number, row in where.items()
        for i, text in enumerate(row)
        if text[:1] == "#" and text in _ERRORS
    }
    for (row, column), error in sorted((errors | written).items()):
        if row + 1 in where and column < len(cells.header):
            where[row + 1][column] = ""
            cells.problems.append(Problem(code="table.cell_error", row=row + 1, field=cells.header[column], value=error))


def _text(value: Any) -> str:
    """Return a cell as a person sees it: whole numbers without a point, days without a midnight."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, float) else _time_text(value)


def _time_text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.time):
        return value.isoformat("seconds" if value.second else "minutes")
    return _duration(value) if isinstance(value, dt.timedelta) else str(value)


def _duration(value: dt.timedelta) -> str:
    """Return hours and minutes, seconds if there are any; hours go beyond 24, as a sheet shows them."""
    minutes, seconds = divmod(round(value.total_seconds()), _SECONDS_PER_MINUTE)
    hours, minutes = divmod(minutes, _MINUTES_PER_HOUR)
    return f"{hours}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
