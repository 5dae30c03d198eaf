"""Every address × every role × a record of the own and of a foreign region. A new address without an entry fails."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib import admin
from django.urls import URLResolver, get_resolver, reverse

from geo.tiles import tiles_path
from planner.accounts.models import Role, User
from planner.accounts.policy import POLICY, Act
from planner.accounts.scope import SCOPES
from tests.planner.accounts.world import make_member, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOT_FOUND, FORBIDDEN, MOVED = 404, 403, 302


@dataclass(frozen=True)
class Route:
    """What an address needs: an act (None: only to be signed in), and the parts of the address for a county's records."""

    act: Act | None = Act.READ_MAP
    parts: Callable | None = None
    status: int = 200
    refusal: int = FORBIDDEN


ROUTES = {
    "workspace:page": Route(act=None),
    "workspace:tiles": Route(parts=lambda world, county: {"digest": world.network.digest}),
    "reports:page": Route(Act.READ_REPORTS, lambda _, county: {"digest": county.recommendation.digest}),
    "reports:pdf": Route(Act.READ_REPORTS, lambda _, county: {"digest": county.recommendation.digest}),
    "quality:page": Route(Act.READ_RECORDS),
    "quality:lines_csv": Route(Act.READ_RECORDS),
    "quality:records": Route(Act.READ_RECORDS, lambda _, __: {"dataset": "venues.facts", "check": "no-phone"}),
    "quality:csv": Route(Act.READ_RECORDS, lambda _, __: {"dataset": "venues.facts", "check": "no-phone"}),
    "quality:history": Route(Act.READ_RECORDS, lambda _, county: {"code": county.venue.code}),
    "imports:list": Route(Act.MANAGE_RECORDS),
    "imports:upload": Route(Act.MANAGE_RECORDS),
    "imports:template": Route(Act.MANAGE_RECORDS, lambda _, __: {"kind": "venues", "form": "csv"}),
    "imports:export": Route(Act.MANAGE_RECORDS, lambda _, __: {"kind": "venues", "form": "csv"}),
    # an import that was received and not read yet: no columns to choose, no preview, nothing to undo
    "imports:batch": Route(Act.MANAGE_RECORDS, lambda _, county: {"pk": county.batch.pk}),
    "imports:state": Route(Act.MANAGE_RECORDS, lambda _, county: {"pk": county.batch.pk}),
    "imports:cancel": Route(act=None, parts=lambda _, __: {"pk": 1}, status=405),
    "imports:columns": Route(Act.MANAGE_RECORDS, lambda _, county: {"pk": county.batch.pk}, status=302),
    "imports:points": Route(Act.MANAGE_RECORDS, lambda _, county: {"pk": county.batch.pk}, status=404),
    "imports:returned": Route(Act.MANAGE_RECORDS, lambda _, county: {"pk": county.batch.pk}, status=404),
    "imports:recheck": Route(act=None, parts=lambda _, __: {"pk": 1}, status=405),
    "imports:commit": Route(act=None, parts=lambda _, __: {"pk": 1}, status=405),
    "imports:undo": Route(Act.MANAGE_RECORDS, lambda _, county: {"pk": county.batch.pk}, status=302),
    "demand:sources": Route(Act.READ_DEMAND),
    "demand:records": Route(Act.READ_DEMAND, lambda _, __: {"slug": "facts"}),
    "demand:grid_new": Route(Act.MANAGE_RECORDS),
    "demand:grid": Route(Act.MANAGE_RECORDS, lambda _, county: {"pk": county.grid.pk}),
    "demand:grid_state": Route(Act.MANAGE_RECORDS, lambda _, county: {"pk": county.grid.pk}),
    "demand:grid_cancel": Route(act=None, parts=lambda _, __: {"pk": 1}, status=405),
    "demand:models": Route(Act.READ_DEMAND),
    "demand:model_new": Route(Act.MANAGE_RECORDS),
    "demand:model": Route(Act.READ_DEMAND, lambda _, county: {"slug": county.model.slug}),
    "demand:model_state": Route(Act.READ_DEMAND, lambda _, county: {"slug": county.model.slug}),
    "demand:model_build": Route(act=None, parts=lambda _, __: {"slug": "model-a"}, status=405),
    "demand:model_cancel": Route(act=None, parts=lambda _, __: {"slug": "model-a"}, status=405),
    "demand:model_edit": Route(Act.MANAGE_RECORDS, lambda _, county: {"slug": county.model.slug}),
    "demand:model_csv": Route(Act.READ_DEMAND, lambda _, county: {"slug": county.model.slug}),
    "demand:maps": Route(Act.READ_DEMAND),
    "demand:cells": Route(Act.READ_DEMAND, status=404),  # without the name of a source
    "demand:waiting": Route(Act.READ_DEMAND),
    "accounts:sign_out": Route(act=None, status=405),
    "accounts:password": Route(act=None),
    "accounts:me": Route(act=None),
    "api:schema": Route(act=None),
    "api:docs": Route(act=None),
    "api:data-source-list": Route(),
    "api:data-source-detail": Route(parts=lambda _, __: {"slug": "facts"}),
    "api:region-list": Route(),
    "api:region-detail": Route(parts=lambda _, county: {"code": county.region.code}),
    "api:venue-list": Route(),
    "api:venue-detail": Route(parts=lambda _, county: {"code": county.venue.code}),
    "api:demand-cell-list": Route(Act.READ_DEMAND),
    "api:demand-cell-detail": Route(Act.READ_DEMAND, lambda _, county: {"pk": county.cell.pk}),
    "api:standard-list": Route(),
    "api:standard-detail": Route(parts=lambda world, _: {"slug": world.standard.slug}),
    "api:coverage-run-list": Route(),
    "api:coverage-run-detail": Route(parts=lambda _, county: {"digest": county.run.digest}),
    "api:coverage-results": Route(parts=lambda _, county: {"digest": county.run.digest}),
    # without its parameters
    "api:coverage-what-if": Route(parts=lambda _, county: {"digest": county.run.digest}, status=400),
    "api:siting-plan-list": Route(),
    "api:siting-plan-detail": Route(parts=lambda world, _: {"slug": world.plan.slug}),
    "api:recommendation-list": Route(),
    "api:recommendation-detail": Route(parts=lambda _, county: {"digest": county.recommendation.digest}),
    "api:recommended-sites": Route(parts=lambda _, county: {"digest": county.recommendation.digest}),
    "api:layer-regions": Route(),
    "api:layer-venues": Route(),
    "api:layer-uncovered": Route(status=404),  # this world has no file of cells
    "api:layer-sites": Route(),
    "admin:index": Route(act=None),
    "admin:logout": Route(act=None, status=405),
    "admin:password_change": Route(act=None),
    "admin:password_change_done": Route(act=None),
    "admin:jsi18n": Route(act=None),
    "admin:autocomplete": Route(act=None, status=403),  # without its parameters
}
# Open to strangers, and what they answer to a plain GET.
OPEN = {"accounts:sign_in": 200, "accounts:language": 302, "admin:login": 302}
# Addresses without a name: Django's own ways from old to new addresses, and to 404; behind the administration's gate.
NAMELESS = {"admin/(?P<url>.*)$", "<path:object_id>/"}
# Shows records' public pages; ours have none, so that it is 404 for every record.
NO_PAGES = {"admin:view_on_site"}
FOREIGN_APPS = ("axes", "django_tasks_database")


