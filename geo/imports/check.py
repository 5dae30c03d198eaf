"""Rows of a file against the records: what is new, changed, unchanged, wrong, or there twice. Nothing is written."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from geo.engine.crs import GEOD, Plane
from geo.engine.errors import Problem, register_messages
from geo.engine.progress import Progress, no_progress
from geo.imports.fields import normal
from geo.imports.found import as_found
from geo.imports.kinds.base import Kind, Record, Review, RowContext
from geo.imports.parse import canonical
from geo.imports.places import Located, Problems, Texts
from geo.ingest.fields import Fields
from geo.ingest.tables import Row

NEW, CHANGED, UNCHANGED, INVALID, DUPLICATE = "new", "changed", "unchanged", "invalid", "duplicate"
STATUSES = (NEW, CHANGED, UNCHANGED, INVALID, DUPLICATE)
ROWS_A_STEP = 2_000

register_messages(
    {
        "row.duplicate": (
            "“{value}”在第 {first} 行已出现过。",
            "“{value}” occurs before, in row {first}.",
        ),
        "row.foreign": (
            "“{value}”是本次导入区域之外的记录，不能改动。",
            "“{value}” is a record outside the region of this import; it cannot be changed.",
        ),
        "row.twin": (
            "“{value}”与{other}同名，相距 {metres} 米，可能是同一处。",
            "“{value}” has the name of {other_en}, {metres} m away: perhaps the same place.",
        ),
    }
)


class Known(Protocol):
    """What the check asks of the records."""

    def current(self, keys: Sequence[str]) -> dict[str, Record]:
        """Return the records of ``keys`` that exist, whole."""

    def namesakes(self, names: Sequence[str]) -> list[tuple[str, str, float, float]]:
        """Return key, name, lon, lat of the records with one of these names."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Staged:
    """The rows of a file under the names of fields. ``values``: field → text of each of n rows; ``rows``: their numbers."""

    file: str
    rows: Sequence[int]
    values: Mapping[str, Texts]
    shapes: Sequence[bytes | None] | None = None


def checked_frame(
    staged: Staged, kind: Kind, located: Located, problems: Problems, records: Known, *, known: Mapping[str, Mapping[str, str]],
    options: Mapping[str, Any], own_regions: frozenset[str] | None = None, inside: str = "",
    progress: Progress = no_progress,
) -> pd.DataFrame:  # fmt: skip
    """Return one line a row. Records outside of ``own_regions`` (codes; None: there is no outside) are not to be touched.

    ``inside``: path of the import's region, "" for all.

    Columns: row, status, key, name, lon, lat, x, y, datum; record, before (JSON text, "" for none); problems (JSON texts).
    """
    parsed = _parsed(staged, kind, located, problems, known, options, progress)
    _adopt_codes(staged, kind, parsed, records)
    keys = ["" if record is None else kind.key_of(record) for record in parsed]
    repeated = _repeated(keys, problems)
    twins = _twins(kind, parsed, keys, records, problems) if kind.twins_metres else set()
    before = records.current(sorted({key for key in keys if key}))
    _refuse_foreign(parsed, keys, before, own_regions, problems)
    if kind.review is not None:
        kind.review(Review(parsed=parsed, keys=keys, before=before, known=known, inside=inside, problems=problems.note))
    progress(0.9)
    lines = [
        _line(position, record, keys[position], before, problems, position in repeated or position in twins)
        for position, record in enumerate(parsed)
    ]
    return pd.DataFrame(lines).assign(
        row=list(staged.rows), lon=located.lon, lat=located.lat, x=located.x, y=located.y, datum=located.datums
    )


def _parsed(
    staged: Staged, kind: Kind, located: Located, problems: Problems, known: Mapping[str, Mapping[str, str]],
    options: Mapping[str, Any], progress: Progress,
) -> list[Record | None]:  # fmt: skip
    columns, names = frozenset(staged.values), list(staged.values)
    lists = [staged.values[name] for name in names]
    parsed: list[Record | None] = []
    for position, number in enumerate(staged.rows):
        if position % ROWS_A_STEP == 0:
            progress(0.6 * position / len(staged.rows))
        row = Row(number=number, values={name: texts[position] for name, texts in zip(names, lists, strict=True)})
        noted: list[Problem] = []
        lon, lat = float(located.lon[position]), float(located.lat[position])
        context = RowContext(
            columns=columns, location=None if np.isnan(lon) else (lon, lat), region_code=located.regions[position], known=known,
            options=options, geometry=staged.shapes[position] if staged.shapes else None,
        )  # fmt: skip
        record = kind.parse(Fields(staged.file, row, noted), context)
        if noted:
            problems.by_position[position] += noted
        parsed.append(None if problems.by_position.get(position) else record)
    return parsed


