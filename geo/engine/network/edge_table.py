"""Edge tables (CSV or Parquet) to streets: one row a street between two points."""

import csv
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from geo.engine.crs import distance_metres
from geo.engine.errors import NetworkError, Problem, register_messages
from geo.engine.network.osm_tags import CLASSES, MAX_LEVEL, Rights, rights_of
from geo.engine.network.streets import Streets
from geo.engine.network.ways import Ways, streets_of_ways

REQUIRED = ("from_id", "to_id", "from_lon", "from_lat", "to_lon", "to_lat")
OPTIONAL = ("length_m", "highway", "oneway", "maxspeed", "way_id", "layer")
FIRST_DATA_ROW = 2
# A stated length may be this much shorter than the straight line: tables round coordinates and lengths.
ROUNDING_SHARE, ROUNDING_METRES = 0.01, 1.0
_LIMITS = {"from_lon": 180.0, "to_lon": 180.0, "from_lat": 90.0, "to_lat": 90.0}
_ONE_WAY_VALUES = ("", "yes", "no", "-1", "true", "false", "1", "0")
_MAX_SPEED_KPH = 200.0

register_messages(
    {
        "edges.columns": ("缺少列：{missing}；多余列：{unknown}。", "missing columns: {missing}; unknown columns: {unknown}."),
        "edges.fields": (
            "此行有 {count} 个字段，表头有 {expected} 个。",
            "the row has {count} fields, the header has {expected}.",
        ),
        "edges.coordinate": (
            "“{value}”不是 -{limit:g} 到 {limit:g} 之间的数。",
            "“{value}” is not a number from -{limit:g} to {limit:g}.",
        ),
        "edges.swapped": (
            "纬度“{value}”超过 90；经度与纬度是否写反了？",
            "the latitude “{value}” is above 90; are longitude and latitude swapped?",
        ),
        "edges.highway": ("没有名为“{value}”的道路类别。", "there is no highway class “{value}”."),
        "edges.oneway": ("“{value}”应为 yes、no、-1 或空。", "“{value}” must be yes, no, -1 or empty."),
        "edges.maxspeed": (
            "“{value}”不是大于 0、不超过 {limit:g} 的数（公里/小时）。",
            "“{value}” is not a number above 0 and up to {limit:g} (km/h).",
        ),
        "edges.layer": (
            "“{value}”不是 -{limit} 到 {limit} 之间的整数。",
            "“{value}” is not a whole number from -{limit} to {limit}.",
        ),
        "edges.way_id": ("“{value}”不是整数。", "“{value}” is not a whole number."),
        "edges.length": (
            "“{value}”不是以米为单位的长度；两端直线距离为 {straight} 米，长度不能更短。",
            "“{value}” is not a length in metres; the ends are {straight} m apart, so it cannot be shorter.",
        ),
        "edges.id": ("节点编号为空。", "the node's id is empty."),
        "edges.loop": ("起点与终点是同一节点“{value}”。", "the street begins and ends at the same node “{value}”."),
        "edges.moved": (
            "节点“{value}”在此行的坐标与前面不同。",
            "the node “{value}” has other coordinates here than before.",
        ),
        "edges.unreadable": ("无法读取表格：{reason}。", "the table cannot be read: {reason}."),
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class EdgeTable:
    """The streets of a table and (E,) float64 the lengths it states, NaN where it does not."""

    streets: Streets
    stated_length_metres: npt.NDArray[np.float64]


def read_edge_table(path: Path) -> Streets:
    """Return the streets of a table, without the lengths it states; see :func:`read_edges`."""
    return read_edges(path).streets


def read_edges(path: Path) -> EdgeTable:
    """Read a table of streets.

    Columns ``from_id, to_id, from_lon, from_lat, to_lon, to_lat`` (degrees, WGS-84) and, if given, ``length_m`` (for streets
    that are not straight), ``highway`` (class of the speed table, default residential), ``oneway`` (yes, no, -1), ``maxspeed``
    (km/h), ``way_id``, ``layer`` (-5 to 5: bridges above 0, tunnels below). Raises :class:`NetworkError` with every problem:
    file, row, column, value.
    """
    if not path.is_file():
        raise NetworkError(Problem(code="file.missing", file=path.name))
    if not path.stat().st_size:
        raise NetworkError(Problem(code="file.empty", file=path.name))
    frame = _read(path)
    if frame.empty:
        raise NetworkError(Problem(code="file.empty", file=path.name))
    checks = (_bad_coordinates, _bad_words, _bad_numbers, _bad_ends, _bad_lengths)
    problems = [problem for check in checks for problem in check(frame, path.name)]
    if problems:
        raise NetworkError(sorted(problems, key=lambda problem: problem.row or 0))
    return EdgeTable(streets=streets_of_ways(_ways(frame)), stated_length_metres=_numbers(frame, "length_m"))


def _read(path: Path) -> pd.DataFrame:
    """Return the table as text, one column a field; raise unless its columns are known and its rows whole."""
    try:
        frame = _read_parquet(path) if path.suffix.lower() == ".parquet" else _read_csv(path)
    except (ValueError, OSError, csv.Error, pa.ArrowException) as error:
        details = {"reason": str(error).splitlines()[0]}
        raise NetworkError(Problem(code="edges.unreadable", file=path.name, details=details)) from error
    _check_columns(frame, path.name)
    return frame


def _read_parquet(path: Path) -> pd.DataFrame:
    frame = pd.read_parquet(path, engine="pyarrow")
    return frame.astype(object).where(frame.notna(), "").map(_text)


def _text(value: object) -> str:
    # Ids of a column with gaps come as floats: 7.0 is the id 7.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _read_csv(path: Path) -> pd.DataFrame:
    """Read strictly: an unclosed quote or a row of another length is an error, not a guess."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = [[field.strip() for field in row] for row in csv.reader(file, strict=True) if row] or [[]]
    uneven = [(i, len(row)) for i, row in enumerate(rows) if len(row) != len(header)]
    if uneven:
        expected = len(header)
        raise NetworkError(_problem(path.name, i, "", "", "edges.fields", count=n, expected=expected) for i, n in uneven)
    return pd.DataFrame(rows, columns=header, dtype=str)


def _check_columns(frame: pd.DataFrame, file: str) -> None:
    names = [str(name) for name in frame]
    missing = [name for name in REQUIRED if name not in names]
    unknown = [name for i, name in enumerate(names) if name not in REQUIRED + OPTIONAL or name in names[:i]]
    if missing or unknown:
        details = {"missing": ", ".join(missing) or "–", "unknown": ", ".join(unknown) or "–"}
        raise NetworkError(Problem(code="edges.columns", file=file, row=1, details=details))


def _problem(file: str, row: int, field: str, value: object, code: str, **details: object) -> Problem:
    return Problem(code=code, file=file, row=row + FIRST_DATA_ROW, field=field, value=str(value), details=details)


def _numbers(frame: pd.DataFrame, field: str) -> npt.NDArray[np.float64]:
    """Return (n,) float64 of a column, NaN where it is empty, missing or no finite number."""
    if field not in frame:
        return np.full(len(frame), np.nan)
    numbers = pd.to_numeric(frame[field], errors="coerce").to_numpy(np.float64, copy=True)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _bad_coordinates(frame: pd.DataFrame, file: str) -> list[Problem]:
    problems = []
    partner_lon = {"from_lat": _numbers(frame, "from_lon"), "to_lat": _numbers(frame, "to_lon")}
    for field, limit in _LIMITS.items():
        numbers = _numbers(frame, field)
        for i in np.flatnonzero(~(np.abs(numbers) <= limit)).tolist():
            swapped = field in partner_lon and abs(numbers[i]) <= 180 and abs(partner_lon[field][i]) <= 90  # noqa: PLR2004
            code = "edges.swapped" if swapped else "edges.coordinate"
            problems.append(_problem(file, i, field, frame[field].iloc[i], code, limit=limit))
    return problems


def _bad_words(frame: pd.DataFrame, file: str) -> list[Problem]:
    allowed = {"highway": {"", *CLASSES}, "oneway": set(_ONE_WAY_VALUES)}
    problems = []
    for field, values in allowed.items():
        if field in frame:
            said = frame[field].str.lower() if field == "oneway" else frame[field]
            bad = np.flatnonzero(~said.isin(values)).tolist()
            problems += [_problem(file, i, field, frame[field].iloc[i], f"edges.{field}") for i in bad]
    return problems


def _bad_numbers(frame: pd.DataFrame, file: str) -> list[Problem]:
    problems = []
    if "maxspeed" in frame:
        kph = _numbers(frame, "maxspeed")
        bad = np.flatnonzero((frame["maxspeed"] != "").to_numpy() & ~((kph > 0) & (kph <= _MAX_SPEED_KPH))).tolist()
        said = frame["maxspeed"].tolist()
        problems += [_problem(file, i, "maxspeed", said[i], "edges.maxspeed", limit=_MAX_SPEED_KPH) for i in bad]
    if "way_id" in frame:
        bad = np.flatnonzero(~frame["way_id"].str.fullmatch(r"-?\d{1,18}|")).tolist()
        problems += [_problem(file, i, "way_id", frame["way_id"].iloc[i], "edges.way_id") for i in bad]
    if "layer" in frame:
        bad = np.flatnonzero(~frame["layer"].str.fullmatch(rf"[+-]?[0-{MAX_LEVEL}]|")).tolist()
        problems += [_problem(file, i, "layer", frame["layer"].iloc[i], "edges.layer", limit=MAX_LEVEL) for i in bad]
    return problems


def _bad_ends(frame: pd.DataFrame, file: str) -> list[Problem]:
    """Return ends without an id, streets from a node to itself, and nodes that stand in two places."""
    problems, places = list[Problem](), dict[str, tuple[str, str]]()
    columns = [frame[name].tolist() for name in REQUIRED]
    for i, (tail, head, tail_lon, tail_lat, head_lon, head_lat) in enumerate(zip(*columns, strict=True)):
        for field, name, place in (("from_id", tail, (tail_lon, tail_lat)), ("to_id", head, (head_lon, head_lat))):
            if not name:
                problems.append(_problem(file, i, field, "", "edges.id"))
            elif _differ(places.setdefault(name, place), place):
                problems.append(_problem(file, i, field, name, "edges.moved"))
        if tail and tail == head:
            problems.append(_problem(file, i, "to_id", head, "edges.loop"))
    return problems


def _differ(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Return whether two places differ; what is no number is another problem."""
    if one == other:
        return False
    try:
        return tuple(map(float, one)) != tuple(map(float, other))
    except ValueError:
        return False


def _bad_lengths(frame: pd.DataFrame, file: str) -> list[Problem]:
    if "length_m" not in frame:
        return []
    ends = [_numbers(frame, field) for field in ("from_lon", "from_lat", "to_lon", "to_lat")]
    known = np.logical_and.reduce([np.abs(end) <= limit for end, limit in zip(ends, (180, 90, 180, 90), strict=True)])
    straight = np.where(known, distance_metres(*(np.where(known, end, 0.0) for end in ends)), 0.0)
    length = _numbers(frame, "length_m")
    long_enough = (length > 0) & (length >= straight * (1 - ROUNDING_SHARE) - ROUNDING_METRES)
    said = frame["length_m"].tolist()
    bad = np.flatnonzero((frame["length_m"] != "").to_numpy() & ~long_enough).tolist()
    return [_problem(file, i, "length_m", said[i], "edges.length", straight=math.floor(straight[i])) for i in bad]


@cache
def _rights(highway: str, oneway: str, maxspeed: str, layer: str) -> Rights:
    found = rights_of({"highway": highway, "route": highway, "oneway": oneway, "maxspeed": maxspeed, "layer": layer})
    if found is None:
        raise ValueError(f"no mode may use the class {highway}")
    return found


def _ways(frame: pd.DataFrame) -> Ways:
    """Return one way of two vertices a row, in the order of the rows."""
    ways, refs, count = Ways(), dict[str, int](), len(frame)
    lon_lat = [_numbers(frame, field).tolist() for field in REQUIRED[2:]]
    fields = ("highway", "oneway", "maxspeed", "layer", "way_id")
    words = [frame[field].tolist() if field in frame else [""] * count for field in fields]
    ids = (frame["from_id"].tolist(), frame["to_id"].tolist())
    for row, (tail, head, tail_lon, tail_lat, head_lon, head_lat, highway, oneway, maxspeed, layer, way_id) in enumerate(
        zip(*ids, *lon_lat, *words, strict=True)
    ):
        rights = _rights(highway or "residential", oneway.lower(), maxspeed, layer)
        ends = ((tail, tail_lon, tail_lat), (head, head_lon, head_lat))
        vertices = [(refs.setdefault(name, len(refs)), lon, lat) for name, lon, lat in ends]
        ways.add(int(way_id) if way_id else row + 1, rights, vertices)
    return ways
