"""Speeds of town and country: what a table says, what is wrong in it, and what a network becomes."""

import dataclasses

import numpy as np
import pytest

from geo.engine.class_speeds import ClassSpeeds
from geo.engine.errors import InputError
from geo.engine.gridcity import grid_city
from geo.engine.modes import default_speeds

CITY = grid_city(columns=4, rows=3)  # 250 m of residential streets: 250 s on foot, 60 s by e-bike, 25 s by car
WALK, EBIKE, CAR = range(3)
HEAD = "class,settlement,mode,kph\n"
TOWN = np.arange(CITY.edge_count) < 5


def read(tmp_path, text):
    path = tmp_path / "town.csv"
    path.write_text(text, encoding="utf-8")
    return ClassSpeeds.read(path, default_speeds())


def problems_of(tmp_path, text):
    with pytest.raises(InputError) as raised:
        read(tmp_path, text)
    for problem in raised.value.problems:
        assert problem.file == "town.csv"
        assert problem.sentence("zh-hans") != problem.sentence("en")
    return [(p.code.removeprefix("class_speeds."), p.row, p.field, p.value) for p in raised.value.problems]


def test_each_side_has_its_own_speed_and_the_rest_stays(tmp_path):
    # As a spreadsheet saves it: with a byte order mark, spaces and an empty line.
    table = read(
        tmp_path, "\ufeff" + HEAD + "residential, urban ,car,18\n\nresidential,rural,ebike,12\nmotorway,rural,car,80\n"
    )
    found = table.apply(CITY, TOWN)
    # 250 m at 18 km/h = 5 m/s: 50 s, at 12 km/h: 75 s.
    np.testing.assert_allclose(found.forward_seconds[CAR], np.where(TOWN, 50.0, 25.0), rtol=1e-4)
    np.testing.assert_allclose(found.backward_seconds[EBIKE], np.where(TOWN, 60.0, 75.0), rtol=1e-4)
    assert (found.forward_seconds[WALK] == CITY.forward_seconds[WALK]).all()


def test_a_posted_limit_holds(tmp_path):
    # The shipped table has 22 km/h for cars: 40.9 s. A street of 60 s (15 km/h) is posted; one of 25 s is not.
    seconds = np.array(CITY.forward_seconds)
    seconds[CAR, :2] = 60.0
    posted = dataclasses.replace(CITY, forward_seconds=seconds)
    faster = read(tmp_path, HEAD + "residential,urban,car,36\n").apply(posted, TOWN)
    np.testing.assert_allclose(faster.forward_seconds[CAR][:5], [60.0, 60.0, 25.0, 25.0, 25.0], rtol=1e-4)
    slower = read(tmp_path, HEAD + "residential,urban,car,10\n").apply(posted, TOWN)
    np.testing.assert_allclose(slower.forward_seconds[CAR][:5], 90.0, rtol=1e-4)


def test_every_problem_is_named_with_row_field_and_value(tmp_path):
    rows = (
        "canal,urban,car,20\n"
        "residential,suburb,boat,20\n"
        "cycleway,urban,car,20\n"
        "residential,urban,walk,0\n"
        "residential,urban,walk,fast\n"
        "residential,urban,walk,4\n"
        "residential,urban,walk,5\n"
        "ferry,urban,walk,5\n"
        "residential,urban\n"
        "residential,urban,car,nan\n"
    )
    assert problems_of(tmp_path, HEAD + rows) == [
        ("word", 2, "class", "canal"),
        ("word", 3, "settlement", "suburb"),
        ("word", 3, "mode", "boat"),
        ("closed", 4, "class", "cycleway"),
        ("number", 5, "kph", "0"),
        ("number", 6, "kph", "fast"),
        ("repeated", 8, "", "residential,urban,walk"),
        ("word", 9, "class", "ferry"),
        ("fields", 10, "", ""),
        ("number", 11, "kph", "nan"),
    ]


def test_files_that_are_no_tables(tmp_path):
    assert problems_of(tmp_path, "class,kph\n") == [("columns", 1, "", "class,kph")]
    assert problems_of(tmp_path, "") == [("columns", 1, "", "")]
    assert problems_of(tmp_path, HEAD) == [("no_rows", None, "", "")]
    (tmp_path / "gbk.csv").write_bytes(HEAD.encode() + "道路".encode("gbk"))
    for name, code in (("gbk.csv", "speeds.encoding"), ("none.csv", "file.missing")):
        with pytest.raises(InputError) as raised:
            ClassSpeeds.read(tmp_path / name, default_speeds())
        assert raised.value.code == code
