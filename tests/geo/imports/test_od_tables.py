"""OD tables by import: a new version with the rows of the file, the one before in force again after an undo."""

import pandas as pd
import pytest

from geo.engine.errors import InputError
from geo.imports.od_files import active_table, rows_of
from geo.models import ODTable
from geo.services import imports
from tests.factories import NOW, make_source
from tests.geo.imports.files import codes_of, committed, received

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def rows(*minutes, origin="320102", mode=""):
    return [
        {"from_id": origin, "to_id": to, "travel_time": each, "mode": mode}
        for to, each in zip(("320102", "320104"), minutes, strict=False)
    ]


def in_force():
    frame = rows_of(active_table(make_source("sheet")))
    return {(row.from_id, row.to_id, row.mode): row.travel_time_minutes for row in frame.itertuples()}


def test_versions_add_up_and_undo_goes_back(tmp_path, province):
    first = committed(received(tmp_path, province, rows(0, 25.5), kind="od_table"))
    assert in_force() == {("320102", "320102", ""): 0.0, ("320102", "320104", ""): 25.5}
    second = received(tmp_path, province, [*rows(0, 30), *rows(5, mode="步行")], kind="od_table")
    counts = second.summary["counts"]
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (1, 1, 1)
    committed(second)
    table = active_table(make_source("sheet"))
    assert (table.row_count, table.modes, ODTable.objects.count()) == (3, ["walk"], 2)
    assert in_force()["320102", "320104", ""] == 30
    with pytest.raises(InputError, match="changed after"):
        imports.undo(first, at=NOW)
    imports.undo(second, at=NOW)
    assert in_force()["320102", "320104", ""] == 25.5
    imports.undo(first, at=NOW)
    assert in_force() == {}


def test_the_same_again_makes_no_version_and_replace_drops_the_rest(tmp_path, province):
    committed(received(tmp_path, province, rows(0, 25.5), kind="od_table"))
    again = received(tmp_path, province, rows(0, 25.5), kind="od_table")
    assert again.summary["counts"]["unchanged"] == 2
    committed(again)
    assert ODTable.objects.count() == 1
    whole = committed(received(tmp_path, province, rows(0), kind="od_table", options={"replace": True}))
    assert whole.summary["written"] == {"created": 0, "changed": 0, "removed": 1}
    assert in_force() == {("320102", "320102", ""): 0.0}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"from_id": "nowhere"}, "od.unknown_place"),
        ({"travel_time": -1}, "od.minutes"),
        ({"travel_time": 1441}, "od.too_long"),
        ({"travel_time": ""}, "field.required"),
        ({"mode": "飞机"}, "field.unknown_choice"),
    ],
)
def test_faulty_rows(tmp_path, province, row, code):
    batch = received(tmp_path, province, [rows(1)[0] | row], kind="od_table")
    assert codes_of(batch) == [code]


def test_parquet_of_a_routing_library(tmp_path, province):
    path = tmp_path / "od.parquet"
    pd.DataFrame({"from_id": ["320102"], "to_id": ["320104"], "travel_time": [12.0]}).to_parquet(path)
    batch = imports.receive(path=path, name="od.parquet", kind="od_table", region=province, source=make_source("sheet"), at=NOW)
    imports.read(batch)
    imports.choose(batch, mapping=imports.suggestions(batch), datum="")
    committed(imports.check(batch, on=NOW.date()))
    assert in_force() == {("320102", "320104", ""): 12.0}


def test_the_table_of_a_larger_region_is_not_to_be_changed(tmp_path, province):
    committed(received(tmp_path, province, rows(0, 25.5), kind="od_table"))
    west = province.children.get().children.get(code="320102")
    with pytest.raises(InputError, match="outside that of this import"):
        received(tmp_path, west, rows(1, 2), kind="od_table")
    assert received(tmp_path, west, rows(1, 2), kind="od_table", source="own").summary["counts"]["new"] == 2
