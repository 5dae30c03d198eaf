"""Residents by county with the zones that lie in them: nobody lost, nobody twice."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from geo.ingest.facts import counties_with_zones, read_facts, split_persons

CENSUS_PERSONS = 84_748_016  # Jiangsu, 2020-11-01


def test_the_counties_of_jiangsu_hold_the_whole_census():
    facts = read_facts("320000")
    assert len(facts.unit_residents_persons) == 107
    assert len(facts.county_residents_persons) == 95
    assert sum(facts.unit_residents_persons.values()) == CENSUS_PERSONS
    assert sum(facts.county_residents_persons.values()) == CENSUS_PERSONS
    assert len(facts.zones) == 11
    assert len(facts.names_en) == 109
    assert facts.names_en["320116"] == "Luhe"


def test_a_province_without_tables_has_no_facts(tmp_path):
    facts = read_facts("330000", tmp_path)
    assert facts.names_en == {}
    assert facts.zones == ()
    assert facts.county_residents_persons == {}


def test_a_zone_in_two_counties_by_hand():
    units = {"a": 100, "b": 200, "z": 11}
    shares = [
        {"zone_code": "z", "county_code": "a", "share": "0.25"},
        {"zone_code": "z", "county_code": "b", "share": "0.75"},
    ]
    # 11 × 0.25 = 2.75 and 11 × 0.75 = 8.25: floors 2 and 8, the one person left goes to the larger remainder, a.
    assert counties_with_zones(units, shares) == {"a": 103, "b": 208}


@given(st.integers(0, 10**8), st.lists(st.fractions(0, 1), min_size=1, max_size=8))
def test_parts_are_whole_close_and_sum_to_the_total(total, shares):
    parts = {str(index): share + Fraction(1, 100) for index, share in enumerate(shares)}
    people = split_persons(total, parts)
    assert sum(people.values()) == total
    for code, share in parts.items():
        assert abs(people[code] - total * share / sum(parts.values())) < 1
