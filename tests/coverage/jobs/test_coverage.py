"""Coverage runs on the grid city: numbers by hand, the life of a run, and that nothing half done is left."""

import datetime as dt

import h3
import pandas as pd
import pytest
from django.contrib.gis.geos import Point

from coverage.engine.hours import Day
from coverage.exports import CELLS_FILE, RESULTS_CSV, RESULTS_GPKG, run_folder
from coverage.jobs import coverage as jobs
from coverage.jobs.coverage import run_coverage, start_coverage_run
from coverage.models import CoverageResult, CoverageRun
from coverage.services import cancel_run
from coverage.tasks import coverage_run
from geo.engine.errors import InputError, NetworkError
from geo.engine.profiles import PLAIN, SpeedProfile
from geo.engine.progress import Cancelled
from geo.models import DemandCell, JobState, Region, Venue
from tests.coverage.engine.cases import LAT, LON, PLACES
from tests.coverage.ground import make_ground, make_venue
from tests.factories import NOW, make_region

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path


def start(ground, **values):
    standard, region, network = ground
    return start_coverage_run(standard=standard, region=region, network=network, at=values.pop("at", NOW), **values)


def at(minutes):
    return NOW + dt.timedelta(minutes=minutes)


def persons_of(code):
    row = CoverageResult.objects.get(region__code=code)
    return row.workers_persons, row.served_persons, row.over_capacity_persons, row.out_of_reach_persons


def codes_of(run):
    return [warning["code"] for warning in run.warnings]


def test_numbers_by_hand_at_every_level():
    run, created = start(make_ground())
    assert (created, run.state) == (True, JobState.QUEUED)
    run = run_coverage(run.pk)
    assert (run.state, run.progress_share) == (JobState.DONE, 1.0)
    # 16 urban crossings within 3 minutes, 4 rural within 500 m, 10 people each; 100 places: see the engine's test_assess.
    assert persons_of("320000") == persons_of("320100") == (1210, 100, 100, 1010)
    assert persons_of("320102") == (660, 80, 80, 500)
    assert persons_of("320104") == (550, 20, 20, 510)
    whole = CoverageResult.objects.get(region__code="320000")
    assert (whole.cells_count, whole.venues_count, whole.unsnapped_persons) == (121, 1, 0)
    assert (whole.populated_area_km2, whole.reached_area_km2) == (121 / 16, 20 / 16)
    assert (whole.median_minutes, whole.p90_minutes) == pytest.approx((5.0, 8.0), abs=0.001)
    assert codes_of(run) == ["coverage.demand_modelled", "coverage.synthetic"]


def test_files_hold_the_same_numbers():
    run = run_coverage(start(make_ground())[0].pk)
    folder = run_folder(run)
    assert {path.name for path in folder.iterdir()} == {CELLS_FILE, RESULTS_CSV, RESULTS_GPKG}
    cells = pd.read_parquet(folder / CELLS_FILE)
    assert cells["workers_persons"].sum() == 1210
    assert cells["served_persons"].sum() == 100
    assert cells["is_reached"].sum() == 20
    assert set(cells["nearest_venue_code"]) == {"V1"}


def test_the_same_inputs_answer_from_the_first_run(monkeypatch):
    ground = make_ground()
    run = run_coverage(start(ground)[0].pk)
    monkeypatch.setattr(jobs, "assess", lambda *_, **__: pytest.fail("worked out twice"))
    again, created = start(ground, at=at(60))
    assert (again.pk, created, again.state) == (run.pk, False, JobState.DONE)
    assert run_coverage(again.pk).finished_at == run.finished_at
    assert CoverageRun.objects.count() == 1


@pytest.mark.parametrize("change", ["demand", "venue", "standard", "day", "season"])
def test_other_inputs_are_another_run(change):
    ground = make_ground()
    standard = ground[0]
    run = run_coverage(start(ground)[0].pk)
    day = Day(weekday=2, season="summer")
    if change == "demand":
        DemandCell.objects.filter(pk=DemandCell.objects.first().pk).update(workers_persons=11)
    elif change == "venue":
        Venue.objects.update(capacity_persons=99)
    elif change == "standard":
        standard.rules.filter(settlement_class="urban").update(cutoff_minutes=4)
    elif change == "day":
        day = Day(weekday=6, season="summer")
    else:
        day = Day(weekday=2, season="winter")
    other, created = start(ground, day=day)
    assert created
    assert other.digest != run.digest


