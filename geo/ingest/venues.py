"""Venues in a CSV or GeoJSON file: rows, or everything that is wrong with them."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geo.engine.errors import InputError, Problem, register_messages
from geo.ingest.fields import Fields
from geo.ingest.ground import UNKNOWN_CODE, Ground, Place
from geo.ingest.hours import Hours, parse_hours
from geo.ingest.tables import MAX_PROBLEMS_KEPT, Columns, Table, read_table

ACCEPTED_DATUMS = ("wgs84", "cgcs2000")
OFFSET_DATUMS = ("gcj02", "bd09")

COLUMNS = Columns(
    required=("code", "name_zh", "kind", "status", "lon", "lat"),
    optional=(
        "name_en", "datum", "region_code", "address", "floor_area_m2", "capacity_persons", "staff_persons", "waiting_persons",
        "phone", "operator", "occupations", "opening_hours",
    ),
)  # fmt: skip
TEXT_LIMITS = {"code": 40, "name_zh": 120, "name_en": 160, "address": 200, "phone": 40, "operator": 160}

register_messages(
    {
        "row.duplicate": (
            "“{value}”在第 {first} 行已出现过。",
            "“{value}” occurs before, in row {first}.",
        ),
        "venue.datum_offset": (
            "坐标系“{value}”有几百米的偏移，本命令不作转换；请先转换为 WGS-84 或 CGCS2000。",
            "the datum “{value}” is off by hundreds of metres and this command does not convert it; convert to WGS-84 or "
            "CGCS2000 first.",
        ),
        "venue.occupation_unknown": ("没有工种“{value}”；可用：{known}。", "there is no trade “{value}”; known: {known}."),
        "ground.none": ("还没有载入任何区域；请先运行 load_regions。", "no regions are on record; run load_regions first."),
    }
)


@dataclass(frozen=True, kw_only=True)
class VenueRow:
    """One venue as the file gives it. ``values``: the model's plain fields; None for occupations or hours: not in the file."""

    row: int
    code: str
    lon: float
    lat: float
    region_code: str
    values: dict[str, object]
    occupations: tuple[str, ...] | None
    hours: tuple[Hours, ...] | None


@dataclass(frozen=True, kw_only=True)
class VenueFile:
    """The venues of a file with the region of each, and how many lie just outside their region's generalised boundary."""

    rows: list[VenueRow]
    places: list[Place]
    columns: tuple[str, ...]
    border_count: int


def read_venues(
    path: Path, ground: Ground, *, kinds: Collection[str], statuses: Collection[str], occupations: Collection[str]
) -> VenueFile:
    """Return the venues of ``path``; raises :class:`InputError` with all problems if there is any.

    ``kinds``, ``statuses``, ``occupations``: the codes that are known. Regions come from ``ground``.
    """
    if not ground:
        raise InputError(Problem(code="ground.none"))
    table = read_table(path, COLUMNS)
    problems = list(table.problems)
    rows: list[VenueRow] = []
    for each in table.rows:
        fields = Fields(table.file, each, problems)
        row = _venue(fields, table.columns, ground, kinds=kinds, statuses=statuses, occupations=occupations)
        if row is not None:
            rows.append(row)
        if len(problems) >= MAX_PROBLEMS_KEPT:
            raise InputError(problems)
    problems += duplicate_problems(table, "code")
    places, border_count = _places(table, rows, ground, problems)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    return VenueFile(rows=rows, places=places, columns=table.columns, border_count=border_count)


def _venue(
    fields: Fields, columns: tuple[str, ...], ground: Ground, *, kinds: Collection[str], statuses: Collection[str],
    occupations: Collection[str],
) -> VenueRow | None:  # fmt: skip
    values: dict[str, object] = {
        name: fields.text(name, limit=limit, required=name in COLUMNS.required)
        for name, limit in TEXT_LIMITS.items()
        if name in columns
    }
    values["kind"] = fields.choice("kind", kinds)
    values["status"] = fields.choice("status", statuses)
    values["source_datum"] = _datum(fields)
    for name in ("capacity_persons", "staff_persons", "waiting_persons"):
        values |= {name: fields.persons(name)} if name in columns else {}
    values |= {"floor_area_m2": fields.positive("floor_area_m2")} if "floor_area_m2" in columns else {}
    trades = _occupations(fields, occupations) if "occupations" in columns else None
    hours = _hours(fields) if "opening_hours" in columns else None
    location = fields.location(within=ground.bounds, required=True)
    note_unknown_region(fields, ground)
    code = values.pop("code")
    if location is None or not isinstance(code, str):
        return None
    return VenueRow(
        row=fields.number_of_row, code=code, lon=location[0], lat=location[1], region_code=fields.raw("region_code"),
        values=values, occupations=trades, hours=hours,
    )  # fmt: skip


def note_unknown_region(fields: Fields, ground: Ground) -> None:
    """Add a problem if a row names a region that is not on record."""
    if fields.raw("region_code") and not ground.knows(fields.raw("region_code")):
        fields.note(UNKNOWN_CODE, "region_code")


def _datum(fields: Fields) -> str | None:
    value = fields.raw("datum").lower()
    if value in OFFSET_DATUMS:
        fields.note("venue.datum_offset", "datum")
        return None
    return value if value in ACCEPTED_DATUMS else fields.choice("datum", ACCEPTED_DATUMS, default=ACCEPTED_DATUMS[0])


def _occupations(fields: Fields, known: Collection[str]) -> tuple[str, ...]:
    given = tuple(dict.fromkeys(part.strip() for part in fields.raw("occupations").split(";") if part.strip()))
    for code in given:
        if code not in known:
            fields.note("venue.occupation_unknown", "occupations", code, known=", ".join(sorted(known)) or "—")
    return given


def _hours(fields: Fields) -> tuple[Hours, ...]:
    hours = parse_hours(fields.raw("opening_hours"))
    if hours is None:
        fields.note("hours.unreadable", "opening_hours")
    return hours or ()


def duplicate_problems(table: Table, field: str) -> list[Problem]:
    """Return a problem for each row whose ``field`` stands in an earlier row."""
    first: dict[str, int] = {}
    problems = []
    for row in table.rows:
        value = row.values.get(field, "").strip()
        if value and first.setdefault(value, row.number) != row.number:
            details = {"first": first[value]}
            problems.append(
                Problem(code="row.duplicate", file=table.file, row=row.number, field=field, value=value[:60], details=details)
            )
    return problems


def _places(table: Table, rows: list[VenueRow], ground: Ground, problems: list[Problem]) -> tuple[list[Place], int]:
    lon = np.array([row.lon for row in rows], np.float64)
    lat = np.array([row.lat for row in rows], np.float64)
    found = ground.find(lon, lat, [row.region_code for row in rows])
    for row, each in zip(rows, found, strict=True):
        if each.place is None and each.fault != UNKNOWN_CODE:
            problems.append(place_problem(table.file, row.row, each.fault, row.region_code, dict(each.details)))
    return [each.place for each in found if each.place is not None], sum(each.is_border for each in found)


def place_problem(file: str, row: int, fault: str, region_code: str, details: dict[str, str]) -> Problem:
    """Return the problem of a point that no region holds, or not the one named."""
    is_point = fault == "place.outside"
    return Problem(
        code=fault, file=file, row=row, field="lon, lat" if is_point else "region_code",
        value=details.get("at", "") if is_point else region_code[:60], details=details,
    )  # fmt: skip
