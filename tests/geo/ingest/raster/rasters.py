"""Small rasters for tests, written with rasterio."""

import numpy as np
import rasterio
from rasterio.transform import from_origin

WEST, NORTH, STEP = 118.7, 32.1, 0.001


def write_raster(path, values, *, west=WEST, north=NORTH, step=STEP, crs="EPSG:4326", nodata=None, count=1, **profile):
    """Write ``values`` (rows, columns) as every band of a GeoTIFF whose pixels are ``step`` wide."""
    values = np.asarray(values)
    with rasterio.open(
        path, "w", driver="GTiff", width=values.shape[1], height=values.shape[0], count=count, dtype=values.dtype, crs=crs,
        transform=from_origin(west, north, step, step), nodata=nodata, **profile,
    ) as raster:  # fmt: skip
        for band in range(1, count + 1):
            raster.write(values, band)
    return path
