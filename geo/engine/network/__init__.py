"""Streets as arrays: the model, how it is built from any source, and how it is stored."""

from geo.engine.network.model import TravelNetwork

__all__ = ["TravelNetwork"]
