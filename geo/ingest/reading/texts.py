"""Values as a person sees them."""

import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

SEEN_DIGITS = 15
"""A spreadsheet shows no more: 0.30000000000000004 is seen as 0.3."""
_NOISE_DIGITS = 4
"""Digits that vanish at 15 digits only where zeros or nines stood before the last."""
_EXACT = 1e15
"""Whole numbers below this are exact as floats."""
_SMALL = 1e-10
"""From here on numbers are seen without an exponent: 0.000001 and not 1e-06."""
_MIDNIGHT = r"[ T]00:00:00(\.0+)?Z?$"


def number_text(value: float) -> str:
    """Return a number in its shortest text; whole ones without a point, "" for one that is none.

    What arithmetic left behind is not shown: 32.06 for 32.060000000000002. Real digits stay, as in 118.7512345678901.
    """
    if value != value:  # noqa: PLR0124  only "not a number" differs from itself
        return ""
    if value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    exact = repr(value)
    if len(exact) > SEEN_DIGITS and abs(value) < _EXACT:
        seen = repr(float(format(value, f".{SEEN_DIGITS}g")))
        exact = seen if len(exact) - len(seen) >= _NOISE_DIGITS else exact
    return format(Decimal(exact), "f") if "e-" in exact and abs(value) >= _SMALL else exact


def json_text(value: Any) -> str:
    """Return a value of JSON; texts without the blanks around them, lists and objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return clean(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def clean(text: str) -> str:
    """Return a text without blanks around it; half characters, which no file can hold, become question marks."""
    stripped = text.strip()
    try:
        stripped.encode()
    except UnicodeEncodeError:
        return stripped.encode("utf-8", "replace").decode()
    return stripped


def column_texts(column: pa.ChunkedArray) -> list[str]:
    """Return a column of Arrow as texts, empty for null; days without a midnight."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        return ["" if value is None else number_text(value) for value in _widened(column)]
    found = pc.cast(column, pa.large_string())
    if pa.types.is_timestamp(column.type):
        found = _moments(found)
    return ["" if value is None else value.strip() for value in found.to_pylist()]


def _widened(column: pa.ChunkedArray) -> list[float | None]:
    """Return floats; those of 32 bits by the text they are seen in, as 32.06 and not 32.060001373291016."""
    if pa.types.is_float64(column.type):
        return list(column.to_pylist())
    narrow = pc.cast(column, pa.float32())
    return [None if text is None else float(text) for text in pc.cast(narrow, pa.string()).to_pylist()]


def _moments(found: pa.ChunkedArray) -> pa.ChunkedArray:
    midnights = pc.sum(pc.match_substring_regex(found, _MIDNIGHT)).as_py()
    if midnights == len(found) - found.null_count:
        return pc.replace_substring_regex(found, _MIDNIGHT, "")
    return pc.replace_substring_regex(found, r"\.0+(Z?)$", r"\1")