def _adopt_codes(staged: Staged, kind: Kind, parsed: list[Record | None], records: Known) -> None:
    """Give a row without a code the code of the one record of its name beside it: it is the same place, moved or renewed."""
    codes = staged.values.get("code")
    bare = [i for i, record in enumerate(parsed) if record is not None and kind.twins_metres and not (codes and codes[i])]
    if not bare:
        return
    by_name: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for key, name, lon, lat in records.namesakes(sorted({str(parsed[i]["name_zh"]) for i in bare})):  # type: ignore[index]
        by_name[normal(name)].append((key, lon, lat))
    for i in bare:
        record = parsed[i]
        assert record is not None
        near = [key for key, lon, lat in by_name[normal(record["name_zh"])] if _metres(record, lon, lat) <= kind.twins_metres]
        if len(near) == 1:
            record["code"] = near[0]


def _metres(record: Record, lon: float, lat: float) -> float:
    return float(GEOD.inv(record["lon"], record["lat"], lon, lat)[2])


def _refuse_foreign(
    parsed: list[Record | None], keys: list[str], before: dict[str, Record], own_regions: frozenset[str] | None,
    problems: Problems,
) -> None:  # fmt: skip
    """Note rows that name a record kept under a region outside the import's: it is not to be changed, nor to be shown."""
    for position, key in enumerate(keys):
        old = before.get(key)
        if old is not None and own_regions is not None and old.get("region", "") not in own_regions | {""}:
            problems.note(position, "row.foreign", "", key)
            parsed[position] = None


def _repeated(keys: list[str], problems: Problems) -> set[int]:
    first: dict[str, int] = {}
    found = set()
    for position, key in enumerate(keys):
        if key and first.setdefault(key, position) != position:
            problems.note(position, "row.duplicate", "", key, first=problems.rows[first[key]])
            found.add(position)
    return found


def _twins(kind: Kind, parsed: list[Record | None], keys: list[str], records: Known, problems: Problems) -> set[int]:
    """Find rows that share their name with an earlier row, or a record of another key, nearer than the kind's distance."""
    rows = [
        (normal(str(record["name_zh"])), keys[i], record["lon"], record["lat"], i)
        for i, record in enumerate(parsed) if record is not None
    ]  # fmt: skip
    own = {row[1] for row in rows}
    others = [
        (normal(name), key, lon, lat, -1)
        for key, name, lon, lat in records.namesakes(sorted({str(r["name_zh"]) for r in parsed if r is not None}))
        if key not in own
    ]
    frame = pd.DataFrame(others + rows, columns=["name", "key", "lon", "lat", "position"])
    found: set[int] = set()
    for _name, group in frame[frame.duplicated("name", keep=False)].groupby("name", sort=False):
        found |= _near_pairs(group, kind.twins_metres, parsed, problems)
    return found


def _near_pairs(group: pd.DataFrame, metres: float, parsed: list[Record | None], problems: Problems) -> set[int]:
    lon, lat = group["lon"].to_numpy(np.float64), group["lat"].to_numpy(np.float64)
    x, y = Plane.around(lon, lat).to_metres(lon, lat)
    positions, keys = group["position"].tolist(), group["key"].tolist()
    found: set[int] = set()
    pairs: npt.NDArray[np.int64] = cKDTree(np.column_stack([x, y])).query_pairs(metres, output_type="ndarray")
    for first, second in sorted(map(tuple, np.sort(pairs, axis=1).tolist())):
        position = positions[second]
        if position < 0 or position in found or keys[first] == keys[second]:
            continue
        distance = float(np.hypot(x[first] - x[second], y[first] - y[second]))
        is_row = positions[first] >= 0
        row = problems.rows[positions[first]] if is_row else 0
        problems.note(
            position, "row.twin", "name_zh", str((parsed[position] or {}).get("name_zh", "")), metres=f"{distance:.0f}",
            other=f"第 {row} 行" if is_row else f"已有记录 {keys[first]}",
            other_en=f"row {row}" if is_row else f"record {keys[first]}",
        )  # fmt: skip
        found.add(position)
    return found


def _line(
    position: int, record: Record | None, key: str, before: Mapping[str, Record], problems: Problems, is_double: bool
) -> dict[str, Any]:
    old = before.get(key)
    old_part = None if old is None or record is None else {name: old.get(name) for name in record}
    if record is None:
        status = INVALID
    elif is_double:
        status = DUPLICATE
    elif old_part is None:
        status = NEW
    else:
        status = UNCHANGED if old_part == record else CHANGED
    found = problems.by_position.get(position, ())
    return {
        "status": status, "key": key, "name": str((record or {}).get("name_zh", "") or key),
        "record": canonical(record) if record is not None else "",
        "before": canonical(old_part) if old_part is not None and status != UNCHANGED else "",
        "problems": [canonical(as_found(problem)) for problem in found],
    }  # fmt: skip


def counts(frame: pd.DataFrame) -> dict[str, int]:
    """Return the number of rows of each status."""
    found = Counter(frame["status"].tolist())
    return {status: found.get(status, 0) for status in STATUSES}
