"""The report's map as shapes in millimetres: regions by class, sites by action, scale bar. The template draws it as SVG."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS, Transformer

from coverage.models import CoverageResult, RecommendedSite

CLASS_COLOURS = ("#f1eef6", "#d0d9e8", "#a6c3dc", "#6aa3c9", "#2f7fb0", "#0b5a8c")
NO_DATA = "url(#no-data)"
SIMPLIFY_MILLIMETRES = 0.12
SCALE_STEPS_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500)
SCALE_BAR_MILLIMETRES = 40.0


@dataclass(frozen=True, kw_only=True)
class LegendClass:
    """One class of the legend: limits as shares (upper inclusive in the last only) and how many regions fall in it."""

    colour: str
    lower_share: float
    upper_share: float
    regions_count: int


@dataclass(frozen=True, kw_only=True)
class MapRegion:
    """One region's outline as an SVG path in millimetres."""

    path: str
    colour: str
    name: str


@dataclass(frozen=True, kw_only=True)
class MapSite:
    """One site's place in millimetres."""

    x: float
    y: float
    action: str

    @property
    def left(self) -> float:
        """Left edge of a square of 2 mm about it."""
        return self.x - 1

    @property
    def top(self) -> float:
        """Upper edge of that square."""
        return self.y - 1


@dataclass(frozen=True, kw_only=True)
class MapPicture:
    """A drawn map: its size in millimetres, what is on it, and its scale."""

    width: float
    height: float
    regions: tuple[MapRegion, ...]
    outlines: tuple[str, ...]
    sites: tuple[MapSite, ...]
    legend: tuple[LegendClass, ...]
    scale_bar_km: int
    scale_bar_millimetres: float
    scale_denominator: int

    @property
    def view_width(self) -> float:
        """Width of the drawing with a margin of 2 mm on each side."""
        return self.width + 4

    @property
    def view_height(self) -> float:
        """Height of the drawing with a margin of 2 mm on each side."""
        return self.height + 4

    @property
    def scale_y(self) -> float:
        """Where the scale bar stands: at the foot."""
        return self.height - 6

    @property
    def north_x(self) -> float:
        """Where the north arrow stands: at the right."""
        return self.width - 4

    @property
    def scale_text(self) -> str:
        """The ratio's second number with thousands separators."""
        return f"{self.scale_denominator:,}"


def class_limits(shares: Sequence[float]) -> np.ndarray:
    """Return the seven limits of six equal steps from 0 to the largest share, rounded up to 6 %.

    Equal steps from zero keep colours comparable within a map; the upper end follows the data, so that a province at its
    beginning is not one pale sheet.
    """
    top = max([share for share in shares if share is not None], default=0.0)
    rounded = min(1.0, max(0.06, np.ceil(round(top / 0.06, 9)) * 0.06))
    return np.linspace(0.0, rounded, len(CLASS_COLOURS) + 1)


def class_of(share: float, limits: np.ndarray) -> int:
    """Return the class, 0 to 5, in which ``share`` falls; the last class holds its upper limit."""
    return int(np.clip(np.searchsorted(limits, share, side="right") - 1, 0, len(CLASS_COLOURS) - 1))


