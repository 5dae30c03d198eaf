"""Demand cells by import: named by index or by point, compared, written, taken back."""

import h3
import pytest

from geo.engine.errors import InputError
from geo.models import DemandCell, DemandCellProfile, Region
from geo.services import imports
from tests.factories import NOW
from tests.geo.imports.files import codes_of, committed, received

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WEST, EAST = h3.latlng_to_cell(32.05, 118.75, 8), h3.latlng_to_cell(32.05, 118.85, 8)


def cells():
    return [
        {"h3_index": WEST, "零工人数": 10, "城乡": "城镇", "workers_construction": 4, "workers_catering": 6, "年份": 2020},
        {
            "h3_index": EAST.upper(),
            "零工人数": 7,
            "城乡": "农村",
            "workers_construction": 7,
            "workers_catering": "",
            "年份": 2020,
        },
    ]


def people():
    return dict(DemandCell.objects.values_list("h3_index", "workers_persons"))


def test_cells_by_index_need_no_datum(tmp_path, province):
    batch = committed(received(tmp_path, province, cells(), kind="demand"))
    assert batch.summary["written"] == {"created": 2, "changed": 0}
    west, east = (DemandCell.objects.select_related("region").get(h3_index=cell) for cell in (WEST, EAST))
    assert (west.region.code, east.region.code) == ("320102", "320104")
    assert west.workers_by_group == {"construction": 4, "catering": 6}
    assert (east.settlement_class, east.year, east.confidence) == ("rural", 2020, "medium")
    # the sphere that H3 measures on has the ellipsoid's surface
    assert west.area_km2 == pytest.approx(h3.cell_area(WEST, "km^2"), rel=5e-3)
    lat, lon = h3.cell_to_latlng(WEST)
    assert (west.location.x, west.location.y) == (lon, lat)
    assert DemandCell.history.filter(history_type="+", import_batch=batch).count() == 2


def test_cells_by_point_with_profiles(tmp_path, province):
    rows = [{"经度": 118.75, "纬度": 32.05, "人数": 10, "城乡": "urban", "年份": "2022年", "50岁以上人数": 3, "步行人数": 4,
             "电动自行车人数": 6}]  # fmt: skip
    with pytest.raises(InputError, match="datum is declared"):
        received(tmp_path, province, rows, kind="demand")
    committed(received(tmp_path, province, rows, kind="demand", datum="wgs84"))
    assert people() == {WEST: 10}
    profile = DemandCellProfile.objects.get()
    assert (profile.age50plus_persons, profile.walk_persons, profile.ebike_persons, profile.bus_persons) == (3, 4, 6, None)


def test_again_nothing_changes_and_undo_restores(tmp_path, province):
    committed(received(tmp_path, province, cells(), kind="demand"))
    again = received(tmp_path, province, cells(), kind="demand")
    assert again.summary["counts"]["unchanged"] == 2
    rows = cells()
    rows[0] |= {"零工人数": 11, "workers_construction": 5}
    changed = committed(received(tmp_path, province, rows, kind="demand"))
    assert people() == {WEST: 11, EAST: 7}
    imports.undo(changed, at=NOW)
    assert people() == {WEST: 10, EAST: 7}
    assert DemandCell.objects.get(h3_index=WEST).workers_by_group == {"construction": 4, "catering": 6}


def test_replace_removes_what_the_file_does_not_name_and_undo_brings_it_back(tmp_path, province):
    committed(received(tmp_path, province, cells(), kind="demand"))
    kept = received(tmp_path, province, cells()[:1], kind="demand")
    assert kept.summary["others"] == 1
    whole = committed(received(tmp_path, province, cells()[:1], kind="demand", options={"replace": True}))
    assert whole.summary["written"] == {"created": 0, "changed": 0, "removed": 1}
    assert people() == {WEST: 10}
    imports.undo(whole, at=NOW)
    assert people() == {WEST: 10, EAST: 7}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"h3_index": "8a"}, "demand.not_a_cell"),
        ({"h3_index": h3.cell_to_parent(EAST, 7)}, "demand.resolution"),
        ({"零工人数": 8}, "demand.groups_sum"),
        ({"城乡": "郊"}, "field.unknown_choice"),
        ({"年份": "20"}, "field.not_a_year"),
        ({"h3_index": WEST}, "row.duplicate"),
        ({"h3_index": h3.latlng_to_cell(30.0, 110.0, 8)}, "place.outside"),
    ],
)
def test_faulty_rows(tmp_path, province, change, code):
    rows = cells()
    rows[1] |= change
    batch = received(tmp_path, province, rows, kind="demand")
    assert code in codes_of(batch)
    assert batch.summary["counts"]["new"] == 1
    with pytest.raises(InputError):
        committed(batch)
    assert people() == {}


def test_a_point_in_another_cell_than_the_one_named(tmp_path, province):
    rows = [{"h3_index": WEST, "经度": 118.85, "纬度": 32.05, "人数": 1, "城乡": "urban", "年份": 2020}]
    assert codes_of(received(tmp_path, province, rows, kind="demand", datum="wgs84")) == ["demand.cell_disagrees"]


def test_a_file_without_places(tmp_path, province):
    with pytest.raises(InputError, match="H3"):
        received(tmp_path, province, [{"人数": 1, "城乡": "urban", "年份": 2020}], kind="demand")


def test_what_lies_outside_the_region_of_the_import_is_never_removed(tmp_path, province):
    committed(received(tmp_path, province, cells(), kind="demand"))
    west = Region.objects.get(code="320102")
    own = received(tmp_path, west, cells()[:1], kind="demand", options={"replace": True})
    assert own.summary["others"] == 0
    committed(own)
    assert people() == {WEST: 10, EAST: 7}
    foreign = received(tmp_path, west, [cells()[1] | {"零工人数": 9, "workers_construction": 9}], kind="demand")
    assert "region.outside_import" in codes_of(foreign)


def test_with_faulty_rows_nobody_knows_what_a_file_leaves_out(tmp_path, province):
    committed(received(tmp_path, province, cells(), kind="demand"))
    rows = cells()
    rows[1] |= {"零工人数": "约七"}
    batch = received(tmp_path, province, rows, kind="demand", options={"replace": True})
    with pytest.raises(InputError, match="mend the rows"):
        committed(batch, skip_invalid=True)
    assert people() == {WEST: 10, EAST: 7}
