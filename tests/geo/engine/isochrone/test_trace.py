"""Outlines on a grid: what is inside, holes and islands in them, on fields drawn at random."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.engine.isochrone.trace import thinned, trace_rings

LEVEL = 1.0


def polygons(squares, *, thin):
    points, bounds, parent = trace_rings(squares, LEVEL)
    if thin:
        points, bounds = thinned(points, bounds)
    rings = [points[bounds[ring] : bounds[ring + 1]] for ring in range(len(parent))]
    holes = {ring: [rings[hole] for hole in np.flatnonzero(parent == ring)] for ring in np.flatnonzero(parent < 0)}
    return [shapely.Polygon(rings[ring], inner) for ring, inner in holes.items()]


def field(*rows):
    """A field with a border outside: # inside, . outside, halfway between them the level."""
    inside = np.array([[mark == "#" for mark in row] for row in rows])
    return np.pad(np.where(inside, 0.25, 2.25).astype(np.float32), 1, constant_values=2.25)


def test_one_corner_is_a_diamond_around_it():
    # From 0.5 to 1.5 the level 1 lies halfway: half a cell from the corner in each direction.
    (diamond,) = polygons(field("#"), thin=False)
    assert diamond.equals(shapely.Polygon([(1.5, 1), (1, 1.5), (0.5, 1), (1, 0.5)]))


def test_an_island_in_a_hole_is_a_polygon_of_its_own():
    found = polygons(field("#####", "#...#", "#.#.#", "#...#", "#####"), thin=False)
    assert sorted((len(polygon.interiors), polygon.area) for polygon in found) == [(0, 0.5), (1, pytest.approx(25 - 0.5 - 8.5))]


def test_diagonal_neighbours_are_not_joined():
    assert len(polygons(field("#.", ".#"), thin=False)) == 2


def test_points_on_a_straight_line_are_left_out():
    (bar,) = polygons(field("########"), thin=True)
    assert shapely.get_num_coordinates(bar) == 7  # six corners of a bar with pointed ends, the first twice
    assert bar.area == pytest.approx(polygons(field("########"), thin=False)[0].area)


fields = arrays(np.float32, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.floats(0, 3, width=32))


@settings(max_examples=200, deadline=None)
@given(inner=fields, thin=st.booleans())
def test_polygons_hold_the_inside_corners_and_no_others(inner, thin):
    squares = np.pad(inner, 1, constant_values=np.float32(4))
    found = shapely.MultiPolygon(polygons(squares, thin=thin))
    assert found.is_valid
    rows, columns = np.indices(squares.shape)
    held = shapely.covers(found, shapely.points(columns.ravel(), rows.ravel())).reshape(squares.shape)
    assert (held == (squares <= LEVEL)).all()
