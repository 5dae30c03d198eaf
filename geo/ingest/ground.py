"""Which region holds a point, and whether it is the region that was named."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from geo.engine.crs import Plane
from geo.engine.errors import register_messages
from geo.validation import Bounds

BORDER_METRES = 1_000.0
"""How far outside its region a point may lie: boundaries on record are generalised by some hundred metres."""

NOWHERE = -1
UNKNOWN_CODE = "region.unknown_code"
OUTSIDE = "place.outside"

register_messages(
    {
        "ground.none": ("还没有载入任何区域；请先运行 load_regions。", "no regions are on record; run load_regions first."),
        OUTSIDE: (
            "点“{value}”不在任何已载入区域之内（{known}）。",
            "the point “{value}” lies in no region on record ({known}).",
        ),
        UNKNOWN_CODE: ("没有代码为“{value}”的区域。", "no region on record has the code “{value}”."),
        "region.not_here": (
            "点在{found}，不在“{value}”{given}。",
            "the point lies in {found}, not in “{value}” {given}.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A region as far as points need it; ``shape`` is None where no boundary is on record (functional zones, towns)."""

    pk: int
    code: str
    name: str
    path: str
    shape: shapely.Geometry | None


@dataclass(frozen=True, kw_only=True)
class Found:
    """Where a point lies: the region it is kept under, or None with the code of what is wrong and its details."""

    place: Place | None
    is_border: bool = False
    fault: str = ""
    details: tuple[tuple[str, str], ...] = ()


class Ground:
    """The regions of one day, for finding those that hold points.

    ``places``: all valid regions. Points are found in the leaves: regions with a boundary and no region with a boundary below
    them. Where leaves overlap the lowest code wins.
    """

    def __init__(self, places: list[Place]) -> None:
        self._by_code = {place.code: place for place in places}
        shaped = sorted((place for place in places if place.shape is not None), key=lambda place: place.code)
        inner = {code for place in shaped for code in place.path.rstrip("/").split("/")[:-1]}
        self._leaves = [place for place in shaped if place.code not in inner]
        self._tree = shapely.STRtree([place.shape for place in self._leaves if place.shape is not None])
        self._roots = [place.name for place in shaped if place.path.count("/") == 1]

    @cached_property
    def bounds(self) -> Bounds:
        """West, south, east, north of all regions, widened by about the border tolerance."""
        west, south, east, north = shapely.total_bounds([place.shape for place in self._leaves]).tolist()
        margin = 0.02
        return west - margin, south - margin, east + margin, north + margin

    def __bool__(self) -> bool:
        return bool(self._leaves)

    def knows(self, code: str) -> bool:
        """Return whether a region of ``code`` is on record."""
        return code in self._by_code

    @property
    def names(self) -> str:
        """Names of the provinces on record."""
        return "、".join(self._roots)

    def find(
        self,
        lon: npt.NDArray[np.float64],
        lat: npt.NDArray[np.float64],
        codes: list[str],
        *,
        border_metres: float = BORDER_METRES,
    ) -> list[Found]:
        """Return where each of n points lies, judged against the region code given with it ("" for none).

        ``lon``, ``lat``: (n,) float64 degrees, finite. A point outside all leaves belongs to the nearest one within
        ``border_metres``. A code of a region above the leaf is a check only; a code below it (zone, town) is what the point is
        kept under.
        """
        inside = self._inside(lon, lat)
        leaf = self._with_borders(inside, lon, lat, border_metres)
        found = [
            self._judge(int(leaf[i]), codes[i], is_border=bool(inside[i] == NOWHERE), at=f"{lon[i]:.6f}, {lat[i]:.6f}")
            for i in range(len(lon))
        ]
        self._accept_near_borders(found, lon, lat, codes, border_metres)
        return found

    def _inside(self, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        leaf = np.full(len(lon), len(self._leaves), np.int64)
        point, shape = self._tree.query(shapely.points(lon, lat), predicate="intersects")
        np.minimum.at(leaf, point, shape)
        return np.where(leaf == len(self._leaves), NOWHERE, leaf)

    def _with_borders(
        self, leaf: npt.NDArray[np.int64], lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], border_metres: float
    ) -> npt.NDArray[np.int64]:
        """Return ``leaf`` with points outside all regions given to the nearest one within ``border_metres``."""
        result = leaf.copy()
        outside = np.flatnonzero(leaf == NOWHERE)
        if len(outside):
            x, y = self._plane.to_metres(lon[outside], lat[outside])
            point, shape = self._metric_tree.query_nearest(shapely.points(x, y), max_distance=border_metres, all_matches=False)
            result[outside[point]] = shape
        return result

    @cached_property
    def _plane(self) -> Plane:
        west, south, east, north = self.bounds
        return Plane(lon=(west + east) / 2, lat=(south + north) / 2)

    @cached_property
    def _metric_tree(self) -> shapely.STRtree:
        return shapely.STRtree([self._in_metres(place) for place in self._leaves])

    def _in_metres(self, place: Place) -> shapely.Geometry:
        assert place.shape is not None
        return self._plane.shape_to_metres(place.shape)

    def _judge(self, leaf: int, code: str, *, is_border: bool, at: str) -> Found:
        given = self._by_code.get(code)
        if code and given is None:
            return Found(place=None, fault=UNKNOWN_CODE)
        if leaf == NOWHERE:
            return Found(place=None, fault=OUTSIDE, details=(("at", at), ("known", self.names)))
        found = self._leaves[leaf]
        if given is None or found.path.startswith(given.path):
            return Found(place=found, is_border=is_border)
        if found.path.startswith(self._anchor(given).path):
            return Found(place=given, is_border=is_border)
        return Found(place=None, fault="region.not_here", details=(("found", found.name), ("given", given.name)))

    def _anchor(self, place: Place) -> Place:
        """Return the place itself or the nearest one above it that has a boundary."""
        codes = place.path.rstrip("/").split("/")
        above = (self._by_code.get(code) for code in reversed(codes))
        return next((each for each in above if each is not None and each.shape is not None), place)

    def _accept_near_borders(
        self, found: list[Found], lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], codes: list[str],
        border_metres: float,
    ) -> None:  # fmt: skip
        """Keep points under the region named with them when they lie in a neighbour but near the border."""
        for i, each in enumerate(found):
            if each.fault != "region.not_here":
                continue
            given = self._by_code[codes[i]]
            anchor = self._anchor(given)
            if anchor.shape is None:
                continue
            x, y = self._plane.to_metres(lon[i : i + 1], lat[i : i + 1])
            if shapely.distance(self._in_metres(anchor), shapely.Point(x[0], y[0])) <= border_metres and self._is_leaf(given):
                found[i] = Found(place=given, is_border=True)

    def _is_leaf(self, place: Place) -> bool:
        return place in self._leaves or place.shape is None
