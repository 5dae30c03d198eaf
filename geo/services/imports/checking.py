"""The check of an import: its rows are placed, parsed and compared; the preview is kept, the records are not touched."""

import datetime as dt
import re
from typing import Any

import numpy as np
import pyarrow as pa

from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.progress import Progress, no_progress, part_of
from geo.imports.check import Staged, checked_frame, counts
from geo.imports.fields import normal
from geo.imports.folders import ROW, SHAPE, keep_preview, table_of
from geo.imports.found import as_found
from geo.imports.keepers.venues import VenueKeeper
from geo.imports.kinds import KINDS
from geo.imports.places import Located, Problems, centres, coordinates, locate
from geo.ingest.ground import Ground
from geo.models import ImportBatch, Occupation, Region
from geo.selectors import ground as ground_on
from geo.services.imports.plausibility import plausible

SHOWN_PROBLEMS = 1_000
_SHEETS = frozenset({"csv", "tsv", "xlsx"})
_KEPT_TEXT = re.compile(r"'+[=+\-@\t\r]")
"""A text that exports keep from being computed; see :func:`geo.imports.templates.plain`."""

register_messages(
    {
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
    if not ground:
        raise InputError(Problem(code="ground.none"))
    staged = staged_rows(batch, table_of(batch))
    problems = Problems(batch.file_name, staged.rows)
    _row_problems(batch, staged, problems)
    located = _located(batch, staged, ground, problems, required=kind.place == "point")
    progress(0.2)
    keeper = VenueKeeper(batch.source, batch)
    frame = checked_frame(
        staged,
        kind,
        located,
        problems,
        keeper,
        known=known_codes(),
        options=batch.options,
        own_regions=frozenset(Region.objects.filter(path__startswith=batch.region.path).values_list("code", flat=True)),
        progress=part_of(progress, 0.2, 0.95),
    )
    keep_preview(batch, frame)
    batch.summary = _summary(batch, staged, counts(frame), located, problems)
    batch.stage = ImportBatch.Stage.CHECKED
    batch.save(update_fields=["summary", "stage"])
    progress(1.0)
    return batch


def known_codes() -> dict[str, dict[str, str]]:
    """Return the words by which rows may name trades, normalised, with their codes."""
    words: dict[str, str] = {}
    for code, zh, en in Occupation.objects.values_list("code", "name_zh", "name_en"):
        words |= {normal(word): code for word in (code, zh, en)}
    return {"occupations": words}


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


def _located(batch: ImportBatch, staged: Staged, ground: Ground, problems: Problems, *, required: bool) -> Located:
    count = len(staged.rows)
    if "x" in staged.values and "y" in staged.values:
        x, y = coordinates(staged.values["x"], "x", problems), coordinates(staged.values["y"], "y", problems)
    elif staged.shapes is not None:
        x, y = centres(staged.shapes)
    else:
        x, y = np.full(count, np.nan), np.full(count, np.nan)
    if batch.options.get("swap_axes"):
        x, y = y, x
    datums = [text or batch.datum for text in staged.values.get("datum", [""] * count)]
    names = {name: staged.values[name] for name in ("region_code", "region_name") if name in staged.values}
    above = [f"{code}|{name}" for code, name in Region.objects.filter(valid_until=None).values_list("code", "name_zh")]
    return locate(
        x, y, datums, ground, names | {"names_above": above}, problems, inside=(batch.region.path, batch.region.name_zh),
        required=required,
    )  # fmt: skip


def _summary(batch: ImportBatch, staged: Staged, found: dict[str, int], located: Located, problems: Problems) -> dict[str, Any]:
    listed = [each for position in sorted(problems.by_position) for each in problems.by_position[position]]
    skipped = batch.facts.get("row_problems", [])
    in_table = set(problems.rows)
    unread = [each for each in skipped if each["row"] not in in_table]
    return {
        "counts": found, "rows_count": len(problems.rows), "near_border": located.border_count, "unread_rows": len(unread),
        "unread": unread[:SHOWN_PROBLEMS], "problems_count": len(listed),
        "problems": [as_found(problem) for problem in listed[:SHOWN_PROBLEMS]],
        "notes": batch.facts.get("notes", []) + _done_before(batch),
        "unused_columns": [name for name in batch.facts["columns"] if name not in batch.mapping.values()],
        "findings": plausible(batch, staged, located),
    }  # fmt: skip


def _done_before(batch: ImportBatch) -> list[dict[str, Any]]:
    earlier = ImportBatch.objects.filter(digest=batch.digest, stage=ImportBatch.Stage.COMMITTED).exclude(pk=batch.pk).first()
    if earlier is None or earlier.committed_at is None:
        return []
    day = f"{earlier.committed_at:%Y-%m-%d}"
    said = Problem(code="import.done_before", file=batch.file_name, value=day, details={"number": earlier.pk})
    return [as_found(said)]
