"""Edge tables: a good one, and every problem of a bad one at once."""

import numpy as np
import pandas as pd
import pytest

from geo.engine.errors import NetworkError
from geo.engine.network.edge_table import read_edge_table

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
    ragged = table(tmp_path, HEADER + "a,b,1,2,3,4,residential,,,,,,,,,9\n", "ragged.csv")
    assert problems_of(ragged)[0][0] == "edges.unreadable"