class _Frame:
    """Turns degrees into millimetres on the sheet: a conformal projection about the middle, north up."""

    def __init__(self, bounds: tuple[float, float, float, float], width: float, height: float) -> None:
        west, south, east, north = bounds
        middle_lon, middle_lat = (west + east) / 2, (south + north) / 2
        projection = CRS.from_proj4(f"+proj=tmerc +lon_0={middle_lon} +lat_0={middle_lat} +datum=WGS84 +units=m")
        self._transformer = Transformer.from_crs(4326, projection, always_xy=True)
        edge_lon = np.concatenate([np.linspace(west, east, 20)] * 2 + [np.full(20, west), np.full(20, east)])
        edge_lat = np.concatenate(
            [np.full(20, south), np.full(20, north), np.linspace(south, north, 20), np.linspace(south, north, 20)]
        )
        x, y = self._transformer.transform(edge_lon, edge_lat)
        self._left, self._top = x.min(), y.max()
        self.metres_per_millimetre = max((x.max() - x.min()) / width, (y.max() - y.min()) / height)
        self.width = (x.max() - x.min()) / self.metres_per_millimetre
        self.height = (y.max() - y.min()) / self.metres_per_millimetre

    def points(self, coordinates: np.ndarray) -> np.ndarray:
        x, y = self._transformer.transform(coordinates[:, 0], coordinates[:, 1])
        return np.column_stack([(x - self._left) / self.metres_per_millimetre, (self._top - y) / self.metres_per_millimetre])

    def outline(self, geometry: shapely.Geometry) -> str:
        drawn = shapely.simplify(shapely.transform(geometry, self.points), SIMPLIFY_MILLIMETRES)
        rings = [ring for part in shapely.get_parts(drawn) for ring in (part.exterior, *part.interiors)]
        return "".join(_ring_path(np.asarray(ring.coords)) for ring in rings)


def _ring_path(points: np.ndarray) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points[:-1]) + "Z"


def _scale_bar(metres_per_millimetre: float) -> tuple[int, float]:
    """Return the longest round number of kilometres that fits, and its length in millimetres."""
    fitting = [km for km in SCALE_STEPS_KM if km * 1000 / metres_per_millimetre <= SCALE_BAR_MILLIMETRES]
    km = fitting[-1] if fitting else SCALE_STEPS_KM[0]
    return km, km * 1000 / metres_per_millimetre


def _round_scale(denominator: float) -> int:
    """Return the scale's denominator to two figures: the sheet may be printed a little larger or smaller."""
    return int(float(f"{denominator:.2g}"))


def _legend(shares: Sequence[float], limits: np.ndarray) -> tuple[LegendClass, ...]:
    classes = [class_of(share, limits) for share in shares]
    return tuple(
        LegendClass(
            colour=colour,
            lower_share=float(limits[i]),
            upper_share=float(limits[i + 1]),
            regions_count=classes.count(i),
        )
        for i, colour in enumerate(CLASS_COLOURS)
    )


def draw_map(
    areas: Sequence[CoverageResult],
    outlined: Iterable[CoverageResult],
    sites: Iterable[RecommendedSite],
    *,
    width_millimetres: float = 170.0,
    height_millimetres: float = 170.0,
) -> MapPicture | None:
    """Draw the share within reach of ``areas``, outlines of larger regions, and the sites; None without any boundary."""
    shapes = {row.pk: shapely.from_wkb(bytes(row.region.boundary.wkb)) for row in areas if row.region.boundary}
    if not shapes:
        return None
    frame = _Frame(tuple(shapely.total_bounds(list(shapes.values()))), width_millimetres, height_millimetres)
    shares = [row.reached_share for row in areas if row.reached_share is not None]
    limits = class_limits(shares)
    regions = [
        MapRegion(
            path=frame.outline(shapes[row.pk]),
            colour=NO_DATA if row.reached_share is None else CLASS_COLOURS[class_of(row.reached_share, limits)],
            name=row.region.name_zh,
        )
        for row in areas
        if row.pk in shapes
    ]
    placed = list(sites)
    places = frame.points(np.array([[site.location.x, site.location.y] for site in placed]).reshape(-1, 2))
    bar_km, bar_millimetres = _scale_bar(frame.metres_per_millimetre)
    return MapPicture(
        width=frame.width,
        height=frame.height,
        regions=tuple(regions),
        outlines=tuple(
            frame.outline(shapely.from_wkb(bytes(row.region.boundary.wkb))) for row in outlined if row.region.boundary
        ),
        sites=tuple(MapSite(x=x, y=y, action=s.action) for (x, y), s in zip(places.tolist(), placed, strict=True)),
        legend=_legend(shares, limits),
        scale_bar_km=bar_km,
        scale_bar_millimetres=bar_millimetres,
        scale_denominator=_round_scale(frame.metres_per_millimetre * 1000),
    )
