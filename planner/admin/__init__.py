"""The administration pages: records of the ground, and what was computed on it."""

from planner.admin import computed, ground

__all__ = ["computed", "ground"]
