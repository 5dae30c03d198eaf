"""The rows of a source's OD table, for comparison with a file; they are written as one table, not one by one."""

from collections.abc import Sequence

from geo.imports.kinds.base import Record
from geo.imports.od_files import COLUMNS, active_table, keys_of, rows_of
from geo.models import DataSource


class ODTableReader:
    """Reads the rows of the table in force."""

    def __init__(self, source: DataSource) -> None:
        self._source = source

    def current(self, keys: Sequence[str]) -> dict[str, Record]:
        """Return the rows of ``keys``."""
        frame = rows_of(active_table(self._source))
        wanted = set(keys)
        return {
            key: dict(zip(COLUMNS, row, strict=True))
            for key, row in zip(keys_of(frame), frame[COLUMNS].itertuples(index=False), strict=True)
            if key in wanted
        }

    def namesakes(self, names: Sequence[str]) -> list[tuple[str, str, float, float]]:
        """Return nothing: rows have no names."""
        return []

    def others(self, keys: Sequence[str]) -> list[str]:
        """Return the keys of the table's rows that are not among ``keys``."""
        named = set(keys)
        return [key for key in keys_of(rows_of(active_table(self._source))) if key not in named]
