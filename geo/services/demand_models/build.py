"""Build a demand model: read, blend, write; the same recipe on the same data is not built again."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from geo.engine.digest import digest_of
from geo.engine.progress import Progress, no_progress, part_of
from geo.models import DemandCell, DemandModel
from geo.services.demand_models.blending import blended
from geo.services.demand_models.ground import ModelGround, model_ground
from geo.services.demand_models.keeping import keep_model
from geo.services.demand_models.recipe import BY_GRID, BY_SOURCE, Recipe, parse_recipe
from geo.services.demand_models.report import report_of
from geo.services.demand_models.sources import Said, Weights, said_by, source_named

METHOD_VERSION = 1
"""Part of the digest: raise it when the same inputs would give other workers."""


@dataclass(frozen=True, kw_only=True)
class Built:
    """What a build did. is_new: False where recipe and data are those of the cells on record."""

    model: DemandModel
    is_new: bool
    report: dict[str, Any]


def build_demand_model(model: DemandModel, progress: Progress = no_progress, *, at: dt.datetime | None = None) -> Built:
    """Build the cells of ``model`` and keep them under its own source, in one transaction.

    Raises :class:`InputError` with every mistake in the recipe, or what the data lack; :class:`Cancelled` if ``progress`` says
    so. Nothing is written then. The state of the row as a job is not touched; see :mod:`geo.jobs.demand_models`.
    """
    at = at or timezone.now()
    recipe = parse_recipe(model.recipe)
    progress(0.02)
    ground = model_ground(model.region, recipe.resolution, on=timezone.localdate(at))
    progress(0.15)
    weights = Weights(ground, recipe.resolution)
    said = _said(recipe, ground, weights, part_of(progress, 0.15, 0.45))
    digest = _digest(model, recipe, said, ground, weights)
    if _is_built(model, digest):
        progress(1.0)
        return Built(model=model, is_new=False, report=model.report)
    result = blended(recipe, said, ground, weights)
    progress(0.55)
    report = report_of(model.region, recipe, said, ground, result)
    keep_model(
        model, recipe, said, ground, result, report=report, digest=digest, is_synthetic=weights.is_synthetic,
        progress=part_of(progress, 0.55, 1.0),
    )  # fmt: skip
    return Built(model=model, is_new=True, report=report)


def _said(recipe: Recipe, ground: ModelGround, weights: Weights, progress: Progress) -> list[Said]:
    said = []
    for index, component in enumerate(recipe.components):
        said.append(said_by(component, ground, weights, f"components.{index}"))
        progress((index + 1) / len(recipe.components))
    return said


def _digest(model: DemandModel, recipe: Recipe, said: list[Said], ground: ModelGround, weights: Weights) -> str:
    """Return the name of everything that decides on the cells."""
    shares = {code: {to: str(part) for to, part in parts.items()} for code, parts in ground.gazetteer.shares.items()}
    return digest_of(
        {
            "version": METHOD_VERSION, "recipe": recipe.as_json(), "region": model.region.path,
            "cells": ground.cells.cells, "county": ground.county, "share": ground.cells.share,
            "counties": list(ground.gazetteer.counties), "shares": shares, "said": [each.inputs for each in said],
            "others": _others(recipe, weights),
        }
    )  # fmt: skip


def _others(recipe: Recipe, weights: Weights) -> list[Any]:
    """Return what the recipe reads besides its components: the source of classes, the source of ages."""
    found: list[Any] = []
    if recipe.settlement.by == BY_GRID:
        found.append(weights.grid(recipe.settlement.source)[1])
    if recipe.settlement.by == BY_SOURCE:
        rows = DemandCell.objects.filter(source=source_named(recipe.settlement.source, "settlement.source"))
        found.append([list(row) for row in rows.order_by("h3_index").values_list("h3_index", "settlement_class")])
    if isinstance(recipe.age50plus_share, str):
        totals = source_named(recipe.age50plus_share, "age50plus_share.source").area_totals.order_by("pk")
        found.append([list(row) for row in totals.values_list("pk", "persons", "age50plus_persons")])
    return found


def _is_built(model: DemandModel, digest: str) -> bool:
    return model.digest == digest and model.output is not None and model.output.demand_cells.exists()
