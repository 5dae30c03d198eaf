"""Numbers of regions on the grid city, by hand."""

import math

import numpy as np
import pytest

from coverage.engine.assess import assess
from coverage.engine.metrics import summarise, summarise_regions
from geo.engine.inputs import Demand
from tests.coverage.engine.cases import city, demand_at, facilities_at, standard_of

CITY = city()


def test_regions_by_hand():
    demand = demand_at()
    found = assess(CITY, demand, facilities_at((5, 5), capacity=[100]), standard_of())
    members = {"320000": ["320102", "320104"], "320102": ["320102"], "320104": ["320104"], "329999": ["nowhere"]}
    numbers = summarise_regions(demand, found, members)
    west, east, whole = numbers["320102"], numbers["320104"], numbers["320000"]
    # West: 6 columns of 11 cells, 16 reached, 80 served; east: 5 columns, 4 reached, 20 served.
    assert (west.workers_persons, west.served_persons, west.over_capacity_persons, west.out_of_reach_persons) == (
        660,
        80,
        80,
        500,
    )
    assert (east.workers_persons, east.served_persons, east.over_capacity_persons, east.out_of_reach_persons) == (
        550,
        20,
        20,
        510,
    )
    assert (west.reached_area_km2, west.populated_area_km2) == (1.0, 66 / 16)
    assert whole.workers_persons == west.workers_persons + east.workers_persons
    # Blocks to (5, 5): 61 of 121 crossings are at most 5 away (1 + 4 + 8 + 12 + 16 + 20), so the 605th person is at 5 minutes;
    # 6 away: 20, 7: 16, 8: 12 = 109 crossings cover 1,089 people.
    assert whole.median_minutes == pytest.approx(5.0, abs=0.001)
    assert whole.p90_minutes == pytest.approx(8.0, abs=0.001)
    nowhere = numbers["329999"]
    assert (nowhere.workers_persons, nowhere.cells_count, nowhere.median_minutes, nowhere.gini_minutes) == (0, 0, None, None)


def test_unsnapped_people_are_counted_in_percentiles_and_left_out_of_gini():
    demand = demand_at([(4, 5), (6, 5), (0, 0)], persons=[10, 10, 80])
    moved = Demand(**{k: v for k, v in vars(demand).items() if k != "lat"}, lat=demand.lat - np.array([0, 0, 0.1]))
    found = assess(CITY, moved, facilities_at((5, 5)), standard_of())
    numbers = summarise(moved, found, np.ones(3, bool))
    assert numbers.unsnapped_persons == 80
    assert (numbers.served_persons, numbers.over_capacity_persons, numbers.out_of_reach_persons) == (20, 0, 80)
    assert numbers.median_minutes == math.inf
    assert numbers.gini_minutes == pytest.approx(0.0, abs=1e-6)
    assert found.nearest_facility.tolist() == [0, 0, -1]
