"""The plot is drawn to scale, and growth that is worse than said is no success."""

import re

from tests.benchmarks import growth, load

SMALL = {
    "nodes": 1e5,
    "ranges_seconds": 0.1,
    "nearest_seconds": 0.01,
    "open_seconds": 0.01,
    "gigabytes": 0.1,
    "bytes_a_node": 1.0,
}


def larger(**changed):
    return SMALL | {"nodes": 1e6, "nearest_seconds": 0.1, "gigabytes": 1.0} | changed


def test_ten_times_as_much_is_a_step_of_the_axis():
    drawn = growth.drawing([SMALL, larger()])
    lines = [[tuple(map(float, point.split(","))) for point in path.split()] for path in re.findall(r'points="([^"]+)"', drawn)]
    catchments, nearest, _, memory = lines
    assert catchments[0][1] == catchments[1][1]
    # 0.01 to 0.1 and 0.1 to 1: one decade up each, and a decade is everywhere as high.
    assert round(nearest[0][1] - nearest[1][1], 1) == round(memory[0][1] - memory[1][1], 1) > 0


def test_catchments_that_grow_with_the_network_are_not_as_said(monkeypatch):
    for last, met in ((larger(), True), (larger(ranges_seconds=1.0), False)):
        sizes = iter([SMALL, last])
        monkeypatch.setattr(growth, "measured", lambda side, sizes=sizes: next(sizes))
        cases = growth.run("", sides=(1, 2), plot=None)
        assert [case.met for case in cases] == [True, met]


def test_the_generated_extract_is_read_whole(tmp_path):
    network = load.load(load.generated(12, tmp_path))
    # 12 rows and 12 columns of 11 streets each, as a lattice; one-ways may cut off a corner, nothing more.
    assert network.edge_count > 0.95 * 2 * 12 * 11
