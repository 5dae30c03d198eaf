"""The benchmark of data, on small files: every answer is right, and limits decide."""

import dataclasses

from tests.benchmarks import data
from tests.benchmarks.cases import Case, table


def test_small_files_give_right_answers_step_by_step():
    cases = data.run("", rows=300, side_pixels=0)
    assert [case.case for case in cases if not case.is_right] == []
    assert len(cases) == 11
    assert [case.must_seconds for case in cases[:4]] == [20.0, 30.0, None, None]
    # no upper bound here: Linux counts the pages of the process that forked, and that of the tests is large
    assert all(case.peak_mb and case.peak_mb > 50 for case in cases[:9])


def test_limits_of_time_and_memory_and_a_wrong_answer_are_told():
    case = Case(case="a walk", ours_seconds=19.0, peers={}, must={}, peak_mb=900.0, must_seconds=20.0, must_peak_mb=1000.0)
    assert case.met
    assert not dataclasses.replace(case, ours_seconds=20.1).met
    assert not dataclasses.replace(case, peak_mb=1001.0).met
    assert not dataclasses.replace(case, is_right=False).met
    assert "| a walk | 19.0 s | ≤ 20 s | 900 MB | ≤ 1,000 MB | yes |" in table([case])
    assert case.as_json() == {
        "case": "a walk", "ours_seconds": 19.0, "peers": {}, "must": {}, "peak_mb": 900.0, "must_seconds": 20.0,
        "must_peak_mb": 1000.0, "met": True,
    }  # fmt: skip
