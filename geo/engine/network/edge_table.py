"""Edge tables (CSV or Parquet) to streets: one row a street between two points."""

import csv
import math
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from geo.engine.errors import NetworkError, Problem, register_messages
from geo.engine.network.osm_tags import CLASSES, rights_of
from geo.engine.network.streets import Streets
from geo.engine.network.ways import Ways, streets_of_ways

REQUIRED = ("from_id", "to_id", "from_lon", "from_lat", "to_lon", "to_lat")
OPTIONAL = ("highway", "oneway", "maxspeed", "way_id")
_LIMITS = {"from_lon": 180.0, "to_lon": 180.0, "from_lat": 90.0, "to_lat": 90.0}
_ONE_WAY_VALUES = ("", "yes", "no", "-1")
FIRST_DATA_ROW = 2

register_messages(
    {
        "edges.columns": ("缺少列：{missing}；多余列：{unknown}。", "missing columns: {missing}; unknown columns: {unknown}."),
        "edges.coordinate": (
            "“{value}”不是 -{limit:g} 到 {limit:g} 之间的数。",
            "“{value}” is not a number from -{limit:g} to {limit:g}.",
        ),
        "edges.highway": ("没有名为“{value}”的道路类别。", "there is no highway class “{value}”."),
        "edges.oneway": ("“{value}”应为 yes、no、-1 或空。", "“{value}” must be yes, no, -1 or empty."),
        "edges.id": ("节点编号为空。", "the node's id is empty."),
        "edges.moved": (
            "节点“{value}”在此行的坐标与前面不同。",
            "the node “{value}” has other coordinates here than before.",
        ),
        "edges.unreadable": ("无法读取表格：{reason}。", "the table cannot be read: {reason}."),
    }
)


def read_edge_table(path: Path) -> Streets:
    """Read a table of streets.

    Columns ``from_id, to_id, from_lon, from_lat, to_lon, to_lat`` (degrees, WGS-84) and, if given, ``highway`` (class of the
    speed table, default residential), ``oneway`` (yes, no, -1), ``maxspeed`` (km/h), ``way_id``. Lengths are measured. Raises
    :class:`NetworkError` with every problem: file, row, column, value.
    """
    if not path.is_file():
        raise NetworkError(Problem(code="file.missing", file=path.name))
    if not path.stat().st_size:
        raise NetworkError(Problem(code="file.empty", file=path.name))
    frame = _read(path)
    _check_columns(frame, path.name)
    if frame.empty:
        raise NetworkError(Problem(code="file.empty", file=path.name))
    problems = [*_bad_numbers(frame, path.name), *_bad_words(frame, path.name)]
    if problems:
        raise NetworkError(sorted(problems, key=lambda problem: problem.row or 0))
    return streets_of_ways(_ways(frame, path.name))


def _read(path: Path) -> pd.DataFrame:
    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path).astype(str)
        return _read_csv(path)
    except (ValueError, OSError, pa.ArrowInvalid) as error:
        details = {"reason": str(error).splitlines()[0]}
        raise NetworkError(Problem(code="edges.unreadable", file=path.name, details=details)) from error


def _read_csv(path: Path) -> pd.DataFrame:
    """Read all fields as text; Arrow's reader refuses rows with too many or too few fields, where others shift them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = next(csv.reader(file), [])
    table = pa_csv.read_csv(
        path, convert_options=pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    )
    return pd.DataFrame(table.to_pydict())


def _check_columns(frame: pd.DataFrame, file: str) -> None:
    missing = [name for name in REQUIRED if name not in frame]
    unknown = [str(name) for name in frame if name not in REQUIRED + OPTIONAL]
    if missing or unknown:
        details = {"missing": ", ".join(missing) or "–", "unknown": ", ".join(unknown) or "–"}
        raise NetworkError(Problem(code="edges.columns", file=file, row=1, details=details))


def _problem(file: str, row: int, field: str, value: object, code: str, **details: object) -> Problem:
    return Problem(code=code, file=file, row=row + FIRST_DATA_ROW, field=field, value=str(value), details=details)


def _bad_numbers(frame: pd.DataFrame, file: str) -> list[Problem]:
    problems = []
    for field, limit in _LIMITS.items():
        numbers = pd.to_numeric(frame[field], errors="coerce").to_numpy(float)
        bad = [i for i, number in enumerate(numbers.tolist()) if not (math.isfinite(number) and abs(number) <= limit)]
        problems += [_problem(file, i, field, frame[field].iloc[i], "edges.coordinate", limit=limit) for i in bad]
    return problems


def _bad_words(frame: pd.DataFrame, file: str) -> list[Problem]:
    allowed = {"highway": ("", *CLASSES), "oneway": _ONE_WAY_VALUES}
    problems = []
    for field, values in allowed.items():
        if field in frame:
            bad = [i for i, value in enumerate(frame[field].tolist()) if value not in values]
            problems += [_problem(file, i, field, frame[field].iloc[i], f"edges.{field}") for i in bad]
    for field in ("from_id", "to_id"):
        problems += [_problem(file, i, field, "", "edges.id") for i, value in enumerate(frame[field].tolist()) if not value]
    return problems


def _ways(frame: pd.DataFrame, file: str) -> Ways:
    ways, refs, places, problems = Ways(), dict[str, int](), dict[str, tuple[float, float]](), list[Problem]()
    for row, record in enumerate(frame.to_dict("records")):
        vertices = []
        for end in ("from", "to"):
            name, place = record[f"{end}_id"], (float(record[f"{end}_lon"]), float(record[f"{end}_lat"]))
            if places.setdefault(name, place) != place:
                problems.append(_problem(file, row, f"{end}_id", name, "edges.moved"))
            vertices.append((refs.setdefault(name, len(refs)), *place))
        tags = {"highway": record.get("highway") or "residential", "oneway": record.get("oneway", "")}
        rights = rights_of(tags | {"maxspeed": record.get("maxspeed", "")})
        way_id = str(record.get("way_id", ""))
        if rights is not None:
            ways.add(int(way_id) if way_id.isdigit() else row + 1, rights, vertices)
    if problems:
        raise NetworkError(problems)
    return ways
