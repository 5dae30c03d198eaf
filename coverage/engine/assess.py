"""Assess coverage: who is served, who is within reach but over capacity, who is out of reach, and how far the nearest is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coverage.engine.capacity import allocate
from coverage.engine.catchments import Catchments, Snapped, catchments, cells_of, snap_all
from coverage.engine.standard import SECONDS_PER_MINUTE, Standard
from geo.engine.inputs import Demand, Facilities
from geo.engine.network import TravelNetwork
from geo.engine.progress import Progress, no_progress, part_of
from geo.engine.traveltime import nearest

BoolArray = npt.NDArray[np.bool_]
Float32Array = npt.NDArray[np.float32]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
CATCHMENTS_SHARE, ALLOCATION_SHARE = 0.5, 0.6


@dataclass(frozen=True, kw_only=True, eq=False)
class Assessment:
    """What a standard gives for n cells; cells and facilities keep the order of the input.

    reached: (n,) bool, within the cutoff of at least one facility. served_persons, over_capacity_persons,
    out_of_reach_persons: (n,) int64, summing to the workers of each cell exactly. load_persons: (F,) int64 <= capacity, the
    people each facility serves. nearest_facility: (n,) int32, the quickest by the mode of the cell's class whatever the
    cutoff, -1 where the streets lead to none; nearest_minutes: (n,) float32, off-network ways included, ``inf`` there.
    snap_metres: (n,) float32, the way from the cell to the nearest street of its mode, ``inf`` where that is too far.
    """

    reached: BoolArray
    served_persons: Int64Array
    over_capacity_persons: Int64Array
    out_of_reach_persons: Int64Array
    load_persons: Int64Array
    nearest_facility: Int32Array
    nearest_minutes: Float32Array
    snap_metres: Float32Array
    catchments: Catchments

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)


def assess(
    network: TravelNetwork,
    demand: Demand,
    facilities: Facilities,
    standard: Standard,
    *,
    progress: Progress = no_progress,
) -> Assessment:
    """Assess ``facilities`` for ``demand`` on ``network`` under ``standard``.

    Works in the order of ids, whatever the order given, so that ties and shared places fall the same way. Raises
    :class:`geo.engine.errors.NetworkError` if the network has not a mode of the standard.
    """
    by_cell, by_facility = np.argsort(np.array(demand.cell_ids)), np.argsort(np.array(facilities.ids))
    if _is_sorted(by_cell) and _is_sorted(by_facility):
        return _assess(network, demand, facilities, standard, progress)
    found = _assess(network, _take_demand(demand, by_cell), _take_facilities(facilities, by_facility), standard, progress)
    return _restored(found, by_cell, by_facility)


def _assess(
    network: TravelNetwork, demand: Demand, facilities: Facilities, standard: Standard, progress: Progress
) -> Assessment:
    snapped = snap_all(network, demand, facilities, standard)
    within = catchments(
        network, demand, facilities, standard, snapped=snapped, progress=part_of(progress, 0.0, CATCHMENTS_SHARE)
    )
    allocation = allocate(within, demand.workers_persons, facilities.capacity_persons)
    progress(ALLOCATION_SHARE)
    facility, minutes = _nearest(network, demand, snapped, standard, part_of(progress, ALLOCATION_SHARE, 1.0))
    reached, workers = within.reached, demand.workers_persons
    return Assessment(
        reached=reached,
        served_persons=allocation.served_persons,
        over_capacity_persons=np.where(reached, workers - allocation.served_persons, 0),
        out_of_reach_persons=np.where(reached, 0, workers),
        load_persons=allocation.load_persons,
        nearest_facility=facility,
        nearest_minutes=minutes,
        snap_metres=snapped.cell_snap_metres(demand, standard),
        catchments=within,
    )


def _nearest(
    network: TravelNetwork, demand: Demand, snapped: Snapped, standard: Standard, progress: Progress
) -> tuple[Int32Array, Float32Array]:
    """Return the nearest facility of each cell and its minutes, by the mode of the cell's class, without a cutoff."""
    facility, minutes = np.full(len(demand), -1, np.int32), np.full(len(demand), np.inf, np.float32)
    modes = sorted(snapped.cells)
    for number, mode in enumerate(modes):
        progress(number / len(modes))
        chosen = cells_of(demand, [rule for rule in standard.rules if rule.mode == mode])
        if not len(chosen) or not len(snapped.facilities[mode]):
            continue
        origins = snapped.cells[mode].take(chosen)
        found = nearest(network, origins, snapped.facilities[mode], mode=mode, leg_speed_kph=standard.snap_speed_kph)
        facility[chosen], minutes[chosen] = found.destination, found.cost / np.float32(SECONDS_PER_MINUTE)
    progress(1.0)
    return facility, minutes


def _is_sorted(order: Int64Array) -> bool:
    return bool((order == np.arange(len(order))).all())


def _take_demand(demand: Demand, index: Int64Array) -> Demand:
    return Demand(
        cell_ids=tuple(demand.cell_ids[i] for i in index.tolist()),
        lon=demand.lon[index],
        lat=demand.lat[index],
        workers_persons=demand.workers_persons[index],
        is_urban=demand.is_urban[index],
        area_km2=demand.area_km2[index],
        region_codes=demand.region_codes,
        region_index=demand.region_index[index],
    )


def _take_facilities(facilities: Facilities, index: Int64Array) -> Facilities:
    return Facilities(
        ids=tuple(facilities.ids[i] for i in index.tolist()),
        lon=facilities.lon[index],
        lat=facilities.lat[index],
        capacity_persons=facilities.capacity_persons[index],
    )


def _restored(found: Assessment, by_cell: Int64Array, by_facility: Int64Array) -> Assessment:
    """Return ``found``, which is in the order of ids, in the order of the input."""
    cell, facility = np.argsort(by_cell), np.argsort(by_facility)
    nearest_facility = np.append(by_facility, -1)[found.nearest_facility[cell]].astype(np.int32)
    return Assessment(
        reached=found.reached[cell],
        served_persons=found.served_persons[cell],
        over_capacity_persons=found.over_capacity_persons[cell],
        out_of_reach_persons=found.out_of_reach_persons[cell],
        load_persons=found.load_persons[facility],
        nearest_facility=nearest_facility,
        nearest_minutes=found.nearest_minutes[cell],
        snap_metres=found.snap_metres[cell],
        catchments=_restored_catchments(found.catchments, by_cell, by_facility),
    )


def _restored_catchments(found: Catchments, by_cell: Int64Array, by_facility: Int64Array) -> Catchments:
    facility, cell = by_facility[found.facility], by_cell[found.cell]
    order = np.lexsort((cell, facility))
    counts = np.bincount(facility, minlength=found.facility_count)
    return Catchments(
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        cell=cell[order].astype(np.int32),
        cost=found.cost[order],
        cell_count=found.cell_count,
        cell_snapped=found.cell_snapped[np.argsort(by_cell)],
        facility_snapped=found.facility_snapped[np.argsort(by_facility)],
    )
