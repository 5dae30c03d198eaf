"""The commands as people and scripts call them."""

import csv
import json

import pytest
from django.core.management import CommandError, call_command

from coverage.models import CoverageRun, CoverageStandard
from geo.models import NetworkSnapshot, Region
from tests.coverage.ground import make_ground
from tests.factories import make_region

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path


def call(capsys, *arguments):
    call_command("run_coverage", *arguments)
    return capsys.readouterr()


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as caught:
        call_command("run_coverage", *arguments)
    assert caught.value.code == 2
    return capsys.readouterr().err


def test_three_numbers_with_their_denominators(capsys):
    make_ground()
    said = call(capsys).out
    assert "已服务 / served: 100 (8.3%，占全部零工 1,210 人 / of all 1,210 gig workers)" in said
    assert "可达但超出服务能力 / within reach but over capacity: 100 (8.3%" in said
    assert "不可达 / out of reach: 1,010 (83.5%" in said
    assert "320104 秦淮区 Qinhuai: 510 / 550 (92.7%)" in said
    assert "道路与场所为合成数据" in said
    assert "engine=" in said


def test_json_is_one_object_and_nothing_else(capsys, tmp_path):
    make_ground()
    table, package = tmp_path / "out" / "c.csv", tmp_path / "out" / "c.gpkg"
    found = json.loads(call(capsys, "--json", "--csv", str(table), "--gpkg", str(package)).out)
    assert found["total"]["served_persons"] == 100
    assert [row["region_code"] for row in found["results"]] == ["320000", "320100", "320102", "320104"]
    assert [row["region_code"] for row in found["worst_counties"]] == ["320104", "320102"]
    assert (found["created"], found["answered_from_earlier_run"]) == (True, False)
    assert found["digest"] == CoverageRun.objects.get().digest
    with table.open(encoding="utf-8-sig", newline="") as file:
        assert [int(row["workers_persons"]) for row in csv.DictReader(file)] == [1210, 1210, 660, 550]
    assert package.stat().st_size > 0
    again = json.loads(call(capsys, "--json").out)
    assert (again["created"], again["answered_from_earlier_run"]) == (False, True)
    assert again["total"] == found["total"]


def test_region_standard_network_and_date_can_be_named(capsys):
    make_ground()
    digest = NetworkSnapshot.objects.get().digest
    arguments = ("--region", "320104", "--standard", "grid", "--network", digest[:6], "--date", "2026-12-06", "--json")
    found = json.loads(call(capsys, *arguments).out)
    assert (found["total"]["region_code"], found["total"]["workers_persons"]) == ("320104", 550)
    # 6 December 2026 is a Sunday in winter.
    parameters = CoverageRun.objects.get().parameters
    assert (parameters["weekday"], parameters["season"]) == (6, "winter")


def test_shipped_standards_are_loaded_where_there_are_none(capsys):
    make_ground()
    CoverageStandard.objects.all().delete()
    found = json.loads(call(capsys, "--json").out)
    assert found["standard"] == "urban15-rural5km"
    # 1.25 km at most to the centre in each direction: 10 minutes or 2.5 km; everyone is in reach, 100 are served. But the
    # venue, a station in operation, is open at 06:00: it counts.
    assert (found["total"]["served_persons"], found["total"]["over_capacity_persons"]) == (100, 1110)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--region", "999999"), "there is no region with code “999999”"),
        (("--standard", "nope"), "there is no coverage standard “nope”"),
        (("--network", "zz"), "there is no street network whose digest begins with “zz”"),
    ],
)
def test_what_is_not_there_is_said_in_both_languages_with_exit_2(capsys, arguments, sentence):
    make_ground()
    said = refused(capsys, *arguments)
    assert sentence in said
    assert "没有" in said
    assert CoverageRun.objects.count() == 0


def test_bad_input_leaves_no_standards_behind(capsys):
    make_ground()
    CoverageStandard.objects.all().delete()
    refused(capsys, "--region", "999999")
    assert CoverageStandard.objects.count() == 0


def test_without_regions_or_network_the_next_step_is_named(capsys):
    assert "load_regions" in refused(capsys)
    make_region("320000", "江苏省", "province")
    assert "load_network" in refused(capsys)


def test_several_provinces_must_be_told_apart(capsys):
    make_ground()
    make_region("330000", "浙江省", "province")
    said = refused(capsys)
    assert "320000, 330000" in said
    assert Region.objects.filter(parent=None).count() == 2


def test_a_date_must_be_a_date():
    with pytest.raises(CommandError, match="is not a date"):
        call_command("run_coverage", "--date", "tomorrow")


def test_load_standards_twice(capsys):
    call_command("load_standards", "--json")
    first = json.loads(capsys.readouterr().out)
    call_command("load_standards", "--json")
    second = json.loads(capsys.readouterr().out)
    assert (len(first["added"]), second["added"], second["standards_count"]) == (3, [], 3)


def test_a_profile_is_said_and_is_a_run_of_its_own(capsys):
    make_ground()
    plain = json.loads(call(capsys, "--json").out)
    again = json.loads(call(capsys, "--json", "--speed-factor", "walk=1.0").out)
    assert (again["digest"], again["created"], again["profile"]) == (plain["digest"], False, "")
    options = ("--profile", "slow-walkers", "--speed-factor", "ebike=0.5", "--speed-factor", "car=1.1")
    found = json.loads(call(capsys, *options, "--json").out)
    assert (found["profile"], found["created"]) == ("slow-walkers car=1.1 ebike=0.5", True)
    assert found["network_digest"] == plain["network_digest"]
    assert {found["digest"], found["parameters_digest"]}.isdisjoint({plain["digest"], plain["parameters_digest"]})
    assert {row["profile"] for row in found["results"]} == {found["profile"]}
    said = call(capsys, *options).out
    assert "速度 / speeds: 慢速步行者（1.0 m/s），汽车速度 × 1.1，电动自行车速度 × 0.5 / slow walkers (1.0 m/s), car" in said
    assert "不是常规结果" in said
    assert "速度 / speeds" not in call(capsys).out


@pytest.mark.parametrize(
    ("arguments", "sentences"),
    [
        (("--profile", "sprinters"), ("there is no speed profile “sprinters”; known: slow-walkers", "没有名为“sprinters”")),
        (("--speed-factor", "walk=3"), ("between 0.5 and 2; not “walk=3”", "现为“walk=3”")),
        (("--speed-factor", "walk"), ("mode=factor, as walk=0.9", "写法为 方式=系数")),
        (("--speed-factor", "boat=0.9"), ("boat", "“boat”")),
        (("--speed-factor", "car=0.9", "--speed-factor", "car=1.1"), ("“car” is given twice", "“car”的速度系数给了两次")),
    ],
)
def test_speeds_that_make_no_sense_are_refused_in_both_languages(capsys, arguments, sentences):
    make_ground()
    said = refused(capsys, *arguments)
    assert all(sentence in said for sentence in sentences)
    assert CoverageRun.objects.count() == 0
