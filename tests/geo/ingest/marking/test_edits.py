"""Changes by position: columns by letters, attributes of tags, and bytes that nobody named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.engine.errors import InputError
from geo.ingest.marking.edits import Edit, check_xml, column_of, edited, letters_of, tag_end, with_attribute


@pytest.mark.parametrize(("place", "column"), [("A1", 0), ("Z9", 25), ("AA10", 26), ("AZ1", 51), ("BA1", 52), ("XFD1", 16_383)])
def test_columns_are_counted_as_a_sheet_does(place, column):
    assert column_of(place) == column
    assert place.startswith(letters_of(column))


@given(st.integers(0, 16_383))
def test_letters_and_columns_are_each_others_way_back(column):
    assert column_of(letters_of(column) + "7") == column


@given(st.binary(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.binary(max_size=4)), max_size=6))
def test_insertions_leave_every_byte_in_its_place(data, insertions):
    edits = [Edit(start=min(at, len(data)), end=min(at, len(data)), text=text) for at, text in insertions]
    result = edited(data, edits)
    assert len(result) == len(data) + sum(len(edit.text) for edit in edits)
    left = iter(result)
    assert all(byte in left for byte in data)  # the bytes of data, in their order


def test_an_insertion_stands_before_the_change_at_its_place():
    assert edited(b"<c/>", [Edit(start=0, end=4, text=b"<d/>"), Edit(start=0, end=0, text=b"<b/>")]) == b"<b/><d/>"


@pytest.mark.parametrize(("tag", "value", "changed"), [
    (b'<c r="A1" s="3" t="s">', b"7", b'<c r="A1" t="s" s="7">'),
    (b'<c r="A1"/>', b"7", b'<c r="A1" s="7"/>'),
    (b"<c r='A1' s='3'/>", None, b"<c r='A1'/>"),
    (b'<c xs="1" s="2" />', b"7", b'<c xs="1" s="7"/>'),
    (b"<c>", b"7", b'<c s="7">'),
])  # fmt: skip
def test_an_attribute_is_set_once(tag, value, changed):
    assert with_attribute(tag, b"s", value) == changed


def test_a_tag_ends_behind_its_quoted_values():
    data = b"""x<a b="1>2" c='"/>'>text</a>"""
    assert data[1 : tag_end(data, 1)] == b"""<a b="1>2" c='"/>'>"""
    with pytest.raises(InputError):
        tag_end(b"<a b=", 0)


@pytest.mark.parametrize("data", [
    b'<?xml version="1.0" encoding="UTF-16"?><a/>', "<a/>".encode("utf-16"), b"<!DOCTYPE a><a/>",
    b'<?xml version="1.0" encoding="utf-7"?><a/>',
])  # fmt: skip
def test_other_encodings_and_document_types_are_refused(data):
    with pytest.raises(InputError):
        check_xml(data)


@pytest.mark.parametrize(
    "data", [b"<a/>", b"\xef\xbb\xbf<a/>", b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<a/>']
)
def test_plain_xml_is_taken(data):
    check_xml(data)
