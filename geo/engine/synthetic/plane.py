"""A flat sheet for drawing: metres around the middle of the province."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Plane:
    """Transverse Mercator around ``(lon, lat)`` in degrees: conformal, metres, longitudes and eastings first."""

    lon: float
    lat: float

    @classmethod
    def around(cls, lon: Float64Array, lat: Float64Array) -> "Plane":
        """Return the plane whose origin is the middle of the given points."""
        return cls(lon=float(lon.min() + lon.max()) / 2, lat=float(lat.min() + lat.max()) / 2)

    @cached_property
    def _transformer(self) -> Transformer:
        flat = f"+proj=tmerc +lon_0={self.lon} +lat_0={self.lat} +ellps=WGS84 +units=m +no_defs"
        return Transformer.from_crs("+proj=longlat +datum=WGS84 +no_defs", flat, always_xy=True)

    def to_metres(self, lon: Float64Array, lat: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Return x, y in metres of degrees WGS-84, same shape."""
        x, y = self._transformer.transform(lon, lat)
        return np.asarray(x, np.float64), np.asarray(y, np.float64)

    def to_degrees(self, x: Float64Array, y: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Return lon, lat in degrees WGS-84 of metres, same shape."""
        lon, lat = self._transformer.transform(x, y, direction="INVERSE")
        return np.asarray(lon, np.float64), np.asarray(lat, np.float64)

    def shapes_to_metres(self, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Return shapely geometries in metres of geometries in degrees."""
        flat: npt.NDArray[np.object_] = shapely.transform(shapes, lambda p: np.column_stack(self.to_metres(p[:, 0], p[:, 1])))
        return flat
