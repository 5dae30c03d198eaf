"""The ways in which the numbers of a file can be read, and the rows that are evidence."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.engine.datum import BD09, CGCS2000, GCJ02, WGS84, Crs, parse_crs, to_wgs84

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
Packing = Literal["", "dd.mmss", "ddmm.m"]
Family = tuple[bool, str, str]

MIN_POINTS = 30
SAMPLED_POINTS = 2_000
APART_METRES, APART_DEGREES = 150.0, 0.0015
"""One point of each square of this size is evidence: fifty shops of one mall shift together and count as one."""

STRAY_ROWS, STRAY_SHARE = 5, 0.01
"""At least so many rows, and this share of all, make a group within a file."""

DEGREES = 180.0
_ANY_METRES, _PREFIXED_METRES = 90_000.0, 1e7
_ZONES, _PREFIXED_ZONES = ("epsg:4548", "epsg:4549", "epsg:4550"), ("epsg:4527", "epsg:4528", "epsg:4529", "epsg:3857")
_DM_LARGEST = 18_060.0
_BASE = 60.0


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One way to read the numbers: the system, whether x and y have changed places, how degrees and minutes are packed."""

    crs: Crs
    is_swapped: bool = False
    packing: Packing = ""

    @property
    def name(self) -> str:
        """The reading in one word for sentences: ``gcj02``, ``wgs84 (y, x)``, ``wgs84 (dd.mmss)``."""
        notes = [note for note in ("y, x" if self.is_swapped else "", self.packing) if note]
        return f"{self.crs.code} ({'; '.join(notes)})" if notes else self.crs.code

    @property
    def family(self) -> Family:
        """Readings of one family lie within 2 km of each other."""
        return self.is_swapped, self.packing, self.crs.code if self.crs.is_projected else ""

    def to_wgs84(self, x: Float64Array, y: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Return lon, lat of numbers as given, (n,) float64; NaN where they cannot be read so."""
        x, y = (y, x) if self.is_swapped else (x, y)
        if self.packing:
            x, y = unpacked(x, self.packing), unpacked(y, self.packing)
        if self.crs.is_projected:
            x = np.where((np.abs(x) <= DEGREES) & (np.abs(y) <= DEGREES), np.nan, x)
        return to_wgs84(x, y, self.crs)


def independent_rows(x: Float64Array, y: Float64Array) -> Int64Array:
    """Return positions of at most :data:`SAMPLED_POINTS` rows, one of each square of 150 m; placeholders (0, 0; 1, 1) are out.

    They are taken in steps of the golden ratio: a file whose every other row differs is seen as it is.
    """
    good = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & ~((np.abs(x) <= 1) & (np.abs(y) <= 1)))
    largest = np.maximum(np.abs(x[good]), np.abs(y[good]))
    size = np.select([largest <= DEGREES, largest < _DM_LARGEST], [APART_DEGREES, APART_DEGREES * _BASE], APART_METRES)
    squares = np.column_stack([np.floor(x[good] / size), np.floor(y[good] / size)])
    first = np.sort(np.unique(squares, axis=0, return_index=True)[1])
    if len(first) > SAMPLED_POINTS:
        golden = np.argsort((np.arange(len(first)) * 0.6180339887498949) % 1.0, kind="stable")
        first = np.sort(first[golden[:SAMPLED_POINTS]])
    return good[first].astype(np.int64)


def readings_of(x: Float64Array, y: Float64Array, declared: Crs) -> list[Reading]:
    """Return the declared reading first, then those that numbers of this size could be meant in. x, y: (n,) finite."""
    largest, least = np.maximum(np.abs(x), np.abs(y)), max(STRAY_ROWS, STRAY_SHARE * len(x))
    codes: list[str] = []
    if (largest <= DEGREES).sum() >= least:
        codes += [WGS84, GCJ02, BD09]
    for zones, is_size in (
        (_ZONES, (largest > _ANY_METRES) & (largest < _PREFIXED_METRES)), (_PREFIXED_ZONES, largest >= _PREFIXED_METRES),
    ):  # fmt: skip
        codes += zones if is_size.sum() >= least else []
    ground = {WGS84: CGCS2000, CGCS2000: WGS84}.get(declared.code)
    systems = [declared] + [parse_crs(code) for code in codes if code not in (declared.code, ground)]
    readings = [Reading(crs=crs, is_swapped=is_swapped) for is_swapped in (False, True) for crs in systems]
    packing = packing_of(x, y)
    return readings + ([Reading(crs=Crs(code=WGS84), packing=packing)] if packing else [])


def packing_of(x: Float64Array, y: Float64Array) -> Packing:
    """Say whether numbers are degrees, minutes and seconds in one: 118.4730 for 118°47′30″, or 11847.5 for 118°47.5′.

    Of decimal degrees, one in eight would pass by chance: :data:`MIN_POINTS` that all pass cannot be chance.
    """
    both = np.abs(np.concatenate([x, y]))
    if len(x) < MIN_POINTS:
        return ""
    if both.max() <= DEGREES:
        minutes = np.round(both % 1 * 1e4, 2)
        has_seconds = (minutes % 100 > 0).mean() > 1 / 2
        return "dd.mmss" if has_seconds and bool(((minutes // 100 < _BASE) & (minutes % 100 < _BASE)).all()) else ""
    is_dm = np.maximum(np.abs(x), np.abs(y)) > DEGREES
    return "ddmm.m" if bool(is_dm.all()) and both.max() < _DM_LARGEST and bool((both % 100 < _BASE).all()) else ""


def unpacked(values: Float64Array, packing: Packing) -> Float64Array:
    """Return decimal degrees of packed ones, same shape."""
    size = np.abs(values)
    if packing == "ddmm.m":
        return np.asarray(np.sign(values) * (size // 100 + size % 100 / _BASE))
    minutes = np.round(size % 1 * 1e4, 6)
    return np.asarray(np.sign(values) * (np.floor(size) + minutes // 100 / _BASE + minutes % 100 / _BASE**2))
