"""Where rows are: coordinates or shapes in the datum that was declared, to degrees WGS-84 and the region that holds them."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.engine.datum import Crs, parse_crs, to_wgs84
from geo.engine.errors import InputError, Problem, register_messages
from geo.imports.fields import normal
from geo.ingest.ground import BORDER_METRES, OUTSIDE, UNKNOWN_CODE, Found, Ground
from geo.validation import coordinate_fault

Float64Array = npt.NDArray[np.float64]
Texts = Sequence[str]

register_messages(
    {
        "place.no_coordinates": ("没有坐标。", "there are no coordinates."),
        "place.not_in_system": (
            "坐标“{value}”不在所声明的坐标系之内。",
            "the coordinates “{value}” do not exist in the declared system.",
        ),
        "place.not_a_coordinate": ("“{value}”不是坐标值。", "“{value}” is no coordinate."),
        "region.outside_import": (
            "点在{found}，不在本次导入的区域“{region}”之内。",
            "the point lies in {found}, outside “{region}”, the region of this import.",
        ),
        "region.other_name": (
            "点在{found}，文件写的是“{value}”。",
            "the point lies in {found}; the file says “{value}”.",
        ),
        "datum.undeclared": (
            "没有声明坐标系；请声明 wgs84、cgcs2000、gcj02、bd09 或 epsg:编号。",
            "no datum is declared; declare wgs84, cgcs2000, gcj02, bd09 or epsg:number.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Located:
    """Where n rows are.

    x, y: (n,) as given, longitude or easting first, NaN where there is none; lon, lat: (n,) degrees WGS-84, NaN where there is
    none or it is faulty; datums: code of each row's; regions: code of the region that holds it, "" for none.
    """

    x: Float64Array
    y: Float64Array
    lon: Float64Array
    lat: Float64Array
    datums: list[str]
    regions: list[str]
    border_count: int


class Problems:
    """Problems of the rows of one file, by position."""

    def __init__(self, file: str, rows: Sequence[int]) -> None:
        self.file, self.rows = file, rows
        self.by_position: dict[int, list[Problem]] = defaultdict(list)

    def note(self, position: int, code: str, field: str = "", value: str = "", **details: object) -> None:
        """Add a problem of the row at ``position``."""
        problem = Problem(code=code, file=self.file, row=self.rows[position], field=field, value=value[:60], details=details)
        self.by_position[position].append(problem)


def coordinates(texts: Texts, field: str, problems: Problems) -> Float64Array:
    """Return numbers of texts, NaN for what is empty or no number; the latter is noted. The array is the caller's own."""
    values = pd.to_numeric(pd.Series(texts, dtype=object).replace("", None), errors="coerce").to_numpy(np.float64, copy=True)
    for position in np.flatnonzero(np.isnan(values)).tolist():
        if texts[position]:
            problems.note(position, "place.not_a_coordinate", field, texts[position])
    return values


def centres(shapes: Sequence[bytes | None]) -> tuple[Float64Array, Float64Array]:
    """Return a point on each shape, the point itself for points; NaN where there is none."""
    geometries = shapely.from_wkb(list(shapes), on_invalid="ignore")
    points = shapely.point_on_surface(geometries)
    return shapely.get_x(points), shapely.get_y(points)


def locate(
    x: Float64Array, y: Float64Array, datums: Texts, ground: Ground, names: Mapping[str, Texts], problems: Problems, *,
    inside: tuple[str, str], optional: Set[int] = frozenset(), border_metres: float = BORDER_METRES,
) -> Located:  # fmt: skip
    """Convert, check and find the region of each row.

    ``datums``: of each row, "" for an undeclared one. ``names``: the columns ``region_code`` and ``region_name`` if the
    file has them. ``inside``: path and name of the region of the import. ``optional``: positions of rows that need no point.
    Faults are noted in ``problems``.
    """
    lon, lat, codes = _converted(x, y, datums, problems)
    good = _sensible(x, y, lon, lat, ground, problems, optional)
    lon, lat = np.where(good, lon, np.nan), np.where(good, lat, np.nan)
    positions = np.flatnonzero(good)
    given = names.get("region_code")
    found = ground.find(
        lon[positions], lat[positions], [given[i] if given else "" for i in positions.tolist()], border_metres=border_metres
    )
    regions = [""] * len(lon)
    for position, each in zip(positions.tolist(), found, strict=True):
        regions[position] = _accept(position, each, given[position] if given else "", names, inside, problems)
    border = sum(each.is_border for each in found)
    return Located(x=x, y=y, lon=lon, lat=lat, datums=codes, regions=regions, border_count=border)


