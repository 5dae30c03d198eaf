"""Isochrones made of the street segments that are reached, cut where the time runs out; polygons only as a band around them."""

from geo.engine.isochrone.reached import (
    BAND_METRES,
    Isochrone,
    Segments,
    isochrone,
    reached_segments,
    segment_lines,
)

__all__ = ["BAND_METRES", "Isochrone", "Segments", "isochrone", "reached_segments", "segment_lines"]
