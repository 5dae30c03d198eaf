"""Datums: longitude and latitude, or easting and northing, of any system a planner's file may have, to WGS-84 and back.

GCJ-02 and BD-09 are the offset systems of Chinese web maps. Their offsets are published only as reverse-engineered series
(a polynomial with sines on the Krasovsky 1940 ellipsoid, and a polar twist on top of it for BD-09), described in Wikipedia,
"Restrictions on geographic data in China"; the constants here are those that all public descriptions agree on. Against 664
places of the map services themselves the series lies 0.48 m too far west and 0.47 m too far south, everywhere the same to
7 cm: that is left as it is, as everybody else has it.

The inverse is iterated until it is exact to far below a millimetre: the usual one-step inverse is off by 0.5 to 1.5 m in
Jiangsu. CGCS2000 and WGS-84 differ by centimetres and are taken as one.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyproj

from geo.engine.errors import InputError, Problem, register_messages

Float64Array = npt.NDArray[np.float64]
Pair = tuple[Float64Array, Float64Array]

WGS84, CGCS2000, GCJ02, BD09 = "wgs84", "cgcs2000", "gcj02", "bd09"
NAMED = (WGS84, CGCS2000, GCJ02, BD09)

KRASOVSKY_METRES = 6_378_245.0
KRASOVSKY_E2 = 0.006_693_421_622_965_943
BD_TURN = np.pi * 3000.0 / 180.0
BD_LON, BD_LAT = 0.0065, 0.006
CHINA_BOX = (72.004, 137.8347, 0.8293, 55.8271)
"""West, east, south, north: outside of it GCJ-02 is WGS-84, as the map services have it. At its edge the offset jumps: some
points there have two origins and some have none; the latter are left where they are."""

MAX_STEPS = 20
CLOSE_DEGREES = 1e-9
"""A tenth of a millimetre. The step that takes such a miss away leaves less than a twentieth of it."""

BLOCK_POINTS = 32_768
"""So many points at a time stay in the processor's cache: half the time of all at once."""

MAX_METRES = 1e8
_CENTRE = 35.0
_LON_CENTRE = 105.0
_EPSG = re.compile(r"(?:epsg\s*:*\s*)?(\d{4,6})", re.IGNORECASE)

_NOUN = re.compile("(地图)?(坐标系?)?$")
"""What may follow a system's name and says nothing more."""

register_messages(
    {
        "crs.unknown": (
            "不认识坐标系“{value}”；可用：wgs84、cgcs2000、gcj02、bd09 或 epsg:编号（如 epsg:4549）。",
            "the coordinate system “{value}” is not known; use wgs84, cgcs2000, gcj02, bd09 or epsg:number (epsg:4549).",
        ),
        "crs.not_usable": (
            "坐标系“{value}”不是平面或二维经纬度坐标系，不能用。",
            "“{value}” is neither a projected nor a two-dimensional geographic system and cannot be used.",
        ),
    }
)

