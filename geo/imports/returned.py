"""The same file back with one more column that says what is wrong with each row.

CSV and TSV come back in their encoding and with their delimiter, XLSX as XLSX with the faulty cells coloured, GeoJSON as
GeoJSON; other files with shapes as GeoPackage, the rest as CSV.
"""

import csv
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import pyarrow as pa
import shapely
import xlsxwriter

from geo.engine.datum import parse_crs
from geo.engine.errors import Language
from geo.imports.folders import ROW, SHAPE, preview_of, table_of
from geo.imports.kinds import KINDS
from geo.imports.sentences import field_label, short_sentence
from geo.imports.templates import plain
from geo.models import ImportBatch

COLUMN = {"zh-hans": "问题", "en": "problems"}
_MAX_CELL_CHARACTERS = 32_000
_ENDINGS = {"csv": "csv", "tsv": "tsv", "xlsx": "xlsx", "geojson": "geojson"}
_SIGNED = ("utf-16", "utf-32")
"""Encodings that Python writes with a mark of their own."""


@dataclass(frozen=True, kw_only=True)
class Returned:
    """A file for the planner. ``form``: its ending; ``is_same_form``: whether it is of the form of the file that came."""

    path: Path
    file_name: str
    form: str
    is_same_form: bool


@dataclass(frozen=True, kw_only=True)
class _Marked:
    """The table as read, and what is wrong with its rows: row → sentences, row → positions of the faulty columns."""

    table: pa.Table
    columns: tuple[str, ...]
    said: Mapping[int, str]
    faulty: Mapping[int, frozenset[int]]
    header: str

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield row number and cells, the sentences last."""
        for part in self.table.to_batches():
            numbers = part.column(ROW).to_pylist()
            cells = [part.column(name).to_pylist() for name in self.columns]
            for position, number in enumerate(numbers):
                yield number, [*(own[position] or "" for own in cells), self.said.get(number, "")]


def returned_form(batch: ImportBatch) -> str:
    """Return the ending of the file that goes back."""
    form = _ENDINGS.get(str(batch.facts.get("format", "")))
    return form or ("gpkg" if batch.facts.get("has_shapes") else "csv")


def write_returned(batch: ImportBatch, folder: Path, *, language: Language = "zh-hans") -> Returned:
    """Write the file of a checked import with its problems into ``folder``; one line a row that could be read."""
    form = returned_form(batch)
    stem = Path(batch.file_name).stem
    path = folder / f"returned.{form}"
    _WRITERS[form](path, _marked(batch, language), batch)
    added = "有问题" if language == "zh-hans" else "problems"
    same = form == Path(batch.file_name).suffix.lower().removeprefix(".")
    return Returned(path=path, file_name=f"{stem}-{added}.{form}", form=form, is_same_form=same)


def _marked(batch: ImportBatch, language: Language) -> _Marked:
    table = table_of(batch)
    columns = tuple(name for name in table.column_names if name not in {ROW, SHAPE})
    where = {name: position for position, name in enumerate(columns)}
    said: dict[int, str] = {}
    faulty: dict[int, frozenset[int]] = {}
    for row, problems in problems_by_row(batch).items():
        said[row] = _sentences(batch, problems, language)
        fields = [part.strip() for each in problems for part in str(each["field"]).split(",")]
        mapped = [batch.mapping.get(field, field) for field in fields]
        faulty[row] = frozenset(where[name] for name in mapped if name in where)
    return _Marked(table=table, columns=columns, said=said, faulty=faulty, header=_free(COLUMN[language], columns))


def problems_by_row(batch: ImportBatch) -> dict[int, list[dict[str, Any]]]:
    """Return row → its problems, in the order of the rows."""
    frame = preview_of(batch, ["row", "problems"])
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row, problems in zip(frame["row"].tolist(), frame["problems"], strict=True):
        if len(problems):
            found[int(row)] += [json.loads(each) for each in problems]
    return dict(found)


def _sentences(batch: ImportBatch, problems: Sequence[Mapping[str, Any]], language: Language) -> str:
    kind = KINDS[batch.kind]
    colon = "：" if language == "zh-hans" else ": "
    parts = [
        f"{field_label(each['field'], kind, language)}{colon}{short_sentence(each, language)}"
        if each["field"] else short_sentence(each, language)
        for each in problems
    ]  # fmt: skip
    return " ".join(parts)[:_MAX_CELL_CHARACTERS]


def _free(name: str, columns: Sequence[str]) -> str:
    """Return ``name``, with a number if the file has such a column already."""
    return next(each for each in (name, *(f"{name}{number}" for number in range(2, 1_000))) if each not in columns)


def _write_separated(path: Path, marked: _Marked, batch: ImportBatch, default: str = ",") -> None:
    encoding = str(batch.facts.get("encoding") or "utf-8-sig").lower()
    if encoding.startswith(_SIGNED):
        encoding = encoding[: len("utf-16")]
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=str(batch.facts.get("delimiter") or default))
        writer.writerow([*marked.columns, marked.header])
        for _number, cells in marked.rows():
            writer.writerow([*map(_kept, cells[:-1]), plain(cells[-1])])


def _write_tabbed(path: Path, marked: _Marked, batch: ImportBatch) -> None:
    _write_separated(path, marked, batch, "\t")


def _kept(cell: str) -> str:
    """Return a cell as it came; a text that would be computed is neutralised, a number with a sign stays one."""
    return cell if _is_number(cell) else plain(cell)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _write_xlsx(path: Path, marked: _Marked, _batch: ImportBatch) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        bad = book.add_format({"bg_color": "#f8d0cc"})
        told = book.add_format({"font_color": "#b3261e"})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(len(marked.columns), len(marked.columns), 80)
        for column, name in enumerate([*marked.columns, marked.header]):
            sheet.write_string(0, column, name, bold)
        for line, (number, cells) in enumerate(marked.rows(), start=1):
            faulty = marked.faulty.get(number, frozenset())
            for column, cell in enumerate(cells[:-1]):
                write_cell(sheet, line, column, cell, bad if column in faulty else None)
            if cells[-1]:
                sheet.write_string(line, len(marked.columns), cells[-1], told)


def write_cell(sheet: Any, row: int, column: int, text: str, form: Any = None) -> None:
    """Write a number as number where it comes back as the same text, everything else as text that is never computed."""
    if as_number(text) is not None:
        sheet.write_number(row, column, as_number(text), form)
    elif text:
        sheet.write_string(row, column, plain(text)[:_MAX_CELL_CHARACTERS], form)
    elif form is not None:
        sheet.write_blank(row, column, None, form)


def as_number(text: str) -> float | int | None:
    """Return the number that a spreadsheet shows as ``text``; None if there is none (leading zeros, too many digits)."""
    if not _is_number(text):
        return None
    value = float(text)
    shown = f"{value:.16G}"
    whole = str(int(value)) if value.is_integer() and abs(value) < 1e15 else None  # noqa: PLR2004  digits a spreadsheet keeps
    return value if text in {whole, shown if "E" not in shown else None} else None


def _write_geojson(path: Path, marked: _Marked, _batch: ImportBatch) -> None:
    shapes = marked.table.column(SHAPE).to_pylist() if SHAPE in marked.table.column_names else [None] * marked.table.num_rows
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        for position, (_number, cells) in enumerate(marked.rows()):
            names = (*marked.columns, marked.header)
            feature = {
                "type": "Feature",
                "geometry": _shape(shapes[position]),
                "properties": dict(zip(names, cells, strict=True)),
            }
            file.write(("," if position else "") + "\n" + json.dumps(feature, ensure_ascii=False))
        file.write("\n]}\n")


def _shape(wkb: bytes | None) -> Any:
    return json.loads(shapely.to_geojson(shapely.from_wkb(wkb))) if wkb else None


def _write_gpkg(path: Path, marked: _Marked, batch: ImportBatch) -> None:
    shapes = shapely.from_wkb(marked.table.column(SHAPE).to_pylist())
    rows = [cells for _number, cells in marked.rows()]
    frame = geopandas.GeoDataFrame(rows, columns=[*marked.columns, marked.header], geometry=list(shapes), crs=_known_crs(batch))
    frame.to_file(path, driver="GPKG", layer="returned", engine="pyogrio")


def _known_crs(batch: ImportBatch) -> str | None:
    """Return the coordinate system to write into the file; none for offset ones, which no program knows."""
    code = str(batch.facts.get("declared_crs") or batch.datum)
    crs = parse_crs(code) if code else None
    if crs is None or crs.is_offset:
        return None
    return crs.code if crs.code.startswith("epsg:") else {"wgs84": "EPSG:4326", "cgcs2000": "EPSG:4490"}.get(crs.code)


_WRITERS = {
    "csv": _write_separated, "tsv": _write_tabbed, "xlsx": _write_xlsx, "geojson": _write_geojson, "gpkg": _write_gpkg,
}  # fmt: skip
