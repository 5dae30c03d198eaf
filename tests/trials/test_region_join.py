"""The census table as it is, 121 rows: every row finds its region, all 84,748,016 people."""

import csv
import datetime as dt

import pytest
from django.core.management import call_command

from geo.services.successions import join_to_regions
from tests.trials.ground import data_file

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.trial]
RESIDENTS = 84_748_016
NO_CODE = {"连云港经济技术开发区", "连云港高新技术产业开发区", "镇江新区"}


@pytest.fixture
def table():
    with data_file("jiangsu_census2020_county_leiii.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(autouse=True)
def _regions():
    call_command("load_regions", "--province", "江苏省", "--json")


def joined(table, *, codes=True):
    given = [row["区划代码"] if codes else "" for row in table]
    names, cities = ([row[column] for row in table] for column in ("区县", "市"))
    result = join_to_regions(given, names, 2020, on=dt.date(2026, 1, 1), parents=cities)
    return result, result.report([int(row["人口数_合计"]) for row in table])


def test_nobody_is_lost(table):
    result, report = joined(table)
    assert (report["rows"], report["sums"]) == (121, 14)
    assert (report["persons"], report["persons_lost"], report["lost"]) == (RESIDENTS, 0, [])
    assert {how: each["rows"] for how, each in report["by_how"].items()} == {
        "code": 95, "succession": 1, "name": 0, "zone": 11, "lost": 0,
    }  # fmt: skip
    by_name = dict(zip((row["区县"] for row in table), result.rows, strict=True))
    assert (by_name["港闸区"].how, by_name["港闸区"].region_code) == ("succession", "320613")
    assert {by_name[name].how for name in NO_CODE} == {"zone"}


def test_names_and_cities_alone_do_as_well(table):
    with_codes, _ = joined(table)
    result, report = joined(table, codes=False)
    assert (report["persons"], report["persons_lost"]) == (RESIDENTS, 0)
    assert result.region_codes == with_codes.region_codes
