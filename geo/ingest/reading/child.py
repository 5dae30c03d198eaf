"""The side that reads: one file, in a process of its own, answering with a Parquet file and JSON."""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.model import Cells, FileFacts, Limits, ReadOptions, to_table
from geo.ingest.reading.shares import tell, tell_on

FORMS = {
    ".csv": "delimited", ".tsv": "delimited", ".txt": "delimited", ".xlsx": "workbook", ".xlsm": "workbook",
    ".xls": "workbook", ".geojson": "geojson", ".json": "geojson", ".gpkg": "gdal", ".zip": "gdal", ".kml": "kml",
    ".kmz": "kml", ".parquet": "parquet", ".geoparquet": "parquet",
}  # fmt: skip
LOADED, READ, CHECKED = 0.1, 0.75, 0.85
"""Shares of the work behind it when the libraries are loaded, the cells read, the shapes and lengths checked."""
MAX_PROBLEMS, SHOWN_PROBLEMS = 10_000, 100
RASTERS = (".tif", ".tiff")
WORKS = {"raster": "geo.ingest.raster.work", "heights": "geo.ingest.raster.height_work", "marks": "geo.ingest.marking.work"}
"""Other work on a file of a user: name to module, whose ``work(path, arguments, folder)`` returns JSON types."""


def main(text: str) -> None:
    """Do the task that ``text`` holds as JSON."""
    task = json.loads(text)
    folder = Path(task["folder"])
    tell_on(task.get("shares"))
    try:
        answer = _answer(task, folder)
    except InputError as error:
        answer = {"problems": [_said(problem) for problem in error.problems]}
    except MemoryError:
        answer = {"problems": [_said(Problem(code="file.too_much_memory"))]}
    beside = folder / "answer.tmp"
    beside.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    beside.replace(folder / "answer.json")
    sys.stderr.flush()


def _answer(task: dict[str, Any], folder: Path) -> dict[str, Any]:
    path, limits = Path(task["path"]), Limits(**task["limits"])
    if "work" in task:
        work = importlib.import_module(WORKS[task["work"]]).work
        _enter(limits, path, folder)
        return {"done": work(path, task["arguments"], folder), "problems": []}
    reader = _reader(path)
    _enter(limits, path, folder)
    tell(LOADED)
    cells, facts = reader(path, ReadOptions(**task["options"]), limits, folder)
    tell(READ)
    return _kept(cells, facts, limits, folder)


def _enter(limits: Limits, path: Path, folder: Path) -> None:
    from geo.ingest.reading import sandbox  # noqa: PLC0415  after the libraries: they are loaded with all rights

    if not sandbox.enter(limits, readable=[path], writable=[folder]):
        raise InputError(Problem(code="file.no_sandbox"))


def _reader(path: Path) -> Any:
    """Return the reader for the ending of a name: one of our own modules; the libraries it needs are loaded by that."""
    ending = path.suffix.lower()
    if ending in RASTERS:
        raise InputError(Problem(code="file.raster"))
    form = FORMS.get(ending)
    if form is None:
        raise InputError(Problem(code="file.form_not_read", value=ending or path.name, details={"known": ", ".join(FORMS)}))
    return importlib.import_module(f"geo.ingest.reading.formats.{form}").read


def _kept(cells: Cells, facts: FileFacts, limits: Limits, folder: Path) -> dict[str, Any]:
    import pyarrow.parquet as pq  # noqa: PLC0415  only a file that could be read comes so far

    from geo.ingest.reading.headers import check_width, column_names  # noqa: PLC0415
    from geo.ingest.reading.shapes import check_shapes  # noqa: PLC0415

    if not cells.rows:
        raise InputError([Problem(code="table.no_rows"), *cells.problems][:SHOWN_PROBLEMS])
    check_width(len(cells.header), limits)
    names, made = column_names(cells.header)
    _shorten(cells, names, limits)
    if cells.shapes is not None:
        cells.shapes, broken = check_shapes(cells.shapes, cells.numbers)
        cells.problems += broken
    _check_problems(cells.problems)
    tell(CHECKED)
    pq.write_table(to_table(cells, names), folder / "table.parquet")
    notes = [*facts.notes, *([Problem(code="note.columns_named", value=", ".join(made)[:200])] if made else [])]
    said = {**vars(facts), "row_count": len(cells.rows), "notes": [_said(note) for note in notes]}
    return {"facts": said, "columns": names, "problems": [_said(problem) for problem in cells.problems]}


def _check_problems(problems: list[Problem]) -> None:
    """Put the problems in the order of rows; raise :class:`InputError` if there are more than anybody mends one by one."""
    problems.sort(key=lambda problem: problem.row or 0)
    if len(problems) > MAX_PROBLEMS:
        raise InputError([Problem(code="table.too_many_problems", value=f"{len(problems):,}"), *problems[:SHOWN_PROBLEMS]])


def _shorten(cells: Cells, names: list[str], limits: Limits) -> None:
    """Cut cells that are too long, each with a problem of its row."""
    for row, number in zip(cells.rows, cells.numbers, strict=True):
        if sum(map(len, row)) <= limits.cell_characters:
            continue
        for i, text in enumerate(row):
            if len(text) > limits.cell_characters:
                row[i] = text[: limits.cell_characters]
                cells.problems.append(Problem(code="table.cell_too_long", row=number, field=names[i], value=str(len(text))))


def _said(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code, "row": problem.row, "field": problem.field, "value": problem.value,
        "details": dict(problem.details),
    }  # fmt: skip