def all_routes(patterns=None, spaces=(), prefix=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from all_routes(pattern.url_patterns, inner, here)
        else:
            yield ":".join([*spaces, pattern.name or ""]), here


def admin_routes():
    """Return the addresses of the administration of our records: name → (model, what is done)."""
    return {
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}": (model, what)
        for model in admin.site._registry
        for what in ("changelist", "add", "change", "delete", "history")
    }


def test_every_address_has_an_entry():
    known = set(ROUTES) | set(OPEN) | NO_PAGES | set(admin_routes()) | {"admin:app_list", "admin:auth_user_password_change"}
    unknown = [
        (name, route)
        for name, route in all_routes()
        if name not in known and not (name.endswith(":") and any(route.endswith(end) for end in NAMELESS))
    ]
    assert unknown == []


def test_no_entry_is_left_over():
    there = {name for name, _ in all_routes()}
    assert (set(ROUTES) | set(OPEN)) - there == set()


@pytest.fixture
def world(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    world = make_world()
    path = tiles_path(tmp_path, world.network.digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"PMTiles")
    return world


def expected(route, role, foreign_record):
    if route.act is not None and role not in POLICY[route.act]:
        return route.refusal
    return NOT_FOUND if foreign_record else route.status


@pytest.mark.parametrize("role", Role.values)
def test_pages_and_answers(client, world, role):
    client.force_login(make_member(role, world.west.region, is_staff=True))
    wrong = []
    for name, route in ROUTES.items():
        for county in (world.west, world.east):
            parts = route.parts(world, county) if route.parts else {}
            foreign = county is world.east and parts != (route.parts(world, world.west) if route.parts else {})
            status = client.get(reverse(name, kwargs=parts)).status_code
            if status != expected(route, role, foreign):
                wrong.append((name, county.region.code, status, expected(route, role, foreign)))
    assert not wrong, wrong


def test_strangers_are_sent_to_sign_in_and_told_nothing(client, world):
    wrong = []
    for name, route in ROUTES.items():
        address = reverse(name, kwargs=route.parts(world, world.west) if route.parts else {})
        answer = client.get(address)
        sent = answer.status_code == MOVED and answer["Location"].startswith(("/accounts/sign-in/?", "/admin/login/?"))
        public = name in {"admin:jsi18n", "admin:logout"} and answer.status_code in {200, MOVED}  # no record in them
        if not (sent or public or answer.status_code in {401, 403, 405}):
            wrong.append((name, answer.status_code))
    assert not wrong, wrong
    assert {name: client.get(reverse(name)).status_code for name in OPEN} == OPEN


def test_those_without_a_grant_reach_no_record(client, world):
    client.force_login(User.objects.create_user("new", is_staff=True))
    wrong = []
    for name, route in ROUTES.items():
        if route.act is None:
            continue
        status = client.get(reverse(name, kwargs=route.parts(world, world.west) if route.parts else {})).status_code
        if status not in {FORBIDDEN, NOT_FOUND}:
            wrong.append((name, status))
    assert not wrong, wrong


def rows(world, county):
    own = {type(value): value for value in vars(county).values()}
    shared = {type(value): value for value in (world.standard, world.plan, world.network, world.occupation)}
    return own | shared


def admin_expected(model, what, role, foreign):
    """What the administration answers: reading needs the model's act; changing needs more; foreign rows are not there."""
    page = admin.site._registry[model]
    if model not in SCOPES:
        return {FORBIDDEN, NOT_FOUND, MOVED}  # Django's own pages send what is not there back to their index
    if role not in POLICY[page.read_act]:
        return {FORBIDDEN, NOT_FOUND}
    changes = role in POLICY[page.change_act] and not page.read_only and not page.shared
    kept = model is User and what == "delete"
    refused = what in {"add", "delete"} and (kept or not changes)
    if foreign:
        return {FORBIDDEN} if refused else {NOT_FOUND}  # refused alike whether it is there or not
    return {FORBIDDEN} if refused else {200}


@pytest.mark.parametrize("role", Role.values)
def test_the_administration(client, world, role):
    client.force_login(make_member(role, world.west.region, is_staff=True))
    own, other = rows(world, world.west), rows(world, world.east)
    wrong = []
    for name, (model, what) in admin_routes().items():
        for row in {own.get(model), other.get(model)}:
            parts = [] if what in {"changelist", "add"} else [row.pk if row else 0]
            foreign = bool(parts) and row is not None and row != own[model]
            if row is None and model in SCOPES and parts:
                continue
            if name not in {route for route, _ in all_routes()}:
                continue
            status = client.get(reverse(name, args=parts)).status_code
            if status not in admin_expected(model, what, role, foreign):
                wrong.append((name, foreign, status, admin_expected(model, what, role, foreign)))
    assert not wrong, wrong


def test_administration_is_for_staff(client, world):
    client.force_login(make_member(Role.ADMINISTRATOR, world.province))
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.status_code == FORBIDDEN


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_api_cannot_be_written_to(client, world, method):
    client.force_login(make_member(Role.ADMINISTRATOR, world.province))
    for name, route in ROUTES.items():
        if name.startswith("api:"):
            address = reverse(name, kwargs=route.parts(world, world.west) if route.parts else {})
            assert getattr(client, method)(address).status_code in {403, 405}, name
