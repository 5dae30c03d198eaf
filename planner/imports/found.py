"""What a check found, as the preview shows it: problems, changes, points on the map."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import shapely
from django.utils.translation import gettext as _

from geo.engine.errors import Language
from geo.imports.check import CHANGED, INVALID, NEW, STATUSES, UNCHANGED
from geo.imports.folders import preview_of, record_of
from geo.imports.kinds import KINDS
from geo.imports.kinds.base import Kind
from geo.imports.sentences import field_label, short_sentence
from geo.models import ImportBatch

MAX_POINTS = 5_000
_SHOWN_CHARACTERS = 120
_UNSHOWN = frozenset({"path", "region"})
"""Parts of records that other columns say already."""


@dataclass(frozen=True, kw_only=True)
class FoundProblem:
    """One problem of one row, in the reader's language."""

    row: int | None
    field: str
    value: str
    sentence: str
    status: str


@dataclass(frozen=True, kw_only=True)
class FoundChange:
    """One record that an import would change: the fields, old and new."""

    row: int
    key: str
    name: str
    fields: Sequence[tuple[str, str, str]]


def problems_of(batch: ImportBatch, language: Language) -> list[FoundProblem]:
    """Return every problem: of rows that could not be read, then of the others in their order."""
    kind = KINDS[batch.kind]
    unread = [_problem(each, INVALID, kind, language) for each in batch.summary.get("unread", [])]
    frame = preview_of(batch, ["status", "problems"])
    return unread + [
        _problem(json.loads(text), status, kind, language)
        for status, texts in zip(frame["status"], frame["problems"], strict=True)
        for text in texts
    ]


def _problem(problem: dict[str, Any], status: str, kind: Kind, language: Language) -> FoundProblem:
    fields = [field_label(part.strip(), kind, language) for part in str(problem["field"]).split(",")]
    return FoundProblem(
        row=problem["row"], field=", ".join(fields), value=problem["value"], sentence=short_sentence(problem, language),
        status=status,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class NewRows:
    """Rows that would become records: the labels of the fields that any of them has, and of each row number and values."""

    labels: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]


def new_rows(batch: ImportBatch) -> pd.DataFrame:
    """Return the lines of the preview that become new records."""
    frame = preview_of(batch, ["row", "status", "record"])
    return frame[frame["status"] == NEW]


def values_of(lines: Sequence[dict[str, Any]], kind: Kind, language: Language) -> NewRows:
    """Return lines of :func:`new_rows` for a table, without the fields that all of them leave empty."""
    records = [record_of(line["record"]) or {} for line in lines]
    texts = [{_field_of(name): shown_short(name, value) for name, value in record.items()} for record in records]
    ordered = [spec.name for spec in kind.fields] + sorted({name for each in texts for name in each} - _UNSHOWN)
    names = [name for name in dict.fromkeys(ordered) if any(each.get(name, "–") != "–" for each in texts)]
    return NewRows(
        labels=[_label(name, kind, language) for name in names],
        rows=[(int(line["row"]), [each.get(name, "–") for name in names]) for line, each in zip(lines, texts, strict=True)],
    )


def changed_rows(batch: ImportBatch) -> pd.DataFrame:
    """Return the lines of the preview that change a record."""
    frame = preview_of(batch, ["row", "status", "key", "name", "record", "before"])
    return frame[frame["status"] == CHANGED]


def change_of(line: dict[str, Any], kind: Kind, language: Language) -> FoundChange:
    """Return old and new of one line of :func:`changed_rows`."""
    new, old = record_of(line["record"]) or {}, record_of(line["before"]) or {}
    fields = [
        (_label(_field_of(name), kind, language), shown_short(name, old.get(name)), shown_short(name, value))
        for name, value in new.items()
        if old.get(name) != value
    ]
    return FoundChange(row=int(line["row"]), key=line["key"], name=line["name"], fields=fields)


def _label(name: str, kind: Kind, language: Language) -> str:
    """Return the name of a part of a record; some parts are made by the check and stand in no file."""
    made = {"join_note": _("How it was joined"), "workers_by_group": _("Workers by group"), "region_code": _("Region")}
    return made[name] if name in made and kind.spec(name) is None else field_label(name, kind, language)


def shown_short(name: str, value: Any) -> str:
    """Return a value for a table; of a boundary its number of vertices, for its text tells nobody anything."""
    if name != "boundary" or not value:
        return shown(value)
    return _("%(count)s vertices") % {"count": shapely.get_num_coordinates(shapely.from_wkb(value))}


def _field_of(name: str) -> str:
    return {"lon": "x", "lat": "y", "region": "region_code"}.get(name, name)


def shown(value: Any) -> str:
    """Return a value of a record for a table; a dash for none."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, dict):
        value = [f"{name} {count}" for name, count in value.items()]
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"


def points_of(batch: ImportBatch, language: Language) -> dict[str, Any]:
    """Return rows with a place as GeoJSON; of many only some, those that ask for attention first."""
    frame = preview_of(batch, ["row", "status", "key", "name", "lon", "lat", "problems"])
    frame = frame[frame["lon"].notna()]
    some = _some(frame)
    features = [_feature({str(name): value for name, value in line.items()}, language) for line in some.to_dict("records")]
    return {"type": "FeatureCollection", "features": features, "shown": len(some), "count": len(frame)}


def _some(frame: pd.DataFrame) -> pd.DataFrame:
    """Return at most MAX_POINTS lines: an equal part for each status, and what is left over for the larger ones."""
    groups = sorted((frame[frame["status"] == status] for status in STATUSES), key=len)
    chosen, left = [], MAX_POINTS
    for number, group in enumerate(groups):
        step = max(1, -(-len(group) // max(1, left // (len(groups) - number))))
        chosen.append(group.iloc[::step])
        left -= len(chosen[-1])
    order = {UNCHANGED: 0, INVALID: 2}
    return pd.concat(chosen).sort_values("status", key=lambda each: each.map(lambda status: order.get(status, 1)))


def _feature(line: dict[str, Any], language: Language) -> dict[str, Any]:
    said = [short_sentence(json.loads(each), language) for each in line["problems"]]
    properties = {name: line[name] for name in ("row", "status", "key", "name")} | {"problems": said}
    point = {"type": "Point", "coordinates": [round(line["lon"], 6), round(line["lat"], 6)]}
    return {"type": "Feature", "geometry": point, "properties": properties}
