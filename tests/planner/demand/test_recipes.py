"""A model from a form: what it says becomes a recipe, what is wrong is said where it stands, and the build waits."""

import pytest
from django.urls import reverse

from geo.models import DemandModel
from geo.services.demand_models import parse_recipe
from geo.tasks import build_demand_model
from planner.accounts.models import Role
from tests.planner.accounts.world import make_member, make_world
from tests.planner.demand.ground import RECIPE, make_built, make_census, make_grid, make_survey

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NEW = "/demand/models/new/"
CENSUS = "area_totals:census:residents:2020"


@pytest.fixture
def world(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    world = make_world()
    make_census(world)
    make_grid()
    make_survey(world)
    return world


@pytest.fixture
def planner(client, world):
    client.force_login(make_member(Role.PLANNER, world.province))
    return client


def form(world, *rows, **changes):
    """Return what a browser sends: eight rows, empty ones with their first values."""
    first = {"holding": "", "workers_share": "100", "weight": "1", "spread_by": "area"}
    given = list(rows or [{"holding": CENSUS, "workers_share": "14", "weight": "2.5", "spread_by": "grid:pop"}])
    values = {"rows-TOTAL_FORMS": 8, "rows-INITIAL_FORMS": 8, "name_zh": "新模型", "slug": "new-model", "resolution": 8,
              "region": world.city.pk, "settlement": "residents"}  # fmt: skip
    for index in range(8):
        row = first | (given[index] if index < len(given) else {})
        values |= {f"rows-{index}-{name}": value for name, value in row.items()}
    return values | changes


def modes(urban, rural):
    names = ("walk", "ebike", "bus", "motor")
    return {f"{settlement}_{mode}": value for settlement, shares in (("urban", urban), ("rural", rural))
            for mode, value in zip(names, shares, strict=True)}  # fmt: skip


def test_a_form_becomes_a_recipe_and_the_model_waits(planner, world):
    answer = planner.post(NEW, form(world, age_source="census", **modes((20, 50, 20, 10), (10, 50, 10, 30))))
    assert answer.status_code == 302, answer.context["problems"]
    model = DemandModel.objects.get(slug="new-model")
    assert (model.state, model.name_en, model.region) == ("queued", "新模型", world.city)
    assert model.recipe == {
        "resolution": 8, "settlement": {"by": "residents"}, "age50plus_share": {"source": "census"},
        "components": [{"kind": "area_totals", "source": "census", "measure": "residents", "year": 2020, "weight": 2.5,
                        "workers_share": 0.14, "spread_by": "grid:pop"}],
        "mode_shares": {"urban": {"walk": 0.2, "ebike": 0.5, "bus": 0.2, "motor": 0.1},
                        "rural": {"walk": 0.1, "ebike": 0.5, "bus": 0.1, "motor": 0.3}},
    }  # fmt: skip
    build_demand_model.call(model.pk)
    model.refresh_from_db()
    assert (model.state, model.report["workers_persons"]) == ("done", 1_120)
    assert planner.get(reverse("demand:model", args=["new-model"])).status_code == 200


def test_all_kinds_of_sources_can_be_blended(planner, world):
    rows = [{"holding": CENSUS}, {"holding": "cells:facts::2020"}, {"holding": "gathering:survey::", "spread_by": ""}]
    assert planner.post(NEW, form(world, *rows, age_share="40")).status_code == 302
    said = DemandModel.objects.get(slug="new-model").recipe
    assert [(each["kind"], each["source"]) for each in said["components"]] == [
        ("area_totals", "census"), ("cells", "facts"), ("gathering", "survey")
    ]  # fmt: skip
    assert said["age50plus_share"] == 0.4
    assert "mode_shares" not in said
    parse_recipe(said)


@pytest.mark.parametrize(("changes", "said"), [
    (modes((20, 50, 20, 5), (10, 50, 10, 30)), "0.95"),
    ({"rows-0-holding": ""}, "1"),
    ({"rows-0-holding": "area_totals:register:gig_workers:2022"}, ""),
    ({"rows-0-weight": "0"}, ""),
    ({"rows-0-workers_share": "140"}, "100"),
    ({"slug": "model a"}, ""),
    ({"slug": ""}, ""),
    ({"slug": "model-a"}, ""),
    ({"name_zh": ""}, ""),
    ({"age_source": "census", "age_share": "30"}, ""),
    ({"resolution": "4"}, ""),
    ({"settlement": "stars"}, ""),
])  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_kept(planner, world, changes, said):
    count = DemandModel.objects.count()
    answer = planner.post(NEW, form(world, **changes))
    text = answer.content.decode()
    assert answer.status_code == 400
    assert 'role="alert"' in text
    assert said in text
    assert DemandModel.objects.count() == count
    assert "新模型" in text or "name_zh" in changes  # what was written is still there


@pytest.mark.parametrize(("language", "sentence"), [("zh-hans", "各份额之和是 0.95，应为 1"), ("en", "the shares sum to 0.95")])
def test_the_sentence_is_in_the_language_of_the_page(planner, world, language, sentence):
    planner.cookies["django_language"] = language
    text = planner.post(NEW, form(world, **modes((20, 50, 20, 5), (10, 50, 10, 30)))).content.decode()
    assert sentence in text


def test_rows_must_be_whole(planner, world):
    broken = form(world)
    del broken["rows-TOTAL_FORMS"]
    assert planner.post(NEW, broken).status_code == 400
    assert planner.post(NEW, form(world) | {"rows-TOTAL_FORMS": 99_999}).status_code in {302, 400}


def test_a_county_makes_models_of_its_own_from_what_it_may_read(world, client):
    client.force_login(make_member(Role.PLANNER, world.west.region))
    page = client.get(NEW)
    assert [region.code for region in page.context["form"].fields["region"].queryset] == ["320102"]
    assert client.post(NEW, form(world)).status_code == 400  # the city is not theirs
    assert client.post(NEW, form(world, region=world.west.region.pk)).status_code == 302
    client.force_login(make_member(Role.REVIEWER, world.province, name="reviewer"))
    assert client.post(NEW, form(world, slug="other")).status_code == 403


def test_a_recipe_on_record_is_shown_changed_and_keeps_what_the_form_does_not_show(planner, world):
    model = make_built(world)
    kept = {"total_persons": 900, "group_shares": {"masons": 1.0}, "floors": {"320104": 10}}
    model.recipe = RECIPE | kept | {"settlement": {"by": "residents", "centre_persons": 10}}
    model.save()
    address = reverse("demand:model_edit", args=[model.slug])
    page = planner.get(address)
    row = page.context["rows"].forms[0].initial
    assert row == {"holding": CENSUS, "spread_by": "grid:pop", "weight": 1.0, "workers_share": 10.0}
    assert page.context["form"].initial["rural_ebike"] == 50.0
    changed = form(world, age_share="25", **modes((20, 50, 20, 10), (20, 50, 20, 10)))
    assert planner.post(address, changed).status_code == 302
    model.refresh_from_db()
    assert model.recipe["components"][0]["workers_share"] == 0.14
    assert {name: model.recipe[name] for name in kept} == kept
    assert model.recipe["settlement"] == {"by": "residents", "centre_persons": 10}
    assert (model.slug, model.region, model.state) == ("workers", world.city, "queued")


def test_a_model_is_no_source_of_itself(planner, world):
    model = make_built(world)
    values = {value for value, _label in planner.get(NEW).context["rows"].forms[0].fields["holding"].choices}
    own = {value for value in values if ":model-workers:" in value}
    assert len(own) == 1
    page = planner.get(reverse("demand:model_edit", args=[model.slug]))
    assert {value for value, _label in page.context["rows"].forms[0].fields["holding"].choices} == values - own


def test_a_model_under_way_is_not_changed(planner, world):
    model = make_built(world)
    DemandModel.objects.filter(pk=model.pk).update(state="running", heartbeat_at="2100-01-01T00:00Z")
    assert planner.get(reverse("demand:model_edit", args=[model.slug])).status_code == 302
