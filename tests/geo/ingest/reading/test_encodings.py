"""Bytes to text: told apart strictly, guessed aloud, refused when mixed."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geo.engine.errors import InputError
from geo.ingest.reading.encodings import decode, known_name

TEXT = "编号,名称\nA1,玄武零工市场\nA2,秦淮零工驿站\n"
CHINESE = st.lists(st.text("零工市场驿站南京玄武区中山路栋", min_size=2, max_size=10), min_size=1, max_size=20).map(
    lambda lines: "\n".join("零" + line for line in lines)
)
"""Lines that begin with a sign whose bytes are never UTF-8; 山 in GB18030 would be ɽ, and 路 would be ·."""


@pytest.mark.parametrize(("encoding", "name", "guessed"), [
    ("utf-8", "utf-8", False), ("utf-8-sig", "utf-8-sig", False), ("gb18030", "gb18030", True), ("utf-16", "utf-16", False),
    ("utf-16-le", "utf-16-le", True), ("utf-16-be", "utf-16-be", True),
])  # fmt: skip
def test_each_encoding_is_told(encoding, name, guessed):
    found, said, is_guess = decode(TEXT.encode(encoding), None)
    assert (found.removeprefix("\ufeff"), said, is_guess) == (TEXT, name, guessed)


@given(CHINESE)
def test_chinese_comes_back_from_either_encoding(text):
    assert decode(text.encode("utf-8"), None)[:2] == (text, "utf-8")
    assert decode(text.encode("gb18030"), None)[0] == text


def test_bytes_that_are_both_are_chinese_unless_they_are_signs_of_europe():
    assert decode("山,山".encode("gb18030"), None) == ("山,山", "gb18030", True)
    assert decode("area m²,·".encode(), None) == ("area m²,·", "utf-8", False)


@given(CHINESE, CHINESE)
def test_two_encodings_in_one_file_are_refused(first, second):
    shares = sorted(text.count("\n") + 1 for text in (first, second))
    assume(shares[0] >= 0.2 * sum(shares))
    for data in (first.encode() + b"\n" + second.encode("gb18030"), first.encode("gb18030") + b"\n" + second.encode()):
        with pytest.raises(InputError) as refused:
            decode(data, None)
        assert refused.value.problems[0].code == "encoding.mixed"


@pytest.mark.parametrize("text", ["café", "naïve,Ångström", "Ελλάδα é", "零é"])
def test_letters_of_europe_are_no_chinese(text):
    assert decode(text.encode(), None) == (text, "utf-8", False)


def test_the_odd_line_is_named():
    data = TEXT.encode() + "A3,零工\n".encode("gb18030")
    with pytest.raises(InputError) as refused:
        decode(data, None)
    (problem,) = refused.value.problems
    assert (problem.code, problem.row, problem.value) == ("encoding.mixed", 4, "UTF-8")


def test_what_is_asked_for_holds():
    assert decode(TEXT.encode("big5", "ignore"), "big5")[1:] == ("big5", False)
    with pytest.raises(InputError) as refused:
        decode(TEXT.encode("gb18030"), "utf-8")
    assert (refused.value.problems[0].code, refused.value.problems[0].row) == ("encoding.broken", 1)


@pytest.mark.parametrize(("asked", "name"), [
    ("GBK", "gb18030"), ("gb2312", "gb18030"), ("936", "gb18030"), ("OEM 936", "gb18030"), ("ANSI 936", "gb18030"),
    ("UTF8", "utf-8"), ("UTF-8", "utf-8"), ("65001", "utf-8"), ("ISO-8859-1", "iso8859-1"), ("ISO 88591", "iso8859-1"),
    ("cp936", "gb18030"), ("utf_16_le", "utf-16-le"),
])  # fmt: skip
def test_names_of_encodings(asked, name):
    assert known_name(asked) == name


@pytest.mark.parametrize("asked", ["", "hex", "zlib", "idna", "rot13", "unicode_escape", "undefined", "零", "x" * 300])
def test_what_is_no_encoding_of_a_table_is_refused(asked):
    with pytest.raises(InputError) as refused:
        known_name(asked)
    assert refused.value.problems[0].code == "encoding.unknown"
