"""A table as read, with what is wrong with its rows: what every form of the file that goes back is made of."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from geo.imports.folders import ROW

MAX_CELL_CHARACTERS = 32_000
"""What a cell of a spreadsheet holds."""


@dataclass(frozen=True, kw_only=True)
class Marked:
    """The table as read, and what is wrong with its rows: row → sentences, row → positions of the faulty columns."""

    table: pa.Table
    columns: tuple[str, ...]
    said: Mapping[int, str]
    faulty: Mapping[int, frozenset[int]]
    header: str

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield row number and cells, the sentences last."""
        for part in self.table.to_batches():
            numbers = part.column(ROW).to_pylist()
            cells = [part.column(name).to_pylist() for name in self.columns]
            for position, number in enumerate(numbers):
                yield number, [*(own[position] or "" for own in cells), self.said.get(number, "")]


def is_number(text: str) -> bool:
    """Say whether a text is a finite number."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