def _converted(
    x: Float64Array, y: Float64Array, datums: Texts, problems: Problems
) -> tuple[Float64Array, Float64Array, list[str]]:
    lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
    codes = [""] * len(x)
    groups: dict[str, list[int]] = defaultdict(list)
    for position, text in enumerate(datums):
        groups[text].append(position)
    for text, positions in groups.items():
        crs = _crs(text, positions, problems)
        if crs is None:
            continue
        where = np.array(positions)
        lon[where], lat[where] = to_wgs84(x[where], y[where], crs)
        for position in positions:
            codes[position] = crs.code
    return lon, lat, codes


def _crs(text: str, positions: list[int], problems: Problems) -> Crs | None:
    try:
        return parse_crs(text)
    except InputError as error:
        code = error.problems[0].code if text else "datum.undeclared"
        for position in positions:
            problems.note(position, code, "datum", text, **error.problems[0].details)
        return None


def _sensible(
    x: Float64Array, y: Float64Array, lon: Float64Array, lat: Float64Array, ground: Ground, problems: Problems,
    optional: Set[int],
) -> npt.NDArray[np.bool_]:  # fmt: skip
    """Say which points make sense; the others are noted as they were given, those without any only where they are needed."""
    good = np.zeros(len(lon), bool)
    for position, given in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        if problems.by_position.get(position):
            continue
        if any(map(math.isnan, given)):
            if position not in optional or not all(map(math.isnan, given)):
                problems.note(position, "place.no_coordinates", "x, y")
            continue
        fault = _fault(given, (float(lon[position]), float(lat[position])), ground)
        if fault is None:
            good[position] = True
        else:
            problems.note(position, fault, "x, y", ", ".join(f"{value:.12g}" for value in given))
    return good


def _fault(given: tuple[float, float], degrees: tuple[float, float], ground: Ground) -> str | None:
    """Return what is wrong with a point; numbers that its system cannot have are told by themselves if they were degrees."""
    if all(map(math.isfinite, degrees)):
        return coordinate_fault(*degrees, within=ground.bounds)
    return coordinate_fault(*given) or "place.not_in_system"


def _accept(
    position: int, found: Found, code: str, names: Mapping[str, Texts], inside: tuple[str, str], problems: Problems
) -> str:
    """Return the code of the region of a row, "" with a problem noted if it cannot be kept there."""
    place = found.place
    if place is None:
        details = dict(found.details)
        if found.fault == OUTSIDE:
            problems.note(position, found.fault, "x, y", details.get("at", ""), **details)
        else:
            problems.note(position, found.fault, "region_code", code, **details)
        return ""
    if not place.path.startswith(inside[0]):
        problems.note(position, "region.outside_import", "x, y", place.name, found=place.name, region=inside[1])
        return ""
    said = names["region_name"][position] if "region_name" in names else ""
    if said and found.fault != UNKNOWN_CODE and not found.is_border and not _is_called(said, place.path, place.name, names):
        problems.note(position, "region.other_name", "region_name", said, found=place.name)
        return ""
    return place.code


def _is_called(said: str, path: str, name: str, names: Mapping[str, Texts]) -> bool:
    """Say whether ``said`` is the region's name, the same without 区/县/市, ends with it (南京市玄武区), or names one above."""
    above = names.get("names_above", ())
    known = [name, *(each for each in above if each.split("|", 1)[0] in path.split("/"))]
    word = normal(said)
    for each in known:
        full = normal(each.rsplit("|", 1)[-1])
        if word == full or word.endswith(full) or (len(full) > len("市区") and word == full[:-1]):
            return True
    return False
