"""Recipes: what is said is taken, what is wrong is named with its place."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.engine.errors import InputError
from geo.services.demand_models import parse_recipe
from tests.geo.services.demand_models.models import CENSUS, MODES


def found(said):
    with pytest.raises(InputError) as error:
        parse_recipe(said)
    for problem in error.value.problems:
        assert problem.sentence("zh-hans")
        assert problem.sentence("en")
    return {(problem.code, problem.field) for problem in error.value.problems}


def test_a_short_recipe_has_defaults():
    recipe = parse_recipe({"components": [CENSUS]})
    assert recipe.resolution == 8
    assert (recipe.components[0].weight, recipe.components[0].workers_share) == (1.0, 1.0)
    assert recipe.components[0].spread_by == "area"
    assert recipe.settlement.rule.centre_persons == 50_000
    assert recipe.mode_shares is None


def test_a_long_recipe_is_taken_as_said():
    recipe = parse_recipe(
        {
            "resolution": 7, "components": [{**CENSUS, "year": 2020, "weight": 0.6, "spread_by": "grid:worldpop"}],
            "age50plus_share": {"source": "census"}, "mode_shares": {"urban": MODES, "rural": {"walk": 1.0}},
            "settlement": {"by": "grid", "source": "worldpop", "centre_persons": 40_000}, "total_persons": 1000,
            "floors": {"320102": 10}, "group_shares": {"construction": 0.4, "catering": 0.6},
        }
    )  # fmt: skip
    assert recipe.components[0].grid == "worldpop"
    assert recipe.age50plus_share == "census"
    assert recipe.mode_shares["rural"] == {"walk": 1.0}
    assert recipe.settlement.rule.centre_persons == 40_000


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ([], ("recipe.not_an_object", "")),
        ({"components": []}, ("recipe.list", "components")),
        ({"components": [3]}, ("recipe.not_an_object", "components.0")),
        ({"components": [{**CENSUS, "kind": "guess"}]}, ("recipe.choice", "components.0.kind")),
        ({"components": [{"kind": "cells"}]}, ("recipe.missing", "components.0.source")),
        ({"components": [{**CENSUS, "measure": None}]}, ("recipe.missing", "components.0.measure")),
        ({"components": [{**CENSUS, "weight": 0}]}, ("recipe.number", "components.0.weight")),
        ({"components": [{**CENSUS, "weight": True}]}, ("recipe.number", "components.0.weight")),
        ({"components": [{**CENSUS, "workers_share": 1.2}]}, ("recipe.number", "components.0.workers_share")),
        ({"components": [{**CENSUS, "workers_share": math.nan}]}, ("recipe.number", "components.0.workers_share")),
        ({"components": [{**CENSUS, "spread_by": "grid:"}]}, ("recipe.spread", "components.0.spread_by")),
        ({"components": [{**CENSUS, "colour": "red"}]}, ("recipe.unknown", "components.0")),
        ({"components": [CENSUS], "resolution": 15}, ("recipe.number", "resolution")),
        ({"components": [CENSUS], "resolution": 7.5}, ("recipe.number", "resolution")),
        ({"components": [CENSUS], "mode_shares": {"walk": 0.5}}, ("recipe.sum", "mode_shares")),
        ({"components": [CENSUS], "mode_shares": {"fly": 1.0}}, ("recipe.unknown", "mode_shares")),
        ({"components": [CENSUS], "mode_shares": {"urban": MODES}}, ("recipe.missing", "mode_shares.rural")),
        ({"components": [CENSUS], "age50plus_share": "half"}, ("recipe.number", "age50plus_share")),
        ({"components": [CENSUS], "settlement": {"by": "grid"}}, ("recipe.missing", "settlement.source")),
        ({"components": [CENSUS], "floors": {"320102": -1}}, ("recipe.number", "floors.320102")),
        ({"components": [{**CENSUS, "measure": "gig_workers"}]}, ("recipe.no_residents", "settlement")),
        ({"components": [CENSUS], "wind": 1}, ("recipe.unknown", "")),
    ],
)  # fmt: skip
def test_mistakes_have_their_place(said, problem):
    assert problem in found(said)


def test_all_mistakes_are_told_at_once():
    assert len(found({"components": [{**CENSUS, "weight": -1, "year": 3}], "total_persons": "many"})) == 3


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["components", "source", "kind", "weight", "mode_shares", "urban", "walk", "settlement", "by", "floors", "x"]), inner),
    max_leaves=12,
)  # fmt: skip


@given(json)
def test_whatever_comes_is_a_recipe_or_a_list_of_problems(said):
    problems = ()
    try:
        parse_recipe(said)
    except InputError as error:
        problems = error.problems
    assert all(problem.sentence("en") for problem in problems)
