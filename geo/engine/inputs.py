"""What the engines work on: people and facilities as frozen arrays, named by digests."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.engine.digest import digest_of

UNLIMITED_PERSONS = np.int64(2**31 - 1)


def _freeze(value: object) -> None:
    for array in vars(value).values():
        if isinstance(array, np.ndarray):
            array.setflags(write=False)


def _content(value: object) -> dict[str, Any]:
    """Return arrays and tuples of ``value`` as digest parts, without what is cached."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in vars(value).items() if k != "digest"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Demand:
    """Gig workers in n cells, sorted by cell id.

    cell_ids: n H3 indices; lon, lat: (n,) float64 degrees; workers_persons: (n,) int64 >= 0; is_urban: (n,) bool;
    area_km2: (n,) float64 > 0; region_codes: R codes of counties; region_index: (n,) int32 into ``region_codes``.
    """

    cell_ids: tuple[str, ...]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    workers_persons: npt.NDArray[np.int64]
    is_urban: npt.NDArray[np.bool_]
    area_km2: npt.NDArray[np.float64]
    region_codes: tuple[str, ...]
    region_index: npt.NDArray[np.int32]

    def __post_init__(self) -> None:
        _freeze(self)

    def __len__(self) -> int:
        return len(self.cell_ids)

    @cached_property
    def digest(self) -> str:
        """32 hex characters that name the content."""
        return digest_of(_content(self))


@dataclass(frozen=True, kw_only=True, eq=False)
class Facilities:
    """F places that serve workers, sorted by id.

    ids: F unique ids (venue codes or candidate codes); lon, lat: (F,) float64 degrees; capacity_persons: (F,) int64 >= 0,
    the workers a place can serve, ``UNLIMITED_PERSONS`` where nobody stated one.
    """

    ids: tuple[str, ...]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    capacity_persons: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        _freeze(self)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def digest(self) -> str:
        """32 hex characters that name the content."""
        return digest_of(_content(self))
