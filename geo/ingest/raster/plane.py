"""The system of coordinates of a raster, and the way between it and degrees WGS-84."""

from collections.abc import Callable
from dataclasses import dataclass

import h3
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.engine.datum import Crs, from_wgs84, parse_crs, to_wgs84
from geo.engine.errors import InputError, Problem, register_messages

Float64Array = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]
Pair = tuple[Float64Array, Float64Array]
MAX_DEGREES = 60.0
_STEPS = 21
_KM_PER_DEGREE = 111.0
_STEEPEST = 80.0
_SAME_AS_WGS84 = ("World Geodetic System 1984", "China 2000")

register_messages(
    {
        "raster.no_crs": (
            "栅格没有说明坐标系；请用 --datum 声明（如 wgs84、epsg:4549）。",
            "the raster names no coordinate system; declare it with --datum (wgs84, epsg:4549).",
        ),
        "raster.too_wide": (
            "范围宽 {value} 度，上限 {limit} 度；请用 --region 裁剪到区域。",
            "it is {value} degrees wide, {limit} at most; clip it to a region with --region.",
        ),
        "raster.elsewhere": (
            "栅格不在所选区域内。", "the raster lies elsewhere than the region.",
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RasterPlane:
    """Two functions: degrees (lon, lat) to the raster's coordinates (x, y), and back; points it cannot hold are NaN."""

    forward: Callable[[Float64Array, Float64Array], Pair]
    backward: Callable[[Float64Array, Float64Array], Pair]

    def from_degrees(self, polygons: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Return polygons with their corners in the raster's system; one that it cannot hold becomes empty."""
        moved = np.asarray(shapely.transform(polygons, lambda p: np.column_stack(self.forward(p[:, 0], p[:, 1]))), object)
        moved[~np.isfinite(shapely.bounds(moved)).all(axis=1)] = shapely.Polygon()
        return moved

    def degrees_box(self, box: Box, resolution: int) -> Box:
        """Return a box in degrees that holds ``box`` of the raster with a cell's width to spare."""
        west, south, east, north = degrees_of(box, self.backward)
        spare = 2.0 * float(h3.average_hexagon_edge_length(resolution, unit="km")) / _KM_PER_DEGREE
        sideways = spare / float(np.cos(np.radians(min(_STEEPEST, max(abs(south), abs(north))))))
        return west - sideways, south - spare, east + sideways, north + spare


def degrees_of(box: Box, way: Callable[[Float64Array, Float64Array], Pair]) -> Box:
    """Return the box around the image of a box; its edges may bend, so points along them count too."""
    west, south, east, north = box
    across, up = np.linspace(west, east, _STEPS), np.linspace(south, north, _STEPS)
    x = np.concatenate([across, across, np.full(_STEPS, west), np.full(_STEPS, east)])
    y = np.concatenate([np.full(_STEPS, south), np.full(_STEPS, north), up, up])
    lon, lat = way(x, y)
    if not np.isfinite(lon).all() or not np.isfinite(lat).all():
        raise InputError(Problem(code="raster.no_place"))
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def raster_plane(wkt: str, datum: str) -> RasterPlane:
    """Return the plane of a raster: the ``datum`` that the user declared, else the system in its header (``wkt``).

    Raises :class:`InputError` if neither names a usable system.
    """
    if datum:
        return _of_datum(parse_crs(datum))
    if not wkt:
        raise InputError(Problem(code="raster.no_crs"))
    try:
        system = pyproj.CRS.from_wkt(wkt)
        there = pyproj.Transformer.from_crs("EPSG:4326", system, always_xy=True)
    except pyproj.exceptions.ProjError as error:
        raise InputError(Problem(code="crs.unknown", field="datum", value=wkt[:40])) from error
    if not (system.is_projected or system.is_geographic):
        raise InputError(Problem(code="crs.not_usable", field="datum", value=system.name[:40]))
    if system.is_geographic and system.datum is not None and system.datum.name.startswith(_SAME_AS_WGS84):
        return RasterPlane(forward=lambda x, y: (x, y), backward=lambda x, y: (x, y))
    return RasterPlane(
        forward=lambda lon, lat: _finite(*there.transform(lon, lat)),
        backward=lambda x, y: _finite(*there.transform(x, y, direction="INVERSE")),
    )


def _of_datum(crs: Crs) -> RasterPlane:
    return RasterPlane(forward=lambda lon, lat: from_wgs84(lon, lat, crs), backward=lambda x, y: to_wgs84(x, y, crs))


def _finite(x: Float64Array, y: Float64Array) -> Pair:
    bad = ~(np.isfinite(x) & np.isfinite(y))
    return np.where(bad, np.nan, x), np.where(bad, np.nan, y)


def check_width(box: Box) -> None:
    """Raise :class:`InputError` if a box in degrees is wider or higher than any province or country a planner works in."""
    width = max(box[2] - box[0], box[3] - box[1])
    if width > MAX_DEGREES:
        raise InputError(Problem(code="raster.too_wide", value=f"{width:.0f}", details={"limit": f"{MAX_DEGREES:.0f}"}))
