"""Rasters as people bring them: traps are refused or counted, in a child process within its limits."""

import subprocess
import sys
from pathlib import Path

import h3
import numpy as np
import pytest

from geo.engine.errors import InputError
from geo.ingest.raster import GridOptions, open_grid, read_grid, save_grid
from tests.geo.ingest.raster.rasters import NORTH, WEST, write_raster

ROOT = Path(__file__).resolve().parents[4]


def codes(error):
    return [problem.code for problem in error.value.problems]


def refused(path, **options):
    with pytest.raises(InputError) as error:
        read_grid(path, GridOptions(**options))
    for problem in error.value.problems:
        assert problem.sentence("zh-hans")
        assert problem.sentence("en")
    return codes(error)


def test_people_of_a_small_raster_arrive_in_its_cells(tmp_path):
    grid = read_grid(write_raster(tmp_path / "a.tif", np.full((20, 30), 2.5, np.float32)))
    assert grid.total_persons == pytest.approx(20 * 30 * 2.5)
    assert grid.resolution == 8
    assert h3.latlng_to_cell(NORTH - 0.01, WEST + 0.015, 8) in {f"{cell:x}" for cell in grid.cells.tolist()}
    assert np.all(np.diff(grid.cells.astype(np.int64)) > 0)


def test_what_is_no_count_is_nobody_and_is_counted(tmp_path):
    values = np.array([[1, -99999, np.nan], [-3, 4, np.inf], [3.4e38, 2, 0]], np.float32)
    grid = read_grid(write_raster(tmp_path / "a.tif", values, nodata=-99999))
    assert grid.total_persons == pytest.approx(7.0)
    assert grid.about["pixels"] == {
        "pixels": 9, "nodata": 1, "not_finite": 2, "negative": 1, "absurd": 1, "persons": 7.0,
    }  # fmt: skip


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint32", "float64"])
def test_types_of_pixels(tmp_path, dtype):
    grid = read_grid(write_raster(tmp_path / "a.tif", np.full((5, 5), 3, dtype), nodata=0))
    assert grid.total_persons == pytest.approx(75)


def test_a_projected_raster_lies_where_it_says(tmp_path):
    """(500 000, 3 550 000) in EPSG:4549 is on the meridian of 120° E near 32.07° N."""
    path = write_raster(tmp_path / "a.tif", np.full((10, 10), 1.0), west=499_500, north=3_550_500, step=100, crs="EPSG:4549")
    grid = read_grid(path)
    assert grid.total_persons == pytest.approx(100)
    lat, lon = h3.cell_to_latlng(f"{grid.cells[np.argmax(grid.persons)]:x}")
    assert (lon, lat) == (pytest.approx(120.0, abs=0.01), pytest.approx(32.07, abs=0.02))


def test_a_declared_datum_moves_the_people(tmp_path):
    """GCJ-02 lies some 500 m east of WGS-84 here: declared, the people go half a kilometre west and south."""
    path = write_raster(tmp_path / "a.tif", np.full((4, 4), 1.0), step=0.0001)
    as_wgs84, as_gcj02 = read_grid(path, GridOptions(resolution=10)), read_grid(path, GridOptions(resolution=10, datum="gcj02"))
    assert as_gcj02.total_persons == pytest.approx(16)
    far = h3.great_circle_distance(*(h3.cell_to_latlng(f"{grid.cells[0]:x}") for grid in (as_wgs84, as_gcj02)), unit="m")
    assert 300 < far < 800


def test_only_the_asked_part_is_read(tmp_path):
    path = write_raster(tmp_path / "a.tif", np.ones((100, 100)))
    grid = read_grid(path, GridOptions(bounds=(WEST, NORTH - 0.05, WEST + 0.03, NORTH)))
    assert grid.total_persons == pytest.approx(50 * 30, rel=0.03)
    assert refused(path, bounds=(100, 20, 101, 21)) == ["raster.elsewhere"]


