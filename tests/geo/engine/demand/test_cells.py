"""Cells of areas: each in one area, none at the edge forgotten."""

import h3
import numpy as np
import pytest
import shapely

from geo.engine.demand.cells import (
    cell_areas_km2,
    cell_ids,
    cell_of_points,
    cell_polygons,
    cell_texts,
    cells_of_areas,
    covering,
    resolution_of,
    sums_by_cell,
    to_parents,
    values_at,
)

WEST, EAST = shapely.box(118.7, 32.0, 118.8, 32.1), shapely.box(118.8, 32.0, 118.9, 32.1)


def test_each_cell_is_in_the_area_of_its_centre():
    found = cells_of_areas(np.array([WEST, EAST], object), 8)
    assert np.all(np.diff(found.cells.astype(np.int64)) > 0)
    for text, area, share in zip(cell_texts(found.cells), found.area, found.share, strict=True):
        lat, lon = h3.cell_to_latlng(text)
        inside = [shapely.intersects_xy(shape, lon, lat) for shape in (WEST, EAST)]
        if any(inside):
            assert inside[area]
            assert share == 1
        else:
            polygon = cell_polygons(cell_ids([text]))[0]
            shares = [shapely.intersection(polygon, shape).area / polygon.area for shape in (WEST, EAST)]
            assert share == pytest.approx(max(shares))
            assert shares[area] == max(shares) > 0


def test_all_land_is_in_some_cell():
    found = cells_of_areas(np.array([WEST, EAST], object), 8)
    together = shapely.union_all(cell_polygons(found.cells))
    assert shapely.union_all([WEST, EAST]).difference(together.buffer(1e-9)).area < 1e-9


def test_areas_of_several_parts_and_with_holes():
    ring = shapely.MultiPolygon(
        [WEST.difference(shapely.box(118.74, 32.04, 118.76, 32.06)), shapely.box(119, 32, 119.05, 32.05)]
    )
    found = cells_of_areas(np.array([ring], object), 8)
    assert int(h3.latlng_to_cell(32.05, 118.75, 8), 16) not in found.cells.tolist()
    assert int(h3.latlng_to_cell(32.025, 119.025, 8), 16) in found.cells.tolist()


def test_a_tiny_area_without_a_centre_has_the_cell_it_lies_in():
    speck = shapely.Point(118.75, 32.05).buffer(0.0001)
    found = cells_of_areas(np.array([speck], object), 7)
    assert len(found.cells) >= 1
    assert found.share.max() < 1


def test_figures_of_cells():
    cells = cell_of_points(np.array([118.75, 118.75]), np.array([32.05, 32.05]), 8)
    distinct, sums = sums_by_cell(cells, np.array([2.0, 3.0]))
    assert sums.tolist() == [5.0]
    assert resolution_of(int(distinct[0])) == 8
    assert cell_areas_km2(distinct)[0] == pytest.approx(h3.cell_area(cell_texts(distinct)[0], "km^2"), rel=0.01)
    assert resolution_of(int(to_parents(distinct, 6)[0])) == 6
    known = np.array([3, 5, 9], np.uint64)
    assert values_at(np.array([5, 4, 9, 10], np.uint64), known, np.array([1.0, 2.0, 3.0])).tolist() == [2, 0, 3, 0]
    assert values_at(known, known[:0], np.zeros(0)).tolist() == [0, 0, 0]


def test_a_box_is_covered():
    cells = covering(118.7, 32.0, 118.8, 32.05, 8)
    assert shapely.union_all(cell_polygons(cells)).buffer(1e-9).contains(shapely.box(118.7, 32.0, 118.8, 32.05))
