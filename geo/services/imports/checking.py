"""The check of an import: its rows are placed, parsed and compared; the preview is kept, the records are not touched."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa

from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.progress import Progress, no_progress, part_of
from geo.imports.check import Staged, checked_frame, counts
from geo.imports.fields import normal
from geo.imports.folders import ROW, SHAPE, keep_preview, table_of
from geo.imports.found import as_found
from geo.imports.keepers import reader_of
from geo.imports.keepers.base import Keeper
from geo.imports.keepers.od_tables import ODTableReader
from geo.imports.kinds import KINDS
from geo.imports.od_files import active_table
from geo.imports.places import Problems
from geo.models import ImportBatch, ImportKind, Occupation, Region, Venue
from geo.selectors import ground as ground_on
from geo.services.imports.placing import Placed, place_rows
from geo.services.imports.plausibility import plausible

SHOWN_PROBLEMS = 1_000
_WITHOUT_GROUND = frozenset({ImportKind.REGIONS, ImportKind.OD_TABLE})
_SHEETS = frozenset({"csv", "tsv", "xlsx"})
_KEPT_TEXT = re.compile(r"'+[=+\-@\t\r]")
"""A text that exports keep from being computed; see :func:`geo.imports.templates.plain`."""

register_messages(
    {
        "od.foreign_table": (
            "来源“{value}”的出行时间表属于本次导入区域之外，不能改动；请用另一个来源。",
            "the travel times of “{value}” belong to a region outside that of this import; name another source.",
        ),
        "import.done_before": (
            "同一文件、同样的设置已于 {value} 导入（第 {number} 号导入）。",
            "the same file was imported with the same settings on {value} (import {number}).",
        ),
    }
)


def check(batch: ImportBatch, *, on: dt.date, progress: Progress = no_progress) -> ImportBatch:
    """Compare every row with the records and keep the preview; raises :class:`InputError` if nothing can be compared at all."""
    if not batch.digest:
        raise InputError(Problem(code="import.stage", value=batch.get_stage_display()))
    kind = KINDS[batch.kind]
    ground = ground_on(on=on)
    if not ground and batch.kind not in _WITHOUT_GROUND:
        raise InputError(Problem(code="ground.none"))
    _refuse_foreign_table(batch)
    staged = staged_rows(batch, table_of(batch))
    problems = Problems(batch.file_name, staged.rows)
    _row_problems(batch, staged, problems)
    placed = place_rows(batch, kind, staged, ground, problems, on=on)
    progress(0.2)
    reader = reader_of(batch)
    frame = checked_frame(
        placed.staged, kind, placed.located, problems, reader, known=known_codes(batch), options=placed.options,
        own_regions=_own_regions(batch), inside=batch.region.path, progress=part_of(progress, 0.2, 0.95),
    )  # fmt: skip
    keep_preview(batch, frame)
    batch.summary = _summary(batch, placed, counts(frame), problems) | _others(batch, reader, frame)
    batch.stage = ImportBatch.Stage.CHECKED
    batch.save(update_fields=["summary", "stage"])
    progress(1.0)
    return batch


def _refuse_foreign_table(batch: ImportBatch) -> None:
    """Raise :class:`InputError` where the rows would go into the OD table of a region outside the import's."""
    active = active_table(batch.source) if batch.kind == ImportKind.OD_TABLE else None
    if active is not None and not active.region.path.startswith(batch.region.path):
        raise InputError(Problem(code="od.foreign_table", file=batch.file_name, value=batch.source.slug))


def _own_regions(batch: ImportBatch) -> frozenset[str]:
    return frozenset(Region.objects.filter(path__startswith=batch.region.path).values_list("code", flat=True))


def _others(batch: ImportBatch, reader: Keeper | ODTableReader, frame: pd.DataFrame) -> dict[str, int]:
    """Say how many records the source has that the file does not name, for kinds of which a file can be the whole."""
    return {"others": len(reader.others(sorted(set(frame["key"]))))} if KINDS[batch.kind].is_whole else {}


def known_codes(batch: ImportBatch) -> dict[str, dict[str, str]]:
    """Return what the rows of a kind are looked up in."""
    lookups: dict[str, Callable[[], dict[str, dict[str, str]]]] = {
        ImportKind.REGIONS: _known_regions, ImportKind.OD_TABLE: _known_places,
    }  # fmt: skip
    return lookups.get(batch.kind, _known_trades)()


