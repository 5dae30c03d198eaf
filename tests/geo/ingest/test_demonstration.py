"""Facts of the demonstration: the whole census, real towns, water between the banks."""

import csv

import numpy as np
import pytest
import shapely

from geo.engine.errors import InputError
from geo.engine.synthetic.province import GROUPS
from geo.ingest.boundaries import COUNTY
from geo.ingest.boundaries import read_province as read_boundaries
from geo.ingest.demonstration import FIXTURES, CountyFact, facts_digest, read_census, read_province, require_facts
from geo.ingest.facts import read_facts

RESIDENTS_OF_JIANGSU_2020 = 84_748_016
REGISTERED_ELSEWHERE_OF_JIANGSU_2020 = 9_497_224 + 10_174_114 + 10_308_610


@pytest.fixture(scope="module")
def counties():
    units = [unit for unit in read_boundaries("江苏省", "tianditu") if unit.level == COUNTY]
    return [CountyFact(code=unit.code, name_zh=unit.name_zh, name_en="", shape=unit.boundary) for unit in units]


@pytest.fixture(scope="module")
def province(counties):
    return read_province("江苏省", counties)


def _units():
    with (FIXTURES / "jiangsu_census2020_units.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_census_table_holds_everybody():
    units = _units()
    assert len(units) == 107
    assert sum(int(unit["residents_persons"]) for unit in units) == RESIDENTS_OF_JIANGSU_2020
    assert all(int(u["urban_persons"]) + int(u["rural_persons"]) == int(u["residents_persons"]) for u in units)


def test_folding_keeps_everybody(counties, province):
    assert len(province.counties) == 95
    assert province.counties.residents_persons.sum() == RESIDENTS_OF_JIANGSU_2020
    assert province.counties.elsewhere_persons.sum() == REGISTERED_ELSEWHERE_OF_JIANGSU_2020
    census = read_census("jiangsu", province.counties.codes)
    for name in census.columns:
        assert census[name].sum() == sum(int(unit[name]) for unit in _units())


def test_two_ways_of_folding_agree(province):
    expected = read_facts("320000").county_residents_persons
    found = dict(zip(province.counties.codes, province.counties.residents_persons.tolist(), strict=True))
    assert found == expected


def test_shares_by_hand(province):
    # Chongchuan holds all of Gangzha and of Nantong's development zone, in figures of the same census table.
    residents = {unit["code"]: int(unit["residents_persons"]) for unit in _units()}
    folded = dict(zip(province.counties.codes, province.counties.residents_persons.tolist(), strict=True))
    assert folded["320613"] == residents["320613"] + residents["320611"] + residents["320671"]
    assert folded["320102"] == residents["320102"]


def test_group_shares_are_shares(province):
    assert province.counties.group_share.shape == (95, len(GROUPS))
    assert province.counties.group_share.min() > 0
    assert 0.1 < province.counties.group_share.sum(axis=1).mean() < 0.4


def test_towns_are_real_and_told_apart(province):
    towns = province.towns
    assert len(towns) > 800
    assert np.bincount(towns.county[towns.is_seat], minlength=95).tolist() == [1] * 95
    assert len({(county, name) for county, name in zip(towns.county.tolist(), towns.names_zh, strict=True)}) == len(towns)
    assert all(name and all("一" <= sign <= "鿿" for sign in name) for name in towns.names_zh)
    zhouzhuang = towns.names_zh.index("周庄镇")
    assert province.counties.codes[towns.county[zhouzhuang]] in {"320583", "320281"}  # in Kunshan; another one in Jiangyin


def test_towns_lie_in_their_county(province):
    points = shapely.points(province.towns.lon, province.towns.lat)
    assert shapely.intersects(province.counties.shapes[province.towns.county], points).all()


def test_water_lies_where_it_should(province):
    places = {
        "middle of Lake Tai": (120.15, 31.2),
        "the Yangtze at Jiangyin bridge": (120.267, 31.945),
        "Lake Hongze": (118.6, 33.3),
    }
    water = shapely.union_all(province.water)
    for name, (lon, lat) in places.items():
        assert water.contains(shapely.Point(lon, lat)), name
    assert not water.contains(shapely.Point(118.79, 32.05))  # Nanjing, Xinjiekou


def test_other_provinces_are_refused_with_a_sentence():
    with pytest.raises(InputError) as refused:
        require_facts("浙江省")
    assert refused.value.problems[0].code == "demonstration.no_facts"
    assert "浙江省" in refused.value.problems[0].sentence("en")


def test_counties_that_do_not_fit_are_refused(counties):
    with pytest.raises(InputError) as refused:
        read_province("江苏省", counties[1:])
    assert refused.value.problems[0].code == "demonstration.counties"


def test_digest_names_the_facts():
    assert len(facts_digest("江苏省")) == 32
    assert facts_digest("江苏省") == facts_digest("江苏省")
