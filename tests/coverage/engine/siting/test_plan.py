"""Plans as data: what is read, what is refused, all at once."""

import json
from pathlib import Path

import pytest

from coverage.engine.siting.plan import Plan, QuotaRegion
from geo.engine.errors import SitingError

REGIONS = [
    QuotaRegion(code="320100", level="prefecture", name_zh="南京市", name_en="Nanjing"),
    QuotaRegion(code="320102", level="county", name_zh="玄武区", name_en="Xuanwu"),
    QuotaRegion(code="320104", level="county", name_zh="秦淮区", name_en="Qinhuai"),
]
SHIPPED = Path(__file__).parents[4] / "fixtures" / "plans.json"


def test_shipped_plan_is_the_notice():
    (values,) = json.loads(SHIPPED.read_text(encoding="utf-8"))
    plan = Plan.from_json(values["phases"], values["parameters"])
    assert values["slug"] == "notice-17-100"
    assert [(p.year, p.sites_most) for p in plan.phases] == [(2022, 17), (2025, 100)]
    quotas = plan.quotas_of(REGIONS)
    assert [(q.region_code, q.year, q.least, q.most, q.is_soft) for q in quotas] == [
        ("320102", 2025, 1, None, True), ("320104", 2025, 1, None, True), ("320100", 2022, 0, 2, True),
    ]  # fmt: skip


def test_written_out_plan_reads_back_the_same():
    plan = Plan.from_json([{"year": 2025, "sites": 3}], {"solver": {"seed": 7}, "candidate_rules": {"build_area_m2": 300}})
    written = plan.as_json()
    again = Plan.from_json(written["phases"], {name: written[name] for name in ("quotas", "candidate_rules", "solver")})
    assert again == plan
    assert json.loads(json.dumps(written)) == written


def test_all_that_is_wrong_is_said_at_once():
    phases = [{"year": 2025, "sites": -1, "colour": 1}]
    parameters = {
        "quotas": [{"level": "village"}, {"level": "county", "region": "320102", "least": 1.5}], "speed": 1,
        "solver": {"method": "magic", "time_limit_seconds": 0}, "candidate_rules": {"wings": 2},
    }  # fmt: skip
    with pytest.raises(SitingError) as caught:
        Plan.from_json(phases, parameters)
    assert [(f.code, f.field, f.value) for f in caught.value.problems] == [
        ("siting.plan_key", "", "speed"), ("siting.plan_key", "", "colour"), ("siting.plan_value", "sites", "-1"),
        ("siting.quota_where", "", "village"), ("siting.quota_where", "", "county"), ("siting.plan_value", "least", "1.5"),
        ("siting.plan_value", "method", "magic"), ("siting.plan_value", "time_limit_seconds", "0"),
        ("siting.rule_unknown", "", "wings"),
    ]  # fmt: skip
    assert all(fault.sentence("zh-hans") and fault.sentence("en") for fault in caught.value.problems)


def test_quota_of_a_region_outside_is_refused():
    plan = Plan.from_json([{"year": 2025, "sites": 3}], {"quotas": [{"region": "110000", "least": 1}]})
    with pytest.raises(SitingError, match="region 110000 is not within"):
        plan.quotas_of(REGIONS)
