"""Fields to values; every fault is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.ingest.fields import Fields
from geo.ingest.tables import Row


def fields_of(**values):
    problems = []
    return Fields("f.csv", Row(number=2, values=values), problems), problems


@pytest.mark.parametrize(
    ("text", "people", "code"),
    [
        ("12", 12, None), (" 0 ", 0, None), ("12.0", 12, None), ("+7", 7, None), ("", None, None),
        ("-1", None, "field.negative"), ("1.5", None, "field.not_whole"), ("1e3", None, "field.not_whole"),
        ("2147483648", None, "field.too_large"), ("1,000", None, "field.not_a_number"), ("十", None, "field.not_a_number"),
        ("１２", None, "field.not_a_number"), ("nan", None, "field.not_a_number"), ("9" * 30, None, "field.not_a_number"),
    ],
)  # fmt: skip
def test_people(text, people, code):
    fields, problems = fields_of(n=text)
    assert fields.persons("n") == people
    assert [problem.code for problem in problems] == ([code] if code else [])


def test_people_may_be_required():
    fields, problems = fields_of(n=" ")
    assert fields.persons("n", required=True) is None
    assert problems[0].code == "field.required"
    assert problems[0].sentence("en") == "f.csv, row 2, “n”: this must not be empty."


@given(st.integers(0, 2**31 - 1))
def test_any_whole_number_of_people_is_read_as_it_is(people):
    fields, problems = fields_of(n=str(people))
    assert fields.persons("n") == people
    assert problems == []


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("120.5", 120.5, None), ("1e2", 100.0, None), ("", None, None), ("0", None, "field.not_positive"),
        ("-3", None, "field.not_positive"), ("inf", None, "coordinate.not_finite"), ("1e999", None, "field.too_large"),
        ("12m2", None, "field.not_a_number"),
    ],
)  # fmt: skip
def test_numbers_above_zero(text, value, code):
    fields, problems = fields_of(a=text)
    assert fields.positive("a") == value
    assert [problem.code for problem in problems] == ([code] if code else [])


def test_texts():
    fields, problems = fields_of(a="x" * 11, b="a\x00b", c=" 零工 ")
    assert fields.text("a", limit=10) is None
    assert fields.text("b", limit=10) is None
    assert fields.text("c", limit=10) == "零工"
    assert fields.text("missing", limit=10) == ""
    assert fields.text("missing", limit=10, required=True) is None
    codes = ["field.text_too_long", "field.control_character", "field.required"]
    assert [problem.code for problem in problems] == codes
    assert "\x00" not in problems[1].sentence("en")