_ALIASES = {
    "wgs84": WGS84, "wgs-84": WGS84, "wgs 84": WGS84, "gps": WGS84, "4326": WGS84, "epsg:4326": WGS84, "crs84": WGS84,
    "cgcs2000": CGCS2000, "cgcs 2000": CGCS2000, "cgcs-2000": CGCS2000, "2000": CGCS2000, "国家2000": CGCS2000,
    "2000国家大地坐标系": CGCS2000,
    "4490": CGCS2000, "epsg:4490": CGCS2000, "天地图": CGCS2000,
    "gcj02": GCJ02, "gcj-02": GCJ02, "gcj 02": GCJ02, "gcj02ll": GCJ02, "火星坐标": GCJ02, "火星坐标系": GCJ02,
    "高德": GCJ02, "高德坐标": GCJ02,
    "腾讯": GCJ02, "腾讯坐标": GCJ02, "amap": GCJ02, "国测局": GCJ02,
    "bd09": BD09, "bd-09": BD09, "bd09ll": BD09, "bd 09": BD09, "百度": BD09, "百度坐标": BD09, "百度坐标系": BD09,
    "baidu": BD09,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Crs:
    """One system. code: at most 12 characters, as records keep it; is_projected: metres instead of degrees."""

    code: str
    is_projected: bool = False

    @property
    def is_offset(self) -> bool:
        """Whether its points lie hundreds of metres off the ground: GCJ-02 and BD-09."""
        return self.code in (GCJ02, BD09)

    @property
    def axes(self) -> tuple[str, str]:
        """Names of the first and the second coordinate, as this module takes and gives them."""
        return ("easting", "northing") if self.is_projected else ("lon", "lat")


def parse_crs(text: str) -> Crs:
    """Return the system that ``text`` names, in Chinese or English, by its EPSG number or by its usual name.

    Raises :class:`InputError` (``crs.unknown``, ``crs.not_usable``).
    """
    word = " ".join(unicodedata.normalize("NFKC", text).casefold().replace("_", "-").split())
    named = _ALIASES.get(word) or _ALIASES.get(_NOUN.sub("", word))
    if named is not None:
        return Crs(code=named)
    match = _EPSG.fullmatch(word)
    if match is None:
        raise InputError(Problem(code="crs.unknown", field="datum", value=text[:40]))
    number = int(match[1])
    try:
        system = _system(number)
    except pyproj.exceptions.CRSError as error:
        raise InputError(Problem(code="crs.unknown", field="datum", value=text[:40])) from error
    is_flat = system.is_projected and not system.is_compound
    is_geographic = system.is_geographic and len(system.axis_info) == len(("lon", "lat"))
    if not (is_flat or is_geographic):
        raise InputError(Problem(code="crs.not_usable", field="datum", value=text[:40]))
    return Crs(code=f"epsg:{number}", is_projected=is_flat)


@cache
def _system(number: int) -> pyproj.CRS:
    return pyproj.CRS.from_epsg(number)


@cache
def _transformer(number: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(_system(number), pyproj.CRS.from_epsg(4326), always_xy=True)


def to_wgs84(x: Float64Array, y: Float64Array, crs: Crs) -> Pair:
    """Return lon, lat in degrees WGS-84 of n points.

    x, y: (n,) float64; longitude or easting first, whatever the axis order of the system. A point that is not finite, or lies
    outside of what the system can hold, gives NaN, NaN: nothing absurd ever reaches a transformation.
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    usable = _usable(x, y, crs)
    lon, lat = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    lon[usable], lat[usable] = _forward(crs)(x[usable], y[usable])
    return _finite_pair(lon, lat)


def from_wgs84(lon: Float64Array, lat: Float64Array, crs: Crs) -> Pair:
    """Return x, y in ``crs`` of n points in degrees WGS-84; shapes, dtypes and NaN as in :func:`to_wgs84`."""
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    usable = _usable(lon, lat, Crs(code=WGS84))
    x, y = np.full(lon.shape, np.nan), np.full(lon.shape, np.nan)
    x[usable], y[usable] = _backward(crs)(lon[usable], lat[usable])
    return _finite_pair(x, y)


def _usable(x: Float64Array, y: Float64Array, crs: Crs) -> npt.NDArray[np.bool_]:
    across, up = (MAX_METRES, MAX_METRES) if crs.is_projected else (180.0, 90.0)
    with np.errstate(invalid="ignore"):
        usable: npt.NDArray[np.bool_] = (np.abs(x) <= across) & (np.abs(y) <= up)
    return usable


def _finite_pair(x: Float64Array, y: Float64Array) -> Pair:
    bad = ~(np.isfinite(x) & np.isfinite(y))
    return np.where(bad, np.nan, x), np.where(bad, np.nan, y)


def _forward(crs: Crs) -> Callable[[Float64Array, Float64Array], Pair]:
    if crs.code in (WGS84, CGCS2000):
        return lambda x, y: (x, y)
    if crs.code == GCJ02:
        return lambda x, y: _inverse(wgs84_to_gcj02, x, y)
    if crs.code == BD09:
        return lambda x, y: _inverse(wgs84_to_gcj02, *_inverse(gcj02_to_bd09, x, y))
    return _transformer(int(crs.code.removeprefix("epsg:"))).transform


def _backward(crs: Crs) -> Callable[[Float64Array, Float64Array], Pair]:
    if crs.code in (WGS84, CGCS2000):
        return lambda lon, lat: (lon, lat)
    if crs.code == GCJ02:
        return wgs84_to_gcj02
    if crs.code == BD09:
        return lambda lon, lat: gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))
    transformer = _transformer(int(crs.code.removeprefix("epsg:")))
    return lambda lon, lat: transformer.transform(lon, lat, direction="INVERSE")


def wgs84_to_gcj02(lon: Float64Array, lat: Float64Array) -> Pair:
    """Return GCJ-02 of degrees WGS-84; the same point outside :data:`CHINA_BOX`."""
    west, east, south, north = CHINA_BOX
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    x, y = lon - _LON_CENTRE, lat - _CENTRE
    root, common = np.sqrt(np.abs(x)), (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    north_m = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
        + (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
        + (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    )  # fmt: skip
    east_m = (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
        + (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
        + (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    )  # fmt: skip
    radians = np.radians(lat)
    magic = 1.0 - KRASOVSKY_E2 * np.sin(radians) ** 2
    meridian = KRASOVSKY_METRES * (1.0 - KRASOVSKY_E2) / (magic * np.sqrt(magic))
    parallel = KRASOVSKY_METRES / np.sqrt(magic) * np.cos(radians)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(inside, lon + np.degrees(east_m / parallel), lon), np.where(
            inside, lat + np.degrees(north_m / meridian), lat
        )


def gcj02_to_bd09(lon: Float64Array, lat: Float64Array) -> Pair:
    """Return BD-09 of degrees GCJ-02."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BD_TURN)
    return radius * np.cos(angle) + BD_LON, radius * np.sin(angle) + BD_LAT


def _inverse(forward: Callable[[Float64Array, Float64Array], Pair], x: Float64Array, y: Float64Array) -> Pair:
    """Return the points that ``forward`` takes to x, y, both (n,); a point without an origin stays where it is."""
    lon, lat = x.copy(), y.copy()
    for start in range(0, len(x), BLOCK_POINTS):
        block = slice(start, start + BLOCK_POINTS)
        lon[block], lat[block] = _inverse_block(forward, x[block], y[block])
    return lon, lat


def _inverse_block(forward: Callable[[Float64Array, Float64Array], Pair], x: Float64Array, y: Float64Array) -> Pair:
    """Subtract the miss until none is left.

    The offsets change by less than a twentieth of the way moved, so that four or five steps do. Only the points that still
    move are worked on: one at the edge of the box, where the offset jumps, must not hold up a million others.
    """
    lon, lat = x.copy(), y.copy()
    moving = np.arange(len(x))
    for _step in range(MAX_STEPS):
        found_x, found_y = forward(lon[moving], lat[moving])
        miss_x, miss_y = x[moving] - found_x, y[moving] - found_y
        lon[moving] += miss_x
        lat[moving] += miss_y
        moving = moving[np.maximum(np.abs(miss_x), np.abs(miss_y)) >= CLOSE_DEGREES]
        if not len(moving):
            return lon, lat
    lon[moving], lat[moving] = x[moving], y[moving]
    return lon, lat
