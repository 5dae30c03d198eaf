"""What an import asks of the records behind a kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from django.db.models import Model

from geo.imports.kinds.base import Record

BATCH_ROWS = 2_000
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The coordinates of a row as given, with their datum."""

    row: int
    x: float
    y: float
    datum: str


class Keeper(Protocol):
    """Reads and writes the records of one kind, of one source where the kind's records belong to sources."""

    model: type[Model]

    def current(self, keys: Sequence[str]) -> dict[str, Record]:
        """Return the records of ``keys`` that exist, with every field a file may have."""

    def namesakes(self, names: Sequence[str]) -> list[tuple[str, str, float, float]]:
        """Return key, name, lon, lat of the records with one of these names; nothing for kinds without names."""

    def others(self, keys: Sequence[str]) -> list[str]:
        """Return the keys of the source's records that are not among ``keys``; nothing for kinds that outlive a source."""

    def keep(self, records: Sequence[Record], origins: Sequence[Origin | None]) -> None:
        """Create or update ``records``; what a record does not name stays as it is."""

    def remove(self, keys: Sequence[str]) -> None:
        """Remove the records of ``keys``."""

    def pks(self, keys: Sequence[str]) -> dict[str, int]:
        """Return the primary key of each record of ``keys`` that exists."""


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield ``items`` in portions that a database takes at once."""
    for start in range(0, len(items), BATCH_ROWS):
        yield items[start : start + BATCH_ROWS]