def test_traps(tmp_path):
    ones = np.ones((4, 4))
    assert refused(write_raster(tmp_path / "bands.tif", ones, count=3)) == ["raster.which_band"]
    assert read_grid(tmp_path / "bands.tif", GridOptions(band=2)).total_persons == pytest.approx(16)
    assert refused(tmp_path / "bands.tif", band=4) == ["raster.band"]
    assert refused(write_raster(tmp_path / "complex.tif", ones.astype(np.complex64))) == ["raster.type"]
    assert refused(write_raster(tmp_path / "nocrs.tif", ones, crs=None)) == ["raster.no_crs"]
    assert read_grid(tmp_path / "nocrs.tif", GridOptions(datum="wgs84")).total_persons == pytest.approx(16)
    assert refused(write_raster(tmp_path / "empty.tif", np.zeros((4, 4)))) == ["grid.nobody"]
    assert refused(write_raster(tmp_path / "wide.tif", np.ones((20, 100)), step=1.0, west=20, north=40)) == ["raster.too_wide"]
    assert refused(tmp_path / "nocrs.tif", resolution=3) == ["grid.resolution"]
    assert refused(tmp_path / "nocrs.tif", datum="nowhere") == ["crs.unknown"]
    assert refused(tmp_path / "missing.tif") == ["file.missing"]


def test_what_only_calls_itself_tif_is_refused(tmp_path):
    fake = tmp_path / "fake.tif"
    fake.write_text('<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand><SimpleSource/></VRTRasterBand></VRTDataset>')
    assert refused(fake) == ["file.not_what_it_says"]


def test_a_truncated_raster_is_refused(tmp_path):
    values = np.random.default_rng(1).uniform(0, 9, (300, 300))
    whole = write_raster(tmp_path / "whole.tif", values).read_bytes()
    for kept in (9, 200, len(whole) // 2):
        (tmp_path / "part.tif").write_bytes(whole[:kept])
        assert refused(tmp_path / "part.tif")[0] in ("file.damaged", "raster.no_place")


def test_a_bomb_costs_nothing(tmp_path):
    """A file of some kilobytes whose one block unpacks to gigabytes: refused by its header."""
    path = tmp_path / "bomb.tif"
    subprocess.run([sys.executable, "-c", BOMB, str(path)], check=True)
    assert path.stat().st_size < 200_000
    answer = subprocess.run([sys.executable, "-c", READ, str(path)], cwd=ROOT, check=True, capture_output=True, text=True)
    *codes_found, peak_kilobytes = answer.stdout.split()
    assert set(codes_found) & {"raster.block", "raster.too_many_pixels", "raster.bomb"}
    assert int(peak_kilobytes) < 400_000


BOMB = """
import sys, rasterio
from rasterio.transform import from_origin
with rasterio.open(sys.argv[1], "w", driver="GTiff", width=40000, height=40000, count=1, dtype="float32", crs="EPSG:4326",
                   transform=from_origin(118, 33, 1e-5, 1e-5), compress="deflate", blockysize=40000, SPARSE_OK="TRUE"):
    pass
"""

READ = """
import resource, sys
from pathlib import Path
from geo.engine.errors import InputError
from geo.ingest.raster import read_grid
try:
    read_grid(Path(sys.argv[1]))
except InputError as error:
    print(*[problem.code for problem in error.problems])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_a_grid_is_kept_under_its_content(tmp_path):
    grid = read_grid(write_raster(tmp_path / "a.tif", np.ones((5, 5))))
    path = save_grid(grid, tmp_path / "grids")
    again = open_grid(tmp_path / "grids", grid.digest, "grid")
    assert path.name == f"{grid.digest}.parquet"
    assert again.digest == grid.digest
    assert again.about == grid.about
    with pytest.raises(InputError) as error:
        open_grid(tmp_path / "grids", "0" * 32, "worldpop")
    assert codes(error) == ["grid.not_stored"]
