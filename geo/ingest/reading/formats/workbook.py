"""XLSX and XLS by calamine: values only, no formula is computed and no link followed."""

import datetime as dt
from pathlib import Path
from typing import Any

import python_calamine

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.archive import check_archive
from geo.ingest.reading.headers import find_header, is_unit_row
from geo.ingest.reading.model import Cells, FileFacts, Limits, ReadOptions

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_EXACT = 1e15
"""Whole numbers below this are exact as floats."""

EXPLAINING = frozenset({"说明", "可用值", "notes", "allowed values"})
"""Sheets of the templates that hold no rows."""

_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})


def read(path: Path, options: ReadOptions, limits: Limits, _folder: Path) -> tuple[Cells, FileFacts]:
    """Read one sheet: that asked for, else the one with the most cells that does not explain the others."""
    start = path.open("rb").read(4)
    if start == _ZIP:
        check_archive(path, limits)
    elif start != _OLE:
        raise InputError(Problem(code="file.not_what_it_says", value="Excel"))
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        names = list(book.sheet_names)
        name, sheet = _sheet(book, names, options)
        rows = sheet.to_python(skip_empty_area=False, nrows=limits.rows + 1)
        above = 0
    except (python_calamine.CalamineError, OSError) as error:
        raise InputError(Problem(code="file.damaged", value=str(error)[:120])) from error
    if len(rows) > limits.rows:
        raise InputError(Problem(code="table.too_many_rows", value=f"{limits.rows:,}"))
    cells, header_row, notes = _cells(rows, above, options, limits)
    others = [each for each in names if each != name]
    if others:
        notes.append(Problem(code="note.other_sheets", value="、".join(others)[:200]))
    return cells, FileFacts(format="xlsx", sheet=name, sheets=tuple(names), header_row=header_row, notes=tuple(notes))


def _sheet(book: Any, names: list[str], options: ReadOptions) -> tuple[str, Any]:
    if options.sheet is not None and options.sheet not in names:
        known = ", ".join(names)
        raise InputError(Problem(code="sheet.unknown", value=options.sheet[:60], details={"known": known[:200]}))
    if options.sheet is not None:
        return options.sheet, book.get_sheet_by_name(options.sheet)
    if not names:
        raise InputError(Problem(code="table.no_rows"))
    sheets = [(name, book.get_sheet_by_name(name)) for name in [n for n in names if n not in EXPLAINING] or names]
    return max(sheets, key=lambda each: each[1].height * each[1].width)


def _cells(rows: list[list[Any]], above: int, options: ReadOptions, limits: Limits) -> tuple[Cells, int, list[Problem]]:
    numbered = [(above + i + 1, [_text(value) for value in row]) for i, row in enumerate(rows)]
    filled = [(number, row) for number, row in numbered if any(row)]
    if not filled:
        raise InputError(Problem(code="table.no_rows"))
    numbers, texts = [number for number, _ in filled], [row for _, row in filled]
    at = numbers.index(options.header_row) if options.header_row in numbers else find_header(texts)
    width = max(i for row in texts[at:] for i, text in enumerate(row) if text) + 1
    if width > limits.columns:
        raise InputError(Problem(code="table.too_many_columns", value=str(width), details={"limit": limits.columns}))
    notes = [Problem(code="note.header_row", value=str(numbers[at]))] if at else []
    cells = Cells(header=texts[at][:width], rows=[], numbers=[])
    for position in range(at + 1, len(texts)):
        row = texts[position][:width]
        if position == at + 1 and is_unit_row(row):
            notes.append(Problem(code="note.unit_row", value=str(numbers[position])))
            continue
        _note_errors(row, numbers[position], cells)
        cells.rows.append(row)
        cells.numbers.append(numbers[position])
    return cells, numbers[at], notes


def _note_errors(row: list[str], number: int, cells: Cells) -> None:
    for i, text in enumerate(row):
        if text[:1] == "#" and text in _ERRORS:
            cells.problems.append(Problem(code="table.cell_error", row=number, field=cells.header[i], value=text))


def _text(value: Any) -> str:
    """Return a cell as a person sees it: whole numbers without a point, days without a midnight."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.time):
        return value.strftime("%H:%M") if not value.second else value.isoformat()
    return str(value)
