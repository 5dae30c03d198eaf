"""An invented province on a chessboard, for tests and benchmarks: no packages, no files, any size."""

import numpy as np
import shapely

from geo.engine.synthetic.province import Counties, Province, Towns

_WEST, _SOUTH, _SIDE_DEGREES = 119.0, 32.0, 0.25


def invented_province(
    *, columns: int = 3, rows: int = 2, towns_per_county: int = 6, residents_persons: int = 600_000, with_river: bool = True
) -> Province:
    """Return ``columns`` x ``rows`` square counties of 0.25 degrees with towns and, between rows, a river.

    The south-west corner lies at 119 E, 32 N. Every county has ``residents_persons`` people, 60 % of them in towns and 30 %
    registered elsewhere; its first town, in the middle, is the seat, the others stand on a circle around it.
    """
    cells = [(column, row) for row in range(rows) for column in range(columns)]
    corners = [(_WEST + column * _SIDE_DEGREES, _SOUTH + row * _SIDE_DEGREES) for column, row in cells]
    shapes = np.array([shapely.box(x, y, x + _SIDE_DEGREES, y + _SIDE_DEGREES) for x, y in corners], dtype=object)
    count = len(cells)
    people = np.full(count, residents_persons, np.int64)
    counties = Counties(
        codes=tuple(f"99{row + 1:02d}{column + 1:02d}" for column, row in cells), shapes=shapes, residents_persons=people,
        urban_persons=people * 6 // 10, elsewhere_persons=people * 3 // 10,
        group_share=np.tile([0.12, 0.04, 0.03, 0.05], (count, 1)),
    )  # fmt: skip
    water = _river(columns) if with_river and rows > 1 else np.array([], dtype=object)
    return Province(counties=counties, towns=_towns(corners, towns_per_county), water=water)


def _towns(corners: list[tuple[float, float]], per_county: int) -> Towns:
    angle = 2 * np.pi * np.arange(per_county - 1) / max(per_county - 1, 1) + 0.3
    radius = 0.3 * _SIDE_DEGREES
    dx, dy = np.append(0.0, radius * np.cos(angle)), np.append(0.0, radius * np.sin(angle))
    x, y = (np.repeat([corner[axis] + _SIDE_DEGREES / 2 for corner in corners], per_county) for axis in (0, 1))
    county = np.repeat(np.arange(len(corners), dtype=np.int32), per_county)
    number = np.tile(np.arange(per_county), len(corners))
    return Towns(
        names_zh=tuple(f"第{c + 1}县{n + 1}镇" for c, n in zip(county, number, strict=True)),
        names_en=tuple(f"Town {n + 1} of county {c + 1}" for c, n in zip(county, number, strict=True)),
        lon=x + np.tile(dx, len(corners)), lat=y + np.tile(dy, len(corners)), county=county, is_seat=number == 0,
    )  # fmt: skip


def _river(columns: int) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    middle, half = _SOUTH + _SIDE_DEGREES, 0.006
    return np.array(
        [shapely.box(_WEST - 0.1, middle - half, _WEST + columns * _SIDE_DEGREES + 0.1, middle + half)], dtype=object
    )
