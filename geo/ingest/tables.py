"""Rows of a table in a file, whatever its form: the limits, and what all forms share."""

import difflib
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from geo.engine.errors import InputError, Problem, register_messages

MAX_FILE_BYTES = 200_000_000
MAX_FIELD_CHARACTERS = 10_000
MAX_PROBLEMS_KEPT = 1_000
"""Reading stops when so many problems are found: nobody mends more at once."""

_BYTES_PER_MB = 1_000_000
_WORD = re.compile(r"[a-z0-9_]+")

register_messages(
    {
        "file.not_a_file": ("这不是文件。", "this is not a file."),
        "file.unreadable": ("没有读取这个文件的权限。", "there is no permission to read this file."),
        "file.too_large": (
            "文件有 {value} MB，超过 {limit} MB 的上限；请分成几个文件。",
            "the file has {value} MB, more than {limit} MB; split it.",
        ),
        "file.form_unknown": (
            "不认识“{value}”这种文件；可用：.csv、.geojson、.json。",
            "files of the form “{value}” are not read; known: .csv, .geojson, .json.",
        ),
        "column.missing": ("缺少必需的列。", "this column is required and missing."),
        "column.unknown": ("不认识这一列；{hint}", "this column is not known; {hint_en}"),
        "column.duplicate": ("这一列出现了不止一次。", "this column occurs more than once."),
    }
)


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns a table may have: names that must be there, names that may, and beginnings of names that may.

    What follows a beginning is a word of small letters, digits and underscores: it becomes a name in the records.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    def knows(self, name: str) -> bool:
        """Return whether a table may have a column ``name``."""
        if name in self.required + self.optional:
            return True
        return any(name.startswith(prefix) and _WORD.fullmatch(name[len(prefix) :]) is not None for prefix in self.prefixes)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row: its number as the user's program shows it, and its fields as text, empty where there is nothing."""

    number: int
    values: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as read: name of the file, its columns, its rows, and what is wrong with some of its lines."""

    file: str
    columns: tuple[str, ...]
    rows: list[Row]
    problems: tuple[Problem, ...] = ()


def read_table(path: Path, columns: Columns) -> Table:
    """Return the table of a ``.csv`` (UTF-8) or ``.geojson``/``.json`` file.

    The reader is chosen by the name alone; nothing else opens the file. Raises :class:`InputError` if the file is missing,
    empty, too large, of another form, damaged, or has other columns than expected; faults of single rows are in ``problems``.
    """
    readers = _readers()
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InputError(Problem(code="file.form_unknown", file=path.name, value=path.suffix or path.name))
    check_file(path)
    return reader(path, columns)


def _readers() -> dict[str, Callable[[Path, Columns], Table]]:
    from geo.ingest.csv_table import read_csv  # noqa: PLC0415  the forms build on this module
    from geo.ingest.geojson_table import read_geojson  # noqa: PLC0415

    return {".csv": read_csv, ".geojson": read_geojson, ".json": read_geojson}


def check_file(path: Path) -> None:
    """Raise :class:`InputError` unless ``path`` is a file with content, small enough to be read."""
    if not path.exists():
        raise InputError(Problem(code="file.missing", file=path.name))
    if not path.is_file():
        raise InputError(Problem(code="file.not_a_file", file=path.name))
    if not os.access(path, os.R_OK):
        raise InputError(Problem(code="file.unreadable", file=path.name))
    size = path.stat().st_size
    if size == 0:
        raise InputError(Problem(code="file.empty", file=path.name))
    if size > MAX_FILE_BYTES:
        details = {"limit": MAX_FILE_BYTES // _BYTES_PER_MB}
        raise InputError(Problem(code="file.too_large", file=path.name, value=f"{size / _BYTES_PER_MB:.0f}", details=details))


def column_problems(file: str, names: Iterable[str], columns: Columns, *, row: int | None = None) -> list[Problem]:
    """Return one problem for each column that is missing, unknown or there twice."""
    given = list(names)
    problems = [
        Problem(code="column.missing", file=file, row=row, field=name) for name in columns.required if name not in given
    ]
    for name in dict.fromkeys(given):
        if given.count(name) > 1:
            problems.append(Problem(code="column.duplicate", file=file, row=row, field=name))
        if not columns.knows(name):
            problems.append(_unknown(file, name, columns, row))
    return problems


def _unknown(file: str, name: str, columns: Columns, row: int | None) -> Problem:
    known = columns.required + columns.optional
    near = difflib.get_close_matches(name.strip().lower(), known, n=1)
    hint, hint_en = (
        (f"是不是“{near[0]}”？", f"is it “{near[0]}”?") if near else ("、".join(known) + "。", ", ".join(known) + ".")
    )
    return Problem(code="column.unknown", file=file, row=row, field=name, details={"hint": hint, "hint_en": hint_en})
