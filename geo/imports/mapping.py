"""Which column of a file is which field: proposals from the names of the columns, and the rules of a mapping."""

import difflib
import re
from collections.abc import Mapping, Sequence

from geo.engine.errors import InputError, Problem, register_messages
from geo.imports.fields import FieldSpec, normal

NEAR_ENOUGH = 0.86
"""Similarity of two Latin names above which one is proposed for the other; Chinese names must contain each other."""

_REMARK = re.compile(r"[(（\[【].*?[)）\]】]")

register_messages(
    {
        "mapping.unknown_field": ("没有名为“{value}”的字段；可用：{known}。", "there is no field “{value}”; known: {known}."),
        "mapping.unknown_column": (
            "文件里没有“{value}”这一列；有：{known}。",
            "the file has no column “{value}”; it has: {known}.",
        ),
        "mapping.column_twice": (
            "“{value}”这一列用在了两个字段：{first}、{second}。",
            "the column “{value}” is used for two fields: {first} and {second}.",
        ),
        "mapping.required": (
            "必需的字段“{value}”没有对应的列，也没有固定值。",
            "the required field “{value}” has neither a column nor a fixed value.",
        ),
    }
)


def suggest(columns: Sequence[str], fields: Sequence[FieldSpec]) -> dict[str, str]:
    """Return field → column for the columns whose names tell it; each column at most once, exact names before near ones."""
    free = {column: normal(column) for column in columns}
    found: dict[str, str] = {}
    for rule in (_same, _same_without_remark, _near):
        for spec in fields:
            if spec.name in found:
                continue
            column = next((name for name, word in free.items() if rule(name, word, spec)), None)
            if column is not None:
                found[spec.name] = column
                del free[column]
    return found


def _same(_column: str, word: str, spec: FieldSpec) -> bool:
    return word in spec.words


def _same_without_remark(column: str, _word: str, spec: FieldSpec) -> bool:
    return normal(_REMARK.sub("", column)) in spec.words


def _near(column: str, word: str, spec: FieldSpec) -> bool:
    if not word:
        return False
    if word.isascii():
        return any(difflib.SequenceMatcher(None, word, known).ratio() >= NEAR_ENOUGH for known in spec.words)
    return any(len(known) > 1 and not known.isascii() and (known in word) for known in spec.words)


def check_mapping(
    mapping: Mapping[str, str], constants: Mapping[str, str], columns: Sequence[str], fields: Sequence[FieldSpec],
    *, file: str, given: frozenset[str] = frozenset(),
) -> None:  # fmt: skip
    """Raise :class:`InputError` with everything that is wrong with a mapping.

    ``given``: fields that need no column, because the file's geometry or something else gives them.
    """
    known = {spec.name: spec for spec in fields}
    problems = [
        Problem(code="mapping.unknown_field", file=file, value=name[:60], details={"known": ", ".join(known)})
        for name in [*mapping, *constants]
        if name not in known
    ]
    problems += [
        Problem(
            code="mapping.unknown_column", file=file, field=name, value=column[:60], details={"known": ", ".join(columns)[:400]}
        )
        for name, column in mapping.items()
        if column not in columns
    ]
    problems += _twice(mapping, file)
    problems += [
        Problem(code="mapping.required", file=file, value=f"{spec.zh} / {spec.en} ({spec.name})")
        for spec in fields
        if spec.is_required and spec.name not in mapping and not constants.get(spec.name) and spec.name not in given
    ]
    if problems:
        raise InputError(problems)


def _twice(mapping: Mapping[str, str], file: str) -> list[Problem]:
    first: dict[str, str] = {}
    return [
        Problem(code="mapping.column_twice", file=file, value=column, details={"first": first[column], "second": name})
        for name, column in mapping.items()
        if first.setdefault(column, name) != name
    ]
