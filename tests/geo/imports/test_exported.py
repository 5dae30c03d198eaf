"""Records that are no venues go out and come back unchanged, too."""

import datetime as dt

import h3
import pytest

from geo.engine.errors import InputError
from geo.imports.exports import FORMATS, TABLES, formats_of, write_export
from geo.models import AreaTotal, DemandCell, DemandCellProfile, Region
from geo.services import imports
from tests.factories import NOW, make_source
from tests.geo.imports.files import committed, received

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WEST, EAST = h3.latlng_to_cell(32.05, 118.75, 8), h3.latlng_to_cell(32.05, 118.85, 8)


def comes_back(path, kind, region, count, language="zh-hans"):
    source = make_source("sheet")
    assert write_export(kind, path, source=source if kind != "regions" else None, language=language) == count
    batch = imports.receive(path=path, name=path.name, kind=kind, region=region, source=source, at=NOW)
    imports.read(batch)
    datum = "wgs84" if kind in {"demand", "regions"} else ""
    imports.choose(batch, mapping=imports.suggestions(batch), datum=datum)
    counts = imports.check(batch, on=NOW.date()).summary["counts"]
    return counts["unchanged"] == count and sum(counts.values()) == count


def cells():
    return [
        {"h3_index": WEST, "零工人数": 10, "城乡": "城镇", "workers_construction": 4, "workers_catering": 6, "年份": 2020,
         "50岁以上人数": 3, "步行人数": 10},
        {"h3_index": EAST, "零工人数": 7, "城乡": "农村", "workers_construction": 7, "workers_catering": 0, "年份": 2020,
         "50岁以上人数": "", "步行人数": ""},
    ]  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_demand(tmp_path, province, form, language):
    committed(received(tmp_path, province, cells(), kind="demand"))
    assert comes_back(tmp_path / f"cells.{form}", "demand", province, 2, language)
    assert DemandCellProfile.objects.get(cell__h3_index=WEST).age50plus_persons == 3


@pytest.mark.parametrize("form", TABLES)
def test_area_totals(tmp_path, province, form):
    rows = [
        {"区划代码": "", "区县": "玄武", "所属城市": "南京市", "人数": 5},
        {"区划代码": "320104", "区县": "=秦淮", "人数": 7},
        {"区划代码": "", "区县": "无名", "人数": 1},
    ]
    given = {"measure": "residents", "year": "2020"}
    committed(received(tmp_path, province, rows, kind="area_totals", constants=given))
    assert AreaTotal.objects.filter(region=None).count() == 1
    assert comes_back(tmp_path / f"totals.{form}", "area_totals", province, 3)


@pytest.mark.parametrize("form", FORMATS)
def test_regions(tmp_path, province, form):
    region = Region.objects.get(code="320104")
    Region.objects.create(
        code="320103", name_zh="白下区", level="county", parent=region.parent, valid_from=dt.date(2010, 1, 1),
        valid_until=dt.date(2013, 3, 1), source=make_source(), settlement_class="urban", resident_persons=5,
    )  # fmt: skip
    assert comes_back(tmp_path / f"regions.{form}", "regions", province, 5)


@pytest.mark.parametrize("form", TABLES)
def test_od_table(tmp_path, province, form):
    rows = [{"from_id": "320102", "to_id": to, "travel_time": time, "mode": mode}
            for to, time, mode in (("320104", 25.25, ""), ("320104", 12, "car"), ("320102", 0, "walk"))]  # fmt: skip
    committed(received(tmp_path, province, rows, kind="od_table"))
    assert comes_back(tmp_path / f"od.{form}", "od_table", province, 3)


def test_one_of_several_sources_must_be_named(tmp_path, province):
    for slug in ("one", "two"):
        committed(received(tmp_path, province, cells(), kind="demand", source=slug))
    with pytest.raises(InputError, match="one, two"):
        write_export("demand", tmp_path / "cells.csv")
    assert write_export("demand", tmp_path / "cells.csv", source=make_source("one")) == 2
    assert DemandCell.objects.count() == 4


def test_tables_without_places_are_no_map_files(tmp_path):
    assert formats_of("od_table") == TABLES
    with pytest.raises(InputError, match="csv, xlsx"):
        write_export("area_totals", tmp_path / "totals.gpkg")
