"""The administration: what may be written there, and where."""

import pytest
from django.urls import reverse

from geo.models import Venue
from planner.accounts.models import RegionGrant, Role, User
from tests.planner.accounts.world import make_member, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.database]
PASSWORD = "a long enough password"


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def administrator(client, world):
    user = make_member(Role.ADMINISTRATOR, world.west.region, is_staff=True, name="administrator")
    client.force_login(user)
    return user


def venue_form(world, **values):
    form = {
        "code": "v-new", "name_zh": "新场所", "name_en": "", "kind": "gig_station", "status": "planned",
        "region": world.west.region.pk, "location": "118.75, 32.05", "source": world.west.venue.source.pk,
        "opening_hours-TOTAL_FORMS": 0, "opening_hours-INITIAL_FORMS": 0, "source_datum": "wgs84",
    }  # fmt: skip
    return form | values


def errors(answer):
    assert answer.status_code == 200
    form = answer.context["adminform"].form
    return {name: [str(error) for error in found] for name, found in form.errors.items()}


def test_a_venue_is_added_at_its_typed_place(client, world, administrator):
    answer = client.post(reverse("admin:geo_venue_add"), venue_form(world))
    assert answer.status_code == 302
    venue = Venue.objects.get(code="v-new")
    assert (venue.location.x, venue.location.y, venue.location.srid) == (118.75, 32.05, 4326)


def test_no_venue_is_put_into_a_foreign_region(client, world, administrator):
    answer = client.post(reverse("admin:geo_venue_add"), venue_form(world, region=world.east.region.pk))
    assert list(errors(answer)) == ["region"]
    assert not Venue.objects.filter(code="v-new").exists()


@pytest.mark.parametrize("place", ["here", "118.75", "32.05, 118.75", "nan, 32", "inf, 0", "1e20, 1e7", "1, 2, 3"])
def test_a_place_that_is_none_is_refused_before_anything_is_computed(client, world, administrator, place):
    answer = client.post(reverse("admin:geo_venue_add"), venue_form(world, location=place))
    assert list(errors(answer)) == ["location"]


def test_a_place_may_be_typed_with_a_chinese_comma(client, world, administrator):
    assert client.post(reverse("admin:geo_venue_add"), venue_form(world, location="118.75，32.05")).status_code == 302


@pytest.mark.parametrize("what", ["change", "delete"])
def test_a_foreign_venue_cannot_be_written_to(client, world, administrator, what):
    address = reverse(f"admin:geo_venue_{what}", args=[world.east.venue.pk])
    assert client.post(address, venue_form(world, name_zh="改") | {"post": "yes"}).status_code == 404
    assert Venue.objects.get(pk=world.east.venue.pk).name_zh == world.east.venue.name_zh


def test_many_are_deleted_only_among_ones_own(client, world, administrator):
    chosen = [world.west.venue.pk, world.east.venue.pk]
    form = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    client.post(reverse("admin:geo_venue_changelist"), form)
    assert list(Venue.objects.values_list("pk", flat=True)) == [world.east.venue.pk]


def test_shared_definitions_are_only_looked_at(client, world, administrator):
    address = reverse("admin:coverage_coveragestandard_change", args=[world.standard.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"slug": "mine"}).status_code == 403


def test_the_search_for_a_region_offers_only_ones_own(client, world, administrator):
    asked = {"app_label": "geo", "model_name": "venue", "field_name": "region", "term": "320"}
    found = client.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert [row["id"] for row in found] == [str(world.west.region.pk)]


def account_form(world, region, **values):
    form = {
        "username": "wang", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true", "grants-TOTAL_FORMS": 1,
        "grants-INITIAL_FORMS": 0, "grants-0-role": "planner", "grants-0-region": region.pk if region else "",
    }  # fmt: skip
    return form | values


def test_an_administrator_makes_accounts_in_the_own_regions(client, world, administrator):
    answer = client.post(reverse("admin:accounts_user_add"), account_form(world, world.west.region))
    assert answer.status_code == 302
    assert RegionGrant.objects.get(user__username="wang").region == world.west.region


@pytest.mark.parametrize("where", ["east", "province"])
def test_an_administrator_cannot_grant_what_lies_beyond(client, world, administrator, where):
    region = world.province if where == "province" else world.east.region
    assert client.post(reverse("admin:accounts_user_add"), account_form(world, region)).status_code == 200
    assert not User.objects.filter(username="wang").exists()


def test_an_account_needs_its_first_grant(client, world, administrator):
    assert client.post(reverse("admin:accounts_user_add"), account_form(world, None) | {"grants-0-role": ""}).status_code == 200
    assert not User.objects.filter(username="wang").exists()


def test_an_administrator_cannot_make_anyone_a_superuser(client, world, administrator):
    colleague = world.west.account
    form = {
        "username": colleague.username, "is_active": "on", "is_superuser": "on", "is_staff": "on", "grants-TOTAL_FORMS": 1,
        "grants-INITIAL_FORMS": 1, "grants-0-id": world.west.grant.pk, "grants-0-user": colleague.pk,
        "grants-0-region": world.west.region.pk, "grants-0-role": "reviewer",
    }  # fmt: skip
    assert client.post(reverse("admin:accounts_user_change", args=[colleague.pk]), form).status_code == 302
    colleague.refresh_from_db()
    assert not colleague.is_superuser
    assert colleague.grants.get().role == "reviewer"


def test_the_password_of_a_foreign_account_is_out_of_reach(client, world, administrator):
    address = reverse("admin:auth_user_password_change", args=[world.east.account.pk])
    assert client.post(address, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 404
    own = reverse("admin:auth_user_password_change", args=[world.west.account.pk])
    assert client.get(own).status_code == 200


def test_pages_load_nothing_from_elsewhere(client, world, administrator):
    page = client.get(reverse("admin:geo_venue_change", args=[world.west.venue.pk])).content.decode()
    assert 'name="location"' in page
    assert 'src="http' not in page
    assert 'href="http' not in page
