"""What regions and streets say of points in one reading."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from geo.engine.crs import Plane
from geo.engine.plausibility.readings import Reading
from geo.engine.plausibility.streets import FAR_METRES

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Distances = Callable[[Float64Array, Float64Array], Float64Array]
"""lon, lat in degrees WGS-84, all finite → metres to the nearest street, ``inf`` where there is none near."""

_MARGIN_DEGREES = 0.2


@dataclass(frozen=True, kw_only=True, eq=False)
class Surroundings:
    """What is known of where rows should be, each part optional.

    regions: shapes in degrees WGS-84; region_of: (n,) int64, the region that each row names, -1 for none; area: where all rows
    should be; street_distance_metres: see :data:`Distances`; tolerance_metres: how far outside its region a point may lie.
    """

    regions: tuple[shapely.Geometry, ...] = ()
    region_of: Int64Array | None = None
    area: shapely.Geometry | None = None
    street_distance_metres: Distances | None = None
    tolerance_metres: float = 200.0

    @property
    def knows_places(self) -> bool:
        """Whether there is any region or area."""
        return self.area is not None or bool(self.regions)

    @cached_property
    def grounds(self) -> "tuple[_Ground, ...]":
        """The regions, ready for questions."""
        return tuple(_Ground(shape) for shape in self.regions)

    @cached_property
    def ground_of_area(self) -> "_Ground | None":
        """The area, ready for questions; None without one."""
        return None if self.area is None else _Ground(self.area)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What speaks for one reading of ``count`` points; shares 0 to 1, NaN without evidence; metres ``inf``: no street near."""

    reading: Reading
    count: int
    placed_share: float
    named_share: float
    area_share: float
    median_metres: float
    percentile90_metres: float
    far_share: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Look:
    """n points in one reading: where they are, whether that is where they should be, metres to a street."""

    reading: Reading
    lon: Float64Array
    lat: Float64Array
    placed: BoolArray
    named: BoolArray
    in_area: BoolArray
    metres: Float64Array


def look_at(reading: Reading, x: Float64Array, y: Float64Array, rows: Int64Array, around: Surroundings) -> Look:
    """Return the points at the positions ``rows`` of x, y in one reading, their distances to streets unknown (NaN)."""
    lon, lat = reading.to_wgs84(x[rows], y[rows])
    named, in_area, placed = np.zeros(len(rows), bool), np.isfinite(lon), np.isfinite(lon)
    if around.ground_of_area is not None:
        in_area = around.ground_of_area.holds(lon, lat, around.tolerance_metres)
        placed = in_area.copy()
    region_of = _region_of(rows, around)
    for number in np.unique(region_of[region_of >= 0]).tolist():
        here = np.flatnonzero(region_of == number)
        named[here] = around.grounds[number].holds(lon[here], lat[here], around.tolerance_metres)
    placed = np.where(region_of >= 0, named, placed)
    metres = np.full(len(rows), np.nan)
    return Look(reading=reading, lon=lon, lat=lat, placed=placed, named=named, in_area=in_area, metres=metres)


def _region_of(rows: Int64Array, around: Surroundings) -> Int64Array:
    return np.full(len(rows), -1) if around.region_of is None else np.asarray(around.region_of, np.int64)[rows]


class _Ground:
    """A shape in metres, made and prepared once for all readings."""

    def __init__(self, shape: shapely.Geometry) -> None:
        self._bounds = shapely.bounds(shape)
        west, south, east, north = self._bounds.tolist()
        self._plane = Plane(lon=(west + east) / 2, lat=(south + north) / 2)
        self._flat = self._plane.shape_to_metres(shape) if np.isfinite(self._bounds).all() else shape
        shapely.prepare(self._flat)

    def holds(self, lon: Float64Array, lat: Float64Array, tolerance_metres: float) -> BoolArray:
        """Say which points lie in the shape or at most ``tolerance_metres`` off; NaN do not, nor does any in an empty shape."""
        west, south, east, north = self._bounds.tolist()
        with np.errstate(invalid="ignore"):
            near = (np.abs(lon - (west + east) / 2) <= (east - west) / 2 + _MARGIN_DEGREES) & (
                np.abs(lat - (south + north) / 2) <= (north - south) / 2 + _MARGIN_DEGREES
            )
        if near.any():
            points = shapely.points(*self._plane.to_metres(lon[near], lat[near]))
            near[near] = shapely.intersects(self._flat, points) | shapely.dwithin(self._flat, points, tolerance_metres)
        return np.asarray(near)


def with_streets(look: Look, around: Surroundings) -> Look:
    """Return the same with distances to streets; still NaN where no streets are known."""
    metres = np.full(len(look.lon), np.nan)
    if around.street_distance_metres is not None:
        metres = np.full(len(look.lon), np.inf)
        finite = np.isfinite(look.lon)
        metres[finite] = around.street_distance_metres(look.lon[finite], look.lat[finite])
    return replace(look, metres=metres)


def evidence_of(look: Look, rows: Int64Array, around: Surroundings) -> Evidence:
    """Sum up a look at the positions ``rows``."""

    def share(which: BoolArray) -> float:
        return float(which.mean()) if len(which) else float("nan")

    names, known = _region_of(rows, around) >= 0, not np.isnan(look.metres).any() and len(rows) > 0
    return Evidence(
        reading=look.reading, count=len(rows), placed_share=share(look.placed), named_share=share(look.named[names]),
        area_share=share(look.in_area) if around.area is not None else float("nan"),
        median_metres=_quantile(look.metres, 0.5) if known else float("nan"),
        percentile90_metres=_quantile(look.metres, 0.9) if known else float("nan"),
        far_share=share(look.metres > FAR_METRES) if known else float("nan"),
    )  # fmt: skip


def _quantile(values: Float64Array, part: float) -> float:
    """Return an observed value, so that ``inf`` never meets ``inf``."""
    return float(np.quantile(values, part, method="lower"))
