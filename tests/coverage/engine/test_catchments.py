"""Catchments on the grid city, counted by hand: a crossing k blocks away is k minutes or 250 k metres away by e-bike."""

import numpy as np
import pytest

from coverage.engine.catchments import catchments
from coverage.engine.standard import Rule, Standard
from geo.engine.errors import NetworkError
from geo.engine.inputs import Demand
from tests.coverage.engine.cases import (
    PLACES,
    blocks_between,
    city,
    demand_at,
    facilities_at,
    same_for_both,
    standard_of,
)


def cells_of(found, facility):
    return found.cell[found.indptr[facility] : found.indptr[facility + 1]]


def test_each_class_keeps_its_own_cutoff():
    # Facility at (5, 5). Urban (columns 0-5) within 3 blocks: 7 + 5 + 3 + 1 = 16; rural within 500 m = 2 blocks: 3 + 1 = 4.
    found = catchments(city(), demand_at(), facilities_at((5, 5)), standard_of())
    expected = [number for number, place in enumerate(PLACES) if blocks_between(place, (5, 5)) <= (3 if place[0] <= 5 else 2)]
    assert len(expected) == 20
    assert cells_of(found, 0).tolist() == expected
    assert found.reached.sum() == 20
    assert found.cell_snapped.all()
    assert found.facility_snapped.all()


def test_costs_are_in_the_unit_of_the_cells_rule():
    places = [(3, 5), (6, 4)]
    found = catchments(city(), demand_at(places), facilities_at((5, 5)), standard_of())
    # (3, 5) is urban, 2 blocks: 120 s. (6, 4) is rural, 2 blocks: 500 m.
    assert found.cost.tolist() == pytest.approx([120.0, 500.0], abs=0.01)


def test_two_facilities_have_two_lists_sorted_by_cell():
    found = catchments(city(), demand_at(), facilities_at((0, 0), (2, 0)), same_for_both(minutes=1.01))
    named = [[PLACES[cell] for cell in cells_of(found, facility)] for facility in (0, 1)]
    assert named == [[(0, 0), (1, 0), (0, 1)], [(1, 0), (2, 0), (3, 0), (2, 1)]]
    assert found.facility.tolist() == [0] * 3 + [1] * 4


def test_workers_travel_to_the_venue_not_back():
    # Row 5 runs from west to east for e-bikes. From (4, 5) it is 1 block; from (6, 5) over row 4 or 6: 3 blocks.
    found = catchments(city(one_way_rows=(5,)), demand_at([(4, 5), (6, 5)]), facilities_at((5, 5)), same_for_both(minutes=2.9))
    assert found.reached.tolist() == [True, False]


def test_signals_cost_on_entry_also_at_the_end():
    # One block and 30 s at the signals of the facility's crossing: 90 s.
    found = catchments(city(signals=((5, 5),)), demand_at([(4, 5)]), facilities_at((5, 5)), same_for_both(minutes=3))
    assert found.cost.tolist() == pytest.approx([90.0], abs=0.01)


@pytest.mark.parametrize(("minutes", "metres", "reached"), [(3, 750, [True, True]), (2.9999, 749.99, [False, False])])
def test_the_cutoff_is_inclusive(minutes, metres, reached):
    # Both are 3 blocks away: (2, 5) is urban, 3 minutes; (8, 5) is rural, 750 m.
    standard = standard_of(minutes=minutes, metres=metres)
    assert catchments(city(), demand_at([(2, 5), (8, 5)]), facilities_at((5, 5)), standard).reached.tolist() == reached


def test_different_modes_for_the_classes():
    # Walkers need 250 s a block: 1 block in 5 minutes. E-bikes: 3 blocks in 3 minutes.
    rules = (
        Rule(settlement_class="urban", mode="walk", cutoff_minutes=5),
        Rule(settlement_class="rural", mode="ebike", cutoff_minutes=3.01),
    )
    found = catchments(city(), demand_at([(3, 5), (4, 5), (8, 5), (9, 5)]), facilities_at((5, 5)), Standard(rules=rules))
    assert found.reached.tolist() == [False, True, True, False]


def test_what_is_too_far_from_a_street_is_counted_not_snapped():
    demand = demand_at([(5, 5), (0, 0)])
    # A degree of latitude is 111 km: 0.01 degrees south of the southern edge are 1.1 km from the nearest street.
    moved = Demand(**{k: v for k, v in vars(demand).items() if k != "lat"}, lat=demand.lat - np.array([0.0, 0.01]))
    found = catchments(city(), moved, facilities_at((5, 5), (0, 0)), same_for_both(minutes=1000))
    assert found.cell_snapped.tolist() == [True, False]
    assert found.reached.tolist() == [True, False]
    near = catchments(city(), moved, facilities_at((5, 5)), same_for_both(minutes=1000, max_snap_metres=1200))
    assert near.cell_snapped.tolist() == [True, True]
    assert near.reached.tolist() == [True, True]


def test_the_way_to_the_street_is_walked():
    demand = demand_at([(0, 0)])
    moved = Demand(**{k: v for k, v in vars(demand).items() if k != "lat"}, lat=demand.lat - 0.001)
    found = catchments(city(), moved, facilities_at((1, 0)), same_for_both(minutes=10, snap_speed_kph=3.6))
    # 0.001 degrees are 110.9 m (a degree of latitude at 32 N is 110.89 km): 110.9 s at 1 m/s, then one block of 60 s.
    assert found.cost.tolist() == pytest.approx([170.9], abs=0.3)


def test_nobody_and_nothing():
    assert catchments(city(), demand_at(), facilities_at(), standard_of()).reached.sum() == 0
    assert catchments(city(), demand_at([]), facilities_at((5, 5)), standard_of()).indptr.tolist() == [0, 0]


def test_a_mode_the_network_does_not_have_is_refused():
    with pytest.raises(NetworkError):
        catchments(city(), demand_at(), facilities_at((5, 5)), same_for_both(minutes=15, mode="metro"))
