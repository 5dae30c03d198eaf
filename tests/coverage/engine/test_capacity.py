"""Allocation against NetworkX's maximum flow and by hand; laws of conservation, fairness and order."""

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.engine.capacity import ROUNDS, allocate
from coverage.engine.catchments import Catchments


def catchments_of(reach, cell_count):
    """``reach``: the cells of each facility."""
    lists = [sorted(cells) for cells in reach]
    cell = np.array([cell for cells in lists for cell in cells], np.int32)
    return Catchments(
        indptr=np.cumsum([0, *map(len, lists)]).astype(np.int64), cell=cell, cost=np.zeros(len(cell), np.float32),
        cell_count=cell_count, cell_snapped=np.ones(cell_count, bool), facility_snapped=np.ones(len(reach), bool),
    )  # fmt: skip


def allocated(reach, workers, capacity):
    return allocate(catchments_of(reach, len(workers)), np.array(workers, np.int64), np.array(capacity, np.int64))


def largest_flow(reach, workers, capacity):
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", "sink"])
    for cell, persons in enumerate(workers):
        graph.add_edge("source", f"c{cell}", capacity=persons)
    for facility, cells in enumerate(reach):
        graph.add_edge(f"f{facility}", "sink", capacity=capacity[facility])
        for cell in cells:
            graph.add_edge(f"c{cell}", f"f{facility}")
    return nx.maximum_flow_value(graph, "source", "sink")


@st.composite
def instances(draw):
    cells, facilities = draw(st.integers(1, 7)), draw(st.integers(1, 4))
    reach = [draw(st.sets(st.integers(0, cells - 1))) for _ in range(facilities)]
    workers = draw(st.lists(st.integers(0, 60), min_size=cells, max_size=cells))
    capacity = draw(st.lists(st.integers(0, 80), min_size=facilities, max_size=facilities))
    return reach, workers, capacity


def test_one_place_is_shared_in_proportion_by_largest_remainder():
    # 10 places for 7 + 7 + 6 people: 3.5, 3.5, 3.0; the one left over goes to the first of the equal remainders.
    found = allocated([{0, 1, 2}], [7, 7, 6], [10])
    assert found.served_persons.tolist() == [4, 3, 3]
    assert found.load_persons.tolist() == [10]


def test_people_with_a_choice_make_room_for_those_without():
    # Facility 0 reaches both cells, facility 1 only the second: all 100 are served only if cell 1 goes to facility 1.
    found = allocated([{0, 1}, {1}], [50, 50], [50, 50])
    assert found.served_persons.tolist() == [50, 50]
    assert found.load_persons.tolist() == [50, 50]


def test_cells_that_compete_for_one_place_are_treated_alike():
    # Both reach facility 0 (60 places); cell 1 also reaches facility 1, which has none. 100 people each: 30 % of each.
    found = allocated([{0, 1}, {1}], [100, 100], [60, 0])
    assert found.served_persons.tolist() == [30, 30]


def test_nobody_and_nothing():
    assert allocated([], [5], []).served_persons.tolist() == [0]
    assert allocated([{0}], [0], [9]).load_persons.tolist() == [0]
    assert allocated([set()], [4], [9]).served_persons.tolist() == [0]


def test_unlimited_places_serve_everyone_in_reach():
    unlimited = 2**31 - 1
    found = allocated([{0, 1}, {1, 2}], [3_000_000, 2_000_000, 3_000_000], [unlimited, unlimited])
    assert found.served_persons.tolist() == [3_000_000, 2_000_000, 3_000_000]


@given(instances())
@settings(deadline=None)
def test_the_largest_number_is_served_and_no_limit_is_broken(instance):
    reach, workers, capacity = instance
    found = allocated(*instance)
    assert found.served_persons.sum() == found.load_persons.sum() == largest_flow(*instance)
    assert (found.load_persons <= np.array(capacity)).all()
    assert ((found.served_persons >= 0) & (found.served_persons <= np.array(workers))).all()
    in_reach = set().union(*reach)
    assert all(persons == 0 for cell, persons in enumerate(found.served_persons) if cell not in in_reach)


@given(instances(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_cells_changes_nothing_but_ties(instance, random):
    reach, workers, capacity = instance
    order = list(range(len(workers)))
    random.shuffle(order)
    where = {cell: place for place, cell in enumerate(order)}
    found = allocated(*instance)
    moved = allocated([{where[cell] for cell in cells} for cells in reach], [workers[cell] for cell in order], capacity)
    assert np.abs(moved.served_persons - found.served_persons[order]).max() <= 1
    assert moved.load_persons.tolist() == found.load_persons.tolist()


@given(st.lists(st.integers(1, 400), min_size=2, max_size=6), st.integers(0, 900))
@settings(deadline=None)
def test_shares_of_competitors_differ_by_at_most_one_step(workers, places):
    # All reach facility 0; cell i alone also reaches facility i + 1, which has no place: so no two cells are merged.
    reach = [set(range(len(workers))), *[{cell} for cell in range(len(workers))]]
    found = allocated(reach, workers, [places] + [0] * len(workers))
    persons = np.array(workers)
    assert found.served_persons.sum() == min(places, persons.sum())
    steps = [(persons * (step - 1) // ROUNDS, persons * step // ROUNDS) for step in range(1, ROUNDS + 1)]
    assert any((low <= found.served_persons).all() and (found.served_persons <= high).all() for low, high in steps)
