"""Demand: the formula by hand, nobody lost, each cell in one county, groups that add up both ways."""

import h3
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.engine.synthetic.demand import RESOLUTION, county_workers, model_demand, split_into_groups
from geo.engine.synthetic.province import Counties

TOTAL = 100_000


def _counties(elsewhere, shares):
    count = len(elsewhere)
    people = np.full(count, 1000, np.int64)
    return Counties(
        codes=tuple("ab"[:count]), shapes=np.array([shapely.Point(0, 0)] * count, object), residents_persons=people,
        urban_persons=people, elsewhere_persons=np.array(elsewhere), group_share=np.array(shares),
    )  # fmt: skip


def test_formula_by_hand():
    # weights 300 x 0.2 = 60 and 100 x 0.4 = 40 of 100 -> 600 and 400 of 1,000; groups 3:1:0:0 and 1:1:1:1.
    counties = _counties([300, 100], [[0.15, 0.05, 0, 0], [0.1, 0.1, 0.1, 0.1]])
    workers, groups = county_workers(counties, 1000)
    assert workers.tolist() == [600, 400]
    assert groups.tolist() == [[450, 150, 0, 0], [100, 100, 100, 100]]


def test_totals_are_kept(province, settlements):
    demand = model_demand(province, settlements, total_persons=TOTAL)
    workers, groups = county_workers(province.counties, TOTAL)
    assert demand.workers_persons.sum() == TOTAL
    assert demand.workers_persons.min() >= 1
    assert np.bincount(demand.county, weights=demand.workers_persons).astype(int).tolist() == workers.tolist()
    for county in range(len(workers)):
        assert demand.workers_by_group[demand.county == county].sum(axis=0).tolist() == groups[county].tolist()


def test_each_cell_stands_once_in_the_county_that_holds_its_centre(province, settlements):
    demand = model_demand(province, settlements, total_persons=TOTAL)
    assert len(np.unique(demand.h3_index)) == len(demand)
    for row in range(0, len(demand), 97):
        name = f"{demand.h3_index[row]:x}"
        lat, lon = h3.cell_to_latlng(name)
        assert h3.get_resolution(name) == RESOLUTION
        assert (demand.lon[row], demand.lat[row]) == (lon, lat)
        assert demand.area_km2[row] == h3.cell_area(name)
        assert province.counties.shapes[demand.county[row]].covers(shapely.Point(lon, lat))


def test_urban_share_follows_the_census(province, settlements):
    demand = model_demand(province, settlements, total_persons=TOTAL)
    for county, expected in enumerate(province.counties.urban_share):
        here = demand.county == county
        share = demand.workers_persons[here & demand.is_urban].sum() / demand.workers_persons[here].sum()
        assert abs(share - expected) < 0.02


def test_urban_cells_are_denser(province, settlements):
    demand = model_demand(province, settlements, total_persons=TOTAL)
    here = demand.county == 0
    workers, urban = demand.workers_persons, demand.is_urban
    assert workers[here & urban].min() >= workers[here & ~urban].max() - 1


def test_no_workers_on_the_river(province, settlements):
    demand = model_demand(province, settlements, total_persons=TOTAL)
    assert province.is_dry(*province.plane.to_metres(demand.lon, demand.lat)).all()


@given(
    st.lists(st.lists(st.integers(0, 40), min_size=4, max_size=4), min_size=1, max_size=4), st.randoms(use_true_random=False)
)
def test_groups_add_up_both_ways(county_groups, random):
    groups = np.array(county_groups)
    persons, county = [], []
    for index, total in enumerate(groups.sum(axis=1)):
        left = int(total)
        while left:
            take = random.randint(1, left)
            persons.append(take)
            county.append(index)
            left -= take
    persons, county = np.array(persons, np.int64), np.array(county, np.int32)
    found = split_into_groups(persons, county, groups)
    assert found.sum(axis=1).tolist() == persons.tolist()
    for index in range(len(groups)):
        assert found[county == index].sum(axis=0).tolist() == groups[index].tolist()
