"""Recommendations from rows to rows: what is stored adds up, nothing is half stored, nothing is worked out twice."""

import datetime as dt
from itertools import combinations

import geopandas
import pandas as pd
import pytest

from coverage.jobs.recommendation import run_recommendation, start_recommendation
from coverage.models import CoverageRun, Recommendation, RecommendedSite
from coverage.siting_exports import recommendation_folder
from coverage.siting_services import cancel_recommendation, load_shipped_plans
from geo.engine.errors import InputError, SitingError
from geo.engine.progress import Cancelled
from geo.models import JobState, Venue
from tests.coverage.siting_world import GATHERING, MARKET, PERSONS, VENUES, cells_within, make_plan, make_world, place_of
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def var_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def run():
    return make_world()


def clock():
    return NOW


def start(run, plan=None, **parameters):
    return start_recommendation(plan=plan or make_plan(), run=run, at=NOW, parameters=parameters)


def recommend(run, plan=None, **parameters):
    return run_recommendation(start(run, plan, **parameters)[0].pk, clock=clock)


def persons_of(cells):
    return int(sum(PERSONS[cell] for cell in cells))


def test_rows_add_up_and_agree_with_blocks_counted_by_hand(run):
    found = recommend(run)
    sites = list(found.sites.order_by("rank"))
    before = cells_within(MARKET)
    taken = set(before)
    for site in sites:
        mine = cells_within(place_of(site.location))
        assert site.in_reach_persons == persons_of(mine)
        assert site.newly_reached_persons == persons_of(mine - taken)
        others = before.union(*(cells_within(place_of(other.location)) for other in sites if other.pk != site.pk))
        assert site.lost_without_persons == persons_of(mine - others)
        taken |= mine
    assert found.reached_before_persons == persons_of(before)
    assert found.reached_after_persons == persons_of(taken)
    assert found.objective_persons == persons_of(taken) - persons_of(before) == sum(s.newly_reached_persons for s in sites)
    assert found.workers_persons == PERSONS.sum()
    assert (found.served_before_persons, found.state) == (min(100, persons_of(before)), JobState.DONE)
    assert found.served_before_persons < found.served_after_persons <= found.reached_after_persons


def test_plan_is_the_best_of_all_sets_of_candidates(run):
    """All sets of at most four of the eleven candidates within the money, with a site in each county, counted in blocks."""
    found = recommend(run)
    from coverage.engine.siting.plan import Plan
    from coverage.jobs.siting_inputs import read_siting_inputs
    from coverage.jobs.siting_work import find_places
    from geo.selectors import network_of

    plan = Plan.from_json(found.parameters["phases"], {k: found.parameters[k] for k in ("quotas", "candidate_rules", "solver")})
    inputs = read_siting_inputs(plan, run)
    places = find_places(inputs, network_of(run.network), inputs.is_reached()).candidates
    before, best = cells_within(MARKET), 0
    for size in range(5):
        for some in combinations(places, size):
            counties = {c.region_path for c in some}
            if len(counties) == 2 and sum(c.works[0].cost_yuan for c in some) <= 6_000_000:
                reached = before.union(*(cells_within(_crossing(c)) for c in some))
                best = max(best, persons_of(reached - before))
    assert found.objective_persons == best
    assert found.bound_persons >= best


def _crossing(candidate):
    from django.contrib.gis.geos import Point

    return place_of(Point(candidate.lon, candidate.lat))


def test_phases_quotas_and_money_are_kept(run):
    found = recommend(run)
    sites = list(found.sites.select_related("region"))
    assert sum(site.year == 2022 for site in sites) <= 1
    assert len(sites) <= 4
    assert sum(site.cost_yuan for site in sites) == found.cost_yuan <= 6_000_000
    assert {site.region.code for site in sites} == {"320102", "320104"}
    assert [proof["year"] for proof in found.proofs] == [2022, 2025]
    assert found.gap_share == pytest.approx((found.bound_persons - found.objective_persons) / found.bound_persons)


def test_site_cards_say_action_gap_and_reasons(run):
    """All four venues that can be used, and nothing else: no generated sites."""
    found = recommend(run, candidate_rules={"build_sites_count": 0})
    cards = {site.place_code: site for site in found.sites.select_related("venue")}
    assert {code: card.action for code, card in cards.items()} == {
        "G1": "integrate", "G2": "renovate", "H1": "integrate", "SITE": "build",
    }  # fmt: skip
    assert cards["G2"].cost_yuan == 600_000 + 1_800 * 300
    assert cards["G1"].capacity_persons == 14_400
    assert [item["code"] for item in cards["G2"].standard_gap] == ["1.2", "3.2", "3.7"]
    assert [item["code"] for item in cards["G2"].reasons["refused"]] == ["integrate_area"]
    assert cards["G1"].venue.code == "G1"
    assert cards["G1"].reasons["zh"].startswith(f"新增可达 {cards['G1'].newly_reached_persons:,} 人")
    codes = {note["code"] for note in found.warnings}
    assert {"siting.infeasible_venues", "coverage.synthetic", "coverage.demand_modelled"} <= codes


def test_gathering_point_is_a_place_to_build(run):
    found = recommend(run, phases=[{"year": 2025, "sites": 12}])
    (site,) = [site for site in found.sites.all() if site.reasons["origin"] == "gathering_point"]
    assert place_of(site.location) == GATHERING
    assert (site.action, site.name_zh, site.place_code) == ("build", "新建点 · 玄武区 1", "NEW-320102-001")
    assert site.reasons["gathering"]["code"] == "WAIT"
    assert site.reasons["gathering"]["waiting_persons"] == 120


