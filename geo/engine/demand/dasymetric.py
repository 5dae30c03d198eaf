"""Dasymetric spread: a total of an area is shared out over its cells by what is known of each cell.

The method is that of Wright (1936), "A method of mapping densities of population": people live where the weight says that
people live, and the total of the area stays what the source says. The weight is a population grid (then the factor between
total and grid is what the grid is rescaled by), metres of street, or plain land.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.engine.demand.remainder import shares_by_group

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Spread:
    """Totals of A areas on C cells.

    persons: (C,) float64 >= 0, people of each cell, not yet whole; the cells of an area sum to its total. factor: (A,) float64,
    total ÷ sum of the weights in the area, NaN where there is no weight. fell_back: (A,) bool, an area with people and without
    weight, spread by land. lost: (A,) bool, an area with people and without any cell: its people are nowhere.
    """

    persons: Float64Array
    factor: Float64Array
    fell_back: BoolArray
    lost: BoolArray


def spread(totals: Float64Array, area: Int64Array, weights: Float64Array, land_km2: Float64Array) -> Spread:
    """Share out ``totals`` (A,) >= 0 over the cells of each area in proportion to ``weights``.

    ``area``: (C,) index into ``totals`` of each cell; ``weights``: (C,) >= 0, finite; ``land_km2``: (C,) > 0, the cell's land
    in its area, which stands in where an area has people and no weight at all. Raises ``ValueError`` for negative or infinite
    figures.
    """
    for values in (totals, weights, land_km2):
        if not np.all(np.isfinite(values)) or np.any(values < 0):
            raise ValueError("totals, weights and land must be finite and not negative")
    by_area = np.bincount(area, weights=weights, minlength=len(totals))
    land = np.bincount(area, weights=land_km2, minlength=len(totals))
    fell_back = (totals > 0) & (by_area <= 0) & (land > 0)
    used = np.where(fell_back[area], land_km2, weights)
    sums = np.where(fell_back, land, by_area)
    share = used / np.where(sums > 0, sums, 1.0)[area]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor = np.where(by_area > 0, totals / by_area, np.nan)
    return Spread(persons=share * totals[area], factor=factor, fell_back=fell_back, lost=(totals > 0) & (sums <= 0))


def whole_persons(persons: Float64Array, area: Int64Array, totals: Int64Array) -> Int64Array:
    """Return (C,) int64 whole people near ``persons`` (C,), whose sum in each area is ``totals`` (A,) exactly.

    Largest remainder within each area; ties go to the cell that comes first, so cells sorted by id give the same people
    whatever order they came in. Raises ``ValueError`` if an area has a total and nobody to share it by.
    """
    most = np.zeros(len(totals))
    np.maximum.at(most, area, persons)
    return shares_by_group(persons / np.where(most > 0, most, 1.0)[area], area, totals)
