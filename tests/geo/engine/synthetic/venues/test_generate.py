"""Venues: numbers per county, unique codes, beside a street of their own county."""

import re
from collections import Counter

import numpy as np
import pytest
from pyproj import Geod
from scipy.spatial import cKDTree

from geo.engine.capacity import capacity_of_area
from geo.engine.synthetic.demand import county_workers
from geo.engine.synthetic.venues import generate_venues
from geo.engine.synthetic.venues.kinds import KINDS, OCCUPATIONS


def _generate(province, settlements, network, seed=4):
    count = len(province.counties)
    return generate_venues(
        province, settlements, county_names_zh=tuple(f"第{n + 1}县" for n in range(count)),
        county_names_en=tuple(f"County {n + 1}" for n in range(count)),
        county_workers=county_workers(province.counties, 900_000)[0],
        node_lon=network.node_lon, node_lat=network.node_lat, rng=np.random.default_rng(seed),
    )  # fmt: skip


@pytest.fixture(scope="module")
def venues(province, settlements, network):
    return _generate(province, settlements, network)


def test_numbers_per_county(province, venues):
    kinds = Counter((venue.kind, venue.county) for venue in venues)
    for county in range(len(province.counties)):
        assert kinds["public_hr_market", county] == 1
        assert kinds["migrant_service_centre", county] == 2  # 150,000 workers: more than 120,000
        assert kinds["grassroots_hrss_platform", county] == 6  # a platform per town
        assert kinds["doorstep_station", county] >= 1
    assert sum(venue.kind.startswith("gig_market") for venue in venues) == 1  # a quarter of six counties
    assert {venue.kind for venue in venues} <= set(KINDS)


def test_codes_are_unique_and_tell_county_and_kind(province, venues):
    codes = [venue.code for venue in venues]
    assert codes == sorted(set(codes))
    for venue in venues:
        assert venue.code.startswith(f"{province.counties.codes[venue.county]}-{KINDS[venue.kind].letters}-")


def test_venues_stand_beside_a_street_in_their_county(province, network, venues):
    lon, lat = np.array([venue.lon for venue in venues]), np.array([venue.lat for venue in venues])
    x, y = province.plane.to_metres(lon, lat)
    assert province.county_at(x, y).tolist() == [venue.county for venue in venues]
    nodes = province.plane.to_metres(network.node_lon, network.node_lat)
    node = cKDTree(np.column_stack(nodes)).query(np.column_stack([x, y]))[1]
    gap = Geod(ellps="WGS84").inv(lon, lat, network.node_lon[node], network.node_lat[node])[2]
    assert gap.max() < 31


def test_capacity_follows_the_floor_area(venues):
    housed = [venue for venue in venues if venue.floor_area_m2 is not None]
    assert all(venue.capacity_persons == capacity_of_area(venue.floor_area_m2) for venue in housed)
    assert all(KINDS[v.kind].area_m2[0] <= v.floor_area_m2 <= KINDS[v.kind].area_m2[1] for v in housed)
    assert all(venue.staff_persons >= 1 for venue in housed)


def test_gathering_points_are_counted_not_housed(venues):
    points = [venue for venue in venues if venue.kind == "informal_gathering_point"]
    assert len(points) == 6
    for point in points:
        assert point.waiting_persons >= 15
        assert point.floor_area_m2 is point.capacity_persons is point.staff_persons is None
        assert all(180 <= span.opens_minute < span.closes_minute <= 540 for span in point.hours)


def test_offices_are_shut_at_six_and_markets_open(venues):
    for venue in venues:
        open_at_six = any(span.opens_minute <= 360 < span.closes_minute for span in venue.hours)
        if venue.kind in {"public_hr_market", "grassroots_hrss_platform", "doorstep_station", "migrant_service_centre"}:
            assert not open_at_six
        elif venue.kind.startswith(("gig_market", "branch")):
            assert open_at_six


def test_phones_are_fictitious_and_trades_known(venues):
    assert all(re.fullmatch(r"(025-0000-\d{4})?", venue.phone) for venue in venues)
    assert all(3 <= len(set(venue.occupations)) <= 7 for venue in venues)
    assert {code for venue in venues for code in venue.occupations} <= set(OCCUPATIONS)


def test_same_seed_same_venues(province, settlements, network, venues):
    assert _generate(province, settlements, network) == venues
    assert _generate(province, settlements, network, seed=5) != venues
