"""Recipes of demand models: kept for a new model or in place of the one on record."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from geo.models import DemandModel, Region


def keep_recipe(
    model: DemandModel | None, *, slug: str, region: Region, name_zh: str, name_en: str, recipe: dict[str, Any],
    at: dt.datetime, by: AbstractBaseUser | None,
) -> DemandModel:  # fmt: skip
    """Return ``model`` with another recipe and names, or a new one; ``recipe`` was parsed, and nothing is built yet."""
    if model is None:
        return DemandModel.objects.create(
            slug=slug, region=region, name_zh=name_zh, name_en=name_en, recipe=recipe, created_at=at,
            created_by_id=by.pk if by else None,
        )  # fmt: skip
    model.recipe, model.name_zh, model.name_en = recipe, name_zh, name_en
    model.save(update_fields=["recipe", "name_zh", "name_en"])
    return model


def is_short_name_taken(slug: str) -> bool:
    """Say whether a model has this short name, wherever it is."""
    return DemandModel.objects.filter(slug=slug).exists()
