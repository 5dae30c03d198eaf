"""What every table in a file has in common: the limits of the file, and a row of it."""

import os
from dataclasses import dataclass
from pathlib import Path

from geo.engine.errors import InputError, Problem, register_messages

MAX_FILE_BYTES = 200_000_000
_BYTES_PER_MB = 1_000_000

register_messages(
    {
        "file.not_a_file": ("这不是文件。", "this is not a file."),
        "file.unreadable": ("没有读取这个文件的权限。", "there is no permission to read this file."),
        "file.too_large": (
            "文件有 {value} MB，超过 {limit} MB 的上限；请分成几个文件。",
            "the file has {value} MB, more than {limit} MB; split it.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row: its number as the user's program shows it, and its fields as text, empty where there is nothing."""

    number: int
    values: dict[str, str]


def check_file(path: Path) -> None:
    """Raise :class:`InputError` unless ``path`` is a file with content, small enough to be read."""
    if not path.exists():
        raise InputError(Problem(code="file.missing", file=path.name))
    if not path.is_file():
        raise InputError(Problem(code="file.not_a_file", file=path.name))
    if not os.access(path, os.R_OK):
        raise InputError(Problem(code="file.unreadable", file=path.name))
    size = path.stat().st_size
    if size == 0:
        raise InputError(Problem(code="file.empty", file=path.name))
    if size > MAX_FILE_BYTES:
        details = {"limit": MAX_FILE_BYTES // _BYTES_PER_MB}
        raise InputError(Problem(code="file.too_large", file=path.name, value=f"{size / _BYTES_PER_MB:.0f}", details=details))
