"""The side that asks: starts the child, waits no longer than agreed, and turns its end into a table or a sentence."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from geo.engine.errors import InputError, Problem
from geo.engine.progress import Progress, no_progress
from geo.ingest.reading.model import MB, FileFacts, Limits, RawTable, ReadOptions
from geo.ingest.reading.shares import heard
from geo.ingest.tables import check_file

ROOT = Path(__file__).resolve().parents[3]
ANSWER, TABLE, SAID = "answer.json", "table.parquet", "said.txt"
_SAID_BYTES = 4_000
POLL_SECONDS = 0.05
_START = "import sys; sys.path.insert(0, sys.argv[1]); from geo.ingest.reading.child import main; main(sys.argv[2])"


def read_file(
    path: Path, *, options: ReadOptions | None = None, limits: Limits | None = None, progress: Progress = no_progress
) -> RawTable:
    """Return the table of a file: CSV, TSV, XLSX, XLS, GeoJSON, GeoPackage, zipped Shapefile, KML or Parquet.

    The form is that of the name's ending, and the content must agree. Raises :class:`InputError` with a sentence for everything
    that cannot be read within the limits; the child and its files are gone then. ``progress`` gets what the child tells of its
    work, and may raise to stop the reading.
    """
    limits = limits or Limits()
    name = _check(path, limits)
    with tempfile.TemporaryDirectory(prefix="gigshed-read-") as folder:
        task = {
            "path": str(path.resolve()),
            "options": asdict(options or ReadOptions()),
            "limits": asdict(limits),
            "folder": folder,
        }
        _run(task, Path(folder), name, limits, progress)
        answer = json.loads((Path(folder) / ANSWER).read_text(encoding="utf-8"))
        problems = tuple(_problem(each, name) for each in answer["problems"])
        if "facts" not in answer:
            raise InputError(problems)
        table = pq.read_table(Path(folder) / TABLE, memory_map=False)
    facts = answer["facts"]
    facts["notes"] = tuple(_problem(each, name) for each in facts["notes"])
    facts |= {name: tuple(facts[name]) for name in ("sheets", "layers")}
    return RawTable(file=name, columns=tuple(answer["columns"]), table=table, facts=FileFacts(**facts), problems=problems)


def run_in_child(
    work: str, path: Path, arguments: dict[str, Any], folder: Path, *, limits: Limits, progress: Progress = no_progress
) -> dict[str, Any]:
    """Let a child process do ``work`` (a name of ``child.WORKS``) on a file of a user; return what it answers.

    ``arguments`` and answer: JSON types; what it writes it leaves in ``folder``. Raises :class:`InputError` as
    :func:`read_file` does.
    """
    name = _check(path, limits)
    task = {
        "work": work, "path": str(path.resolve()), "arguments": arguments, "limits": asdict(limits), "folder": str(folder),
    }  # fmt: skip
    _run(task, folder, name, limits, progress)
    answer = json.loads((folder / ANSWER).read_text(encoding="utf-8"))
    if "done" not in answer:
        raise InputError([_problem(each, name) for each in answer["problems"]])
    done: dict[str, Any] = answer["done"]
    return done


def _check(path: Path, limits: Limits) -> str:
    """Return the name of a file as it may be shown; raises :class:`InputError` unless it is one of a size that may be read."""
    name = "".join(each if each.isprintable() else "�" for each in path.name)
    try:
        check_file(path)
    except InputError as error:
        raise InputError([replace(problem, file=name) for problem in error.problems]) from error
    size = path.stat().st_size
    if size > limits.file_bytes:
        details = {"limit": limits.file_bytes // MB}
        raise InputError(Problem(code="file.too_large", file=name, value=f"{size / MB:.0f}", details=details))
    return name


def _problem(said: dict[str, Any], file: str) -> Problem:
    return Problem(
        code=said["code"], file=file, row=said["row"], field=said["field"], value=said["value"], details=said["details"]
    )


def _run(task: dict[str, Any], folder: Path, file: str, limits: Limits, progress: Progress) -> None:
    """Let the child work; raise :class:`InputError` unless it left an answer."""
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system",
                   "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1", "TMPDIR": str(folder)}  # fmt: skip
    with _pipe() as (told, telling):
        with (folder / SAID).open("wb") as said:  # no pipe: a library that warns without end would fill it and stand still
            child = subprocess.Popen(  # noqa: S603  our own interpreter and module
                [sys.executable, "-I", "-c", _START, str(ROOT), json.dumps(task | {"shares": telling})],
                cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
                start_new_session=True, pass_fds=(telling,),
            )  # fmt: skip
        try:
            _wait(child, limits, progress, told)
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    if not (folder / ANSWER).is_file():
        raise InputError(_end(child.returncode, _last_words(folder / SAID), file, limits))


@contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    """Open a pipe for shares: an end that is read without waiting, and the child's."""
    read, write = os.pipe()
    os.set_blocking(read, False)
    try:
        yield read, write
    finally:
        os.close(read)
        os.close(write)


def _last_words(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _SAID_BYTES))
        return file.read().decode(errors="replace")


def _wait(child: "subprocess.Popen[bytes]", limits: Limits, progress: Progress, told: int) -> None:
    """Wait for the child and pass on how far it is; what it tells is a number, never more."""
    end, share = time.monotonic() + limits.wall_seconds, 0.0
    while child.poll() is None and time.monotonic() < end:
        time.sleep(POLL_SECONDS)
        share = heard(told, share)
        progress(share)


def _end(code: int, said: str, file: str, limits: Limits) -> Problem:
    """Say why a child ended without an answer."""
    if code in (-signal.SIGKILL, -signal.SIGXCPU):
        seconds = min(limits.cpu_seconds, limits.wall_seconds)
        return Problem(code="file.too_slow", file=file, value=str(seconds))
    if "MemoryError" in said or "bad_alloc" in said or "alloc" in said.lower() or "Cannot allocate" in said:
        return Problem(code="file.too_much_memory", file=file)
    last = said.strip().splitlines()[-1][:120] if said.strip() else f"exit {code}"
    return Problem(code="file.damaged", file=file, value=last)
