"""Columns are found by their names in either language; a mapping that cannot work is refused with everything wrong with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.engine.errors import InputError
from geo.imports.fields import normal
from geo.imports.kinds import KINDS
from geo.imports.mapping import check_mapping, suggest

VENUES = KINDS["venues"].fields
HEADERS = {"场所名称": "name_zh", "场所类型*": "kind", "经度（GCJ-02）": "x", "lat": "y", "建筑面积(平方米)": "floor_area_m2",
           "联系电话": "phone", "Opening Hours": "opening_hours", "所属区县": "region_name", "状态": "status"}  # fmt: skip


def test_headers_of_planners_are_understood():
    assert suggest(list(HEADERS), VENUES) == {field: header for header, field in HEADERS.items()}


@given(st.permutations(list(HEADERS)))
def test_the_order_of_the_columns_does_not_matter(headers):
    assert suggest(headers, VENUES) == {field: header for header, field in HEADERS.items()}


def test_a_near_word_is_proposed_and_a_strange_one_is_left():
    assert suggest(["longitde", "latitude", "colour of the door"], VENUES) == {"x": "longitde", "y": "latitude"}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_no_word_names_two_fields_of_a_kind(kind):
    words = [word for spec in kind.fields for word in spec.words]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_every_name_of_a_field_suggests_that_field(kind):
    for spec in kind.fields:
        for name in (spec.name, spec.zh, spec.en):
            assert suggest([name], kind.fields) == {spec.name: name}


def test_everything_wrong_with_a_mapping_is_told_at_once():
    with pytest.raises(InputError) as refused:
        check_mapping(
            {"name_zh": "名称", "colour": "名称", "kind": "没有"}, {}, ["名称"], VENUES, file="a.csv", given=frozenset("xy")
        )
    codes = sorted(problem.code for problem in refused.value.problems)
    assert codes == ["mapping.column_twice", "mapping.required", "mapping.unknown_column", "mapping.unknown_field"]


def test_width_case_and_marks_do_not_matter():
    assert normal("场所 类型（必填）＊") == normal("场所类型(必填)")
