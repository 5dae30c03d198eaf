"""The same file back with one more column that says what is wrong with each row.

CSV and TSV come back in their encoding and with their delimiter, XLSX as the same workbook with the faulty cells coloured,
GeoJSON as GeoJSON; other files with shapes as GeoPackage, the rest as CSV.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import shapely

from geo.engine.datum import parse_crs
from geo.engine.errors import Language
from geo.imports.folders import ROW, SHAPE, preview_of, table_of
from geo.imports.kinds import KINDS
from geo.imports.marked import MAX_CELL_CHARACTERS, Marked, is_number
from geo.imports.sentences import field_label, short_sentence
from geo.imports.templates import plain
from geo.imports.workbooks import write_workbook
from geo.models import ImportBatch

COLUMN = {"zh-hans": "问题", "en": "problems"}
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


def _marked(batch: ImportBatch, language: Language) -> Marked:
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
    return Marked(table=table, columns=columns, said=said, faulty=faulty, header=_free(COLUMN[language], columns))


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
    return " ".join(parts)[:MAX_CELL_CHARACTERS]


def _free(name: str, columns: Sequence[str]) -> str:
    """Return ``name``, with a number if the file has such a column already."""
    return next(each for each in (name, *(f"{name}{number}" for number in range(2, 1_000))) if each not in columns)


def _write_separated(path: Path, marked: Marked, batch: ImportBatch, default: str = ",") -> None:
    encoding = str(batch.facts.get("encoding") or "utf-8-sig").lower()
    if encoding.startswith(_SIGNED):
        encoding = encoding[: len("utf-16")]
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=str(batch.facts.get("delimiter") or default))
        writer.writerow([*marked.columns, marked.header])
        for _number, cells in marked.rows():
            writer.writerow([*map(_kept, cells[:-1]), plain(cells[-1])])


def _write_tabbed(path: Path, marked: Marked, batch: ImportBatch) -> None:
    _write_separated(path, marked, batch, "\t")


def _kept(cell: str) -> str:
    """Return a cell as it came; a text that would be computed is neutralised, a number with a sign stays one."""
    return cell if is_number(cell) else plain(cell)


def _write_geojson(path: Path, marked: Marked, _batch: ImportBatch) -> None:
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


def _write_gpkg(path: Path, marked: Marked, batch: ImportBatch) -> None:
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
    "csv": _write_separated, "tsv": _write_tabbed, "xlsx": write_workbook, "geojson": _write_geojson, "gpkg": _write_gpkg,
}  # fmt: skip
