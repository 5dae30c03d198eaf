"""Heights of points from a raster of elevations; the file of the user is opened in the child process alone."""

import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.progress import Progress, no_progress
from geo.engine.slopes import Heights
from geo.ingest.raster.height_work import HEIGHTS_FILE, POINTS_FILE
from geo.ingest.raster.read import LIMITS
from geo.ingest.reading import run_in_child
from geo.ingest.reading.child import RASTERS
from geo.ingest.tables import check_file

Float64Array = npt.NDArray[np.float64]
POINTS_AT_ONCE = 4_000_000

register_messages(
    {
        "elevation.form": (
            "高程应为 GeoTIFF（.tif），现为“{value}”。",
            "elevations come as GeoTIFF (.tif), not “{value}”.",
        ),
    }
)


def raster_heights(path: Path, progress: Progress = no_progress) -> Heights:
    """Return the heights of a GeoTIFF in metres above the sea, in any coordinate system that its header names.

    Raises :class:`InputError` at once for what is no such file; asking for heights raises it for what cannot be read within the
    limits of ``import_raster``.
    """
    if path.suffix.lower() not in RASTERS:
        raise InputError(Problem(code="elevation.form", file=path.name, value=path.suffix))
    check_file(path)

    def heights(lon: Float64Array, lat: Float64Array) -> Float64Array:
        starts = range(0, len(lon), POINTS_AT_ONCE)
        parts = [slice(start, start + POINTS_AT_ONCE) for start in starts]
        return np.concatenate([_some(path, lon[part], lat[part], progress) for part in parts] or [np.empty(0)])

    return heights


def _some(path: Path, lon: Float64Array, lat: Float64Array, progress: Progress) -> Float64Array:
    with tempfile.TemporaryDirectory(prefix="gigshed-heights-") as folder:
        np.save(Path(folder) / POINTS_FILE, np.stack([lon, lat]), allow_pickle=False)
        run_in_child("heights", path, {}, Path(folder), limits=LIMITS, progress=progress)
        found: Float64Array = np.load(Path(folder) / HEIGHTS_FILE, allow_pickle=False)
    return found
