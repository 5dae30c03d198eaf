"""One field of one row, by its form: text in, JSON value out, with a note of what is wrong."""

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

from geo.engine.errors import register_messages
from geo.imports.fields import FieldSpec, normal
from geo.ingest.fields import Fields
from geo.ingest.hours import format_hours, parse_hours

_YES, _NO = frozenset({"是", "有", "yes", "y", "true", "1", "√", "✓"}), frozenset({"否", "无", "no", "n", "false", "0", "×"})
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")
_YEAR = re.compile(r"([0-9]{4})(?:年|\.0)?")
YEARS = range(1949, 2101)
_PERCENT = 100.0

register_messages(
    {
        "field.not_a_date": ("“{value}”不是日期；写法如 2026-11-23。", "“{value}” is no date; write for instance 2026-11-23."),
        "field.not_a_year": ("“{value}”不是 1949 到 2100 之间的年份。", "“{value}” is no year from 1949 to 2100."),
        "field.not_yes_or_no": ("“{value}”须为“是”或“否”。", "“{value}” must be yes or no."),
        "field.not_a_share": ("“{value}”须在 0 到 1 之间，或写成百分数。", "“{value}” must be from 0 to 1, or a percentage."),
    }
)


def parse_field(spec: FieldSpec, fields: Fields) -> Any:
    """Return the value of a field as JSON (None or "" for an empty one); problems are noted in ``fields``."""
    return _PARSERS[spec.form](spec, fields)


def _text(spec: FieldSpec, fields: Fields) -> str | None:
    return fields.text(spec.name, limit=spec.limit or 200, required=spec.is_required)


def _choice(spec: FieldSpec, fields: Fields) -> str | None:
    raw = fields.raw(spec.name)
    if not raw:
        if spec.is_required:
            fields.note("field.required", spec.name)
        return ""
    code = spec.choice_codes().get(normal(raw))
    if code is None:
        fields.note(
            "field.unknown_choice", spec.name, known=", ".join(f"{c} {zh}" for c, (zh, _) in spec.choice_labels().items())
        )
    return code


def _number(spec: FieldSpec, fields: Fields) -> float | None:
    value = fields.number(spec.name)
    if value is not None and value < 0:
        fields.note("field.negative", spec.name)
        return None
    return value


def _positive(spec: FieldSpec, fields: Fields) -> float | None:
    return fields.positive(spec.name)


def _persons(spec: FieldSpec, fields: Fields) -> int | None:
    return fields.persons(spec.name, required=spec.is_required)


def _share(spec: FieldSpec, fields: Fields) -> float | None:
    raw = fields.raw(spec.name)
    if not raw:
        return None
    try:
        value = float(raw.rstrip("%％")) / (_PERCENT if raw[-1] in "%％" else 1.0)
    except ValueError:
        value = -1.0
    if 0.0 <= value <= 1.0:
        return value
    fields.note("field.not_a_share", spec.name)
    return None


def _flag(spec: FieldSpec, fields: Fields) -> bool | None:
    raw = fields.raw(spec.name).casefold()
    if not raw:
        return None
    if raw in _YES | _NO:
        return raw in _YES
    fields.note("field.not_yes_or_no", spec.name)
    return None


def _date(spec: FieldSpec, fields: Fields) -> str | None:
    raw = fields.raw(spec.name)
    if not raw:
        if spec.is_required:
            fields.note("field.required", spec.name)
        return None
    match = _DATE.fullmatch(raw)
    try:
        if match:
            return dt.date(*map(int, match.groups())).isoformat()
    except ValueError:
        pass
    fields.note("field.not_a_date", spec.name)
    return None


def _year(spec: FieldSpec, fields: Fields) -> int | None:
    raw = fields.raw(spec.name)
    if not raw:
        if spec.is_required:
            fields.note("field.required", spec.name)
        return None
    match = _YEAR.fullmatch(raw)
    if match and int(match[1]) in YEARS:
        return int(match[1])
    fields.note("field.not_a_year", spec.name)
    return None


def _hours(spec: FieldSpec, fields: Fields) -> str | None:
    hours = parse_hours(fields.raw(spec.name))
    if hours is None:
        fields.note("hours.unreadable", spec.name)
        return None
    return format_hours(hours)


def _codes(spec: FieldSpec, fields: Fields) -> list[str]:
    """Split a list of codes or names; the kind looks them up."""
    return list(dict.fromkeys(part for part in re.split(r"[;；、,，|]\s*", fields.raw(spec.name)) if part.strip()))


_PARSERS: dict[str, Callable[[FieldSpec, Fields], Any]] = {
    "text": _text, "choice": _choice, "number": _number, "positive": _positive, "persons": _persons, "whole": _persons,
    "share": _share, "flag": _flag, "date": _date, "hours": _hours, "codes": _codes, "year": _year,
    "coordinate": lambda _spec, _fields: None,
}  # fmt: skip


def canonical(record: dict[str, Any]) -> str:
    """Return a record as JSON that is the same text for the same record."""
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
