"""Demand models: a recipe blends sources into workers per cell; see docs/data.md."""

from geo.services.demand_models.build import Built, build_demand_model
from geo.services.demand_models.recipe import Recipe, parse_recipe
from geo.services.demand_models.waiting import WaitingPlace, waiting_places

__all__ = ["Built", "Recipe", "WaitingPlace", "build_demand_model", "parse_recipe", "waiting_places"]
