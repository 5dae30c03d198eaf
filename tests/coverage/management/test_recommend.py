"""``manage.py recommend``: what it prints, what it refuses, and that a refusal leaves nothing behind."""

import json

import pandas as pd
import pytest
from django.core.management import call_command

from coverage.jobs.coverage import run_coverage, start_coverage_run
from coverage.models import CoverageRun, Recommendation
from geo.engine.profiles import SpeedProfile
from tests.coverage.siting_world import make_plan, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def var_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def world():
    run = make_world()
    return run, make_plan(is_default=True)


def machine(capsys, *arguments):
    call_command("recommend", "--json", *arguments)
    return json.loads(capsys.readouterr().out)


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as stopped:
        call_command("recommend", *arguments)
    assert stopped.value.code == 2
    return capsys.readouterr().err


def test_machines_get_the_whole_plan(world, capsys):
    found = machine(capsys)
    run, plan = world
    assert (found["plan"], found["run_digest"], found["region"], found["created"]) == (plan.slug, run.digest, "320000", True)
    assert found["sites_count"] == len(found["sites"]) == sum(row["sites"] for row in found["by_action_and_year"])
    assert sum(row["cost_yuan"] for row in found["by_action_and_year"]) == found["cost_yuan"]
    assert found["reached_after_persons"] - found["reached_before_persons"] == found["objective_persons"]
    assert [proof["year"] for proof in found["proofs"]] == [2022, 2025]
    assert machine(capsys)["answered_from_earlier_run"] is True


def test_people_get_sites_money_workers_and_proof(world, capsys):
    call_command("recommend")
    said = capsys.readouterr().out
    for words in ("南京市", "江苏省 · 一与四 / Jiangsu · One and four"):
        assert (words in said) is (words != "南京市")
    assert "可达 / within reach:" in said
    assert "of all" in said
    assert "已证明最优 / proven best" in said
    assert "  1. " in said


def test_options_change_the_plan(world, capsys):
    found = machine(capsys, "--years", "2026:1,2028:2", "--budget-yuan", "2000000", "--min-per-county", "0")
    assert found["parameters"]["phases"] == [
        {"year": 2026, "sites": 1, "budget_yuan": 2_000_000}, {"year": 2028, "sites": 2, "budget_yuan": 2_000_000},
    ]  # fmt: skip
    assert found["parameters"]["quotas"] == []
    assert found["cost_yuan"] <= 2_000_000
    assert found["sites_count"] <= 2


def test_quotas_of_a_year_that_is_not_planned_fall_away(world, capsys):
    _run, plan = world
    plan.parameters = plan.parameters | {
        "quotas": [{"level": "county", "least": 1}, {"level": "prefecture", "most": 1, "year": 2022}]
    }
    plan.save()
    found = machine(capsys, "--years", "2026:1,2028:2")
    assert [(quota["level"], quota["least"]) for quota in found["parameters"]["quotas"]] == [("county", 1)]
    assert [phase["year"] for phase in found["parameters"]["phases"]] == [2026, 2028]


def test_fewer_sites_hold_earlier_years_down(world, capsys):
    found = machine(capsys, "--sites", "1", "--method", "greedy", "--time-limit-seconds", "5")
    assert [phase["sites"] for phase in found["parameters"]["phases"]] == [1, 1]
    assert found["method"] == "greedy"
    assert found["parameters"]["solver"]["time_limit_seconds"] == 5


def test_files_go_where_they_are_wanted(world, capsys, tmp_path):
    wanted = {name: tmp_path / "out" / f"sites.{name}" for name in ("csv", "gpkg", "geojson")}
    found = machine(capsys, *(part for name, path in wanted.items() for part in (f"--{name}", str(path))))
    assert all(path.is_file() for path in wanted.values())
    assert len(pd.read_csv(wanted["csv"])) == found["sites_count"]
    assert found["files"]["csv"] == str(wanted["csv"])


def test_run_can_be_named_by_its_first_characters(world, capsys):
    assert machine(capsys, "--run", world[0].digest[:6])["run_digest"] == world[0].digest


def test_conflict_leaves_the_database_as_it_was(world, capsys):
    plan = world[1]
    plan.parameters["quotas"] = [{"region": "320102", "least": 4, "is_soft": False}, {"region": "320100", "most": 3}]
    plan.save()
    said = refused(capsys)
    assert "these demands cannot all be met" in said
    assert "下列要求不能同时满足" in said
    assert not Recommendation.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--plan", "dream"], "there is no siting plan “dream”; known: "),
        (["--years", "2022-17"], "years are written 2022:17,2025:100"),
        (["--years", "2025:3,2022:1"], "years must rise; 2022 does not"),
        (["--sites", "-1"], "a whole number of at least 0 is wanted"),
        (["--run", "zz"], "no coverage run whose digest begins with “zz”"),
        (["--region", "999999"], "there is no region with code “999999”"),
        (["--region", "320100"], "no coverage run of region 320100 yet"),
        (["--time-limit-seconds", "0"], "a number above 0 is wanted"),
    ],
)
def test_wrong_input_is_said_and_nothing_is_stored(world, capsys, arguments, words):
    assert words in refused(capsys, *arguments)
    assert not Recommendation.objects.exists()


def test_without_a_coverage_run_it_says_what_to_do(world, capsys):
    CoverageRun.objects.all().delete()
    assert "run run_coverage first" in refused(capsys)


def test_long_lists_are_cut_for_people_and_whole_for_machines(world, capsys):
    plan = world[1]
    plan.parameters["quotas"] = [{"region": "320102", "least": 30 + n} for n in range(12)]
    plan.save()
    call_command("recommend")
    said = capsys.readouterr().out
    assert "未能满足 / could not be met: 12" in said
    assert "2 more, see --json" in said
    assert "玄武区（320102）" in said
    assert len(machine(capsys)["unmet"]) == 12


def test_a_run_of_a_profile_is_built_on_only_when_named(world, capsys):
    plain, _ = world
    values = {"standard": plain.standard, "region": plain.region, "network": plain.network, "at": plain.created_at}
    slow = run_coverage(start_coverage_run(**values, profile=SpeedProfile(factors={"ebike": 0.5}))[0].pk)
    assert machine(capsys)["run_digest"] == plain.digest
    # At half the speed a site reaches less far: the job holds its own sum against a new assessment at the same speeds.
    found = machine(capsys, "--run", slow.digest)
    assert found["run_digest"] == slow.digest
    assert [each["code"] for each in found["warnings"]].count("coverage.profile") == 1
    assert set(pd.read_csv(found["files"]["csv"])["profile"]) == {"ebike=0.5"}
    assert found["reached_after_persons"] < machine(capsys)["reached_after_persons"]
    call_command("recommend", "--run", slow.digest)
    assert "e-bike speed × 0.5" in capsys.readouterr().out