def _known_trades() -> dict[str, dict[str, str]]:
    """Return the words by which rows may name trades, normalised, with their codes."""
    words: dict[str, str] = {}
    for code, zh, en in Occupation.objects.values_list("code", "name_zh", "name_en"):
        words |= {normal(word): code for word in (code, zh, en)}
    return {"occupations": words}


def _known_regions() -> dict[str, dict[str, str]]:
    """Return path and first day of the regions that are in force."""
    rows = Region.objects.filter(valid_until=None).values_list("code", "path", "valid_from")
    return {
        "paths": {code: path for code, path, _ in rows},
        "open_regions": {code: start.isoformat() for code, _, start in rows},
    }


def _known_places() -> dict[str, dict[str, str]]:
    """Return the codes that a travel time may begin and end at."""
    codes = [*Region.objects.values_list("code", flat=True), *Venue.objects.values_list("code", flat=True)]
    return {"places": dict.fromkeys(codes, "")}


def staged_rows(batch: ImportBatch, table: pa.Table) -> Staged:
    """Return the table under the names of fields; fixed values fill fields without a column and empty cells."""
    is_sheet = batch.facts.get("format") in _SHEETS
    values = {field: _texts(table, column, is_sheet=is_sheet) for field, column in batch.mapping.items()}
    for field, constant in batch.options.get("constants", {}).items():
        values[field] = [text or constant for text in values.get(field, [""] * table.num_rows)]
    shapes = table.column(SHAPE).to_pylist() if SHAPE in table.column_names else None
    return Staged(file=batch.file_name, rows=table.column(ROW).to_pylist(), values=values, shapes=shapes)


def _texts(table: pa.Table, column: str, *, is_sheet: bool) -> list[str]:
    """Return a column as texts; the apostrophe that keeps a spreadsheet from computing a text is taken off."""
    texts = ["" if text is None else text.strip() for text in table.column(column).to_pylist()]
    return [text[1:] if text[:1] == "'" and _KEPT_TEXT.match(text) else text for text in texts] if is_sheet else texts


def _row_problems(batch: ImportBatch, staged: Staged, problems: Problems) -> None:
    """Carry over what reading found wrong with single rows that are in the table all the same."""
    where = {row: position for position, row in enumerate(staged.rows)}
    for each in batch.facts.get("row_problems", ()):
        position = where.get(each["row"])
        if position is not None:
            problems.note(position, "row.reading", each["field"], each["value"], zh=each["zh"], en=each["en"])


register_messages({"row.reading": ("读取时发现：{zh}", "found while reading: {en}")})


def _summary(batch: ImportBatch, placed: Placed, found: dict[str, int], problems: Problems) -> dict[str, Any]:
    listed = [each for position in sorted(problems.by_position) for each in problems.by_position[position]]
    skipped = batch.facts.get("row_problems", [])
    in_table = set(problems.rows)
    unread = [each for each in skipped if each["row"] not in in_table]
    return {
        "counts": found, "rows_count": len(problems.rows), "near_border": placed.located.border_count,
        "unread_rows": len(unread), "unread": unread[:SHOWN_PROBLEMS], "problems_count": len(listed),
        "problems": [as_found(problem) for problem in listed[:SHOWN_PROBLEMS]],
        "notes": batch.facts.get("notes", []) + _done_before(batch),
        "unused_columns": [name for name in batch.facts["columns"] if name not in batch.mapping.values()],
        "findings": [*placed.findings, *_judged(batch, placed)],
    }  # fmt: skip


def _judged(batch: ImportBatch, placed: Placed) -> list[dict[str, Any]]:
    """Return what speaks against the datum, of rows that have points of their own."""
    place = KINDS[batch.kind].place
    has_points = place == "point" or (place == "cell" and "x" in batch.mapping)
    return plausible(batch, placed.staged, placed.located) if has_points else []


def _done_before(batch: ImportBatch) -> list[dict[str, Any]]:
    earlier = ImportBatch.objects.filter(digest=batch.digest, stage=ImportBatch.Stage.COMMITTED).exclude(pk=batch.pk).first()
    if earlier is None or earlier.committed_at is None:
        return []
    day = f"{earlier.committed_at:%Y-%m-%d}"
    said = Problem(code="import.done_before", file=batch.file_name, value=day, details={"number": earlier.pk})
    return [as_found(said)]
