"""Edge tables: a good one, and every problem of a bad one at once."""

import numpy as np
import pandas as pd
import pytest

from geo.engine.errors import NetworkError
from geo.engine.network.build import build_network
from geo.engine.network.edge_table import read_edge_table, read_edges

HEADER = "from_id,to_id,from_lon,from_lat,to_lon,to_lat,highway,oneway,maxspeed,way_id\n"
GOOD = HEADER + "a,b,118.80,32.00,118.81,32.00,residential,,30,7\nb,c,118.81,32.00,118.81,32.01,cycleway,yes,,\n"


def table(tmp_path, text, name="streets.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(path):
    with pytest.raises(NetworkError) as raised:
        read_edge_table(path)
    return [(p.code, p.row, p.field, p.value) for p in raised.value.problems]


def test_rows_become_streets(tmp_path):
    streets = read_edge_table(table(tmp_path, GOOD))
    assert len(streets.node_lon) == 3
    assert streets.edge_way_id.tolist() == [7, 2]
    assert streets.max_speed_kph[0] == 30
    assert streets.backward_allowed[:, 1].tolist() == [True, False, False]


def test_only_the_ends_are_needed(tmp_path):
    streets = read_edge_table(table(tmp_path, "from_id,to_id,from_lon,from_lat,to_lon,to_lat\na,b,118.8,32,118.81,32\n"))
    assert streets.classes[streets.edge_class[0]] == "residential"


def test_parquet_says_the_same(tmp_path):
    path = table(tmp_path, GOOD)
    pd.read_csv(path, dtype=str, keep_default_na=False).to_parquet(tmp_path / "streets.parquet")
    first, second = read_edge_table(path), read_edge_table(tmp_path / "streets.parquet")
    np.testing.assert_array_equal(first.shape_lon, second.shape_lon)
    np.testing.assert_array_equal(first.forward_allowed, second.forward_allowed)


def test_every_problem_is_named_with_row_column_and_value(tmp_path):
    bad = HEADER + "a,b,118.80,x,118.81,32.00,canal,,,\n,c,1185.2,32,118.81,95,residential,maybe,,\n"
    assert problems_of(table(tmp_path, bad)) == [
        ("edges.coordinate", 2, "from_lat", "x"),
        ("edges.highway", 2, "highway", "canal"),
        ("edges.coordinate", 3, "from_lon", "1185.2"),
        ("edges.coordinate", 3, "to_lat", "95"),
        ("edges.oneway", 3, "oneway", "maybe"),
        ("edges.id", 3, "from_id", ""),
    ]


def test_a_node_in_two_places_is_refused(tmp_path):
    bad = HEADER + "a,b,118.80,32,118.81,32,,,,\nb,c,118.82,32,118.83,32,,,,\n"
    assert problems_of(table(tmp_path, bad)) == [("edges.moved", 3, "from_id", "b")]


def test_missing_and_unknown_columns_are_named(tmp_path):
    with pytest.raises(NetworkError, match=r"missing columns: from_lat, to_lon, to_lat; unknown columns: price"):
        read_edge_table(table(tmp_path, "from_id,to_id,from_lon,price\na,b,1,2\n"))


@pytest.mark.parametrize(("text", "code"), [("", "file.empty"), (HEADER, "file.empty")])
def test_nothing_in_it(tmp_path, text, code):
    assert problems_of(table(tmp_path, text))[0][0] == code


def test_what_is_no_table_is_said(tmp_path):
    path = tmp_path / "streets.parquet"
    path.write_bytes(b"PAR1 not really")
    assert problems_of(path)[0][0] == "edges.unreadable"
    ragged = table(tmp_path, HEADER + "a,b,1,2,3,4,residential,,,,,,,,,9\nb,c\n", "ragged.csv")
    assert [(code, row) for code, row, _, _ in problems_of(ragged)] == [("edges.fields", 2), ("edges.fields", 3)]
    unclosed = table(tmp_path, GOOD + '"d,e,118.8,32,118.8,32,,,,\nf,g,118.8,32,118.8,32,,,,\n', "unclosed.csv")
    assert problems_of(unclosed)[0][0] == "edges.unreadable"
    gbk = tmp_path / "gbk.csv"
    gbk.write_bytes((HEADER + "甲,乙,118.8,32,118.81,32,,,,\n").encode("gb18030"))
    assert problems_of(gbk)[0][0] == "edges.unreadable"


def test_swapped_coordinates_are_named(tmp_path):
    bad = HEADER + "a,b,32.0,118.80,118.81,32.00,,,,\n"
    assert problems_of(table(tmp_path, bad)) == [("edges.swapped", 2, "from_lat", "118.80")]


def test_limits_ids_and_loops_are_checked(tmp_path):
    bad = HEADER + "a,b,118.8,32,118.81,32,,,fast,x1\nb,b,118.81,32,118.81,32.0,,,0,1.5\n"
    assert problems_of(table(tmp_path, bad)) == [
        ("edges.maxspeed", 2, "maxspeed", "fast"),
        ("edges.way_id", 2, "way_id", "x1"),
        ("edges.maxspeed", 3, "maxspeed", "0"),
        ("edges.way_id", 3, "way_id", "1.5"),
        ("edges.loop", 3, "to_id", "b"),
    ]


ENDS = "from_id,to_id,from_lon,from_lat,to_lon,to_lat,length_m\n"


def test_stated_lengths_take_the_place_of_measured_ones(tmp_path):
    # 0.01° of longitude at 32° N are 945 m: the first street winds, the second states nothing.
    text = ENDS + "a,b,118.80,32,118.81,32,1500\nb,c,118.81,32,118.82,32,\n"
    found = read_edges(table(tmp_path, text))
    np.testing.assert_array_equal(found.stated_length_metres, [1500, np.nan])
    network = build_network(found.streets, source="x", stated_length_metres=found.stated_length_metres)
    lengths = dict(zip(network.edge_way_id.tolist(), network.edge_length_metres.tolist(), strict=True))
    assert lengths[1] == 1500
    assert lengths[2] == pytest.approx(945, abs=1)
    # 1.1 m/s on foot
    assert network.forward_seconds[0, network.edge_way_id.tolist().index(1)] == pytest.approx(1500 / 1.1, rel=1e-5)


@pytest.mark.parametrize("length", ["-5", "0", "0.95", "long", "900"])
def test_a_length_shorter_than_the_straight_line_is_refused(tmp_path, length):
    text = ENDS + f"a,b,118.80,32,118.81,32,{length}\n"
    assert problems_of(table(tmp_path, text)) == [("edges.length", 2, "length_m", length)]


def test_gaps_in_parquet_are_empty_fields(tmp_path):
    path = tmp_path / "streets.parquet"
    pd.DataFrame(
        {
            "from_id": [1, 2], "to_id": [2, 3], "from_lon": [118.8, 118.81], "from_lat": [32.0, 32.0],
            "to_lon": [118.81, 118.82], "to_lat": [32.0, 32.0], "maxspeed": [30.0, None], "highway": ["primary", None],
            "oneway": [True, False], "way_id": [7.0, None],
        }
    ).to_parquet(path)  # fmt: skip
    streets = read_edge_table(path)
    assert streets.edge_way_id.tolist() == [7, 2]
    assert [streets.classes[i] for i in streets.edge_class] == ["primary", "residential"]
    assert streets.backward_allowed[2].tolist() == [False, True]
    np.testing.assert_array_equal(streets.max_speed_kph, [30, np.nan])


def test_a_ferry_is_a_class_too(tmp_path):
    streets = read_edge_table(table(tmp_path, HEADER + "a,b,118.80,32,118.81,32,ferry,,,\n"))
    assert streets.forward_allowed[:, 0].tolist() == [True, True, False]


def test_layers_may_be_given(tmp_path):
    header = "from_id,to_id,from_lon,from_lat,to_lon,to_lat,layer\n"
    rows = "a,b,118.80,32.00,118.81,32.00,1\nb,c,118.81,32.00,118.81,32.01,\nc,d,118.81,32.01,118.82,32.01,-2\n"
    assert read_edge_table(table(tmp_path, header + rows)).edge_level.tolist() == [1, 0, -2]
    assert problems_of(table(tmp_path, header + "a,b,118.80,32.00,118.81,32.00,6\nb,c,118.81,32.00,118.81,32.01,up\n")) == [
        ("edges.layer", 2, "layer", "6"),
        ("edges.layer", 3, "layer", "up"),
    ]
