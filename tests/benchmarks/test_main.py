"""The runner: names, exit codes, what it prints; and the comparison that guards the times."""

import dataclasses
import json

import numpy as np
import pytest

from geo.engine.gridcity import grid_city
from geo.engine.traveltime import nearest
from tests.benchmarks import __main__ as runner
from tests.benchmarks import peers, travel_time
from tests.benchmarks.cases import Case, median_seconds, table

INF = np.inf
FAST = Case(case="a walk", ours_seconds=2.0, peers={"tortoise": 30.0, "hare": 1.0}, must={"tortoise": 10.0})


def test_an_unknown_name_ends_with_2_and_the_list(capsys):
    assert runner.main(["dancing"]) == 2
    assert "there is no benchmark dancing; known: travel_time" in capsys.readouterr().err
    assert runner.main(["travel_time", "--check-name"]) == 0


def test_json_has_exactly_the_promised_fields(capsys, monkeypatch):
    monkeypatch.setitem(runner.BENCHMARKS, "travel_time", lambda python: [FAST])
    assert runner.main(["travel_time", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "cases": [
            {
                "case": "a walk", "ours_seconds": 2.0, "peers": {"tortoise": 30.0, "hare": 1.0}, "must": {"tortoise": 10.0},
                "met": True,
            }
        ]
    }  # fmt: skip


def test_a_ratio_not_reached_ends_with_1(capsys, monkeypatch):
    slow = Case(case="a walk", ours_seconds=5.0, peers={"tortoise": 30.0}, must={"tortoise": 10.0})
    monkeypatch.setitem(runner.BENCHMARKS, "travel_time", lambda python: [FAST, slow])
    assert runner.main(["travel_time"]) == 1
    assert "| a walk | 5.000 s | tortoise | 30.00 s | 6.0× | ≥ 10× | **no** | – | – | – |" in capsys.readouterr().out


def test_peers_without_a_target_are_shown_all_the_same():
    assert "| hare | 1.00 s | 0.5× | – | – | – | – | – |" in table([FAST])


def test_cpu_seconds_stand_beside_the_clock():
    busy = dataclasses.replace(FAST, cpu_seconds={"ours": 1.0, "tortoise": 30.0})
    assert "| tortoise | 30.00 s | 15.0× | ≥ 10× | yes | 1.000 s | 30.00 s | 30.0× |" in table([busy])


def test_the_median_of_the_runs():
    calls = []
    seconds, cpu_seconds = median_seconds(lambda: calls.append(1), 3)
    assert 0 <= cpu_seconds < 1.0
    assert 0 < seconds < 1.0
    assert len(calls) == 3


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ([10.0, INF], [10.05, INF], ""),  # 0.05 s is less than a thousandth of a minute
        ([10.0, 899.99], [10.0, INF], ""),  # so near to the cutoff that either may be right
        ([10.0, 20.0], [10.0, INF], "1 nodes are reached by one only"),
        ([INF], [20.0], "1 nodes are reached by one only"),
        ([10.0], [11.0], "minutes differ by 0.01667"),
    ],
)
def test_disagreement_is_said(ours, theirs, said):
    assert travel_time.disagreement(np.array(ours), np.array(theirs), 900.0) == said


def test_places_at_nodes_are_at_no_cost():
    city = grid_city(columns=5, rows=4)
    places = travel_time.at_nodes(city, np.arange(city.node_count))
    found = nearest(city, places, places, mode="ebike")
    assert found.destination.tolist() == list(range(20))
    assert found.cost.tolist() == [0.0] * 20


def test_networkx_and_scipy_find_what_ours_finds(tmp_path):
    city = grid_city(columns=8, rows=8, one_way_rows=(2,))
    facilities = np.array([0, 20, 41])
    travel_time.write_work(city, facilities, tmp_path)
    work = json.loads((tmp_path / "work.json").read_text())
    assert work == {"within_seconds": {"within15": 900.0, "within30": 1800.0}}
    for name in ("networkx", "scipy"):
        (tmp_path / "work.json").write_text(json.dumps({"within_seconds": {"within3": 180.0}}))
        peers.main(tmp_path, name)
        travel_time.check_within(city, facilities, 3, name, tmp_path)
        assert set(json.loads((tmp_path / f"{name}.json").read_text())) >= {"build_seconds", "within3"}
    with pytest.raises(SystemExit, match="scipy, 3 minutes, facility 0"):
        travel_time.check_within(city, facilities[::-1].copy(), 3, "scipy", tmp_path)
