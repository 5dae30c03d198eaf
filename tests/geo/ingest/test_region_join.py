"""Old tables to today's regions: codes, successions, names, zones; the cases of Jiangsu."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.ingest.region_join import HOWS, KnownRegion, Succession, join_regions
from geo.ingest.region_names import abbreviated, short_name, tidy_code

PROVINCE = [KnownRegion(code="320000", name="江苏省", path="320000/")]


def city(code, name):
    return KnownRegion(code=code, name=name, path=f"320000/{code}/")


def county(code, name, *, is_zone=False):
    return KnownRegion(code=code, name=name, path=f"320000/{code[:4]}00/{code}/", is_zone=is_zone)


REGIONS = [
    *PROVINCE, city("320100", "南京市"), city("320300", "徐州市"), city("320600", "南通市"), city("320700", "连云港市"),
    county("320102", "玄武区"), county("320104", "秦淮区"), county("320106", "鼓楼区"), county("320302", "鼓楼区"),
    county("320321", "丰县"), county("320613", "崇川区"), county("320614", "海门区"), county("320706", "海州区"),
    county("320771", "连云港经济技术开发区", is_zone=True), county("320772", "连云港高新技术产业开发区", is_zone=True),
]  # fmt: skip


def became(old, name, new, share=1.0, on=dt.date(2020, 7, 3)):
    return Succession(predecessor_code=old, predecessor_name=name, successor_code=new, share=share, happened_on=on)


EVENTS = [
    became("320602", "崇川区", "320613"), became("320611", "港闸区", "320613"), became("320684", "海门市", "320614"),
    became("320103", "白下区", "320104", on=dt.date(2013, 3, 28)),
]  # fmt: skip


def join(code="", name="", parent="", *, year=2020, regions=REGIONS, events=EVENTS):
    (row,) = join_regions([code], [name], year, regions, events, [parent]).rows
    return row


def said(row):
    return row.how, row.region_code, row.note.code if row.note else None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("320102", "玄武区"), ("code", "320102", None)),
        (("320102.0", "玄武区"), ("code", "320102", None)),
        (("320102000000", ""), ("code", "320102", None)),
        (("３２０１０２", ""), ("code", "320102", None)),
        (("320614", "海门市"), ("code", "320614", None)),  # the old name of the same place
        (("320102", "鼓楼区"), ("code", "320102", "join.other_name")),
        (("320102002", "某街道"), ("code", "320102", "join.town")),
        (("320611", "港闸区"), ("succession", "320613", "join.succeeded")),
        (("320611001", "某街道"), ("succession", "320613", "join.succeeded")),
        (("320771", "连云港经济技术开发区"), ("zone", "320771", "join.zone")),
        (("", "连云港经济技术开发区"), ("zone", "320771", "join.zone")),
        (("", "经济技术开发区", "连云港市"), ("zone", "320771", "join.zone")),
        (("", "高新区", "连云港市"), ("zone", "320772", "join.zone")),
        (("", "港闸区"), ("succession", "320613", "join.succeeded")),
        (("", "港闸"), ("succession", "320613", "join.succeeded")),
        (("", "白下区", "徐州市"), ("lost", None, "join.unknown")),
        (("", "玄武区"), ("name", "320102", "join.by_name")),
        (("", "玄武"), ("name", "320102", "join.by_name")),
        (("", " 玄 武 "), ("name", "320102", "join.by_name")),
        (("", "丰县"), ("name", "320321", "join.by_name")),
        (("", "南京市"), ("name", "320100", "join.by_name")),
        (("", "江苏省南京市鼓楼区"), ("name", "320106", "join.by_name")),
        (("", "徐州鼓楼区"), ("name", "320302", "join.by_name")),
        (("", "鼓楼区"), ("lost", None, "join.several")),
        (("", "鼓楼区", "徐州市"), ("name", "320302", "join.by_name")),
        (("", "鼓楼区", "徐州"), ("name", "320302", "join.by_name")),
        (("", "鼓楼区", "320100"), ("name", "320106", "join.by_name")),
        (("320199", "鼓楼区"), ("name", "320106", "join.by_name")),  # an unknown code still names the city
        (("", "海门市"), ("name", "320614", "join.by_name")),
        (("", "火星"), ("lost", None, "join.unknown")),
        (("999999", ""), ("lost", None, "join.unknown")),
        (("", ""), ("lost", None, "join.unknown")),
    ],
)
def test_a_row_goes_where_it_belongs(given, expected):
    assert said(join(*given)) == expected


def test_several_regions_of_a_name_are_told_with_their_cities():
    sentence = join("", "鼓楼区").note.sentence("en")
    assert "江苏省南京市鼓楼区" in sentence
    assert "江苏省徐州市鼓楼区" in sentence


def test_a_divided_region_keeps_its_shares():
    events = [became("320601", "老区", "320613", 0.75), became("320601", "老区", "320614", 0.25)]
    row = join("320601", "老区", events=events)
    assert row.parts == (("320613", 0.75), ("320614", 0.25))
    assert said(row) == ("succession", "320613", "join.divided")


def test_changes_are_followed_through_later_ones():
    events = [
        became("320601", "甲区", "320602", 0.5, dt.date(2010, 1, 1)),
        became("320601", "甲区", "320614", 0.5, dt.date(2010, 1, 1)),
        became("320602", "乙区", "320613"),
    ]  # fmt: skip
    assert dict(join("320601", "", events=events).parts) == {"320613": 0.5, "320614": 0.5}


def test_changes_in_a_circle_end():
    events = [became("320601", "甲", "320602"), became("320602", "乙", "320601")]
    assert join("320601", "", events=events).how == "lost"


def test_a_code_that_was_given_out_anew_means_what_it_meant_in_its_year():
    events = [became("320104", "老区", "320106", on=dt.date(2013, 3, 28))]
    assert said(join("320104", "老区", year=2010, events=events))[:2] == ("succession", "320106")
    assert said(join("320104", "秦淮区", year=2020, events=events))[:2] == ("code", "320104")


def test_a_code_that_had_ended_before_the_year_is_told():
    assert said(join("320611", "港闸区", year=2022)) == ("succession", "320613", "join.ended_before")


def test_the_report_counts_people_once():
    codes = ["320000", "320600", "320613", "320611", "", ""]
    names = ["江苏省", "南通市", "崇川区", "港闸区", "连云港经济技术开发区", "火星"]
    joined = join_regions(codes, names, 2020, REGIONS, EVENTS)
    report = joined.report([100, 60, 40, 20, 30, 10])
    assert joined.is_sum() == [True, True, False, False, False, False]
    assert (report["rows"], report["sums"], report["persons"], report["persons_lost"]) == (6, 2, 100, 10)
    assert {how: each["persons"] for how, each in report["by_how"].items()} == {
        "code": 40, "succession": 20, "name": 0, "zone": 30, "lost": 10,
    }  # fmt: skip
    assert [each["name"] for each in report["lost"]] == ["火星"]
    assert all(each["zh"] and each["en"] for each in report["lost"] + report["notes"])


_codes = st.one_of(st.sampled_from([region.code for region in REGIONS] + ["320611", "320684", "", "x"]), st.text(max_size=8))
_names = st.one_of(st.sampled_from([region.name for region in REGIONS] + ["港闸", "鼓楼", ""]), st.text(max_size=8))


@given(st.lists(st.tuples(_codes, _names, st.sampled_from(["", "南京市", "徐州", "320600"]), st.integers(0, 10**6))))
def test_no_row_and_nobody_gets_out_of_sight(rows):
    codes, names, parents, persons = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    joined = join_regions(codes, names, 2020, REGIONS, EVENTS, parents)
    assert len(joined.rows) == len(rows)
    known = {region.code for region in REGIONS}
    for row in joined.rows:
        assert row.how in HOWS
        assert (row.how == "lost") == (row.region_code is None)
        assert not row.parts or sum(share for _, share in row.parts) == pytest.approx(1)
        assert {code for code, _ in row.parts} <= known
    report = joined.report(persons)
    sums = sum(people for people, is_sum in zip(persons, joined.is_sum(), strict=True) if is_sum)
    assert report["persons"] + sums == sum(persons)


def test_forms_of_names_and_codes():
    assert [short_name(name) for name in ("玄武区", "丰县", "内蒙古自治区", "江北新区", "区")] == [
        "玄武", "丰县", "内蒙古", "江北", "区",
    ]  # fmt: skip
    assert abbreviated("淮安经济技术开发区") == "淮安经开区"
    assert [tidy_code(code) for code in ("320102", "320102.00", "320102000000", "320102003000", "320102003", "")] == [
        "320102", "320102", "320102", "320102003", "320102003", "",
    ]  # fmt: skip
