"""Demonstration users: one per role, the same each time, never in production."""

import json
import stat

import pytest
from django.core.management import call_command

from planner.accounts.models import RegionGrant, Role, User
from tests.factories import make_province, make_region

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def var(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path


def run(capsys, *options):
    call_command("create_demo_users", "--json", *options)
    return json.loads(capsys.readouterr().out)["users"]


def test_one_user_per_role_each_in_its_region(var, capsys):
    province, *_ = make_province()
    make_region("320300", "徐州市", "prefecture", parent=province)
    users = run(capsys)
    grants = {grant.role: (grant.user.username, grant.region.code) for grant in RegionGrant.objects.all()}
    assert grants == {
        "planner": ("planner", "320100"), "reviewer": ("reviewer", "320000"),
        "committee_member": ("committee_member", "320300"), "administrator": ("administrator", "320000"),
    }  # fmt: skip
    assert set(User.objects.filter(is_staff=True).values_list("username", flat=True)) == {"administrator"}
    assert all(User.objects.get(username=user["username"]).check_password(user["password"]) for user in users)
    assert not User.objects.filter(is_superuser=True).exists()


def test_passwords_stay_until_they_are_reset(var, capsys):
    make_province()
    first = run(capsys)
    assert run(capsys) == first
    assert User.objects.count() == len(Role)
    reset = run(capsys, "--reset")
    assert not {user["password"] for user in reset} & {user["password"] for user in first}


def test_a_password_changed_by_its_user_is_replaced_by_one_that_is_printed(var, capsys):
    make_province()
    run(capsys)
    user = User.objects.get(username="planner")
    user.set_password("something else entirely")
    user.save()
    printed = {row["username"]: row["password"] for row in run(capsys)}
    user.refresh_from_db()
    assert user.check_password(printed["planner"])


def test_the_file_is_its_owners_alone(var, capsys):
    make_province()
    users = run(capsys)
    path = var / "demo-users.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert all(user["password"] in path.read_text() for user in users)


def test_in_another_place_all_get_its_widest_region(var, capsys):
    make_region("310000", "上海市", "province")
    run(capsys)
    assert set(RegionGrant.objects.values_list("region__code", flat=True)) == {"310000"}


def test_production_has_no_demonstration_users(var, settings, capsys):
    make_province()
    settings.DEMONSTRATION = False
    with pytest.raises(SystemExit) as stopped:
        call_command("create_demo_users")
    assert stopped.value.code == 2
    assert "only" in capsys.readouterr().err
    assert not User.objects.exists()


def test_without_regions_nothing_is_made(var, capsys):
    with pytest.raises(SystemExit) as stopped:
        call_command("create_demo_users")
    assert stopped.value.code == 2
    assert not User.objects.exists()
