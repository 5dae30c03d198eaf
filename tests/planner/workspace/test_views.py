"""Who gets the page and its tiles, in which language, and that what it carries is true and safe."""

import datetime as dt
import json
import re

import pytest
from django.urls import reverse
from django.utils import translation

from geo.tiles import tiles_path
from planner.accounts.models import RegionGrant, User
from planner.workspace.views import synthetic_note
from tests.factories import NOW, make_network, make_plan_on_province, make_run

pytestmark = [pytest.mark.django_db, pytest.mark.database]
PAGE = "/"


@pytest.fixture
def plan():
    return make_plan_on_province()


@pytest.fixture
def signed_in(client, plan):
    """Return a client signed in as planner of the whole province."""
    user = User.objects.create_user("planner", password="x")
    RegionGrant.objects.create(user=user, role="planner", region=plan.region)
    client.force_login(user)
    return client


def boot_of(answer):
    found = re.search(r'<script id="boot" type="application/json">(.*?)</script>', answer.content.decode(), re.DOTALL)
    return json.loads(found[1])


def test_a_stranger_is_sent_to_sign_in_and_back_to_the_same_view(client):
    answer = client.get(PAGE + "?lang=en&at=region:320100")
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('accounts:sign_in')}?next=/%3Flang%3Den%26at%3Dregion%3A320100"


def test_the_page_carries_the_run_and_the_plan(signed_in):
    boot = boot_of(signed_in.get(PAGE))
    (run,), (recommendation,) = boot["runs"], boot["recommendations"]
    assert run["result"]["served_persons"] == 200
    assert run["result"]["served_share"] == pytest.approx(0.2)
    assert run["region"]["code"] == "320000"
    assert recommendation["sums"]["served_after_persons"] == 500
    assert recommendation["run"] == run["digest"]
    assert recommendation["unmet"][0]["code"] == "quota"


def test_the_planner_of_one_county_sees_that_county_and_no_sums_of_the_province(client, plan):
    county = plan.region.children.get().children.get(code="320102")
    user = User.objects.create_user("clerk", password="x")
    RegionGrant.objects.create(user=user, role="planner", region=county)
    client.force_login(user)
    boot = boot_of(client.get(PAGE))
    assert boot["runs"][0]["region"]["code"] == "320102"
    assert boot["runs"][0]["result"]["workers_persons"] == 400
    assert boot["recommendations"][0]["sums"] is None
    assert boot["recommendations"][0]["unmet"] == []


def test_an_account_without_a_region_gets_an_empty_page(client, plan):
    client.force_login(User.objects.create_user("new", password="x"))
    boot = boot_of(client.get(PAGE))
    assert (boot["runs"], boot["recommendations"], boot["has"]["regions"]) == ([], [], False)


@pytest.mark.parametrize(("language", "lang"), [("en", "en"), ("zh-hans", "zh-Hans")])
def test_the_address_chooses_the_language_and_it_stays(signed_in, language, lang):
    answer = signed_in.get(PAGE + f"?lang={language}")
    assert f'<html lang="{lang}">' in answer.content.decode()
    assert boot_of(answer)["language"] == language
    assert f'<html lang="{lang}">' in signed_in.get(PAGE).content.decode()


def test_an_unknown_language_changes_nothing(signed_in):
    assert signed_in.get(PAGE + "?lang=xx").status_code == 200
    assert "django_language" not in signed_in.cookies


def test_nothing_in_the_page_runs_or_styles_inline(signed_in):
    text = signed_in.get(PAGE).content.decode()
    assert not re.search(r"\sstyle=|\son\w+=|javascript:", text)
    assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", text))


def test_names_with_markup_stay_text(signed_in, plan):
    plan.plan.name_zh = "</script><script>alert(1)</script>"
    plan.plan.save()
    answer = signed_in.get(PAGE)
    assert "<script>alert(1)" not in answer.content.decode()
    assert boot_of(answer)["recommendations"][0]["plan"]["name_zh"] == "</script><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("streets", "venues", "words"),
    [
        (True, True, "Demonstration data: streets and venues are synthetic"),
        (False, True, "Demonstration data: venues are synthetic"),
        (True, False, "Demonstration data: streets are synthetic"),
        (False, False, ""),
    ],
)
def test_the_note_says_what_is_synthetic(streets, venues, words):
    with translation.override("en"):
        assert synthetic_note(streets, venues) == words


@pytest.fixture
def tiles(settings, tmp_path, plan):
    settings.VAR_DIR = tmp_path
    path = tiles_path(tmp_path, plan.run.network.digest)
    path.parent.mkdir()
    path.write_bytes(b"PMTiles" + bytes(1000))
    return reverse("workspace:tiles", args=[plan.run.network.digest])


def test_the_page_names_the_tiles_once_they_are_built(signed_in, tiles):
    assert boot_of(signed_in.get(PAGE))["basemap"] == {"kind": "pmtiles", "url": tiles}


def test_a_network_with_edits_shows_the_tiles_of_its_base(signed_in, tiles, plan):
    edited = make_network("e" * 32)
    edited.report = {"base_digest": plan.run.network.digest}
    edited.save()
    plan.run.network = edited
    plan.run.save()
    assert boot_of(signed_in.get(PAGE))["basemap"] == {"kind": "pmtiles", "url": tiles}


def test_a_tile_service_comes_before_the_built_tiles(signed_in, tiles, settings):
    settings.TILE_URL, settings.TILE_ATTRIBUTION = "https://tiles.example.org/{z}/{x}/{y}.png", "Example"
    assert boot_of(signed_in.get(PAGE))["basemap"]["kind"] == "service"


def test_tiles_come_in_parts(signed_in, tiles):
    answer = signed_in.get(tiles, headers={"range": "bytes=0-6"})
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"PMTiles")
    assert "private" in answer["Cache-Control"]


def test_tiles_are_for_those_who_are_signed_in(client, tiles):
    assert client.get(tiles).status_code == 302


def test_tiles_of_an_account_without_a_region_are_not_there(client, tiles):
    client.force_login(User.objects.create_user("new", password="x"))
    assert client.get(tiles).status_code == 404


@pytest.mark.parametrize("name", ["f" * 32, "..", "a" * 31])
def test_tiles_that_are_not_there_are_not_found(signed_in, tiles, name):
    assert signed_in.get(f"/tiles/{name}.pmtiles").status_code == 404


def test_runs_of_a_profile_come_after_the_plain_ones_and_say_so(signed_in, plan):
    slow = make_run(plan.region, standard=plan.run.standard, network=plan.run.network, digest="c" * 32)
    type(slow).objects.filter(pk=slow.pk).update(profile="slow-walkers", created_at=NOW + dt.timedelta(days=1))
    first, second = boot_of(signed_in.get(PAGE))["runs"]
    assert (first["digest"], first["profile"]) == (plan.run.digest, None)
    assert second["digest"] == "c" * 32
    assert second["profile"] == {"name_zh": "慢速步行者（1.0 m/s）", "name_en": "slow walkers (1.0 m/s)"}
