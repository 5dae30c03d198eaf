"""Headers of two rows, as merged cells make them: a group over several columns, the names below it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Rows = Sequence[Sequence[str]]
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")


@dataclass(frozen=True, kw_only=True)
class Merges:
    """Merged cells of a sheet: (first row, first column, last row, last column), all counted from 0."""

    ranges: tuple[tuple[int, int, int, int], ...]

    def wide_in(self, row: int) -> list[tuple[int, int]]:
        """Return first and last column of what is merged over several columns in one row."""
        return [(left, right) for top, left, bottom, right in self.ranges if top == bottom == row and right > left]

    def joins(self, row: int) -> bool:
        """Say whether a cell of a row is merged with the one below it."""
        return any(top <= row < bottom for top, _, bottom, _ in self.ranges)

    def filled(self, rows: Rows, row: int) -> list[str]:
        """Return the texts of a row; the text of a merged cell stands in each of its columns and rows."""
        texts = list(rows[row])
        for top, left, bottom, right in self.ranges:
            if top <= row <= bottom and left < len(texts) and top < len(rows):
                texts[left : right + 1] = [rows[top][left]] * (min(right + 1, len(texts)) - left)
        return texts


def header_names(rows: Rows, header: int, merges: Merges) -> tuple[list[str], int]:
    """Return the name of each column and the last row of the header, which is ``header`` or the row below it.

    A column is called as its lowest cell; where two would be the same, the group stands before it.
    """
    if _has_names_below(rows, header, merges):
        upper, lower, last = merges.filled(rows, header), merges.filled(rows, header + 1), header + 1
    elif header and merges.joins(header - 1):
        upper, lower, last = merges.filled(rows, header - 1), merges.filled(rows, header), header
    else:
        return merges.filled(rows, header), header
    names = [low or high for high, low in zip(upper, lower, strict=True)]
    often = Counter(names)
    pairs = zip(upper, names, strict=True)
    return [f"{high} {name}" if often[name] > 1 and high not in ("", name) else name for high, name in pairs], last


def _has_names_below(rows: Rows, header: int, merges: Merges) -> bool:
    """Say whether the row below the header names the columns of its groups."""
    if header + 1 >= len(rows):
        return False
    groups = merges.wide_in(header)
    below = rows[header + 1]
    if not groups or any(_NUMBER.fullmatch(text) for text in below):
        return False
    columns = {column for left, right in groups for column in range(left, right + 1)}
    beside = [text for column, text in enumerate(below) if column not in columns and text]
    return all(any(below[left : right + 1]) for left, right in groups) and (merges.joins(header) or not beside)
