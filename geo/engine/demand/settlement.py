"""Urban or rural: the degree of urbanisation, simplified to H3 cells.

After Eurostat (2021), "Applying the Degree of Urbanisation", and the UN Statistical Commission's recommendation of 2020: an
urban centre is a cluster of contiguous grid cells of at least 1,500 residents per km² with at least 50,000 residents in all;
an urban cluster one of at least 300 per km² with at least 5,000. Both are urban, the rest is rural. Simplified: H3 cells with
their six neighbours instead of squares of 1 km with four or eight, no filling of gaps, no smoothing of borders.
"""

from dataclasses import dataclass

import h3
import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.engine.demand.cells import CellArray, cell_ids, cell_texts

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class UrbanRule:
    """Thresholds of density (residents per km²) and of the residents of a whole cluster."""

    centre_persons_per_km2: float = 1_500.0
    centre_persons: float = 50_000.0
    cluster_persons_per_km2: float = 300.0
    cluster_persons: float = 5_000.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Settlement:
    """Which cells are what: (C,) bool each. is_urban: in an urban centre or in an urban cluster."""

    is_centre: BoolArray
    is_urban: BoolArray


def settle_cells(
    cells: CellArray, residents: Float64Array, area_km2: Float64Array, rule: UrbanRule | None = None
) -> Settlement:
    """Tell urban from rural cells.

    ``cells``: (C,) uint64, distinct, rising; ``residents``: (C,) float64 >= 0; ``area_km2``: (C,) float64 > 0, land.
    """
    rule = rule or UrbanRule()
    density = residents / area_km2
    centre = _clusters(cells, residents, density >= rule.centre_persons_per_km2, rule.centre_persons)
    cluster = _clusters(cells, residents, density >= rule.cluster_persons_per_km2, rule.cluster_persons)
    return Settlement(is_centre=centre, is_urban=centre | cluster)


def _clusters(cells: CellArray, residents: Float64Array, dense: BoolArray, least_persons: float) -> BoolArray:
    """Return (C,) bool: dense cells whose contiguous cluster has enough residents."""
    members = np.flatnonzero(dense)
    if not len(members):
        return dense
    first, second = _neighbours(cells[members])
    links = coo_array((np.ones(len(first), np.int8), (first, second)), shape=(len(members), len(members)))
    count, label = connected_components(links, directed=False)
    enough = np.bincount(label, weights=residents[members], minlength=count) >= least_persons
    found = np.zeros(len(cells), bool)
    found[members] = enough[label]
    return found


def _neighbours(cells: CellArray) -> tuple[Int64Array, Int64Array]:
    """Return pairs of indices of ``cells`` (rising) that touch each other."""
    rings = [h3.grid_ring(text, 1) for text in cell_texts(cells)]
    owner = np.repeat(np.arange(len(cells)), [len(ring) for ring in rings])
    beside = cell_ids(text for ring in rings for text in ring)
    place = np.minimum(np.searchsorted(cells, beside), len(cells) - 1)
    known = cells[place] == beside
    return owner[known], place[known]
