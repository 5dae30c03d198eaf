"""What the child process does with a GeoTIFF: JSON in, the sums of its cells as a file, JSON out."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import rasterio

from geo.engine.demand.cells import RESOLUTIONS, sums_by_cell
from geo.engine.errors import InputError, Problem, register_messages
from geo.ingest.raster.grid import Grid, write_grid
from geo.ingest.raster.header import RasterLimits, check_header, open_raster
from geo.ingest.raster.plane import RasterPlane, check_width, degrees_of, raster_plane
from geo.ingest.raster.strips import Box, Tally, strips
from geo.ingest.raster.sums import cell_sums

GRID_FILE = "grid.parquet"
SURROUNDINGS = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO", "GDAL_CACHEMAX": 64, "GDAL_NUM_THREADS": "1",
    "GTIFF_IGNORE_READ_ERRORS": "NO",
}  # fmt: skip

register_messages(
    {
        "grid.nobody": (
            "栅格里没有人口；请核对波段和无数据值。",
            "there is nobody in the grid; look at the band and the nodata value.",
        ),
        "grid.resolution": ("分辨率须为 {limit}。", "the resolution must be {limit}."),
    }
)  # fmt: skip


def work(path: Path, arguments: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Sum the people of a GeoTIFF in H3 cells; write ``grid.parquet`` into ``folder`` and return what was found.

    ``arguments``: ``resolution``, ``band`` (None: the only one), ``datum`` ("": that of the header), ``bounds`` (west, south,
    east, north in degrees, None: all). Raises :class:`InputError`.
    """
    with rasterio.Env(**SURROUNDINGS), open_raster(path) as raster:
        band = check_header(raster, arguments["band"], RasterLimits(), path.stat().st_size)
        plane = raster_plane(raster.crs.to_wkt() if raster.crs else "", arguments["datum"])
        box = _clip(raster.bounds, arguments["bounds"], plane)
        grid = _grid(raster, band, plane, box, check_resolution(arguments["resolution"]))
    write_grid(grid, folder / GRID_FILE)
    return grid.about


def check_resolution(resolution: int) -> int:
    """Return the resolution; raise :class:`InputError` if it is none that this project works with."""
    if resolution not in RESOLUTIONS:
        limit = f"{RESOLUTIONS.start}–{RESOLUTIONS.stop - 1}"
        raise InputError(Problem(code="grid.resolution", value=str(resolution), details={"limit": limit}))
    return resolution


def _clip(extent: Box, bounds: list[float] | None, plane: RasterPlane) -> Box:
    """Return the part of ``extent`` that is read, in the raster's system; never wider than a province or a country."""
    west, south, east, north = extent
    if bounds is not None:
        clip = degrees_of((bounds[0], bounds[1], bounds[2], bounds[3]), plane.forward)
        west, south, east, north = max(west, clip[0]), max(south, clip[1]), min(east, clip[2]), min(north, clip[3])
        if west >= east or south >= north:
            raise InputError(Problem(code="raster.elsewhere"))
    check_width(degrees_of((west, south, east, north), plane.backward))
    return west, south, east, north


def _grid(raster: rasterio.io.DatasetReader, band: int, plane: RasterPlane, box: Box, resolution: int) -> Grid:
    tally = Tally()
    found = [cell_sums(strip, plane, resolution) for strip in strips(raster, band, box, tally)]
    if not any(len(cells) for cells, _ in found):
        raise InputError(Problem(code="grid.nobody"))
    cells, persons = sums_by_cell(np.concatenate([cells for cells, _ in found]), np.concatenate([sums for _, sums in found]))
    about = {
        "form": "geotiff", "band": band, "width": raster.width, "height": raster.height, "type": raster.dtypes[band - 1],
        "pixels": asdict(tally), "persons": float(persons.sum()),
    }  # fmt: skip
    return Grid(cells=cells, persons=persons, resolution=resolution, about=about)
