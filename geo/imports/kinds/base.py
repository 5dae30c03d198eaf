"""What every kind of row has in common."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geo.engine.errors import Problem
from geo.imports.fields import FieldSpec
from geo.ingest.fields import Fields

_WORD = re.compile(r"[a-z0-9_]+", re.ASCII)

Record = dict[str, Any]
"""What a row says, as JSON: field → value; ``lon``, ``lat`` in degrees WGS-84; ``region`` the code it is kept under."""


@dataclass(frozen=True, kw_only=True)
class RowContext:
    """What a row is read with. ``columns``: fields that the file has. ``location``: degrees WGS-84, None where there is none.

    ``region_code``: of the region the point was found in, "" where there is none. ``known``: codes that a kind looks up.
    ``geometry``: WKB of the row's shape in degrees WGS-84, None without one.
    """

    columns: frozenset[str]
    location: tuple[float, float] | None
    region_code: str
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    geometry: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Review:
    """All rows of a file after parsing, and the records of their keys. ``inside``: path of the import's region, "" for all.

    A review may note problems of rows (those become wrong) and complete records.
    """

    parsed: list[Record | None]
    keys: Sequence[str]
    before: Mapping[str, Record]
    known: Mapping[str, Mapping[str, str]]
    inside: str
    problems: Callable[..., None]

    def note(self, position: int, code: str, field: str = "", value: str = "", **details: object) -> None:
        """Note what is wrong with the row at ``position``; it is no longer imported."""
        self.problems(position, code, field, value, **details)
        self.parsed[position] = None


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of rows.

    ``fields``: what a file may say. ``parse``: row → record, problems noted in the fields. ``key_of``: what names the
    record. ``place``: whether rows have a point ("point"), a shape ("shape"), either a cell or a point ("cell"), the name of an
    area ("area"), or nothing ("none"). ``prefixes``: beginnings of further columns that are taken as they are;
    what follows is a word of small letters, digits and underscores, for it becomes a name in the records.
    ``twins_metres``: two rows of one name nearer than this are taken for one place; 0 for kinds without names. ``is_whole``:
    a file can be the whole of its source, so that what it does not name can be removed. ``review``: a look at all rows at once.
    """

    code: str
    fields: tuple[FieldSpec, ...]
    parse: Callable[[Fields, RowContext], Record]
    key_of: Callable[[Record], str]
    place: str = "point"
    prefixes: tuple[str, ...] = ()
    twins_metres: float = 0.0
    is_whole: bool = False
    review: Callable[[Review], None] | None = None

    @property
    def has_coordinates(self) -> bool:
        """Say whether rows can have coordinates, so that their datum matters."""
        return self.place in {"point", "shape", "cell"}

    def is_extra(self, name: str) -> bool:
        """Say whether ``name`` is one of the further columns that are taken as they are."""
        rests = [name.removeprefix(prefix) for prefix in self.prefixes if name.startswith(prefix)]
        return any(_WORD.fullmatch(rest) for rest in rests) and self.spec(name) is None

    def spec(self, name: str) -> FieldSpec | None:
        """Return the field of a name, None if there is none."""
        return next((spec for spec in self.fields if spec.name == name), None)


@dataclass(frozen=True, kw_only=True)
class ParsedRow:
    """A row after parsing. ``record`` is None where it could not be read; ``problems`` says why, or warns."""

    row: int
    key: str
    name: str
    record: Record | None
    problems: Sequence[Problem]
    is_twin: bool = False
