"""The report of a demand model: totals in and out by source, factors by county, who is lost and why."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from geo.engine.errors import Problem
from geo.models import Region
from geo.services.demand_models.blending import Blended
from geo.services.demand_models.ground import ModelGround
from geo.services.demand_models.recipe import MODES, Component, Recipe
from geo.services.demand_models.sources import Said
from geo.services.demand_models.waiting import waiting_places


def report_of(
    region: Region, recipe: Recipe, said: Sequence[Said], ground: ModelGround, result: Blended
) -> dict[str, Any]:  # fmt: skip
    """Return the report as JSON types. Persons are people of the source, workers what the model makes of them."""
    urban = int(result.workers[result.is_urban].sum())
    total = int(result.workers.sum())
    return {
        "cells": int((result.workers > 0).sum()), "resolution": recipe.resolution, "workers_persons": total,
        "urban_persons": urban, "rural_persons": total - urban,
        "age50plus_persons": None if result.age50plus is None else int(result.age50plus.sum()),
        "modes": None if result.modes is None else dict(zip(MODES, result.modes.sum(axis=0).tolist(), strict=True)),
        "components": [_component(*pair) for pair in zip(recipe.components, said, strict=True)],
        "regions": _counties(recipe, said, ground, result),
        "notes": [note.as_json() for each in said for note in each.notes],
        "waiting": _waiting(region),
    }  # fmt: skip


def _component(component: Component, said: Said) -> dict[str, Any]:
    return {
        "source": component.source, "kind": component.kind, "measure": component.measure, "year": said.year,
        "weight": component.weight, "workers_share": component.workers_share, "spread_by": component.spread_by,
        "persons_in": said.persons_in, "persons_placed": round(float(said.persons.sum())),
        "persons_lost": said.lost_persons, "persons_elsewhere": said.left_out_persons,
        "workers": float((said.persons * component.workers_share).sum()),
    }  # fmt: skip


def _counties(recipe: Recipe, said: Sequence[Said], ground: ModelGround, result: Blended) -> list[dict[str, Any]]:
    count = len(ground.counties)
    placed = [np.bincount(ground.county, weights=each.persons, minlength=count).tolist() for each in said]
    spread_by = [
        None if each.grid is None else np.bincount(ground.county, weights=each.grid, minlength=count).tolist() for each in said
    ]
    totals = result.county_totals.tolist()
    return [
        {
            "code": county.code, "name_zh": county.name_zh, "name_en": county.name_en, "workers_persons": totals[index],
            "components": [
                _share(component, people[index], None if weights is None else weights[index])
                for component, people, weights in zip(recipe.components, placed, spread_by, strict=True)
            ],
        }
        for index, county in enumerate(ground.counties)
    ]  # fmt: skip


def _share(component: Component, persons: float, weights: float | None) -> dict[str, Any]:
    """Return people of a county by one source; where a population grid spread them, what the grid was rescaled by."""
    found: dict[str, Any] = {"source": component.source, "persons": round(persons)}
    if component.grid and weights is not None:
        found |= {"grid_persons": round(weights), "rescaling_factor": round(persons / weights, 4) if weights > 0 else None}
    return found


def _waiting(region: Region) -> dict[str, Any]:
    """Return the other demand of the region, where people wait: in each clock hour, all points together."""
    places = waiting_places(region=region)
    hours = np.array([place.persons_by_hour for place in places]).reshape(-1, 24).sum(axis=0)
    return {"points": len(places), "persons_by_hour": [round(float(persons), 1) for persons in hours]}


def warnings_of(said: Sequence[Said]) -> list[Problem]:
    """Return what a planner must see with the model: the notes of all components."""
    return [note for each in said for note in each.notes]
