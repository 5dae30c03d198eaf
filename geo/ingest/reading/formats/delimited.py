"""CSV and its kin: encoding and delimiter are found out, then it is read strictly."""

import csv
import io
from pathlib import Path

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.encodings import decode
from geo.ingest.reading.headers import check_width, header_position, is_unit_row
from geo.ingest.reading.model import Cells, FileFacts, Limits, ReadOptions
from geo.ingest.reading.shares import tell

DELIMITERS = ",;\t|，"
SNIFFED_CHARACTERS = 64_000
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"SQLite format 3", b"PAR1", b"%PDF", b"<?xml", b"<OGRVRT", b"<VRT")
_MAX_BAD_ROWS = 1_000
_TOLD_EVERY = 1_000
_LONGEST_FIELD = 10_000_000
"""Characters; a longer one is the rest of the file behind a quote that is not closed."""


def read(path: Path, options: ReadOptions, limits: Limits, _folder: Path) -> tuple[Cells, FileFacts]:
    """Read a text table."""
    data = path.read_bytes()
    if data.lstrip()[:16].startswith(_BINARY):
        raise InputError(Problem(code="file.not_what_it_says", value="CSV"))
    text, encoding, guessed = decode(data, options.encoding)
    if "\0" in text:
        raise InputError(Problem(code="file.not_what_it_says", value="CSV"))
    delimiter = find_delimiter(text[:SNIFFED_CHARACTERS])
    cells, header_row, notes = table_of(text, delimiter, options, limits)
    if guessed:
        notes.insert(0, Problem(code="note.encoding_guessed", value=encoding))
    form = "tsv" if delimiter == "\t" else "csv"
    return cells, FileFacts(format=form, encoding=encoding, delimiter=delimiter, header_row=header_row, notes=tuple(notes))


def find_delimiter(sample: str) -> str:
    """Return the mark that splits most lines into the same number of fields, more than one; a comma if none does."""
    lines = [line for line in sample.splitlines()[:50] if line.strip()]
    best, best_score = ",", 0.0
    for mark in DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark)]
        common = max(set(widths), key=widths.count, default=1)
        score = widths.count(common) / len(widths) * min(common, 50) if widths and common > 1 else 0.0
        if score > best_score:
            best, best_score = mark, score
    return best


def table_of(text: str, delimiter: str, options: ReadOptions, limits: Limits) -> tuple[Cells, int, list[Problem]]:
    """Return the cells, the row of the header and what should be known of it. Rows of another width are problems."""
    rows, numbers = _rows(text, delimiter, limits)
    start = header_position(rows, numbers, options.header_row)
    header = rows[start] if rows else []
    notes = [Problem(code="note.header_row", value=str(numbers[start]))] if start else []
    cells = Cells(header=header, rows=[], numbers=[])
    for position in range(start + 1, len(rows)):
        row, number = rows[position], numbers[position]
        if position == start + 1 and is_unit_row(row):
            notes.append(Problem(code="note.unit_row", value=str(number)))
            continue
        spare = row[len(header) :]
        if len(row) < len(header) or any(spare):
            _bad(
                cells.problems, Problem(code="table.width", row=number, value=str(len(row)), details={"expected": len(header)})
            )
            continue
        cells.rows.append(row[: len(header)])
        cells.numbers.append(number)
    return cells, numbers[start] if numbers else 1, notes


def _bad(problems: list[Problem], problem: Problem) -> None:
    problems.append(problem)
    if len(problems) >= _MAX_BAD_ROWS:
        raise InputError(problems)


def _rows(text: str, delimiter: str, limits: Limits) -> tuple[list[list[str]], list[int]]:
    """Return the rows that are not blank, with their numbers; raises :class:`InputError` with the row of a quote left open."""
    before = csv.field_size_limit(_LONGEST_FIELD)
    rows: list[list[str]] = []
    numbers: list[int] = []
    number = 0
    file = io.StringIO(text, newline="")
    try:
        for row in csv.reader(file, delimiter=delimiter, strict=True):
            number += 1
            if number % _TOLD_EVERY == 0:
                tell(0.2 + 0.5 * file.tell() / len(text))
            if not any(field.strip() for field in row):
                continue
            if len(rows) >= limits.rows:
                raise InputError(Problem(code="table.too_many_rows", value=f"{limits.rows:,}"))
            check_width(len(row), limits)
            rows.append([field.strip() for field in row])
            numbers.append(number)
    except csv.Error as error:
        raise InputError(Problem(code="table.quote", row=number + 1)) from error
    finally:
        csv.field_size_limit(before)
    return rows, numbers