def test_files_hold_the_same_sites(run):
    found = recommend(run)
    folder = recommendation_folder(found)
    table = pd.read_csv(folder / "sites.csv", encoding="utf-8-sig")
    assert table["newly_reached_persons"].tolist() == list(found.sites.values_list("newly_reached_persons", flat=True))
    for name in ("sites.gpkg", "sites.geojson"):
        layer = geopandas.read_file(folder / name)
        assert layer["place_code"].tolist() == table["place_code"].tolist()
        assert layer.crs.to_epsg() == 4326
        assert layer.geometry.x.tolist() == pytest.approx(table["lon"].tolist())


def test_same_inputs_answer_from_the_first_time(run):
    plan = make_plan()
    first = recommend(run, plan)
    second, created = start(run, plan)
    assert (second.pk, created, second.state) == (first.pk, False, JobState.DONE)
    assert run_recommendation(second.pk, clock=clock).finished_at == first.finished_at
    other, created = start(run, plan, solver={"seed": 5})
    assert created
    assert other.digest != first.digest


def test_greedy_reaches_no_more_and_says_what_it_is(run):
    plan = make_plan()
    exact, greedy = recommend(run, plan), recommend(run, plan, solver={"method": "greedy"})
    assert greedy.objective_persons <= exact.objective_persons <= greedy.bound_persons
    assert "siting.greedy" in {note["code"] for note in greedy.warnings}


def test_conflict_is_named_and_nothing_is_stored(run):
    asked = [{"region": "320102", "least": 3, "is_soft": False}, {"region": "320104", "least": 3, "is_soft": False}]
    recommendation, _ = start(run, quotas=asked, phases=[{"year": 2025, "sites": 4}])
    with pytest.raises(SitingError, match="at most 4 sites by 2025"):
        run_recommendation(recommendation.pk, clock=clock)
    recommendation.refresh_from_db()
    assert recommendation.state == JobState.FAILED
    assert recommendation.warnings[0]["code"] == "siting.conflict"
    assert not RecommendedSite.objects.exists()
    assert not recommendation_folder(recommendation).exists()


def test_wrong_plan_is_refused_before_anything_is_stored(run):
    with pytest.raises(SitingError, match="a whole number"):
        start(run, phases=[{"year": 2025, "sites": -1}])
    assert not Recommendation.objects.exists()


def test_data_changed_after_the_coverage_run_is_said(run):
    Venue.objects.filter(code="M1").update(capacity_persons=7)
    with pytest.raises(SitingError, match="run run_coverage again"):
        start(run)


def test_data_changed_while_waiting_is_said(run):
    recommendation, _ = start(run)
    Venue.objects.filter(code="G2").update(floor_area_m2=700)
    with pytest.raises(InputError, match="the data changed"):
        run_recommendation(recommendation.pk, clock=clock)


def test_unfinished_coverage_run_is_refused(run):
    CoverageRun.objects.update(state=JobState.RUNNING)
    run.refresh_from_db()
    with pytest.raises(SitingError, match="is not done"):
        start(run)


def test_cancelled_work_leaves_nothing_and_can_be_taken_up_again(run):
    plan = make_plan()
    recommendation, _ = start(run, plan)

    def cancel(share):
        if share > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_recommendation(recommendation.pk, cancel, clock=clock)
    recommendation.refresh_from_db()
    assert recommendation.state == JobState.CANCELLED
    assert not RecommendedSite.objects.exists()
    assert not recommendation_folder(recommendation).exists()
    again, created = start(run, plan)
    assert (created, again.state) == (False, JobState.QUEUED)
    assert run_recommendation(again.pk, clock=clock).state == JobState.DONE


def test_cancel_from_elsewhere_stops_it_at_its_next_sign_of_life(run):
    recommendation, _ = start(run)
    now = [NOW]

    def later():
        now[0] += dt.timedelta(seconds=2)
        return now[0]

    def cancel(share):
        cancel_recommendation(recommendation, at=NOW)

    with pytest.raises(Cancelled):
        run_recommendation(recommendation.pk, cancel, clock=later)
    recommendation.refresh_from_db()
    assert recommendation.state == JobState.CANCELLED


def test_lost_worker_is_replaced_a_living_one_is_not(run):
    plan = make_plan()
    recommendation, _ = start(run, plan)
    rows = Recommendation.objects.filter(pk=recommendation.pk)
    rows.update(state=JobState.RUNNING, heartbeat_at=NOW - dt.timedelta(seconds=5))
    assert start(run, plan)[0].state == JobState.RUNNING
    with pytest.raises(InputError, match="is under way"):
        run_recommendation(recommendation.pk, clock=clock)
    rows.update(heartbeat_at=NOW - dt.timedelta(hours=1))
    assert start(run, plan)[0].state == JobState.QUEUED
    assert run_recommendation(recommendation.pk, clock=clock).state == JobState.DONE


def test_lost_files_are_made_again(run):
    plan = make_plan()
    done = recommend(run, plan)
    (recommendation_folder(done) / "sites.csv").unlink()
    assert start(run, plan)[0].state == JobState.QUEUED


def test_venues_of_the_world_are_those_of_the_test():
    assert set(VENUES) == {"G1", "G2", "H1", "TINY", "SITE"}


def test_shipped_plan_is_loaded_once_and_kept_as_edited():
    assert [plan.slug for plan in load_shipped_plans()] == ["notice-17-100"]
    assert load_shipped_plans() == []
