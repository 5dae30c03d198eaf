"""Grids that are tables: squares by area, points by place, lattices as squares."""

import h3
import numpy as np
import pytest
import shapely

from geo.engine.errors import InputError
from geo.ingest.raster import GridOptions, read_grid
from geo.ingest.raster.tables import lattice_step, share_by_area


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_points_go_to_their_cells(tmp_path):
    path = write(tmp_path / "a.csv", "lon,lat,population\n118.75,32.05,10\n118.75,32.05,5\n118.9,32.0,\n118.9,32.0,-1\n")
    grid = read_grid(path)
    assert [f"{cell:x}" for cell in grid.cells.tolist()] == [h3.latlng_to_cell(32.05, 118.75, 8)]
    assert grid.persons.tolist() == [15.0]
    assert (grid.about["rows_without_count"], grid.about["rows_negative"]) == (1, 1)


def test_a_lattice_of_points_is_squares(tmp_path):
    rows = [f"{118.05 + 0.1 * i},{32.05 + 0.1 * j},100" for i in range(4) for j in range(4)]
    path = write(tmp_path / "a.csv", "lon,lat,pop2020\n" + "\n".join(rows))
    grid = read_grid(path)
    assert grid.about["form"] == "squares"
    assert grid.total_persons == pytest.approx(1600)
    assert len(grid.cells) > 1000
    assert len(read_grid(path, GridOptions(as_points=True)).cells) == 16


def test_a_square_shares_by_area():
    """A square of one cell's children: every cell gets people in proportion to the area in common."""
    square = shapely.box(118.70, 32.00, 118.75, 32.05)
    cells, persons = share_by_area(np.array([square], object), np.array([1000.0]), 8)
    assert persons.sum() == pytest.approx(1000)
    inner = h3.latlng_to_cell(32.025, 118.725, 8)
    share = h3.cell_area(inner, "km^2") / (5.549 * 4.7185)  # 0.05° by 0.05° at 32.025° N, in km
    assert persons[[f"{cell:x}" for cell in cells.tolist()].index(inner)] / 1000 == pytest.approx(share, rel=0.01)


@pytest.mark.parametrize(
    ("text", "code", "row"),
    [
        ("lon,lat,population\n118.7,32.0,many\n", "grid.not_a_count", 2),
        ("lon,lat,population\n118.7,932.0,5\n", "grid.not_a_point", 2),
        ("lon,lat,population\n118.7,,5\n", "grid.not_a_point", 2),
        ("lon,lat,height\n118.7,32.0,5\n", "grid.no_people", None),
        ("a,b,population\n118.7,32.0,5\n", "grid.no_place", None),
        ("lon,lat,population\n118.7,32.0,0\n", "grid.nobody", None),
    ],
)
def test_rows_that_cannot_be_used(tmp_path, text, code, row):
    with pytest.raises(InputError) as error:
        read_grid(write(tmp_path / "a.csv", text))
    problem = error.value.problems[0]
    assert (problem.code, problem.row) == (code, row)
    assert problem.sentence("en")


def test_the_step_of_a_lattice():
    assert lattice_step(np.array([116.37375, 116.45708, 116.54042, 116.70708])) == pytest.approx(1 / 12, rel=1e-4)
    assert lattice_step(np.array([1.0, 1.1, 1.27, 1.9])) is None
    assert lattice_step(np.array([5.0, 5.0])) is None
