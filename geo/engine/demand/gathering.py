"""The second demand: where people wait for work, by the hour, beside the first: where they live."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
HOURS = 24


@dataclass(frozen=True, kw_only=True, eq=False)
class Waiting:
    """People who wait at P points in each hour of the day.

    mean_persons: (P, 24) float64, mean over the days on which this hour was counted at this point, 0 where it never was;
    is_counted: (P, 24) bool. Column 4 is 04:00 to 05:00.
    """

    mean_persons: Float64Array
    is_counted: npt.NDArray[np.bool_]

    @property
    def peak_persons(self) -> Float64Array:
        """(P,) people of the fullest hour: who waits two hours is counted in both, so hours are never added up."""
        return np.asarray(self.mean_persons.max(axis=1, initial=0.0))

    @property
    def peak_hour(self) -> Int64Array:
        """(P,) the fullest hour, the first of several; 0 for a point without counts."""
        return np.asarray(np.argmax(self.mean_persons, axis=1), np.int64)

    @property
    def persons_by_hour(self) -> Float64Array:
        """(24,) people of all points together in each hour."""
        together: Float64Array = self.mean_persons.sum(axis=0)
        return together


def waiting_by_hour(point: Int64Array, hour: Int64Array, persons: Int64Array, point_count: int) -> Waiting:
    """Return who waits where, of n counts.

    ``point``: (n,) index of the point of each count; ``hour``: (n,) 0 to 23; ``persons``: (n,) >= 0. One count a point, day and
    hour; several days are averaged. Raises ``ValueError`` for an hour that is none.
    """
    if np.any((hour < 0) | (hour >= HOURS)):
        raise ValueError("hours run from 0 to 23")
    slot = point * HOURS + hour
    days = np.bincount(slot, minlength=point_count * HOURS)
    sums = np.bincount(slot, weights=persons, minlength=point_count * HOURS)
    mean = (sums / np.maximum(days, 1)).reshape(point_count, HOURS)
    return Waiting(mean_persons=mean, is_counted=(days > 0).reshape(point_count, HOURS))


def by_cell(waiting: Waiting, cell: Int64Array, cell_count: int) -> Float64Array:
    """Return (C, 24) float64 people who wait in each cell by hour. ``cell``: (P,) index of the cell of each point."""
    summed = np.zeros((cell_count, HOURS))
    np.add.at(summed, cell, waiting.mean_persons)
    return summed