def test_venues_closed_at_the_clock_time_do_not_count_and_are_told():
    ground = make_ground()
    make_venue("LATE", Region.objects.get(code="320104"), (8, 5), opens="09:00", closes="17:00")
    run = run_coverage(start(ground)[0].pk)
    assert persons_of("320000") == (1210, 100, 100, 1010)
    closed = next(warning for warning in run.warnings if warning["code"] == "coverage.venues_closed")
    assert (closed["venues"], closed["time"]) == (1, "06:00")
    assert "06:00" in closed["zh"]


def test_a_county_is_reached_by_its_neighbours_venue():
    standard, _, network = make_ground()
    east = Region.objects.get(code="320104")
    run = run_coverage(start((standard, east, network))[0].pk)
    # The venue lies in the west county; 4 of the east's 55 crossings are within 500 m, and all 100 places are theirs.
    assert list(run.results.values_list("region__code", "served_persons", "out_of_reach_persons", "venues_count")) == [
        ("320104", 40, 510, 0)
    ]


def test_without_venues_everyone_is_out_of_reach_and_minutes_are_unknown():
    ground = make_ground()
    Venue.objects.update(status="closed")
    run = run_coverage(start(ground)[0].pk)
    assert persons_of("320000") == (1210, 0, 0, 1210)
    whole = run.results.get(region__code="320000")
    assert (whole.median_minutes, whole.p90_minutes, whole.gini_minutes) == (None, None, None)
    assert codes_of(run)[0] == "coverage.no_venues"


def test_a_network_without_the_mode_or_without_files_is_refused_before_a_run_is_made(var_dir):
    standard, region, network = make_ground()
    standard.rules.filter(settlement_class="rural").update(mode="metro")
    with pytest.raises(NetworkError) as caught:
        start((standard, region, network))
    assert caught.value.problems[0].code == "mode.unknown"
    (var_dir / "networks").rename(var_dir / "elsewhere")
    with pytest.raises(NetworkError) as caught:
        start((standard, region, network))
    assert caught.value.problems[0].code == "network.not_stored"
    assert CoverageRun.objects.count() == 0


def test_a_run_for_a_township_holds_its_people():
    standard, _, network = make_ground()
    west = Region.objects.get(code="320102")
    town = make_region("320102001", "街道", "township", parent=west)
    moved = DemandCell.objects.filter(region=west).order_by("pk")[:3].values_list("pk", flat=True)
    DemandCell.objects.filter(pk__in=list(moved)).update(region=town)
    run = run_coverage(start((standard, town, network))[0].pk)
    assert list(run.results.values_list("region__code", "workers_persons", "cells_count")) == [("320102001", 30, 3)]


def test_a_region_without_demand_is_refused():
    standard, _, network = make_ground()
    other = make_region("330000", "浙江省", "province")
    with pytest.raises(InputError) as caught:
        start((standard, other, network))
    assert caught.value.problems[0].code == "demand.none"
    assert CoverageRun.objects.count() == 0


def test_a_run_that_fails_leaves_nothing_and_can_be_started_again(monkeypatch, var_dir):
    ground = make_ground()
    run, _ = start(ground)
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "write_run_files", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            run_coverage(run.pk)
    run.refresh_from_db()
    assert run.state == JobState.FAILED
    assert not run.results.exists()
    assert list((var_dir / "coverage").iterdir()) == []
    again, created = start(ground)
    assert (again.pk, created, again.state) == (run.pk, False, JobState.QUEUED)
    assert run_coverage(run.pk).state == JobState.DONE


def test_progress_that_cancels_stops_the_run():
    run, _ = start(make_ground())

    def stop(share):
        raise Cancelled

    with pytest.raises(Cancelled):
        run_coverage(run.pk, stop)
    run.refresh_from_db()
    assert run.state == JobState.CANCELLED
    assert not run.results.exists()


def test_someone_elses_cancelling_stops_it_at_the_next_sign_of_life():
    run, _ = start(make_ground())
    ticks = iter(range(10_000))

    def cancel_midway(share):
        cancel_run(run, at=NOW)

    with pytest.raises(Cancelled):
        run_coverage(run.pk, cancel_midway, clock=lambda: NOW + dt.timedelta(seconds=2 * next(ticks)))
    run.refresh_from_db()
    assert run.state == JobState.CANCELLED
    assert not run.results.exists()


