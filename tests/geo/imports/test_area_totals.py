"""Totals of areas by import: joined to the regions of today, the lost ones told."""

import datetime as dt

import pytest

from geo.models import AreaTotal, Region, RegionSuccession
from geo.services import imports
from tests.factories import NOW, make_province
from tests.geo.imports.files import codes_of, committed, received

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MEASURE = {"measure": "常住人口", "year": "2015"}


@pytest.fixture
def province():
    province = make_province()[0]
    RegionSuccession.objects.create(
        predecessor_code="320103", predecessor_name="白下区", successor_code="320104", happened_on=dt.date(2016, 1, 1)
    )
    return province


def table():
    return [
        {"区划代码": "320100", "区县": "南京市", "人口数_合计": 1600},
        {"区划代码": "320102.0", "区县": "玄武区", "人口数_合计": 1000},
        {"区划代码": "320103", "区县": "白下区", "人口数_合计": 500},
        {"区划代码": "", "区县": "无名区", "人口数_合计": 100},
    ]


def totals():
    rows = AreaTotal.objects.order_by("persons").values_list("area_code", "area_name", "region__code", "persons")
    return list(rows)


def test_rows_find_their_regions_and_the_lost_are_told(tmp_path, province):
    batch = received(tmp_path, province, table(), kind="area_totals", constants=MEASURE)
    said = batch.summary["findings"][0]
    assert said["details"] == {
        "rows": 4, "by_code": 1, "by_succession": 1, "by_name": 0, "zones": 0, "sums": 1, "lost": 1, "persons_lost": 100,
    }  # fmt: skip
    assert {each["code"] for each in batch.summary["findings"][1:]} == {"join.succeeded", "join.unknown"}
    committed(batch)
    assert totals() == [
        ("", "无名区", None, 100), ("320103", "白下区", "320104", 500), ("320102", "玄武区", "320102", 1000),
        ("320100", "南京市", "320100", 1600),
    ]  # fmt: skip
    row = AreaTotal.objects.get(area_code="320103")
    assert (row.measure, row.year, row.batch_id) == ("residents", 2015, batch.pk)
    assert "秦淮区" in row.join_note


def test_again_nothing_changes_a_new_name_is_a_change_and_undo_restores(tmp_path, province):
    committed(received(tmp_path, province, table(), kind="area_totals", constants=MEASURE))
    before = totals()
    assert received(tmp_path, province, table(), kind="area_totals", constants=MEASURE).summary["counts"]["unchanged"] == 4
    rows = table()
    rows[1] |= {"区县": "玄武", "人口数_合计": 1001}
    batch = committed(received(tmp_path, province, rows, kind="area_totals", constants=MEASURE))
    assert batch.summary["written"] == {"created": 0, "changed": 1}
    assert AreaTotal.objects.count() == 4
    assert [row.persons for row in AreaTotal.history.filter(area_code="320102").order_by("history_date")] == [1000, 1001]
    imports.undo(batch, at=NOW)
    assert totals() == before


def test_one_area_may_have_several_measures_and_years(tmp_path, province):
    for measure in ("residents", "gig_workers"):
        rows = [{"区划代码": "320102", "区县": "玄武区", "人数": 5, "年份": year, "measure": measure} for year in (2015, 2020)]
        committed(received(tmp_path, province, rows, kind="area_totals"))
    assert AreaTotal.objects.count() == 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"区划代码": "", "区县": ""}, "area_totals.area"),
        ({"人口数_合计": "-5"}, "field.negative"),
        ({"人口数_合计": "约五百"}, "field.not_a_number"),
        ({"50岁以上人数": 2000}, "area_totals.too_many"),
    ],
)
def test_faulty_rows(tmp_path, province, change, code):
    rows = table()
    rows[1] |= change
    batch = received(tmp_path, province, rows, kind="area_totals", constants=MEASURE)
    assert codes_of(batch) == [code]
    assert batch.summary["counts"]["new"] == 3


def test_an_area_outside_the_region_of_the_import(tmp_path, province):
    west = province.children.get().children.get(code="320102")
    rows = [{"区划代码": "320104", "区县": "秦淮区", "人数": 5}]
    assert codes_of(received(tmp_path, west, rows, kind="area_totals", constants=MEASURE)) == ["region.outside_import"]


def test_a_measure_that_is_none(tmp_path, province):
    rows = [{"区划代码": "320104", "区县": "秦淮区", "人数": 5}]
    batch = received(tmp_path, province, rows, kind="area_totals", constants=MEASURE | {"measure": "人数（万）"})
    assert codes_of(batch) == ["area_totals.measure"]


def test_totals_of_other_regions_and_those_others_lost_are_never_removed(tmp_path, province):
    committed(received(tmp_path, province, table(), kind="area_totals", constants=MEASURE))
    west = province.children.get().children.get(code="320102")
    own = received(tmp_path, west, [table()[1]], kind="area_totals", constants=MEASURE, options={"replace": True})
    assert own.summary["others"] == 0
    committed(own)
    assert AreaTotal.objects.count() == 4


def test_areas_of_one_name_in_two_cities(tmp_path, province):
    source = province.source
    other = Region.objects.create(
        code="320300", name_zh="徐州市", level="prefecture", parent=province, valid_from=province.valid_from, source=source
    )
    for code, city in (("320106", province.children.get(code="320100")), ("320302", other)):
        Region.objects.create(
            code=code, name_zh="鼓楼区", level="county", parent=city, valid_from=province.valid_from, source=source
        )
    rows = [{"城市": city, "区县": "鼓楼区", "人数": 5} for city in ("南京市", "徐州市")]
    batch = committed(received(tmp_path, province, rows, kind="area_totals", constants=MEASURE))
    assert batch.summary["written"]["created"] == 2
    assert {(name, code) for _, name, code, _ in totals()} == {("南京市鼓楼区", "320106"), ("徐州市鼓楼区", "320302")}
    assert received(tmp_path, province, rows, kind="area_totals", constants=MEASURE).summary["counts"]["unchanged"] == 2
