"""Feasible actions, costs and standards gaps, each derived by hand from the draft figures."""

import datetime as dt

import pytest

from coverage.engine.siting.candidate_rules import CandidateRules
from coverage.engine.siting.candidates import VenueFacts, venue_candidates
from geo.engine.errors import SitingError


def venue(**values):
    facts = {
        "code": "V1", "name_zh": "某场所", "name_en": "A venue", "kind": "grassroots_hrss_platform", "status": "operating",
        "lon": 118.8, "lat": 32.0, "region_path": "320000/320100/320102/", "floor_area_m2": 600.0, "staff_persons": 5,
        "opens_at": dt.time(5, 30),
    }  # fmt: skip
    return VenueFacts(**(facts | values))


def only(**values):
    (candidate,) = venue_candidates([venue(**values)], CandidateRules(capacity_persons_per_m2=24))
    return candidate


def test_large_venue_is_integrated_for_fixed_cost_and_area():
    """300,000 + 300 × 600 = 480,000 yuan; 24 × 600 = 14,400 workers; nothing lacks."""
    candidate = only()
    (works,) = candidate.works
    assert (works.action, works.cost_yuan, works.floor_area_m2, works.capacity_persons) == ("integrate", 480_000, 600, 14_400)
    assert candidate.gap == ()
    assert candidate.refused == ()


def test_smaller_venue_is_renovated_and_says_why_not_integrated():
    """600,000 + 1,800 × 400 = 1,320,000 yuan."""
    candidate = only(floor_area_m2=400.0)
    assert [(w.action, w.cost_yuan) for w in candidate.works] == [("renovate", 1_320_000)]
    assert [r.en for r in candidate.refused] == ["integration needs ≥ 500 m² of floor area; there are 400 m²"]
    assert [g.code for g in candidate.gap] == ["1.2"]


@pytest.mark.parametrize("kind", ["public_hr_market", "migrant_service_centre"])
def test_shared_corner_of_an_hr_market_needs_two_hundred_square_metres(kind):
    """300,000 + 300 × 200 = 360,000 yuan; 199 m² is renovated to 200 m²: 600,000 + 1,800 × 200 = 960,000."""
    assert [(w.action, w.cost_yuan) for w in only(kind=kind, floor_area_m2=200.0).works] == [("integrate", 360_000)]
    assert [(w.action, w.cost_yuan, w.floor_area_m2) for w in only(kind=kind, floor_area_m2=199.0).works] == [
        ("renovate", 960_000, 200.0)
    ]


@pytest.mark.parametrize(("area", "codes"), [(99.0, ["integrate_area", "renovate_area"]), (None, ["area_unknown"])])
def test_tiny_or_unknown_floor_area_has_no_feasible_action(area, codes):
    candidate = only(floor_area_m2=area)
    assert candidate.works == ()
    assert [r.code for r in candidate.refused] == codes


def test_hundred_square_metres_can_be_renovated():
    assert [w.action for w in only(floor_area_m2=100.0).works] == ["renovate"]


def test_late_opening_and_few_staff_are_named():
    candidate = only(opens_at=dt.time(8, 30), staff_persons=2)
    assert [(g.code, g.zh) for g in candidate.gap] == [
        ("3.2", "开门时间 08:30，标准不晚于 06:00"), ("3.7", "工作人员 2 人，标准 ≥ 4 人"),
    ]  # fmt: skip


def test_given_site_is_built_whatever_its_status():
    """360,000 + 3,000 × 500 = 1,860,000 yuan."""
    candidate = only(kind="candidate_site", status="candidate", floor_area_m2=None)
    assert [(w.action, w.cost_yuan, w.capacity_persons) for w in candidate.works] == [("build", 1_860_000, 12_000)]
    assert candidate.origin == "given"


def test_markets_closed_venues_and_gathering_points_are_no_candidates():
    others = [
        venue(kind="gig_station"), venue(status="closed"), venue(kind="informal_gathering_point"),
        venue(kind="private_hr_agency"),
    ]  # fmt: skip
    assert venue_candidates(others, CandidateRules()) == []


def test_stated_capacity_holds_if_larger():
    assert only(capacity_persons=19_000).works[0].capacity_persons == 19_000


def test_rules_are_replaced_one_by_one():
    rules = CandidateRules.from_json({"build_fixed_yuan": 0, "opens_by": "05:30", "shared_kinds": ["doorstep_station"]})
    assert rules.cost_yuan("build", 100) == 300_000
    assert rules.opens_by_time == dt.time(5, 30)
    assert CandidateRules.from_json(rules.as_json()) == rules


def test_wrong_rules_are_all_named():
    given = {"colour": 1, "opens_by": "6", "build_fixed_yuan": -1, "shared_kinds": "x", "staff_least_persons": True}
    with pytest.raises(SitingError) as caught:
        CandidateRules.from_json(given)
    assert [(f.code, f.field or f.value) for f in caught.value.problems] == [
        ("siting.rule_unknown", "colour"), ("siting.rule_wrong", "opens_by"), ("siting.rule_wrong", "build_fixed_yuan"),
        ("siting.rule_wrong", "shared_kinds"), ("siting.rule_wrong", "staff_least_persons"),
    ]  # fmt: skip
    assert caught.value.problems[2].sentence("en") == (
        "“build_fixed_yuan”: “-1” will not do in a rule: a number of at least 0 is wanted."
    )