def test_a_live_run_is_left_alone_and_one_without_a_sign_of_life_is_taken_over():
    ground = make_ground()
    run, _ = start(ground)
    CoverageRun.objects.filter(pk=run.pk).update(state=JobState.RUNNING, heartbeat_at=at(0))
    alive, _ = start(ground, at=at(1))
    assert alive.state == JobState.RUNNING
    with pytest.raises(InputError) as caught:
        run_coverage(run.pk, clock=lambda: at(1))
    assert caught.value.problems[0].code == "coverage.busy"
    stale, _ = start(ground, at=at(30))
    assert stale.state == JobState.QUEUED
    assert run_coverage(run.pk).state == JobState.DONE


def test_data_that_change_while_it_waits_are_not_answered_under_the_old_name():
    run, _ = start(make_ground())
    Venue.objects.update(capacity_persons=1)
    with pytest.raises(InputError) as caught:
        run_coverage(run.pk)
    assert caught.value.problems[0].code == "coverage.inputs_changed"
    run.refresh_from_db()
    assert run.state == JobState.FAILED
    assert codes_of(run) == ["coverage.inputs_changed"]


def test_a_run_whose_files_are_gone_is_made_again():
    ground = make_ground()
    run = run_coverage(start(ground)[0].pk)
    for path in run_folder(run).iterdir():
        path.unlink()
    run_folder(run).rmdir()
    again, created = start(ground)
    assert (again.pk, created, again.state) == (run.pk, False, JobState.QUEUED)
    assert (run_folder(run_coverage(run.pk)) / CELLS_FILE).exists()
    assert CoverageResult.objects.filter(run=run).count() == 4


def test_the_queue_runs_it(settings):
    run, _ = start(make_ground())
    result = coverage_run.enqueue(run.pk)
    assert result.return_value == run.pk
    run.refresh_from_db()
    assert run.state == JobState.DONE


def test_a_run_of_a_profile_is_one_of_its_own():
    ground = make_ground()
    plain = run_coverage(start(ground)[0].pk)
    slow, created = start(ground, profile=SpeedProfile(is_slow=True, factors={"ebike": 0.5}))
    assert (created, slow.profile, slow.parameters["profile"]) == (True, "slow-walkers ebike=0.5", "slow-walkers ebike=0.5")
    # 1.1 m/s is 3.96 km/h, 1.0 m/s is 3.6 km/h: the way to the street is walked.
    assert (plain.parameters["snap_speed_kph"], slow.parameters["snap_speed_kph"]) == (3.96, pytest.approx(3.6))
    assert {"profile"} | set(plain.parameters) == set(slow.parameters)
    slow = run_coverage(slow.pk)
    # A block is two minutes now: in 3 minutes one block, 4 urban crossings with the middle; 4 rural within 500 m as before.
    assert persons_of_run(slow) == (1210, 80, 0, 1130)
    assert persons_of_run(plain) == (1210, 100, 100, 1010)
    assert codes_of(slow)[0] == "coverage.profile"
    assert "slow walkers (1.0 m/s), e-bike speed × 0.5" in slow.warnings[0]["en"]
    for run in (plain, slow):
        cells = pd.read_parquet(run_folder(run) / CELLS_FILE)
        assert set(cells["profile"]) == {run.profile}
        table = pd.read_csv(run_folder(run) / RESULTS_CSV, keep_default_na=False)
        assert set(table["profile"]) == {run.profile}
    assert str(slow).split()[1:3] == ["slow-walkers", "ebike=0.5"]


def persons_of_run(run):
    row = run.results.get(region__code="320000")
    return row.workers_persons, row.served_persons, row.over_capacity_persons, row.out_of_reach_persons


def test_slow_walkers_by_e_bike_are_slow_on_the_way_to_the_street():
    ground = make_ground()
    south = PLACES.index((5, 0))
    cell = DemandCell.objects.get(h3_index=h3.latlng_to_cell(LAT[south], LON[south], 10))
    cell.location = Point(cell.location.x, cell.location.y - 0.001, srid=4326)
    cell.save()
    # 0.001 degrees are 110.9 m off the southern street, then five blocks of 60 s.
    for profile, speed in ((PLAIN, 1.1), (SpeedProfile(is_slow=True), 1.0)):
        run = run_coverage(start(ground, profile=profile)[0].pk)
        cells = pd.read_parquet(run_folder(run) / CELLS_FILE).set_index("h3_index")
        assert cells["nearest_minutes"][cell.h3_index] * 60 == pytest.approx(300 + 110.9 / speed, abs=0.3)


def test_a_mode_that_the_streets_lack_is_refused_and_no_run_is_made():
    with pytest.raises(NetworkError, match="broom"):
        start(make_ground(), profile=SpeedProfile(factors={"broom": 0.9}))
    assert CoverageRun.objects.count() == 0
