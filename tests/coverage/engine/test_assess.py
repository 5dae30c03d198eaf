"""Assessments of the grid city by hand, and laws: sums, monotone coverage, no dependence on order."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.engine.assess import assess
from geo.engine.inputs import Demand, Facilities
from tests.coverage.engine.cases import PLACES, blocks_between, city, demand_at, facilities_at, same_for_both, standard_of

CITY = city()
SPOTS = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=1, max_size=5, unique=True)


def three_numbers(found):
    parts = (found.served_persons, found.over_capacity_persons, found.out_of_reach_persons)
    return tuple(int(part.sum()) for part in parts)


def test_three_numbers_by_hand():
    # 20 cells of 10 people within reach of (5, 5) (see test_catchments); 100 places: 100 served, 100 over, 1,210 - 200 out.
    found = assess(CITY, demand_at(), facilities_at((5, 5), capacity=[100]), standard_of())
    assert three_numbers(found) == (100, 100, 1010)
    assert found.load_persons.tolist() == [100]
    # All 20 cells reach the same venue: 5 of 10 people each.
    assert found.served_persons[found.reached].tolist() == [5] * 20


def test_nearest_by_hand():
    # Nearest of (0, 0) and (10, 10) by blocks; on the diagonal both are 10 blocks away and the first in order wins.
    found = assess(CITY, demand_at(), facilities_at((0, 0), (10, 10)), standard_of())
    blocks = [min(blocks_between(place, (0, 0)), blocks_between(place, (10, 10))) for place in PLACES]
    assert found.nearest_minutes.tolist() == pytest.approx(blocks, abs=0.001)
    off_diagonal = [number for number, (column, row) in enumerate(PLACES) if column + row != 10]
    nearer = [0 if sum(PLACES[number]) < 10 else 1 for number in off_diagonal]
    assert found.nearest_facility[off_diagonal].tolist() == nearer


def test_cutoff_zero_reaches_the_door_only_and_infinity_everyone():
    demand, facilities = demand_at(), facilities_at((5, 5))
    nothing = assess(CITY, demand, facilities, same_for_both(minutes=0))
    assert nothing.reached.sum() <= 1
    everyone = assess(CITY, demand, facilities, same_for_both(minutes=math.inf))
    assert three_numbers(everyone) == (1210, 0, 0)


def test_without_venues_everyone_is_out_of_reach():
    found = assess(CITY, demand_at(), facilities_at(), standard_of())
    assert three_numbers(found) == (0, 0, 1210)
    assert np.isinf(found.nearest_minutes).all()


@given(SPOTS, st.floats(0, 12), st.floats(0, 4), st.lists(st.integers(0, 400), min_size=5, max_size=5))
@settings(deadline=None, max_examples=25)
def test_sums_hold_and_coverage_grows_with_cutoff_and_venues(spots, minutes, more, capacity):
    demand = demand_at(persons=np.arange(len(PLACES)) % 17)
    places = facilities_at(*spots, capacity=capacity[: len(spots)])
    found = assess(CITY, demand, places, same_for_both(minutes=minutes))
    total = found.served_persons + found.over_capacity_persons + found.out_of_reach_persons
    assert (total == demand.workers_persons).all()
    assert (found.load_persons <= places.capacity_persons).all()
    assert found.load_persons.sum() == found.served_persons.sum()
    longer = assess(CITY, demand, places, same_for_both(minutes=minutes + more))
    assert (longer.reached >= found.reached).all()
    assert longer.served_persons.sum() >= found.served_persons.sum()
    fewer = assess(
        CITY, demand, facilities_at(*spots[:-1], capacity=capacity[: len(spots) - 1]), same_for_both(minutes=minutes)
    )
    assert (fewer.reached <= found.reached).all()
    assert fewer.served_persons.sum() <= found.served_persons.sum()


@given(SPOTS, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=25)
def test_the_order_of_the_input_does_not_matter(spots, random):
    demand = demand_at(persons=np.arange(len(PLACES)) % 17)
    places = facilities_at(*spots, capacity=[37] * len(spots))
    found = assess(CITY, demand, places, standard_of(minutes=5))
    cell, spot = list(range(len(PLACES))), list(range(len(spots)))
    random.shuffle(cell)
    random.shuffle(spot)
    moved = assess(CITY, shuffled_demand(demand, cell), shuffled_places(places, spot), standard_of(minutes=5))
    assert (moved.served_persons == found.served_persons[cell]).all()
    assert (moved.load_persons == found.load_persons[spot]).all()
    assert (moved.reached == found.reached[cell]).all()
    assert (np.array(spot)[moved.nearest_facility] == found.nearest_facility[cell]).all()
    pairs = {(spot[f], cell[c]) for f, c in zip(moved.catchments.facility, moved.catchments.cell, strict=True)}
    assert pairs == set(zip(found.catchments.facility.tolist(), found.catchments.cell.tolist(), strict=True))


def shuffled_demand(demand, order):
    arrays = ("lon", "lat", "workers_persons", "is_urban", "area_km2", "region_index")
    return Demand(
        cell_ids=tuple(demand.cell_ids[number] for number in order), region_codes=demand.region_codes,
        **{name: getattr(demand, name)[order] for name in arrays},
    )  # fmt: skip


def shuffled_places(places, order):
    return Facilities(
        ids=tuple(places.ids[number] for number in order),
        **{name: getattr(places, name)[order] for name in ("lon", "lat", "capacity_persons")},
    )


def test_the_way_to_the_street_is_told_in_the_order_of_the_input():
    # Half a thousandth of a degree north-east of a crossing the nearest street is 47.2 m away (111,412 cos 32° × 0.0005);
    # a whole degree east there is none. Ids run backwards: cells are worked on in the order of ids, and told in that given.
    first = demand_at()
    lon, lat = np.array(first.lon[:3]), np.array(first.lat[:3])
    lon[1], lat[1] = lon[1] + 0.0005, lat[1] + 0.0005
    lon[2] += 1.0
    demand = Demand(
        cell_ids=("c", "b", "a"), lon=lon, lat=lat, workers_persons=np.array([1, 2, 4]), is_urban=first.is_urban[:3],
        area_km2=first.area_km2[:3], region_codes=first.region_codes, region_index=first.region_index[:3],
    )  # fmt: skip
    found = assess(CITY, demand, facilities_at((5, 5)), standard_of())
    assert found.snap_metres.tolist() == pytest.approx([0.0, 47.2, math.inf], abs=0.3)
    assert found.catchments.cell_snapped.tolist() == [True, True, False]
    assert found.out_of_reach_persons[2] == 4
