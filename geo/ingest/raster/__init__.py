"""Population grids of any form — GeoTIFF, squares, points — to people per H3 cell."""

from geo.ingest.raster.grid import Grid, open_grid, save_grid
from geo.ingest.raster.read import GridOptions, read_grid

__all__ = ["Grid", "GridOptions", "open_grid", "read_grid", "save_grid"]
