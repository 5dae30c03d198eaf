"""The one scoped door: who sees which rows."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session

from coverage.models import CoverageResult, CoverageRun, CoverageStandard, Recommendation, RecommendedSite
from geo.models import DataSource, DemandCell, NetworkSnapshot, OpeningHours, Region, Venue
from planner.accounts.models import RegionGrant, Role, User
from planner.accounts.policy import POLICY, Act
from planner.accounts.scope import SCOPES, UnscopedModelError, ancestors, granted_paths, permits, scoped
from tests.factories import make_run
from tests.planner.accounts.world import make_member, make_world

database = pytest.mark.database
BOUND = (Region, Venue, OpeningHours, DemandCell, CoverageResult, RecommendedSite, CoverageRun, Recommendation)
SHARED = (DataSource, NetworkSnapshot, CoverageStandard)
PLANNER_DIR = Path(__file__).resolve().parents[3] / "planner"


def own_rows(county):
    return {
        Region: county.region, Venue: county.venue, OpeningHours: county.hours, DemandCell: county.cell,
        CoverageResult: county.result, RecommendedSite: county.site, CoverageRun: county.run,
        Recommendation: county.recommendation,
    }  # fmt: skip


@pytest.fixture
def world(db):
    return make_world()


def test_every_model_of_the_ground_and_of_coverage_has_a_rule():
    domain = {model for label in ("geo", "coverage", "accounts") for model in apps.get_app_config(label).get_models()}
    histories = {model for model in domain if hasattr(model, "history_object")}  # read through the record they belong to
    assert domain - histories == set(SCOPES)


@database
@pytest.mark.parametrize("model", BOUND)
def test_a_county_sees_its_own_row_and_not_its_neighbours(world, model):
    user = make_member(Role.PLANNER, world.west.region)
    assert list(scoped(model, user)) == [own_rows(world.west)[model]]


@database
@pytest.mark.parametrize("model", BOUND)
def test_a_city_sees_the_rows_of_all_its_counties(world, model):
    user = make_member(Role.PLANNER, world.city)
    expected = {own_rows(county)[model].pk for county in (world.west, world.east)}
    assert expected <= set(scoped(model, user).values_list("pk", flat=True))


@database
def test_regions_above_are_not_listed(world):
    user = make_member(Role.REVIEWER, world.city)
    assert set(scoped(Region, user).values_list("code", flat=True)) == {"320100", "320102", "320104"}


@database
def test_runs_of_regions_above_are_seen_but_only_the_own_rows_in_them(world):
    run = make_run(world.province, standard=world.standard, network=world.network, digest="9" * 32)
    user = make_member(Role.PLANNER, world.west.region)
    assert set(scoped(CoverageRun, user)) == {world.west.run, run}
    assert set(scoped(CoverageRun, user, whole=True)) == {world.west.run}


@database
@pytest.mark.parametrize("model", SHARED)
def test_definitions_are_shared_by_all_with_a_grant(world, model):
    assert scoped(model, make_member(Role.COMMITTEE_MEMBER, world.west.region)).count() == model.objects.count() > 0


@database
@pytest.mark.parametrize("model", [*BOUND, *SHARED, User, RegionGrant])
def test_nobody_sees_anything_without_a_grant(world, model):
    stranger = User.objects.create_user("stranger", is_staff=True)
    gone = make_member(Role.ADMINISTRATOR, world.province, name="gone", is_active=False)
    for user in (AnonymousUser(), stranger, gone):
        assert not scoped(model, user).exists()


@database
def test_a_superuser_sees_all(world):
    root = User.objects.create_superuser("root")
    for model in SCOPES:
        assert scoped(model, root).count() == model._default_manager.count()


@database
def test_only_acts_that_the_role_permits_open_rows(world):
    committee = make_member(Role.COMMITTEE_MEMBER, world.city)
    assert scoped(Venue, committee).exists()
    assert not scoped(DemandCell, committee).exists()
    assert not scoped(Venue, committee, Act.MANAGE_RECORDS).exists()


@database
def test_each_act_is_limited_to_the_regions_of_the_roles_that_permit_it(world):
    user = make_member(Role.COMMITTEE_MEMBER, world.west.region)
    RegionGrant.objects.create(user=user, role=Role.PLANNER, region=world.east.region)
    assert scoped(Venue, user).count() == 2
    assert list(scoped(DemandCell, user)) == [world.east.cell]


@database
def test_a_grant_within_another_adds_nothing_and_repeats_nothing(world):
    user = make_member(Role.PLANNER, world.city, world.west.region)
    assert granted_paths(user) == ("320000/320100/",)
    assert scoped(Venue, user).count() == 2


@database
def test_a_code_that_begins_like_another_is_not_within_it(world):
    user = make_member(Role.PLANNER, world.west.region)
    longer = Region.objects.create(
        code="320102001", name_zh="梅园新村街道", level="township", parent=world.east.region, valid_from="2020-01-01",
        source=world.west.region.source,
    )  # fmt: skip
    assert longer not in scoped(Region, user)


@database
def test_accounts_are_seen_by_administrators_whose_regions_hold_all_their_grants(world):
    admin = make_member(Role.ADMINISTRATOR, world.west.region, name="admin")
    both = make_member(Role.PLANNER, world.west.region, world.east.region, name="both")
    root = User.objects.create_superuser("root")
    RegionGrant.objects.create(user=root, role=Role.PLANNER, region=world.west.region)
    seen = set(scoped(User, admin))
    assert seen == {admin, world.west.account}
    assert both not in seen
    assert not scoped(User, make_member(Role.PLANNER, world.province, name="planner")).exists()


@database
def test_permits_asks_for_all_of_the_region(world):
    user = make_member(Role.PLANNER, world.west.region)
    assert permits(user, Act.READ_DEMAND)
    assert permits(user, Act.READ_DEMAND, world.west.region)
    assert not permits(user, Act.READ_DEMAND, world.city)
    assert not permits(user, Act.MANAGE_ACCOUNTS, world.west.region)


@database
@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("act", list(Act))
def test_the_policy_table_decides(world, role, act):
    assert permits(make_member(role, world.city), act, world.west.region) is (role in POLICY[act])


def test_the_policy_names_every_act():
    assert set(POLICY) == set(Act)
    assert all(roles <= set(Role) for roles in POLICY.values())


def test_a_model_without_a_rule_is_refused():
    with pytest.raises(UnscopedModelError):
        scoped(Session, AnonymousUser())


def test_ancestors_of_a_path_begin_at_the_top():
    assert ancestors("320000/320100/320102/") == ["320000/", "320000/320100/", "320000/320100/320102/"]


def _managers_used(path):
    names = {model.__name__ for model in SCOPES}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
            yield path, node.lineno, ast.unparse(node.value)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"get_object_or_404", "get_list_or_404"}:
            first = ast.unparse(node.args[0])
            if first in names:
                yield path, node.lineno, first


def test_no_page_answer_or_list_goes_around_the_door():
    allowed = ("accounts/scope.py", "/commands/", "planner/doctor/", "/migrations/", "/node_modules/")
    files = [path for path in PLANNER_DIR.rglob("*.py") if not any(part in path.as_posix() for part in allowed)]
    assert len(files) > 20
    assert [found for path in files for found in _managers_used(path)] == []


def test_the_check_itself_finds_a_way_around(tmp_path):
    sly = tmp_path / "views.py"
    sly.write_text("def page(request):\n    return list(Venue.objects.all()), get_object_or_404(Venue, pk=1)\n")
    assert [(line, name) for _, line, name in _managers_used(sly)] == [(2, "Venue"), (2, "Venue")]
