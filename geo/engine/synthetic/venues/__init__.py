"""The venue generator."""

from geo.engine.synthetic.venues.generate import MadeVenue, generate_venues

__all__ = ["MadeVenue", "generate_venues"]
