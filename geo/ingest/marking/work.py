"""The work of the child: a workbook of a user, marked. No program of the file runs and nothing of it is computed."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

from geo.engine.errors import InputError, Problem
from geo.ingest.marking.edits import check_xml
from geo.ingest.marking.sheets import Mark, Marks, marked_sheet
from geo.ingest.marking.styles import Styles
from geo.ingest.reading.archive import check_archive
from geo.ingest.reading.formats.cell_errors import part_of_sheet
from geo.ingest.reading.model import Limits

MARKS, MARKED = "marks.json", "marked.xlsx"
WORKBOOK, RELATIONS, TYPES, STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/styles.xml"
_ACTIVE = re.compile(
    r"vbaProject|/activeX/|/embeddings/|/ctrlProps/|connections\.xml|/queryTables/|/macrosheets/|^customUI/", re.I
)
"""Parts that run programs or ask for data elsewhere: a workbook with them does not come back as it is."""
_DROPPED = re.compile(r"^xl/(calcChain\.xml|externalLinks/)", re.I)
"""Parts that mean nothing without formulas: the order of computing, values of other files."""
_POINTERS = {
    RELATIONS: re.compile(
        rb"<(?:\w+:)?Relationship\s[^>]*(?:calcChain|externalLink)[^>]*?(?:/>|>\s*</(?:\w+:)?Relationship\s*>)"
    ),
    TYPES: re.compile(
        rb"<(?:\w+:)?Override\s[^>]*/xl/(?:calcChain\.xml|externalLinks/)[^>]*?(?:/>|>\s*</(?:\w+:)?Override\s*>)"
    ),
    WORKBOOK: re.compile(
        rb"<(?:\w+:)?externalReferences\s*>.*?</(?:\w+:)?externalReferences\s*>"
        rb"|<(?:\w+:)?definedName\s[^>]*>[^<]*\[[^<]*</(?:\w+:)?definedName\s*>",
        re.S,
    ),
}  # fmt: skip
_TABLE_FORMULAS = re.compile(
    rb"<(?:\w+:)?(calculatedColumnFormula|totalsRowFormula)\b[^>]*>[^<]*</(?:\w+:)?\1\s*>|\stotalsRowFunction\s*=\s*[\"'][^\"']*[\"']"
)
"""What a table on a sheet would compute in its columns and its last row."""
_SHEET = b"sheetData"
_PACKING = 4


def work(path: Path, arguments: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Write the workbook at ``path`` with marks to ``folder``; return the name of the file.

    ``arguments``: sheet (its name), column (of the marks, from 0), header_row (from 1). The marks lie in ``folder`` as JSON:
    row → [sentence, faulty columns]. All sheets are kept; formulas of all of them give way to their last values. Raises
    :class:`InputError` for a workbook with programs or connections, and for parts that are damaged.
    """
    entries = check_archive(path, Limits())
    if any(_ACTIVE.search(entry.filename) for entry in entries):
        raise InputError(Problem(code="file.not_what_it_says", value="XLSX"))
    with (
        zipfile.ZipFile(path) as source,
        zipfile.ZipFile(folder / MARKED, "w", zipfile.ZIP_DEFLATED, compresslevel=_PACKING) as target,
    ):
        part = part_of_sheet(source, arguments["sheet"])
        if part is None:
            raise InputError(Problem(code="file.damaged", value=arguments["sheet"][:60]))
        styles = Styles(source.read(STYLES)) if STYLES in source.namelist() else None
        marks = _marks(arguments, folder, styles)
        for entry in entries:
            if entry.filename != STYLES and not _DROPPED.match(entry.filename):
                _copy(source, target, entry, marks if entry.filename == part else None)
        if styles:
            target.writestr(STYLES, styles.result())
    return {"file": MARKED}


def _marks(arguments: dict[str, Any], folder: Path, styles: Styles | None) -> Marks:
    rows = json.loads((folder / MARKS).read_text(encoding="utf-8"))
    return Marks(
        rows={int(row): Mark(said=said, faulty=frozenset(faulty)) for row, (said, faulty) in rows.items()},
        column=arguments["column"], header_row=arguments["header_row"],
        tint=styles.tinted if styles else lambda number: number,
    )  # fmt: skip


def _copy(source: zipfile.ZipFile, target: zipfile.ZipFile, entry: zipfile.ZipInfo, marks: Marks | None) -> None:
    """Copy one part; a sheet without its formulas, and with ``marks`` if there are any."""
    data = source.read(entry)
    name = entry.filename
    if name.lower().endswith((".xml", ".rels")):
        check_xml(data)
    if name in _POINTERS:
        data = _POINTERS[name].sub(b"", data)
    elif name.startswith("xl/tables/"):
        data = _TABLE_FORMULAS.sub(b"", data)
    elif name.lower().endswith(".xml") and _SHEET in data:
        data = marked_sheet(data, marks)
    target.writestr(name, data)
