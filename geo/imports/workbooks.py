"""Workbooks that go out: the planner's own with marks, made in the child process, or a plain one of the table as read."""

import json
import tempfile
from pathlib import Path
from typing import Any

import xlsxwriter

from geo.engine.errors import InputError
from geo.imports.folders import source_path
from geo.imports.marked import MAX_CELL_CHARACTERS, Marked, is_number
from geo.imports.templates import plain
from geo.ingest.marking.work import MARKS
from geo.ingest.reading import Limits, run_in_child
from geo.models import ImportBatch


def write_workbook(path: Path, marked: Marked, batch: ImportBatch) -> None:
    """Write the workbook as it came, with the marks; a plain one where that cannot be (XLS, macros, a damaged part)."""
    source = source_path(batch)
    if source.suffix != ".xlsx" or not batch.facts.get("sheet"):
        _write_plain(path, marked)
        return
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix="marked-") as folder:
            _write_marked(path, source, marked, batch, Path(folder))
    except InputError:  # the file was read, so the planner gets the rows at least
        _write_plain(path, marked)


def _write_marked(path: Path, source: Path, marked: Marked, batch: ImportBatch, folder: Path) -> None:
    header_row, column = int(batch.facts["header_row"]), len(marked.columns)
    rows: dict[int, tuple[str, list[int]]] = {
        row: (plain(said), sorted(marked.faulty.get(row, ()))) for row, said in marked.said.items()
    }
    rows[header_row] = (marked.header, [])
    (folder / MARKS).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    arguments = {"sheet": batch.facts["sheet"], "column": column, "header_row": header_row}
    done = run_in_child("marks", source, arguments, folder, limits=Limits())
    (folder / done["file"]).replace(path)


def _write_plain(path: Path, marked: Marked) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        bad = book.add_format({"bg_color": "#f8d0cc"})
        told = book.add_format({"font_color": "#b3261e"})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(len(marked.columns), len(marked.columns), 80)
        for column, name in enumerate([*marked.columns, marked.header]):
            sheet.write_string(0, column, name, bold)
        for line, (number, cells) in enumerate(marked.rows(), start=1):
            faulty = marked.faulty.get(number, frozenset())
            for column, cell in enumerate(cells[:-1]):
                write_cell(sheet, line, column, cell, bad if column in faulty else None)
            if cells[-1]:
                sheet.write_string(line, len(marked.columns), cells[-1], told)


def write_cell(sheet: Any, row: int, column: int, text: str, form: Any = None) -> None:
    """Write a number as number where it comes back as the same text, everything else as text that is never computed."""
    if as_number(text) is not None:
        sheet.write_number(row, column, as_number(text), form)
    elif text:
        sheet.write_string(row, column, plain(text)[:MAX_CELL_CHARACTERS], form)
    elif form is not None:
        sheet.write_blank(row, column, None, form)


def as_number(text: str) -> float | int | None:
    """Return the number that a spreadsheet shows as ``text``; None if there is none (leading zeros, too many digits)."""
    if not is_number(text):
        return None
    value = float(text)
    shown = f"{value:.16G}"
    whole = str(int(value)) if value.is_integer() and abs(value) < 1e15 else None  # noqa: PLR2004  digits a spreadsheet keeps
    return value if text in {whole, shown if "E" not in shown else None} else None
