"""The benchmark of questions about points: what it counts."""

from tests.benchmarks import whatif


def test_the_first_answer_is_not_measured():
    asked = []
    times = whatif.seconds_of(asked.append, ["a", "b", "c"])
    assert asked == ["a", "a", "b", "c"]
    assert len(times) == 3


def test_the_time_that_nineteen_of_twenty_do_not_exceed():
    # 21 times from 0 to 20: the twentieth is 19.
    assert whatif.percentile_95([float(second) for second in range(21)]) == 19.0
