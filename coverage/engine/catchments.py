"""Catchments: for each facility, the cells whose workers reach it within the cutoff of their own class."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coverage.engine.standard import SETTLEMENT_CLASSES, Rule, Standard
from geo.engine.inputs import Demand, Facilities
from geo.engine.network import TravelNetwork
from geo.engine.network.model import Impedance
from geo.engine.progress import Progress, no_progress, part_of
from geo.engine.snapping import Snaps, snap
from geo.engine.traveltime import ODMatrix, od_matrix
from geo.engine.traveltime.access import largest_cost

BoolArray = npt.NDArray[np.bool_]
Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Catchments:
    """Who can reach each of F facilities among n cells, sorted by facility, then by cell.

    indptr: (F + 1,) int64; cell: (nnz,) int32; the cells of facility f are ``cell[indptr[f]:indptr[f + 1]]``, each once.
    cost: (nnz,) float32 in the unit of the cell's own rule, seconds or metres, both off-network ways included, within its
    cutoff. cell_snapped: (n,) bool, a street of the cell's mode lies within the standard's longest way; facility_snapped: (F,)
    bool, the same for every mode of the standard. Arrays are read-only.
    """

    indptr: Int64Array
    cell: Int32Array
    cost: Float32Array
    cell_count: int
    cell_snapped: BoolArray
    facility_snapped: BoolArray

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @property
    def facility_count(self) -> int:
        """F."""
        return len(self.indptr) - 1

    @property
    def facility(self) -> Int32Array:
        """(nnz,) int32, the facility of each entry."""
        return np.repeat(np.arange(self.facility_count, dtype=np.int32), np.diff(self.indptr))

    @property
    def reached(self) -> BoolArray:
        """(n,) bool, cells in the catchment of at least one facility."""
        reached = np.zeros(self.cell_count, np.bool_)
        reached[self.cell] = True
        return reached


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapped:
    """Cells and facilities on the streets of each mode of a standard."""

    cells: dict[str, Snaps]
    facilities: dict[str, Snaps]

    def facility_snapped(self) -> BoolArray:
        """Return (F,) bool, snapped for every mode."""
        snapped: BoolArray = np.logical_and.reduce([snaps.is_snapped for snaps in self.facilities.values()])
        return snapped

    def cell_snapped(self, demand: Demand, standard: Standard) -> BoolArray:
        """Return (n,) bool, snapped for the mode of the cell's own class."""
        return np.isfinite(self.cell_snap_metres(demand, standard))

    def cell_snap_metres(self, demand: Demand, standard: Standard) -> Float32Array:
        """Return (n,) float32, the way to the nearest street of the mode of the cell's own class, ``inf`` where not snapped."""
        urban, rural = (self.cells[standard.rule_of(name).mode].snap_metres for name in SETTLEMENT_CLASSES)
        return np.where(demand.is_urban, urban, rural)


def snap_all(network: TravelNetwork, demand: Demand, facilities: Facilities, standard: Standard) -> Snapped:
    """Snap cells and facilities to the streets of each mode that ``standard`` names."""
    modes = sorted({rule.mode for rule in standard.rules})
    limit = standard.max_snap_metres
    return Snapped(
        cells={mode: snap(network, demand.lon, demand.lat, mode=mode, max_metres=limit) for mode in modes},
        facilities={mode: snap(network, facilities.lon, facilities.lat, mode=mode, max_metres=limit) for mode in modes},
    )


def catchments(
    network: TravelNetwork,
    demand: Demand,
    facilities: Facilities,
    standard: Standard,
    *,
    snapped: Snapped | None = None,
    progress: Progress = no_progress,
) -> Catchments:
    """Find the cells within each facility's reach under ``standard``.

    One search for each pair of mode and impedance, with the larger cutoff of its classes; then each cell is held to the cutoff
    of its own class, inclusive. ``snapped`` is what :func:`snap_all` returned, if it is at hand. Raises
    :class:`geo.engine.errors.NetworkError` if the network has not a mode of the standard.
    """
    snapped = snapped or snap_all(network, demand, facilities, standard)
    searches = searches_of(standard)
    found = []
    for number, (mode, impedance, rules) in enumerate(searches):
        step = part_of(progress, number / len(searches), (number + 1) / len(searches))
        found.append(_search(network, demand, snapped, standard, mode, impedance, rules, step))
    facility, cell, cost = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((cell, facility))
    counts = np.bincount(facility, minlength=len(facilities))
    return Catchments(
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        cell=cell[order].astype(np.int32),
        cost=cost[order].astype(np.float32),
        cell_count=len(demand),
        cell_snapped=snapped.cell_snapped(demand, standard),
        facility_snapped=snapped.facility_snapped(),
    )


def cells_of(demand: Demand, rules: "tuple[Rule, ...] | list[Rule]") -> Int64Array:
    """Return the indices of cells whose class has one of ``rules``."""
    classes = {rule.settlement_class for rule in rules}
    wanted = np.zeros(len(demand), np.bool_)
    if "urban" in classes:
        wanted |= demand.is_urban
    if "rural" in classes:
        wanted |= ~demand.is_urban
    return np.flatnonzero(wanted)


def searches_of(standard: Standard) -> list[tuple[str, Impedance, list[Rule]]]:
    """Return the distinct searches: mode, impedance and the rules each of them answers."""
    keys = sorted({(rule.mode, rule.impedance) for rule in standard.rules})
    return [(m, i, [rule for rule in standard.rules if (rule.mode, rule.impedance) == (m, i)]) for m, i in keys]


def _search(
    network: TravelNetwork,
    demand: Demand,
    snapped: Snapped,
    standard: Standard,
    mode: str,
    impedance: Impedance,
    rules: list[Rule],
    progress: Progress,
) -> tuple[Int32Array, Int64Array, Float32Array]:
    """Return facility, cell and cost of all pairs within the cutoffs of ``rules``."""
    chosen = cells_of(demand, rules)
    if not len(chosen) or not len(snapped.facilities[mode]):
        return np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.float32)
    matrix: ODMatrix = od_matrix(
        network,
        snapped.cells[mode].take(chosen),
        snapped.facilities[mode],
        mode=mode,
        cutoff=max(rule.cutoff for rule in rules),
        impedance=impedance,
        leg_speed_kph=standard.snap_speed_kph,
        progress=progress,
    )
    facility = np.repeat(np.arange(len(matrix.indptr) - 1, dtype=np.int32), np.diff(matrix.indptr))
    cell = chosen[matrix.origin]
    kept = matrix.cost <= largest_costs(demand, rules)[cell]
    return facility[kept], cell[kept], matrix.cost[kept]


def largest_costs(demand: Demand, rules: list[Rule]) -> Float64Array:
    """Return (n,) float64, what counts as within the cutoff of each cell; NaN, which nothing meets, without a rule."""
    by_class = {rule.settlement_class: largest_cost(rule.cutoff) for rule in rules}
    return np.where(demand.is_urban, by_class.get("urban", np.nan), by_class.get("rural", np.nan))
