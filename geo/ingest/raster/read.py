"""Population grids in any form to people per H3 cell; files of users are opened in the child process alone."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from geo.engine.progress import Progress, no_progress
from geo.ingest.raster.grid import Grid, load_grid
from geo.ingest.raster.tables import grid_of_table
from geo.ingest.raster.work import GRID_FILE, check_resolution
from geo.ingest.reading import Limits, ReadOptions, read_file, run_in_child
from geo.ingest.reading.child import RASTERS

DEFAULT_RESOLUTION = 8
LIMITS = Limits(cpu_seconds=300, wall_seconds=420)


@dataclass(frozen=True, kw_only=True)
class GridOptions:
    """What the user chose.

    bounds: west, south, east, north in degrees, what lies outside is left out; column: the one with the people (tables), "":
    found by its name; as_points: points are people in one place, not middles of squares.
    """

    resolution: int = DEFAULT_RESOLUTION
    band: int | None = None
    datum: str = ""
    bounds: tuple[float, float, float, float] | None = None
    column: str = ""
    layer: str | None = None
    as_points: bool = False


def read_grid(path: Path, options: GridOptions | None = None, progress: Progress = no_progress) -> Grid:
    """Return the people per H3 cell of a GeoTIFF, or of a table of squares or points (GeoPackage, CSV, GeoJSON, …).

    Raises :class:`InputError` with a sentence for everything that cannot be read or makes no sense.
    """
    options = options or GridOptions()
    check_resolution(options.resolution)
    if path.suffix.lower() not in RASTERS:
        table = read_file(path, options=ReadOptions(layer=options.layer), progress=progress)
        return grid_of_table(
            table, resolution=options.resolution, datum=options.datum, bounds=options.bounds, column=options.column,
            as_points=options.as_points,
        )  # fmt: skip
    arguments = {
        "resolution": options.resolution, "band": options.band, "datum": options.datum, "bounds": options.bounds,
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="gigshed-raster-") as folder:
        run_in_child("raster", path, arguments, Path(folder), limits=LIMITS, progress=progress)
        return load_grid(Path(folder) / GRID_FILE)
