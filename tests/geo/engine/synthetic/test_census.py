"""Zones are folded into counties without losing a person."""

import pandas as pd
import pytest

from geo.engine.synthetic.census import fold_zones

UNITS = pd.DataFrame(
    {"code": ["a", "b", "z"], "residents_persons": [100, 200, 11], "urban_persons": [50, 20, 7]},
).set_index("code")
SHARES = pd.DataFrame({"zone_code": ["z", "z"], "county_code": ["a", "b"], "share": [0.25, 0.75]})


def test_by_hand():
    # 11 people at 1/4 : 3/4 -> 2.75 and 8.25 -> 3 and 8; 7 urban -> 1.75 and 5.25 -> 2 and 5.
    folded = fold_zones(UNITS, SHARES, ("a", "b"))
    assert folded["residents_persons"].to_dict() == {"a": 103, "b": 208}
    assert folded["urban_persons"].to_dict() == {"a": 52, "b": 25}


def test_order_follows_the_counties():
    assert fold_zones(UNITS, SHARES, ("b", "a")).index.tolist() == ["b", "a"]


def test_unit_without_a_county_is_refused():
    with pytest.raises(ValueError, match=r"without a county: \['b'\]"):
        fold_zones(UNITS, SHARES.assign(county_code="a"), ("a",))


def test_county_without_figures_is_refused():
    with pytest.raises(ValueError, match=r"without a census: \['c'\]"):
        fold_zones(UNITS, SHARES, ("a", "b", "c"))
