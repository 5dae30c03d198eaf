"""What a facility at one point would do: by hand on the grid city, and the same as a run with that one facility."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.engine.catchments import catchments
from coverage.engine.standard import Rule, Standard
from coverage.engine.whatif import WhatIfGround
from coverage.services import SHIPPED_STANDARDS
from geo.engine.errors import InputError, NetworkError
from geo.engine.gridcity import node_number
from geo.engine.inputs import UNLIMITED_PERSONS, Facilities
from tests.coverage.engine.cases import COLUMNS, LAT, LON, PLACES, city, demand_at, same_for_both, standard_of


def position(column, row):
    number = node_number(column, row, COLUMNS)
    return LON[number], LAT[number]


def ground_of(standard=None, *, network=None, demand=None, reached=None):
    demand = demand or demand_at()
    reached = np.zeros(len(demand), bool) if reached is None else reached
    return WhatIfGround(network or city(), demand, standard or standard_of(), reached=reached)


def test_workers_by_county_counted_by_hand():
    # At (5, 5): 16 urban crossings within 3 minutes (county 320102) and 4 rural ones within 500 m (320104), 10 workers each.
    reached = np.array([column in {4, 6} for column, _ in PLACES])
    found = ground_of(reached=reached).ask(*position(5, 5))
    assert found.region_codes == ("320102", "320104")
    assert found.workers_reached_persons.tolist() == [160, 40]
    # Of the urban ones, 5 are in column 4; of the rural ones, 3 in column 6.
    assert found.workers_newly_reached_persons.tolist() == [110, 10]
    assert (found.reached_persons, found.newly_reached_persons, found.is_snapped) == (200, 120, True)


def test_the_isochrone_is_that_of_the_class_asked_for():
    ground = ground_of(standard_of(minutes=3.0, metres=250.0))
    urban, rural = (ground.ask(*position(5, 5), isochrone_class=name).isochrone for name in ("urban", "rural"))
    # From crossings k blocks away lead 8 k + 4 streets to those k + 1 away: within 3 blocks 4 + 12 + 20, within one 4.
    assert (len(urban.segments.edge), len(rural.segments.edge)) == (36, 4)
    assert urban.polygon.covers(rural.lines)


def test_far_from_any_street_nobody_is_reached():
    found = ground_of().ask(LON[0], LAT[0] - 0.1)
    assert (found.is_snapped, found.reached_persons, found.isochrone.polygon.is_empty) == (False, 0, True)


def test_what_cannot_be_asked():
    ground = ground_of()
    with pytest.raises(InputError):
        ground.ask(float("nan"), 32.0)
    with pytest.raises(NetworkError):
        ground_of(same_for_both(minutes=15, mode="metro"))


def test_threads_get_the_answers_of_one():
    ground, spots = ground_of(), [position(*place) for place in PLACES]
    alone = [ground.ask(*spot).cell.tolist() for spot in spots]
    with ThreadPoolExecutor(4) as executor:
        assert list(executor.map(lambda spot: ground.ask(*spot).cell.tolist(), spots)) == alone


def shipped_standards():
    names = ("settlement_class", "mode", "cutoff_minutes", "cutoff_metres")
    for given_one in json.loads(SHIPPED_STANDARDS.read_text()):
        rules = tuple(Rule(**{name: rule.get(name) for name in names}) for rule in given_one["rules"])
        yield Standard(rules=rules, max_snap_metres=given_one["max_snap_metres"], snap_speed_kph=given_one["snap_speed_kph"])


MIXED = Standard(
    rules=(
        Rule(settlement_class="urban", mode="walk", cutoff_minutes=12),
        Rule(settlement_class="rural", mode="ebike", cutoff_metres=900),
    )
)
STANDARDS = [*shipped_standards(), MIXED, standard_of(), same_for_both(minutes=float("inf"))]
STREETS = city(one_way_rows=(5, 6), signals=((5, 4), (2, 7)))
PEOPLE = demand_at(persons=np.arange(len(PLACES)))
GROUNDS = [ground_of(standard, network=STREETS, demand=PEOPLE) for standard in STANDARDS]


@settings(max_examples=60, deadline=None)
@given(number=st.integers(0, len(STANDARDS) - 1), east=st.floats(-0.1, 1.1), north=st.floats(-0.1, 1.1))
def test_it_is_what_a_run_with_that_one_facility_finds(number, east, north):
    lon, lat = LON.min() + east * np.ptp(LON), LAT.min() + north * np.ptp(LAT)
    one = Facilities(
        ids=("f",), lon=np.array([lon]), lat=np.array([lat]), capacity_persons=np.array([UNLIMITED_PERSONS], np.int64)
    )
    wanted = catchments(STREETS, PEOPLE, one, STANDARDS[number])
    found = GROUNDS[number].ask(lon, lat)
    assert found.cell.tolist() == wanted.cell.tolist()
    assert found.cost.tolist() == wanted.cost.tolist()
    assert found.is_snapped == wanted.facility_snapped[0]
    assert found.reached_persons == PEOPLE.workers_persons[wanted.cell].sum()
