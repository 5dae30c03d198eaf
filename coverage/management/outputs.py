"""Files that a command copies to where the user wants them: refused before the work begins, not after it."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from geo.engine.errors import InputError, Problem, register_messages

register_messages(
    {
        "output.not_writable": (
            "不能把文件写到“{value}”；请换一个位置。",
            "no file can be written to “{value}”; choose another place.",
        ),
    }
)


def require_writable(paths: Iterable[Path | None]) -> None:
    """Raise :class:`InputError` naming every path where no file can be written; folders that are missing can be made."""
    problems = [_problem(path) for path in paths if path and not _is_writable(path)]
    if problems:
        raise InputError(problems)


def copy_out(made: Path, wanted: Path) -> None:
    """Copy the file ``made`` to ``wanted``, folders and all; raise :class:`InputError` if the system refuses."""
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, wanted)
    except OSError as error:
        raise InputError(_problem(wanted)) from error


def _problem(path: Path) -> Problem:
    return Problem(code="output.not_writable", value=str(path))


def _is_writable(path: Path) -> bool:
    """Return whether ``path`` is a file, or may become one, as far as can be told without touching it."""
    try:
        if path.exists():
            return path.is_file() and os.access(path, os.W_OK)
        above = next(folder for folder in path.absolute().parents if folder.exists())
    except OSError:
        return False
    return above.is_dir() and os.access(above, os.W_OK | os.X_OK)
