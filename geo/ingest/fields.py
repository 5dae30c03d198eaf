"""Fields of one row: text to values, with a note of everything that is wrong."""

import re
import unicodedata

from geo.engine.errors import Problem, register_messages
from geo.ingest.tables import Row
from geo.validation import NOT_FINITE

MAX_WHOLE = 2_147_483_647
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}(\.0{1,6})?")
_NOT_FINITE = re.compile(r"[+-]?(nan|inf(inity)?)", re.IGNORECASE)
_MAX_SHOWN_CHARACTERS = 60

register_messages(
    {
        "field.required": ("不能为空。", "this must not be empty."),
        "field.not_a_number": ("“{value}”不是数。", "“{value}” is not a number."),
        "field.not_whole": ("“{value}”不是整数。", "“{value}” is not a whole number."),
        "field.negative": ("“{value}”是负数。", "“{value}” is negative."),
        "field.not_positive": ("“{value}”须大于 0。", "“{value}” must be above 0."),
        "field.too_large": ("“{value}”太大。", "“{value}” is too large."),
        "field.unknown_choice": ("“{value}”不在可用值之中：{known}。", "“{value}” is not known; known: {known}."),
        "field.text_too_long": (
            "有 {length} 个字符，上限 {limit} 个：“{value}”。",
            "{length} characters, {limit} at most: “{value}”.",
        ),
        "field.control_character": ("含有控制字符：“{value}”。", "there is a control character in “{value}”."),
    }
)


class Fields:
    """The fields of one row. Each method returns the value, or None with a problem added to ``problems``."""

    def __init__(self, file: str, row: Row, problems: list[Problem]) -> None:
        self._file, self._row, self._problems = file, row, problems

    @property
    def number_of_row(self) -> int:
        """The row's number as the user's program shows it."""
        return self._row.number

    def raw(self, field: str) -> str:
        """Return the text of a field without blanks around it; empty if the table has no such column."""
        return self._row.values.get(field, "").strip()

    def note(self, code: str, field: str, value: str | None = None, **details: object) -> None:
        """Add a problem of ``field``."""
        shown = self.raw(field) if value is None else value
        problem = Problem(
            code=code, file=self._file, row=self._row.number, field=field, value=_printable(shown), details=details
        )
        self._problems.append(problem)

    def text(self, field: str, *, limit: int, required: bool = False) -> str | None:
        """Return text of at most ``limit`` characters."""
        value = self.raw(field)
        if required and not value:
            self.note("field.required", field)
        elif len(value) > limit:
            self.note("field.text_too_long", field, length=len(value), limit=limit)
        elif any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
            self.note("field.control_character", field)
        else:
            return value
        return None

    def number(self, field: str) -> float | None:
        """Return a finite number; None for an empty field."""
        value = self.raw(field)
        if not value:
            return None
        if not _NUMBER.fullmatch(value):
            self.note(NOT_FINITE if _NOT_FINITE.fullmatch(value) else "field.not_a_number", field)
            return None
        return float(value)

    def positive(self, field: str) -> float | None:
        """Return a number above 0; None for an empty field."""
        value = self.number(field)
        if value is None or 0 < value < float("inf"):
            return value
        self.note("field.not_positive" if value <= 0 else "field.too_large", field)
        return None

    def persons(self, field: str, *, required: bool = False) -> int | None:
        """Return a whole number of people, 0 or more; None for an empty field."""
        value = self.raw(field)
        if not value:
            if required:
                self.note("field.required", field)
            return None
        if not _WHOLE.fullmatch(value):
            self.note("field.not_whole" if _NUMBER.fullmatch(value) else "field.not_a_number", field)
            return None
        people = int(value.split(".")[0])
        if 0 <= people <= MAX_WHOLE:
            return people
        self.note("field.negative" if people < 0 else "field.too_large", field)
        return None


def _printable(value: str) -> str:
    """Return ``value`` short and without control characters, fit for a terminal."""
    clean = "".join(c if unicodedata.category(c)[0] != "C" else "\N{REPLACEMENT CHARACTER}" for c in value)
    return clean if len(clean) <= _MAX_SHOWN_CHARACTERS else clean[:_MAX_SHOWN_CHARACTERS] + "…"
