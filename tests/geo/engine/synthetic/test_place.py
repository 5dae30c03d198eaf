"""People and venues along streets: totals kept, nobody where there is no street, the same again for the same seed."""

import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.gridcity import grid_city
from geo.engine.synthetic.place import (
    RESOLUTION,
    URBAN_STREET_KM_PER_KM2,
    WORKERS_PER_STREET_KM,
    people_along_streets,
    venues_along_streets,
)

CITY = grid_city(columns=9, rows=9)
# 9 rows and 9 columns of 8 blocks of 250 m.
STREET_KM = 2 * 9 * 8 * 0.25


def test_without_a_total_people_follow_the_length_of_streets():
    people = people_along_streets(CITY)
    assert people.street_km.sum() == pytest.approx(STREET_KM, rel=1e-4)
    assert people.workers_persons.sum() == round(STREET_KM * WORKERS_PER_STREET_KM)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 50_000))
def test_a_total_is_kept_to_one_person(total):
    people = people_along_streets(CITY, workers_persons=total)
    assert people.workers_persons.sum() == total
    assert (people.workers_persons > 0).all()


def test_cells_are_sorted_whole_and_on_the_streets():
    people = people_along_streets(CITY)
    assert list(people.cell_ids) == sorted(set(people.cell_ids))
    west, south, east, north = CITY.bounds
    for cell, lon, lat, area in zip(people.cell_ids, people.lon, people.lat, people.area_km2, strict=True):
        assert h3.get_resolution(cell) == RESOLUTION
        assert h3.cell_to_latlng(cell) == pytest.approx((lat, lon))
        assert area == pytest.approx(h3.cell_area(cell, unit="km^2"))
        # A cell of resolution 9 reaches 0.2 km from its middle: it touches the city.
        assert west - 0.003 < lon < east + 0.003
        assert south - 0.003 < lat < north + 0.003


def test_dense_streets_make_a_cell_urban():
    people = people_along_streets(CITY)
    density = people.street_km / people.area_km2
    assert (people.is_urban == (density >= URBAN_STREET_KM_PER_KM2)).all()
    # Streets every 250 m both ways are 8 km per km²: inner cells are urban.
    assert people.is_urban.any()


def test_shares_follow_street_length():
    people = people_along_streets(CITY, workers_persons=1_000_000)
    expected = 1_000_000 * people.street_km / people.street_km.sum()
    assert np.abs(people.workers_persons - expected).max() <= 1


def test_the_same_seed_gives_the_same_venues_and_another_seed_others():
    people = people_along_streets(CITY)
    first, again, other = (venues_along_streets(CITY, people, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_every_tier_is_there_and_stands_on_a_street_node():
    people = people_along_streets(CITY)
    venues = venues_along_streets(CITY, people, np.random.default_rng(1))
    assert {venue.kind for venue in venues} == {
        "gig_market_comprehensive", "gig_station", "public_hr_market", "migrant_service_centre", "grassroots_hrss_platform",
        "informal_gathering_point",
    }  # fmt: skip
    nodes = set(zip(CITY.node_lon.tolist(), CITY.node_lat.tolist(), strict=True))
    assert all((venue.lon, venue.lat) in nodes for venue in venues)


def test_numbers_of_venues_follow_the_workers():
    people = people_along_streets(CITY, workers_persons=60_000)
    venues = venues_along_streets(CITY, people, np.random.default_rng(1))
    # One platform for 6,000 workers.
    assert sum(venue.kind == "grassroots_hrss_platform" for venue in venues) == 10
