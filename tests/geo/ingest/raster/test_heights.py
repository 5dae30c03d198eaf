"""Heights of points from rasters of elevations: exact on planes in any system, traps refused, in the child process."""

import numpy as np
import pyproj
import pytest

from geo.engine.errors import InputError
from geo.ingest.raster import height_work
from geo.ingest.raster.heights import raster_heights
from tests.geo.ingest.raster.rasters import NORTH, STEP, WEST, write_raster

MIDDLES = (np.arange(30) + 0.5) * STEP


def plane(lon, lat):
    """Return ground that rises 3 km a degree east and falls 1 km a degree north."""
    return 3000.0 * (lon - WEST) + 1000.0 * (NORTH - lat)


def ground():
    lon, lat = np.meshgrid(WEST + MIDDLES, NORTH - MIDDLES)
    return plane(lon, lat)


def points(count=500):
    rng = np.random.default_rng(5)
    # Half a pixel from the rim inwards a plane is read as it is.
    lon, lat = rng.uniform(STEP, 29 * STEP, (2, count))
    return WEST + lon, NORTH - lat


@pytest.mark.parametrize("strip_pixels", [1, 100, 4_000_000])
@pytest.mark.parametrize("profile", [{}, {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "deflate"}])
def test_a_plane_is_read_exactly_whatever_the_strips(tmp_path, monkeypatch, strip_pixels, profile):
    monkeypatch.setattr(height_work, "STRIP_PIXELS", strip_pixels)
    path = write_raster(tmp_path / "dem.tif", ground(), **profile)
    lon, lat = points()
    np.save(tmp_path / height_work.POINTS_FILE, np.stack([lon, lat]))
    said = height_work.work(path, {}, tmp_path)
    np.testing.assert_allclose(np.load(tmp_path / height_work.HEIGHTS_FILE), plane(lon, lat), atol=1e-6)
    assert said == {"points": 500, "without": 0}


def test_the_child_reads_them_and_outside_nothing_is_known(tmp_path):
    heights = raster_heights(write_raster(tmp_path / "dem.tif", ground().astype(np.float32)))
    lon, lat = points(50)
    np.testing.assert_allclose(heights(lon, lat), plane(lon, lat), atol=1e-3)
    # Within the rim as at the nearest middles; outside nothing.
    inside, outside = heights(np.array([WEST + 1e-6, WEST - 1e-6]), np.full(2, NORTH - 1.5 * STEP))
    assert inside == pytest.approx(plane(WEST + STEP / 2, NORTH - 1.5 * STEP), abs=1e-3)
    assert np.isnan(outside)
    assert heights(np.empty(0), np.empty(0)).tolist() == []


def test_a_projected_raster_is_read_in_its_own_system(tmp_path):
    # Heights are the easting in km, in zone 4549 (central meridian 120 degrees).
    east = 499_500 + 100 * (np.arange(10) + 0.5)
    path = write_raster(
        tmp_path / "dem.tif", np.tile((east - 499_500) / 10, (10, 1)), west=499_500, north=3_550_500, step=100, crs="EPSG:4549"
    )
    to_degrees = pyproj.Transformer.from_crs("EPSG:4549", "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(np.array([499_700.0, 500_123.0]), np.array([3_550_000.0, 3_549_800.0]))
    assert raster_heights(path)(lon, lat).tolist() == pytest.approx([20.0, 62.3], abs=0.01)


def test_pixels_without_a_height_spoil_only_their_neighbours(tmp_path):
    values = np.full((5, 5), 10.0, np.float32)
    values[0, 0], values[0, 4], values[4, 0], values[4, 4] = -9999, np.nan, -32768, 9999
    path = write_raster(tmp_path / "dem.tif", values, nodata=-9999)
    corners = WEST + np.array([0.6, 4.4, 0.6, 4.4, 2.5]) * STEP, NORTH - np.array([0.6, 0.6, 4.4, 4.4, 2.5]) * STEP
    assert np.isnan(raster_heights(path)(*corners)).tolist() == [True, True, True, True, False]


def test_scales_of_a_raster_are_applied(tmp_path):
    import rasterio

    path = write_raster(tmp_path / "dem.tif", np.full((3, 3), 25, np.int16))
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = (0.1,), (100.0,)
    assert raster_heights(path)(np.array([WEST + STEP]), np.array([NORTH - STEP])).tolist() == [102.5]


VRT = """<VRTDataset rasterXSize="2" rasterYSize="2"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>
<SourceFilename>/etc/passwd</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"""


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda at: write_raster(at / "a.tif", np.ones((3, 3)), count=2), "elevation.bands"),
        (lambda at: write_raster(at / "a.tif", np.ones((3, 3)), crs=None), "elevation.no_crs"),
        (lambda at: write_raster(at / "a.tif", np.ones((1, 3))), "elevation.too_small"),
        (lambda at: write_raster(at / "a.tif", np.ones((3, 3), np.complex64)), "raster.type"),
        (lambda at: (at / "a.tif").write_text(VRT) and at / "a.tif", "file.not_what_it_says"),
        (lambda at: (at / "a.tif").write_bytes(b"II*\0nothing") and at / "a.tif", "file.damaged"),
        (lambda at: (at / "a.vrt").write_text(VRT) and at / "a.vrt", "elevation.form"),
        (lambda at: at / "none.tif", "file.missing"),
        (lambda at: (at / "a.tif").touch() or at / "a.tif", "file.empty"),
    ],
)
def test_what_is_no_raster_of_elevations_is_refused(tmp_path, make, code):
    with pytest.raises(InputError) as raised:
        raster_heights(make(tmp_path))(np.array([WEST]), np.array([NORTH]))
    (problem,) = raised.value.problems
    assert problem.code == code
    assert problem.file
    assert problem.sentence("zh-hans") != problem.sentence("en")


def test_no_path_of_a_library_is_a_file():
    from pathlib import Path

    with pytest.raises(InputError) as raised:
        raster_heights(Path("/vsicurl/http://127.0.0.1:9/a.tif"))
    assert raised.value.code == "file.missing"
