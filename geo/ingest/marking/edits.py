"""Changes to a text of XML by position: what is not named stays byte for byte."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from geo.engine.errors import InputError, Problem

_TAG = re.compile(rb"""<[^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*>""")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)["']""")
_BOM, _LETTERS = b"\xef\xbb\xbf", 26
_PLAIN_ENCODINGS = frozenset({b"utf-8", b"utf8", b"us-ascii"})


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Bytes ``start`` to ``end`` (exclusive) become ``text``; an insertion where both are the same."""

    start: int
    end: int
    text: bytes


def edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Return ``data`` with ``edits``, none of which overlaps another; insertions at one place come before a change there."""
    parts, done = [], 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        parts += [data[done : edit.start], edit.text]
        done = edit.end
    return b"".join([*parts, data[done:]])


def check_xml(data: bytes) -> None:
    """Raise :class:`InputError` unless ``data`` is XML in UTF-8 without a document type: no entity, no second encoding."""
    encoding = _ENCODING.match(data.removeprefix(_BOM))
    is_plain = encoding is None or encoding[1].lower() in _PLAIN_ENCODINGS
    if not is_plain or b"\0" in data or b"<!DOCTYPE" in data:
        raise InputError(Problem(code="xml.entities"))


def tag_end(data: bytes, start: int) -> int:
    """Return where the tag that begins at ``start`` ends."""
    found = _TAG.match(data, start)
    if found is None:
        raise InputError(Problem(code="file.damaged", value=str(start)))
    return found.end()


def is_empty_tag(tag: bytes) -> bool:
    """Say whether a tag is a whole element."""
    return tag.endswith(b"/>")


def with_attribute(tag: bytes, name: bytes, value: bytes | None) -> bytes:
    """Return a start tag with an attribute set; without it for None."""
    bare = re.sub(rb"""\s""" + name + rb"""\s*=\s*(?:"[^"]*"|'[^']*')""", b"", tag, count=1)
    if value is None:
        return bare
    head = bare[:-2] if is_empty_tag(bare) else bare[:-1]
    return head.rstrip() + b" " + name + b'="' + value + b'"' + bare[len(head) :]


def column_of(place: str) -> int:
    """Return the column, counted from 0, of a place such as ``AB12``."""
    column = 0
    for letter in place:
        if not "A" <= letter <= "Z":
            break
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return column - 1


def letters_of(column: int) -> str:
    """Return the letters of a column counted from 0."""
    letters, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, _LETTERS)
        letters = chr(ord("A") + digit) + letters
    return letters
