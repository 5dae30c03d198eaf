"""CSV, read strictly: UTF-8, commas, closed quotes, as many fields in each row as in the header."""

import csv
from collections.abc import Iterator
from pathlib import Path

from geo.engine.errors import InputError, Problem, register_messages
from geo.ingest.tables import MAX_FIELD_CHARACTERS, MAX_PROBLEMS_KEPT, Columns, Row, Table, column_problems

register_messages(
    {
        "csv.encoding": (
            "文件不是 UTF-8 编码（第 {value} 个字节起）；请另存为 UTF-8 CSV。",
            "the file is not UTF-8 (from byte {value}); save it as CSV UTF-8.",
        ),
        "csv.broken": (
            "CSV 格式有误：{value}；常见原因是引号没有成对。",
            "the CSV is malformed: {value}; often a quote is not closed.",
        ),
        "csv.width": (
            "这一行有 {value} 个字段，表头有 {expected} 个。",
            "this row has {value} fields, the header has {expected}.",
        ),
        "csv.no_rows": ("只有表头，没有数据行。", "there is a header but no row of data."),
        "field.too_long": (
            "字段太长：{value} 个字符，上限 {limit} 个。",
            "the field is too long: {value} characters, {limit} at most.",
        ),
    }
)


def read_csv(path: Path, columns: Columns) -> Table:
    """Return the rows of a CSV; the header is row 1. Blank lines are skipped.

    Raises :class:`InputError` if the file as a whole cannot be read; rows of a wrong width are among the table's problems.
    """
    _check_encoding(path)
    problems: list[Problem] = []
    rows: list[Row] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = _lines(path.name, file)
        header = tuple(name.strip() for name in next(lines, (1, []))[1])
        if faults := column_problems(path.name, header, columns, row=1):
            raise InputError(faults)
        for number, fields in lines:
            if problem := _row_problem(path.name, number, fields, len(header)):
                problems.append(problem)
            else:
                rows.append(Row(number=number, values=dict(zip(header, fields, strict=True))))
            if len(problems) >= MAX_PROBLEMS_KEPT:
                raise InputError(problems)
    if not rows and not problems:
        raise InputError(Problem(code="csv.no_rows", file=path.name))
    return Table(file=path.name, columns=header, rows=rows, problems=tuple(problems))


def _check_encoding(path: Path) -> None:
    """Decode the whole file once, so that a fault near its end is told like one at its start."""
    done = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            while text := file.read(1 << 20):
                done += len(text.encode())
        except UnicodeDecodeError as error:
            raise InputError(Problem(code="csv.encoding", file=path.name, value=str(done + error.start + 1))) from error


def _lines(file: str, text: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the fields of each row that is not blank."""
    reader = csv.reader(text, strict=True)
    number = 0
    while True:
        number += 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(Problem(code="csv.broken", file=file, row=number, value=str(error))) from error
        if any(field.strip() for field in fields):
            yield number, fields


def _row_problem(file: str, number: int, fields: list[str], width: int) -> Problem | None:
    if len(fields) != width:
        return Problem(code="csv.width", file=file, row=number, value=str(len(fields)), details={"expected": width})
    longest = max(map(len, fields))
    if longest > MAX_FIELD_CHARACTERS:
        return Problem(
            code="field.too_long", file=file, row=number, value=str(longest), details={"limit": MAX_FIELD_CHARACTERS}
        )
    return None
