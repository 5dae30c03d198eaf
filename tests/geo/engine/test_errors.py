"""Problems say where and what, in two languages."""

import pytest

from geo.engine.errors import GigshedError, InputError, Problem, register_messages

register_messages({"test.range": ("值为 {value}，应在 {low} 与 {high} 之间。", "is {value}, must be {low} to {high}.")})
PROBLEM = Problem(code="test.range", file="a.csv", row=17, field="经度", value="1185.2", details={"low": -180, "high": 180})


def test_a_sentence_names_file_row_field_and_value_in_chinese():
    assert PROBLEM.sentence("zh-hans") == "a.csv，第 17 行，“经度”：值为 1185.2，应在 -180 与 180 之间。"


def test_and_in_english():
    assert PROBLEM.sentence("en") == "a.csv, row 17, “经度”: is 1185.2, must be -180 to 180."


def test_a_problem_without_a_place_is_the_sentence_alone():
    assert Problem(code="file.empty").sentence("en") == "the file is empty."


def test_json_holds_place_code_value_and_both_sentences():
    said = PROBLEM.as_json()
    assert {key: said[key] for key in ("code", "file", "row", "field", "value")} == {
        "code": "test.range", "file": "a.csv", "row": 17, "field": "经度", "value": "1185.2",
    }  # fmt: skip
    assert said["zh"] == PROBLEM.sentence("zh-hans")
    assert said["en"] == PROBLEM.sentence("en")


def test_an_error_carries_all_its_problems():
    error = InputError([PROBLEM, Problem(code="file.empty")])
    assert len(error.problems) == 2
    assert "row 17" in str(error)
    assert isinstance(error, GigshedError)


def test_a_code_cannot_get_another_sentence():
    with pytest.raises(ValueError, match="registered twice"):
        register_messages({"file.empty": ("别的", "something else")})


def test_registering_the_same_sentence_again_is_fine():
    register_messages({"file.empty": ("文件是空的。", "the file is empty.")})
    assert Problem(code="file.empty").sentence() == "文件是空的。"
