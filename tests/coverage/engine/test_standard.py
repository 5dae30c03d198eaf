"""Standards: what is refused, what the digest names."""

import math

import pytest

from coverage.engine.standard import Rule, Standard
from geo.engine.errors import InputError

URBAN = Rule(settlement_class="urban", mode="ebike", cutoff_minutes=15)
RURAL = Rule(settlement_class="rural", mode="ebike", cutoff_metres=5000)


def codes_of(call):
    with pytest.raises(InputError) as caught:
        call()
    return [problem.code for problem in caught.value.problems]


def test_a_minutes_rule_is_measured_in_seconds_and_a_metres_rule_in_metres():
    assert (URBAN.impedance, URBAN.cutoff) == ("seconds", 900.0)
    assert (RURAL.impedance, RURAL.cutoff) == ("metres", 5000.0)


def test_a_cutoff_of_zero_and_of_infinity_are_cutoffs():
    assert Rule(settlement_class="urban", mode="walk", cutoff_minutes=0).cutoff == 0.0
    assert Rule(settlement_class="urban", mode="walk", cutoff_metres=0).impedance == "metres"
    assert math.isinf(Rule(settlement_class="urban", mode="walk", cutoff_minutes=math.inf).cutoff)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"settlement_class": "urban"}, ["standard.one_cutoff"]),
        ({"settlement_class": "urban", "cutoff_minutes": 15, "cutoff_metres": 500}, ["standard.one_cutoff"]),
        ({"settlement_class": "urban", "cutoff_minutes": -1}, ["standard.cutoff_negative"]),
        ({"settlement_class": "urban", "cutoff_metres": math.nan}, ["standard.cutoff_negative"]),
        ({"settlement_class": "suburban", "cutoff_metres": -5}, ["standard.class_unknown", "standard.cutoff_negative"]),
    ],
)
def test_a_rule_says_all_that_is_wrong(values, expected):
    assert codes_of(lambda: Rule(mode="walk", **values)) == expected


def test_a_standard_needs_one_rule_for_each_class_and_a_way_to_the_street():
    assert codes_of(lambda: Standard(rules=(URBAN,))) == ["standard.class_missing"]
    assert codes_of(lambda: Standard(rules=(URBAN, URBAN, RURAL))) == ["standard.class_repeated"]
    faults = codes_of(lambda: Standard(rules=(), max_snap_metres=0, snap_speed_kph=-1))
    assert faults == ["standard.class_missing"] * 2 + ["standard.snap_not_positive"] * 2


def test_the_digest_names_the_content_whatever_the_order_of_rules():
    standard = Standard(rules=(URBAN, RURAL))
    assert standard.digest == Standard(rules=(RURAL, URBAN)).digest
    other = Rule(settlement_class="rural", mode="ebike", cutoff_metres=math.inf)
    endless, near = Standard(rules=(URBAN, other)), Standard(rules=(URBAN, RURAL), max_snap_metres=500)
    assert len({standard.digest, endless.digest, near.digest}) == 3
    whole_numbers, decimals = (Standard(rules=(URBAN, RURAL), max_snap_metres=limit) for limit in (1000, 1000.0))
    assert whole_numbers.digest == decimals.digest
    assert standard.rule_of("rural") is RURAL
