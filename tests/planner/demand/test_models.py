"""Models: their reports as far as one may read them, builds from the page, tables for spreadsheet programs."""

import csv
import datetime as dt
import io
from math import log

import pytest
from django.urls import reverse

from geo.engine.errors import InputError
from geo.engine.progress import Cancelled
from geo.jobs import demand_queue
from geo.jobs.demand_models import build_demand
from geo.models import AreaTotal, DemandModel, Region
from geo.tasks import build_demand_model
from planner.accounts.models import Role
from planner.demand.reports import bar_of, report_for
from tests.factories import NOW
from tests.planner.accounts.world import make_member, make_world
from tests.planner.demand.ground import make_built, make_census, make_grid

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def world(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    world = make_world()
    make_census(world)
    make_grid()
    return world


@pytest.fixture
def model(world):
    return make_built(world)


def at(name, slug="workers"):
    return reverse(f"demand:{name}", args=[slug])


def test_the_report_gives_totals_factors_and_reasons(world, model):
    report = report_for(make_member(Role.PLANNER, world.province), model)
    assert report.sums["workers_persons"] == 800
    assert report.sums["lost"] == 70
    (line,) = report.sources
    assert (line.persons_in, line.persons_placed, line.persons_lost, line.workers, line.share) == (8_070, 8_000, 70, 800, 1.0)
    factors = {line.code: (line.persons, line.grid_persons, line.factor) for line in report.counties}
    assert factors == {"320102": (5_000, 2_000, 2.5), "320104": (3_000, 6_000, 0.5)}
    assert [note["code"] for note in report.notes] == ["area.not_found"]


def test_a_county_reads_its_own_factor_and_no_sums_of_others(world, model, client):
    member = make_member(Role.PLANNER, world.west.region)
    report = report_for(member, model)
    assert [line.code for line in report.counties] == ["320102"]
    assert (report.sums, report.sources, report.notes, report.zones, report.waiting) == (None, [], [], [], None)
    client.force_login(member)
    page = client.get(at("model")).content.decode()
    for secret in ("8,070", "秦淮区", "3,000", "某农场"):
        assert secret not in page
    assert "秦淮区" not in client.get(at("model_csv")).content.decode()
    assert client.get(reverse("demand:models")).context["lines"][-1]["workers"] is None


def test_a_model_of_a_county_does_not_tell_of_the_places_around_it(world):
    AreaTotal.objects.filter(area_code="320100").delete()
    county = make_built(world, region=world.west.region, slug="west")
    own = report_for(make_member(Role.PLANNER, world.west.region), county)
    assert own.sums["workers_persons"] == 500
    assert [(line.persons_in, line.persons_elsewhere) for line in own.sources] == [(None, None)]
    assert not [note for note in own.notes if "秦淮区" in note["zh"]]
    everywhere = report_for(make_member(Role.PLANNER, world.province, name="province"), county)
    assert [line.persons_elsewhere for line in everywhere.sources] == [3_000]


def test_zones_are_shown_with_the_counties_that_hold_their_people(world, model):
    Region.objects.create(
        code="320371", name_zh="徐州经济技术开发区", level="county", unit_type="functional_zone", parent=world.city,
        valid_from=world.city.valid_from, source=world.city.source,
    )  # fmt: skip
    zone = Region.objects.get(code="320371")
    AreaTotal.objects.filter(area_code="320999").update(region=zone, area_code="320371", area_name="徐州经济技术开发区")
    (line,) = report_for(make_member(Role.PLANNER, world.province), model).zones
    assert (line.region, line.persons) == (zone, [70])


@pytest.mark.parametrize(("factor", "bar"), [
    (None, None), (0.0, None), (1.0, (60.0, 1.0)), (8.0, (60.0, 60.0)), (1 / 8, (0.0, 60.0)), (1000, (60.0, 60.0)),
    (2.0, (60.0, round(60 * log(2) / log(8), 1))), (0.5, (40.0, 20.0)),
])  # fmt: skip
def test_the_bar_of_a_factor(factor, bar):
    assert bar_of(factor) == bar


def test_the_table_for_spreadsheets_holds_no_formula(world, model, client):
    DemandModel.objects.filter(pk=model.pk).update(
        report={**model.report, "regions": [{**model.report["regions"][0], "name_zh": "=1+1", "name_en": "@x"}]}
    )
    client.force_login(make_member(Role.PLANNER, world.province))
    answer = client.get(at("model_csv"))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["name_zh"], row["name_en"]) == ("'=1+1", "'@x")
    assert (row["source_persons"], row["grid_persons"], row["rescaling_factor"]) == ("5000", "2000", "2.5")


def test_a_build_waits_runs_and_is_done(world, model, client):
    client.force_login(make_member(Role.PLANNER, world.province))
    assert client.post(at("model_build")).status_code == 302
    assert client.get(at("model_state")).json()["busy"]
    assert "progress" in client.get(at("model")).content.decode()
    build_demand_model.call(model.pk)
    assert client.get(at("model_state")).json() | {"step": ""} == {
        "state": "done", "share": 1.0, "busy": False, "step": "", "said": "",
    }  # fmt: skip


def test_a_cancelled_build_is_not_begun_and_one_under_way_stops(world, model, client):
    client.force_login(make_member(Role.PLANNER, world.province))
    client.post(at("model_build"))
    client.post(at("model_cancel"))
    build_demand_model.call(model.pk)
    assert DemandModel.objects.get(pk=model.pk).state == "cancelled"

    def cancel(share):
        client.post(at("model_cancel"))

    with pytest.raises(Cancelled):
        build_demand(model.pk, cancel, clock=_every_two_seconds())
    assert DemandModel.objects.get(pk=model.pk).state == "cancelled"


def _every_two_seconds():
    ticks = iter(range(10_000))
    return lambda: NOW + dt.timedelta(seconds=2 * next(ticks))


def test_a_build_under_way_is_not_begun_twice(world, model, client):
    demand_queue.queue_build(model)
    DemandModel.objects.filter(pk=model.pk).update(state="running", heartbeat_at="2100-01-01T00:00Z")
    client.force_login(make_member(Role.PLANNER, world.province))
    answer = client.post(at("model_build"), follow=True)
    assert len(answer.context["messages"]) == 1
    assert DemandModel.objects.get(pk=model.pk).state == "running"


@pytest.mark.parametrize("name", ["model_build", "model_cancel", "model_edit"])
def test_only_managers_of_the_whole_region_change_a_model(world, model, client, name):
    for role, region, status in (
        (Role.PLANNER, world.west.region, 403), (Role.REVIEWER, world.province, 403), (Role.PLANNER, world.east.region, 403),
    ):  # fmt: skip
        client.force_login(make_member(role, region, name=f"{role}-{region.code}"))
        assert client.post(at(name)).status_code == status
    assert DemandModel.objects.get(pk=model.pk).state == "done"


def test_what_failed_is_said_and_the_old_report_stays(world, model, client):
    DemandModel.objects.filter(pk=model.pk).update(recipe={"components": [{"kind": "x", "source": "census"}]}, state="queued")
    with pytest.raises(InputError):
        build_demand_model.call(model.pk)
    client.force_login(make_member(Role.PLANNER, world.province))
    page = client.get(at("model")).content.decode()
    assert 'role="alert"' in page
    assert "components.0.kind" in page
    assert "8,070" in page
