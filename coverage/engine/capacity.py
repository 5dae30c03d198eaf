"""Who is served when places are limited: a maximum flow from cells to facilities, the same whatever the order of the input."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import maximum_flow

from coverage.engine.catchments import Catchments

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
ROUNDS = 20
"""Steps in which everyone's claim grows from nothing to all; groups are treated alike to within 1/20 of their people."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Allocation:
    """Whom the facilities serve: served_persons (n,) int64 by cell, load_persons (F,) int64 by facility; equal sums."""

    served_persons: Int64Array
    load_persons: Int64Array


@dataclass(frozen=True, kw_only=True, eq=False)
class _Groups:
    """Cells that reach the same facilities, merged: group (n,) int32, -1 where none; members' people; arcs to facilities."""

    group: Int32Array
    persons: Int64Array
    arc_group: Int32Array
    arc_facility: Int32Array


def allocate(catchments: Catchments, workers_persons: Int64Array, capacity_persons: Int64Array) -> Allocation:
    """Serve as many people as capacities allow, each at a facility within reach.

    A maximum flow (Ford and Fulkerson 1956; Dinic's algorithm in SciPy) over whole persons: served per cell <= workers, load
    per facility <= capacity, and no other assignment serves more. The largest total is unique, who is served is not; so
    claims grow in ``ROUNDS`` equal steps, each step an augmentation that takes nothing back. Cells that compete for the same
    places thus get the same share of their people to within one step (water-filling towards max-min fairness: Bertsekas and
    Gallager, "Data Networks", 1992, section 6.5). Cells with the same reach share by largest remainder, ties to the lower one.

    workers_persons: (n,) int64 >= 0; capacity_persons: (F,) int64 >= 0; each sum of workers < 2**31. Cells and facilities must
    stand in the order of their ids for results that do not depend on the input's order.
    """
    groups = _merge(catchments, workers_persons)
    served, load = _flow(groups, np.minimum(capacity_persons, workers_persons.sum()))
    return Allocation(served_persons=_share_out(groups, served, workers_persons), load_persons=load)


def _merge(catchments: Catchments, workers_persons: Int64Array) -> _Groups:
    """Merge cells with equal reach sets; groups are numbered in the order of their sets."""
    n, facilities = catchments.cell_count, catchments.facility_count
    ones = np.ones(len(catchments.cell), np.int8)
    reach = sparse.csc_array((ones, catchments.cell, catchments.indptr), shape=(n, facilities)).tocsr()
    reach.sort_indices()
    sets = reach.indices.astype(">i4")
    keys = [sets[start:end].tobytes() for start, end in zip(reach.indptr[:-1], reach.indptr[1:], strict=True)]
    wanted = sorted({key for key, persons in zip(keys, workers_persons.tolist(), strict=True) if key and persons})
    number = {key: index for index, key in enumerate(wanted)}
    group = np.fromiter((number.get(key, -1) for key in keys), np.int32, n)
    members = group >= 0
    persons = np.zeros(len(wanted), np.int64)
    np.add.at(persons, group[members], workers_persons[members])
    lists = [np.frombuffer(key, ">i4").astype(np.int32) for key in wanted]
    arc_group = np.repeat(np.arange(len(wanted), dtype=np.int32), [len(row) for row in lists])
    return _Groups(
        group=group, persons=persons, arc_group=arc_group, arc_facility=np.concatenate([*lists, np.zeros(0, np.int32)])
    )


def _flow(groups: _Groups, capacity_persons: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Return people served by group and by facility: a maximum flow, claims growing step by step."""
    group_count, facility_count = len(groups.persons), len(capacity_persons)
    served, load = np.zeros(group_count, np.int64), np.zeros(facility_count, np.int64)
    if group_count == 0:
        return served, load
    through = np.zeros(len(groups.arc_group), np.int64)
    for step in range(1, ROUNDS + 1):
        claims = groups.persons * step // ROUNDS - served
        gained = _augment(groups, claims, through, capacity_persons - load)
        through += gained
        served = np.bincount(groups.arc_group, through, group_count).astype(np.int64)
        load = np.bincount(groups.arc_facility, through, facility_count).astype(np.int64)
    return served, load


def _augment(groups: _Groups, claims: Int64Array, through: Int64Array, free: Int64Array) -> Int64Array:
    """Return (arcs,) int64, the change of each arc by a maximum flow in the residual network.

    claims: (G,) people who may still come from each group; through: (arcs,) people who go there now, who may be sent elsewhere;
    free: (F,) places left. Nodes: source 0, groups, facilities, sink.
    """
    group_count, facility_count = len(groups.persons), len(free)
    sink = group_count + facility_count + 1
    group_node, facility_node = groups.arc_group + 1, groups.arc_facility + group_count + 1
    all_groups, all_facilities = np.arange(group_count) + 1, np.arange(facility_count) + group_count + 1
    tails = np.concatenate([np.zeros(group_count, np.int64), group_node, facility_node, all_facilities])
    heads = np.concatenate([all_groups, facility_node, group_node, np.full(facility_count, sink)])
    unbounded = groups.persons[groups.arc_group]
    limits = np.concatenate([claims, unbounded - through, through, free]).astype(np.int32)
    network = sparse.csr_array((limits, (tails, heads)), shape=(sink + 1, sink + 1))
    flow = maximum_flow(network, 0, sink, method="dinic").flow
    return np.asarray(sparse.csr_array(flow)[group_node, facility_node], np.int64)


def _share_out(groups: _Groups, served: Int64Array, workers_persons: Int64Array) -> Int64Array:
    """Return people served by cell: each group's, in proportion to its cells' people, by largest remainder."""
    result = np.zeros(len(workers_persons), np.int64)
    members = np.flatnonzero(groups.group >= 0)
    if not len(members):
        return result
    group, workers = groups.group[members], workers_persons[members]
    whole, rest = np.divmod(served[group] * workers, groups.persons[group])
    left = served - np.bincount(group, whole, len(served)).astype(np.int64)
    order = np.lexsort((members, -rest, group))
    first = np.searchsorted(group[order], group[order], side="left")
    rank = np.empty(len(members), np.int64)
    rank[order] = np.arange(len(members)) - first
    result[members] = whole + (rank < left[group])
    return result
