"""What the generators work on: counties with census figures, towns with coordinates, and water."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.engine.crs import Plane

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
Shapes = npt.NDArray[np.object_]

GROUPS = ("construction", "catering", "resident_services", "transport")


@dataclass(frozen=True, kw_only=True, eq=False)
class Counties:
    """C counties with the figures of a census.

    codes: C unique codes; shapes: (C,) shapely polygons in degrees WGS-84, without overlaps; residents_persons, urban_persons,
    elsewhere_persons (registered in another township): (C,) int64 >= 0; group_share: (C, 4) float64, the share of workers in
    each of :data:`GROUPS`, 0 to 1.
    """

    codes: tuple[str, ...]
    shapes: Shapes
    residents_persons: Int64Array
    urban_persons: Int64Array
    elsewhere_persons: Int64Array
    group_share: Float64Array

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def urban_share(self) -> Float64Array:
        """(C,) the share of residents who live in towns, 0 to 1."""
        return self.urban_persons / np.maximum(self.residents_persons, 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Towns:
    """T towns: names, degrees WGS-84, (T,) int32 index of the county, (T,) bool seat of its county. Every county has a seat."""

    names_zh: tuple[str, ...]
    names_en: tuple[str, ...]
    lon: Float64Array
    lat: Float64Array
    county: Int32Array
    is_seat: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.names_zh)


@dataclass(frozen=True, kw_only=True, eq=False)
class Province:
    """The facts from which a province is made. ``water``: (W,) polygons in degrees where nothing is built, bridges apart."""

    counties: Counties
    towns: Towns
    water: Shapes

    @cached_property
    def plane(self) -> Plane:
        """The sheet on which everything is drawn."""
        west, south, east, north = shapely.total_bounds(self.counties.shapes)
        return Plane.around(np.array([west, east]), np.array([south, north]))

    @cached_property
    def county_shapes_metres(self) -> Shapes:
        """(C,) the counties on the plane."""
        return self.plane.shapes_to_metres(self.counties.shapes)

    @cached_property
    def water_metres(self) -> BaseGeometry:
        """All water on the plane, prepared for tests; kept 700 m away from the middle of every town."""
        shape = shapely.union_all(self.plane.shapes_to_metres(self.water))
        x, y = self.plane.to_metres(self.towns.lon, self.towns.lat)
        shape = shapely.difference(shape, shapely.union_all(shapely.buffer(shapely.points(x, y), 700.0, quad_segs=6)))
        shapely.prepare(shape)
        return shape

    def county_at(self, x: Float64Array, y: Float64Array) -> Int32Array:
        """Return the index of the county at points in metres, -1 outside the province or in no county; lowest index wins."""
        tree = shapely.STRtree(self.county_shapes_metres)
        point, county = tree.query(shapely.points(x, y), predicate="intersects")
        found = np.full(len(x), len(self.counties), np.int32)
        np.minimum.at(found, point, county.astype(np.int32))
        found[found == len(self.counties)] = -1
        return found

    def is_dry(self, x: Float64Array, y: Float64Array) -> npt.NDArray[np.bool_]:
        """Return whether points in metres lie outside all water."""
        wet: npt.NDArray[np.bool_] = shapely.contains_xy(self.water_metres, x, y)
        return ~wet
