"""Which row of a sheet is the header: above it may stand titles, below it a row of units, and names may be merged."""

import re
from collections.abc import Sequence

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.model import ROW, SHAPE, Limits

LOOKED_AT = 20
MOSTLY = 0.6
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")
_UNIT = re.compile(r"[(（\[]?(人|个|元|万元|㎡|m²|m2|平方米|米|公里|km|%|度|°|年|月|次|persons?|yuan)[)）\]]?", re.IGNORECASE)


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """Return the position of the header among the first rows: the first that is mostly filled with distinct words.

    A title that was merged over the columns fills one cell only; a row of data holds numbers. 0 if none is convincing.
    """
    width = max((_filled(row) for row in rows[:LOOKED_AT]), default=0)
    for position, row in enumerate(rows[:LOOKED_AT]):
        texts = [text for text in row if text]
        words = [text for text in texts if not _NUMBER.fullmatch(text)]
        if len(texts) >= max(1, MOSTLY * width) and len(words) >= MOSTLY * len(texts) and len(set(texts)) > MOSTLY * len(texts):
            return position
    return 0


def _filled(row: Sequence[str]) -> int:
    return sum(1 for text in row if text)


def is_unit_row(row: Sequence[str]) -> bool:
    """Say whether a row below the header holds units of measurement and nothing else."""
    texts = [text.strip() for text in row if text.strip()]
    return bool(texts) and all(_UNIT.fullmatch(text) for text in texts)


def column_names(header: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return one distinct name a column, and those that had to be made: an empty one by its number, a second one numbered."""
    names: list[str] = []
    made: list[str] = []
    taken = {ROW, SHAPE}
    for number, text in enumerate(header, start=1):
        name = " ".join(text.split()) or f"column {number}"
        distinct, count = name, 1
        while distinct in taken:
            count += 1
            distinct = f"{name} ({count})"
        if distinct != " ".join(text.split()):
            made.append(distinct)
        names.append(distinct)
        taken.add(distinct)
    return names, made


def check_width(count: int, limits: Limits) -> None:
    """Raise :class:`InputError` for more columns than a table may have."""
    if count > limits.columns:
        raise InputError(Problem(code="table.too_many_columns", value=str(count), details={"limit": limits.columns}))


def header_position(rows: Sequence[Sequence[str]], numbers: Sequence[int], asked: int | None) -> int:
    """Return the position of the header: the row that was asked for, else the one that looks like it."""
    if asked is None:
        return find_header(rows)
    if asked not in numbers:
        raise InputError(Problem(code="table.no_header_row", value=str(asked)))
    return numbers.index(asked)
