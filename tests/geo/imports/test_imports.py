"""An import from file to records and back, as a planner does it."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from geo.engine.datum import Crs, from_wgs84
from geo.engine.errors import InputError
from geo.imports.folders import preview_of
from geo.models import HourlyCount, ImportBatch, ImportChange, Occupation, OpeningHours, Venue, VenueOrigin
from geo.services import imports
from tests.factories import NOW, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LATER = NOW + dt.timedelta(hours=1)


def rows(**changes):
    table = {"编号": ["A1", "A2"], "名称": ["玄武零工市场", "秦淮零工驿站"], "类型": ["零工市场", "零工驿站"],
             "状态": ["运营中", "试运营"], "经度": ["118.75", "118.85"], "纬度": ["32.05", "32.06"], "电话": ["025-1", ""],
             "开放时间": ["周一至周五 05:30-11:30", "每天 06:00-10:00"], "所在区县": ["玄武区", "秦淮区"]}  # fmt: skip
    return pd.DataFrame(table | changes)


def received(tmp_path, region, frame, name="场所.csv", kind="venues", **choices):
    path = tmp_path / name
    if path.suffix == ".csv":
        frame.to_csv(path, index=False, encoding="gb18030")
    else:
        frame.to_excel(path, index=False, engine="xlsxwriter")
    batch = imports.receive(path=path, name=name, kind=kind, region=region, source=make_source("sheet"), at=NOW)
    imports.read(batch)
    imports.choose(batch, mapping=imports.suggestions(batch), datum=choices.pop("datum", "wgs84"), **choices)
    return imports.check(batch, on=NOW.date())


def committed(batch, **choices):
    return imports.commit(batch, at=NOW, **choices)


def venue_facts():
    return {
        v.code: (v.name_zh, v.kind, v.status, v.region.code, round(v.location.x, 7), round(v.location.y, 7), v.phone)
        for v in Venue.objects.select_related("region")
    }


def test_a_sheet_becomes_venues_with_hours_and_regions(tmp_path, province):
    batch = committed(received(tmp_path, province, rows()))
    assert batch.summary["written"] == {"created": 2, "changed": 0}
    assert venue_facts() == {
        "A1": ("玄武零工市场", "gig_market_comprehensive", "operating", "320102", 118.75, 32.05, "025-1"),
        "A2": ("秦淮零工驿站", "gig_station", "trial", "320104", 118.85, 32.06, ""),
    }
    assert OpeningHours.objects.get(venue__code="A1").weekday_mask == 0b0011111


def test_points_of_a_web_map_are_converted_and_their_origin_is_kept(tmp_path, province):
    x, y = from_wgs84(np.array([118.75, 118.85]), np.array([32.05, 32.06]), Crs(code="gcj02"))
    committed(received(tmp_path, province, rows(经度=x.astype(str), 纬度=y.astype(str)), datum="GCJ-02"))
    assert [facts[4:6] for facts in venue_facts().values()] == [(118.75, 32.05), (118.85, 32.06)]
    origin = VenueOrigin.objects.get(venue__code="A1")
    assert (origin.x, origin.y, origin.datum, origin.row) == (x[0], y[0], "gcj02", 2)


def test_the_same_file_again_changes_nothing_and_says_when_it_came(tmp_path, province):
    committed(received(tmp_path, province, rows()))
    again = received(tmp_path, province, rows())
    assert again.summary["counts"]["unchanged"] == 2
    assert again.summary["notes"][-1]["code"] == "import.done_before"
    committed(again)
    assert ImportChange.objects.filter(batch=again).count() == 0
    assert Venue.history.count() == 2


def test_a_changed_row_is_a_new_version_and_columns_not_in_the_file_stay(tmp_path, province):
    committed(received(tmp_path, province, rows()))
    fewer = rows(名称=["玄武零工大市场", "秦淮零工驿站"]).drop(columns=["电话", "开放时间"])
    batch = committed(received(tmp_path, province, fewer))
    assert batch.summary["written"] == {"created": 0, "changed": 1}
    venue = Venue.objects.get(code="A1")
    assert (venue.name_zh, venue.phone, venue.opening_hours.count()) == ("玄武零工大市场", "025-1", 1)
    newest, first = venue.history.all()
    assert (first.name_zh, newest.name_zh, newest.import_batch_id) == ("玄武零工市场", "玄武零工大市场", batch.pk)


def test_undo_takes_back_the_whole_import_and_nothing_else(tmp_path, province):
    committed(received(tmp_path, province, rows().iloc[:1]))
    before = venue_facts()
    batch = committed(received(tmp_path, province, rows(名称=["另一名", "秦淮零工驿站"], 开放时间=["全天", "全天"])))
    assert len(venue_facts()) == 2
    imports.undo(batch, at=LATER)
    assert venue_facts() == before
    assert OpeningHours.objects.get(venue__code="A1").closes_at == dt.time(11, 30)
    assert ImportBatch.objects.get(pk=batch.pk).stage == ImportBatch.Stage.UNDONE


def test_undo_is_refused_where_somebody_changed_a_record_since(tmp_path, province):
    batch = committed(received(tmp_path, province, rows()))
    Venue.objects.filter(code="A2").update(phone="110")
    with pytest.raises(InputError) as refused:
        imports.undo(batch, at=LATER)
    assert refused.value.problems[0].code == "import.changed_after"
    assert "A2" in refused.value.problems[0].sentence("en")
    assert Venue.objects.count() == 2


def test_a_record_changed_between_check_and_commit_is_not_overwritten(tmp_path, province):
    committed(received(tmp_path, province, rows()))
    batch = received(tmp_path, province, rows(电话=["025-2", "025-3"]))
    Venue.objects.filter(code="A2").update(phone="110")
    with pytest.raises(InputError) as refused:
        committed(batch)
    assert refused.value.problems[0].code == "import.changed_since"
    assert sorted(Venue.objects.values_list("phone", flat=True)) == ["025-1", "110"]


WRONG = [
    ({"经度": ["1185.2", "118.85"]}, "coordinate", 2), ({"经度": ["北", "118.85"]}, "place.not_a_coordinate", 2),
    ({"经度": ["", "118.85"]}, "place.no_coordinates", 2), ({"经度": ["121.0", "118.85"]}, "place.outside", 2),
    ({"类型": ["超市", "零工驿站"]}, "field.unknown_choice", 2), ({"名称": ["a", ""]}, "field.required", 3),
    ({"开放时间": ["有时", "全天"]}, "hours.unreadable", 2), ({"所在区县": ["秦淮区", "秦淮区"]}, "region.other_name", 2),
    ({"编号": ["A1", "A1"]}, "row.duplicate", 3), ({"经度": ["nan", "118.85"]}, "place.n", 2),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "row"), WRONG, ids=[code + str(row) for _, code, row in WRONG])
def test_what_is_wrong_is_told_by_row_and_stops_the_import(tmp_path, province, change, code, row):
    batch = received(tmp_path, province, rows(**change))
    found = batch.summary["problems"]
    assert [each["row"] for each in found] == [row]
    assert found[0]["code"].startswith(code)
    assert found[0]["zh"] != found[0]["en"]
    with pytest.raises(InputError):
        committed(batch)
    assert not Venue.objects.exists()


def test_wrong_rows_are_skipped_only_when_it_is_said(tmp_path, province):
    batch = received(tmp_path, province, rows(类型=["超市", "零工驿站"]))
    committed(batch, skip_invalid=True)
    assert set(venue_facts()) == {"A2"}


def test_two_rows_of_one_name_and_place_are_taken_for_one(tmp_path, province):
    batch = received(
        tmp_path, province, rows(名称=["同名", "同名"], 经度=["118.75", "118.7505"], 纬度=["32.05", "32.05"], 所在区县=["", ""])
    )
    assert batch.summary["counts"] | {"new": 1, "duplicate": 1} == batch.summary["counts"]
    assert batch.summary["problems"][0]["code"] == "row.twin"
    committed(batch, keep_duplicates=True)
    assert Venue.objects.count() == 2


def test_a_row_without_a_code_is_the_same_venue_whenever_it_comes(tmp_path, province):
    bare = rows().drop(columns="编号")
    committed(received(tmp_path, province, bare))
    codes = set(venue_facts())
    moved = received(tmp_path, province, rows(经度=["118.7501", "118.85"]).drop(columns="编号"))
    assert moved.summary["counts"]["changed"] == 1
    committed(moved)
    assert set(venue_facts()) == codes


def test_rows_outside_the_region_of_the_import_are_refused(tmp_path, province):
    county = province.children.get().children.get(code="320102")
    batch = received(tmp_path, county, rows())
    assert [each["code"] for each in batch.summary["problems"]] == ["region.outside_import"]


def test_a_datum_must_be_declared(tmp_path, province):
    with pytest.raises(InputError) as refused:
        received(tmp_path, province, rows(), datum="")
    assert refused.value.problems[0].code == "datum.undeclared"


def test_a_file_may_name_the_datum_of_each_row(tmp_path, province):
    x, y = from_wgs84(np.array([118.85]), np.array([32.06]), Crs(code="bd09"))
    frame = rows(经度=["118.75", str(x[0])], 纬度=["32.05", str(y[0])]).assign(坐标系=["WGS-84", "百度"])
    committed(received(tmp_path, province, frame, datum=""))
    assert [facts[4:6] for facts in venue_facts().values()] == [(118.75, 32.05), (118.85, 32.06)]


def test_a_workbook_gives_the_same_records_as_a_text_table(tmp_path, province):
    committed(received(tmp_path, province, rows()))
    batch = received(
        tmp_path,
        province,
        rows()[["所在区县", "纬度", "经度", "状态", "开放时间", "电话", "类型", "名称", "编号"]],
        name="x.xlsx",
    )
    assert batch.summary["counts"]["unchanged"] == 2


def test_gathering_points_keep_their_counts_by_hour(tmp_path, province):
    Occupation.objects.create(code="bricklayer", name_zh="瓦工", name_en="bricklayer")
    frame = pd.DataFrame({"编号": ["G1"], "名称": ["大桥南路"], "经度": ["118.75"], "纬度": ["32.05"],
                          "调查日期": ["2026年10月20日"],
                          "4时人数": ["40"], "05:00": ["120"], "工种": ["瓦工"], "步行占比": ["25%"],
                          "电动自行车占比": ["0.75"]})  # fmt: skip
    committed(received(tmp_path, province, frame, kind="gathering_points"))
    counts = HourlyCount.objects.values_list("counted_on", "hour", "workers_persons")
    assert list(counts) == [(dt.date(2026, 10, 20), 4, 40), (dt.date(2026, 10, 20), 5, 120)]
    venue = Venue.objects.get(code="G1")
    assert venue.gathering.mode_shares == {"walk": 0.25, "ebike": 0.75}
    assert [trade.code for trade in venue.occupations.all()] == ["bricklayer"]
    again = received(tmp_path, province, frame, kind="gathering_points")
    assert again.summary["counts"]["unchanged"] == 1


def test_candidates_bring_their_action_and_costs(tmp_path, province):
    frame = pd.DataFrame({"编号": ["C1"], "名称": ["旧仓库"], "经度": ["118.75"], "纬度": ["32.05"],
                          "建设方式": ["改造"],
                          "建设费用": ["850000"], "可停面包车": ["是"]})  # fmt: skip
    committed(received(tmp_path, province, frame, kind="candidates"))
    venue = Venue.objects.get(code="C1")
    assert (venue.kind, venue.status) == ("candidate_site", "candidate")
    assert (venue.candidate.action, venue.candidate.build_cost_yuan, venue.candidate.has_van_access) == (
        "renovation",
        850000.0,
        True,
    )


def test_a_text_that_a_spreadsheet_would_compute_is_plain_text(tmp_path, province):
    committed(received(tmp_path, province, rows(电话=["'=1+1", "=cmd"])))
    assert sorted(Venue.objects.values_list("phone", flat=True)) == ["=1+1", "=cmd"]


def test_the_preview_has_a_line_for_each_row(tmp_path, province):
    frame = preview_of(received(tmp_path, province, rows(类型=["超市", "零工驿站"])))
    assert frame[["row", "status"]].to_dict("records") == [{"row": 2, "status": "invalid"}, {"row": 3, "status": "new"}]


def surveyed(day, workers, **columns):
    return pd.DataFrame(
        {"编号": ["G1"], "名称": ["大桥南路"], "经度": ["118.75"], "纬度": ["32.05"], "调查日期": [day], "5时人数": [workers]}
        | columns
    )


def test_a_later_survey_adds_a_day_an_earlier_one_is_refused_and_undo_takes_the_day_back(tmp_path, province):
    committed(received(tmp_path, province, surveyed("2026-10-20", "40", 地标=["桥下"]), kind="gathering_points"))
    later = committed(received(tmp_path, province, surveyed("2026-11-02", "50"), kind="gathering_points"))
    days = HourlyCount.objects.order_by("counted_on").values_list("counted_on", "workers_persons")
    assert list(days) == [(dt.date(2026, 10, 20), 40), (dt.date(2026, 11, 2), 50)]
    assert Venue.objects.get(code="G1").gathering.landmark == "桥下"
    early = received(tmp_path, province, surveyed("2026-10-01", "7"), kind="gathering_points")
    assert [each["code"] for each in early.summary["problems"]] == ["gathering.older_counts"]
    imports.undo(later, at=LATER)
    assert list(days.all()) == [(dt.date(2026, 10, 20), 40)]
