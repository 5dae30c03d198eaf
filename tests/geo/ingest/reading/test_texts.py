"""Values as a person sees them."""

import datetime as dt
import math

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.ingest.reading.texts import clean, column_texts, json_text, number_text


@pytest.mark.parametrize(("value", "text"), [
    (12.0, "12"), (-3.0, "-3"), (32.06, "32.06"), (0.1 + 0.2, "0.3"),
    (118.7512345678901, "118.7512345678901"), (1e20, "1e+20"), (1e-7, "0.0000001"), (1e-30, "1e-30"),
    (math.nan, ""), (math.inf, "inf"),
    (0.7999999999999999, "0.8"), (1.7976931348623157e308, "1.7976931348623157e+308"),
])  # fmt: skip
def test_a_number(value, text):
    assert number_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_keeps_its_value_to_15_digits(value):
    assert math.isclose(float(number_text(value)), value, rel_tol=1e-14)


@given(st.decimals(min_value=-180, max_value=180, places=10))
def test_a_coordinate_of_ten_places_comes_back_exactly(value):
    assert float(number_text(float(value))) == float(value)


def test_values_of_json():
    assert [json_text(each) for each in (None, True, False, " a ", [1, "零工"])] == ["", "true", "false", "a", '[1, "零工"]']


def test_half_a_character_becomes_a_question_mark():
    assert clean(" a\ud800b ") == "a?b"
    assert clean("零工") == "零工"


@pytest.mark.parametrize(("column", "texts"), [
    (pa.array([1.5, None, math.nan, 12.0]), ["1.5", "", "", "12"]),
    (pa.array([32.06, 118.79], pa.float32()), ["32.06", "118.79"]),
    (pa.array(["x", "y", "x"]).dictionary_encode(), ["x", "y", "x"]),
    (pa.array([True, None]), ["true", ""]),
    (pa.array([pd.Timestamp("2026-01-02"), pd.Timestamp("2026-01-03")]), ["2026-01-02", "2026-01-03"]),
    (pa.array([pd.Timestamp("2026-01-02 08:30"), pd.Timestamp("2026-01-03")]), ["2026-01-02 08:30:00", "2026-01-03 00:00:00"]),
    (pa.array([dt.date(2026, 1, 2)]), ["2026-01-02"]),
    (pa.array([None, None]), ["", ""]),
])  # fmt: skip
def test_columns(column, texts):
    assert column_texts(pa.chunked_array([column])) == texts
