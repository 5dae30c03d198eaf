"""Tables of several levels, with zones and counties that are no more: nobody lost, nobody twice."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.engine.demand.areas import (
    BY_ANCESTOR,
    BY_REGION,
    BY_SHARES,
    NOT_FOUND,
    OUTSIDE,
    WIDER,
    AreaRow,
    Gazetteer,
    divide_rows,
)

PROVINCE, CITY, WEST, EAST = "320000/", "320000/320100/", "320000/320100/320102/", "320000/320100/320104/"
OTHER_CITY, OTHER = "320000/320500/", "320000/320500/320505/"


def known(scope=PROVINCE, **changes):
    counties = tuple(path for path in (WEST, EAST, OTHER) if path.startswith(scope))
    paths = {path.rstrip("/").split("/")[-1]: path for path in (PROVINCE, CITY, WEST, EAST, OTHER_CITY, OTHER)}
    values = {
        "scope": scope, "counties": counties, "paths": paths | {"320171": CITY + "320171/", "320199": CITY + "320199/"},
        "names": {"玄武区": "320102"}, "former_names": {"老区": "320103"},
        "shares": {
            "320171": {"320102": Fraction("0.25"), "320104": Fraction("0.75")}, "320103": {"320104": Fraction(1)},
            "320098": {"320103": Fraction(1)},
        },
    }  # fmt: skip
    return Gazetteer(**(values | changes))


def row(code, persons, name=""):
    return AreaRow(code=code, name=name, persons=persons)


def by_county(divided, gazetteer):
    """Return people by county where every portion has one."""
    found = {}
    for portion in divided.portions:
        assert len(portion.counties) == 1
        code = gazetteer.counties[portion.counties[0]].split("/")[-2]
        found[code] = found.get(code, 0) + portion.persons
    return found


def test_a_whole_census_table_counts_everybody_once():
    """Province and city hold what their counties, the zone and the former county hold: 100 + 200 + 40 + 7 + 500."""
    rows = [
        row("320000", 847), row("320100", 347), row("320102", 100), row("320104", 200), row("320171", 40), row("320103", 7),
        row("320500", 500), row("320505", 500),
    ]  # fmt: skip
    divided = divide_rows(rows, known())
    assert by_county(divided, known()) == {"320102": 110, "320104": 237, "320505": 500}
    assert divided.lost == ()
    assert all(each.difference_persons == each.spread_persons == 0 for each in divided.sums)
    assert len(divided.sums) == 3


def test_what_a_city_has_beyond_its_rows_goes_to_the_other_counties():
    divided = divide_rows([row("320100", 347), row("320102", 100)], known())
    assert by_county(divided, known()) == {"320102": 100, "320104": 247}


def test_a_city_alone_is_for_all_its_counties():
    (portion,) = divide_rows([row("320100", 347)], known()).portions
    assert (portion.counties, portion.persons, portion.how) == ((0, 1), 347, BY_REGION)


def test_a_sum_that_does_not_fit_is_told():
    divided = divide_rows([row("320100", 350), row("320102", 100), row("320104", 200)], known())
    assert [each.difference_persons for each in divided.sums] == [50]
    assert divided.persons == 300
    less = divide_rows([row("320100", 90), row("320102", 100)], known())
    assert [each.difference_persons for each in less.sums] == [-10]


def test_a_zone_beside_a_county_that_is_not_listed():
    """The zone's 40 are within the city's 347; the 307 others are spread over both counties."""
    divided = divide_rows([row("320100", 347), row("320171", 40)], known())
    assert divided.persons == 347
    assert {portion.how: portion.persons for portion in divided.portions if portion.how == BY_REGION} == {BY_REGION: 307}


def test_names_and_later_changes():
    divided = divide_rows([row("", 5, "玄武区"), row("", 7, "老区"), row("320098", 9)], known())
    assert by_county(divided, known()) == {"320102": 5, "320104": 16}
    assert {portion.how for portion in divided.portions} == {BY_REGION, BY_SHARES}


def test_a_zone_without_shares_is_for_its_city():
    (portion,) = divide_rows([row("320199", 30)], known()).portions
    assert (portion.how, portion.counties) == (BY_ANCESTOR, (0, 1))
    both = divide_rows([row("320199", 30), row("320102", 1), row("320104", 2)], known())
    assert both.persons == 33


def test_what_lies_elsewhere():
    city = known(scope=CITY)
    divided = divide_rows([row("999999", 1), row("320505", 2), row("320000", 10), row("320102", 4)], city)
    # of the 10 people of the province 2 and 4 have rows of their own
    assert [(each.persons, each.why) for each in divided.lost] == [(1, NOT_FOUND), (2, OUTSIDE), (4, WIDER)]
    assert divided.persons == 4


def test_a_table_of_several_levels_counts_people_elsewhere_once():
    west = known(scope=WEST)
    divided = divide_rows([row("320100", 7000), row("320102", 4000), row("320104", 3000)], west)
    assert (divided.persons, sum(each.persons for each in divided.lost)) == (4000, 3000)


def test_shares_that_lead_partly_elsewhere():
    shares = {"320171": {"320102": Fraction(1, 2), "320505": Fraction(1, 4), "888888": Fraction(1, 4)}}
    divided = divide_rows([row("320171", 100)], known(scope=CITY, shares=shares))
    assert divided.persons == 50
    assert sum(each.persons for each in divided.lost) == 50


def test_changes_that_go_in_a_circle_end():
    shares = {"1": {"2": Fraction(1)}, "2": {"1": Fraction(1)}}
    assert sum(each.persons for each in divide_rows([row("1", 10)], known(shares=shares)).lost) == 10


@pytest.mark.parametrize("code", ["320102", "320171", "320103", "320199", "999999"])
@given(persons=st.integers(0, 10**9))
def test_placed_and_lost_are_all(code, persons):
    divided = divide_rows([row(code, persons)], known())
    assert divided.persons + sum(each.persons for each in divided.lost) == persons


@given(st.permutations(["320000", "320100", "320102", "320104", "320171", "320103", "320505"]))
def test_the_order_of_rows_does_not_matter(codes):
    people = {"320000": 900, "320100": 347, "320102": 100, "320104": 200, "320171": 40, "320103": 7, "320505": 500}
    divided = divide_rows([row(code, people[code]) for code in codes], known())
    assert by_county(divided, known()) == {"320102": 110, "320104": 237, "320505": 500}
    assert sum(each.difference_persons for each in divided.sums) == 53
