"""The street generator."""

from geo.engine.synthetic.streets.generate import generate_streets

__all__ = ["generate_streets"]
