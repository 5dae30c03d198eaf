"""Sums of cells against pixel by pixel intersections with shapely, and nobody lost."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.demand.cells import cell_polygons
from geo.ingest.raster.plane import raster_plane
from geo.ingest.raster.strips import Strip
from geo.ingest.raster.sums import cell_sums, persons_in

WGS84 = pyproj.CRS.from_epsg(4326).to_wkt()


def pixels(strip):
    rows, columns = strip.persons.shape
    west, south, east, north = strip.box
    x, y = np.linspace(west, east, columns + 1), np.linspace(north, south, rows + 1)
    return [shapely.box(x[c], y[r + 1], x[c + 1], y[r]) for r in range(rows) for c in range(columns)]


def by_brute_force(polygon, strip):
    shares = [shapely.intersection(pixel, polygon).area / pixel.area for pixel in pixels(strip)]
    return float(np.dot(shares, strip.persons.ravel()))


def strip_of(values, *, west=118.7, north=32.1, step=0.002):
    rows, columns = np.asarray(values).shape
    return Strip(persons=np.asarray(values, float), box=(west, north - rows * step, west + columns * step, north))


def test_every_cell_has_the_share_that_intersections_give():
    strip = strip_of(np.random.default_rng(3).uniform(0, 50, (15, 20)))
    cells, persons = cell_sums(strip, raster_plane(WGS84, ""), 8)
    expected = [by_brute_force(polygon, strip) for polygon in cell_polygons(cells)]
    assert len(cells) > 8
    np.testing.assert_allclose(persons, expected, rtol=1e-6, atol=1e-5)


def test_every_cell_has_the_share_in_a_projected_system_too():
    values = np.random.default_rng(4).uniform(0, 50, (12, 12))
    strip = Strip(persons=values, box=(471_000.0, 3_548_800.0, 472_200.0, 3_550_000.0))
    plane = raster_plane(pyproj.CRS.from_epsg(4549).to_wkt(), "")
    cells, persons = cell_sums(strip, plane, 8)
    expected = [by_brute_force(polygon, strip) for polygon in plane.from_degrees(cell_polygons(cells))]
    np.testing.assert_allclose(persons, expected, rtol=1e-6, atol=1e-5)
    assert persons.sum() == pytest.approx(values.sum(), rel=1e-6)


def test_half_a_pixel_is_half_its_people():
    strip = strip_of([[8.0, 4.0]], step=0.01)
    left = shapely.box(118.7, 32.09, 118.705, 32.1)  # half of the first pixel
    across = shapely.box(118.705, 32.095, 118.72, 32.1)  # a quarter of the first, half of the second
    np.testing.assert_allclose(persons_in(np.array([left, across], object), strip), [4.0, 2.0 + 2.0])


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 12), columns=st.integers(1, 12),
    west=st.floats(116, 121), north=st.floats(31, 35), cut=st.integers(1, 11),
)  # fmt: skip
def test_nobody_is_lost_and_strips_add_up(seed, rows, columns, west, north, cut):
    values = np.random.default_rng(seed).integers(0, 30, (rows, columns)).astype(float)
    plane = raster_plane(WGS84, "")
    strip = strip_of(values, west=west, north=north, step=0.004)
    cells, persons = cell_sums(strip, plane, 8)
    assert persons.sum() == pytest.approx(values.sum(), rel=1e-6)
    if cut < rows:
        upper = strip_of(values[:cut], west=west, north=north, step=0.004)
        lower = strip_of(values[cut:], west=west, north=north - cut * 0.004, step=0.004)
        parts = {}
        for half in (upper, lower):
            for cell, people in zip(*cell_sums(half, plane, 8), strict=True):
                parts[int(cell)] = parts.get(int(cell), 0.0) + people
        assert set(parts) >= {int(cell) for cell in cells[persons > 1e-6]}
        np.testing.assert_allclose([parts.get(int(cell), 0.0) for cell in cells], persons, rtol=1e-6, atol=1e-6)


def test_a_strip_without_people_has_no_cells():
    cells, persons = cell_sums(strip_of(np.zeros((4, 4))), raster_plane(WGS84, ""), 8)
    assert len(cells) == len(persons) == 0
