"""The speed table: what ships is sensible, what is wrong is said with row and value."""

import numpy as np
import pytest

from geo.engine.errors import NetworkError
from geo.engine.modes import DEFAULT_SPEEDS, MODES, SpeedTable, default_speeds
from geo.engine.network.osm_tags import CLASSES

GOOD = DEFAULT_SPEEDS.read_text(encoding="utf-8")


def table_of(tmp_path, text):
    path = tmp_path / "speeds.csv"
    path.write_text(text, encoding="utf-8")
    return SpeedTable.read(path)


def problems_of(tmp_path, text):
    with pytest.raises(NetworkError) as raised:
        table_of(tmp_path, text)
    return [(p.code, p.row, p.field, p.value) for p in raised.value.problems]


def test_the_table_that_ships_knows_every_class_of_the_reader():
    assert set(CLASSES) == set(default_speeds().kph)


def test_walkers_go_at_1_1_metres_a_second_and_ebikes_at_15_kph_on_a_residential_street():
    kph = default_speeds().class_speeds_kph(["residential"], MODES)
    np.testing.assert_allclose(kph[:2, 0], [1.1 * 3.6, 15.0])


def test_motorways_are_closed_to_all_but_cars():
    kph = default_speeds().class_speeds_kph(["motorway"], MODES)[:, 0]
    assert kph[0] == kph[1] == 0
    assert kph[2] > 0


def test_columns_follow_the_modes_asked_for():
    table = default_speeds()
    both = table.class_speeds_kph(["primary", "footway"], ("car", "walk"))
    assert both.shape == (2, 2)
    assert both[0, 1] == 0  # no cars on footways
    assert table.control_delay_seconds(("car",)).shape == (1, 3)


def test_a_table_of_ones_own_takes_its_place(tmp_path):
    table = table_of(tmp_path, GOOD.replace("residential,3.96,15,22", "residential,3.6,20,22"))
    assert table.kph["residential"] == (3.6, 20.0, 22.0)


def test_every_problem_is_named_at_once(tmp_path):
    text = GOOD.replace("primary,3.96,15,45", "primary,fast,-1,45").replace("signals_delay_seconds,12,10,15\n", "")
    assert problems_of(tmp_path, text) == [
        ("speeds.number", 6, "walk_kph", "fast"),
        ("speeds.number", 6, "ebike_kph", "-1"),
        ("speeds.missing", None, "", "signals_delay_seconds"),
    ]


def test_a_row_with_another_number_of_fields_is_refused(tmp_path):
    text = GOOD.replace("primary,3.96,15,45", "primary,3.96,15").replace("service,3.96,12,15", "service,3.96,12,15,9")
    assert problems_of(tmp_path, text) == [("speeds.fields", 6, "", "primary"), ("speeds.fields", 15, "", "service")]


@pytest.mark.parametrize("value", ["nan", "inf", "1e9"])
def test_absurd_speeds_are_refused(tmp_path, value):
    assert problems_of(tmp_path, GOOD.replace("service,3.96,12,15", f"service,3.96,12,{value}"))[0][0] == "speeds.number"


def test_a_class_twice_is_refused(tmp_path):
    assert problems_of(tmp_path, GOOD + "primary,1,1,1\n")[0][0] == "speeds.repeated"


def test_another_header_is_refused(tmp_path):
    assert problems_of(tmp_path, "a,b\n")[0][:2] == ("speeds.columns", 1)


def test_a_missing_file_and_other_encodings_are_said(tmp_path):
    with pytest.raises(NetworkError, match="does not exist"):
        SpeedTable.read(tmp_path / "none.csv")
    path = tmp_path / "gbk.csv"
    path.write_bytes("类别,1,2,3".encode("gb18030"))
    with pytest.raises(NetworkError, match="UTF-8"):
        SpeedTable.read(path)


def test_unknown_classes_and_modes_are_named():
    with pytest.raises(NetworkError, match=r"“canal”.*“boat”"):
        default_speeds().class_speeds_kph(["canal"], ("boat",))
