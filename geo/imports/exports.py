"""Records out as files, in exactly the columns of the template: importing such a file again changes nothing."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas
import shapely
import xlsxwriter
from django.db.models import QuerySet

from geo.engine.errors import InputError, Language, Problem, register_messages
from geo.imports.exported import MODELS, Exported, exported, shape_of
from geo.imports.fields import FieldSpec
from geo.imports.kinds import KINDS
from geo.imports.kinds.base import Record
from geo.imports.templates import header_of, label_of, plain
from geo.imports.workbooks import as_number, write_cell
from geo.models import DataSource, Region

FORMATS = ("csv", "xlsx", "geojson", "gpkg")
TABLES = ("csv", "xlsx")
EXPORTED = tuple(MODELS)

register_messages(
    {
        "export.form": (
            "记录不能导出为“{value}”；可用：{known}。",
            "records cannot be exported as “{value}”; known: {known}.",
        ),
    }
)


def formats_of(kind_code: str) -> tuple[str, ...]:
    """Return the forms in which records of a kind come out; map files only for those that have a place."""
    return FORMATS if KINDS[kind_code].has_coordinates else TABLES


def write_export(
    kind_code: str, path: Path, *, form: str = "", region: Region | None = None, source: DataSource | None = None,
    rows: "QuerySet[Any] | None" = None, language: Language = "zh-hans",
) -> int:  # fmt: skip
    """Write the records of a kind to ``path`` and return how many there are.

    ``form``: one of :func:`formats_of`, from the ending of ``path`` if empty. ``region``: only records in and below it;
    ``source``: only this one's; ``rows``: those a reader may see. Raises :class:`InputError` for an unknown kind or form, or
    where one of several sources must be named.
    """
    form = form or path.suffix.lower().removeprefix(".")
    known = formats_of(kind_code) if kind_code in KINDS else FORMATS
    if form not in known:
        raise InputError(Problem(code="export.form", value=form, details={"known": ", ".join(known)}))
    found = exported(kind_code, region=region, source=source, rows=rows)
    _WRITERS[form](path, found, language)
    return len(found.keys)


def text_of(spec: FieldSpec, record: Mapping[str, Any], language: Language) -> str:
    """Return the value of a field as the importer reads it back."""
    value = record.get(spec.name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return ("是" if value else "否") if language == "zh-hans" else ("yes" if value else "no")
    if isinstance(value, list):
        return ";".join(map(str, value))
    if spec.choices:
        return label_of(spec, str(value), language)
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and spec.form != "coordinate" else repr(value)
    return str(value)


def _cells(found: Exported, language: Language) -> Iterator[list[str]]:
    for record in found.records():
        yield [text_of(spec, record, language) for spec in found.specs]


def _headers(found: Exported, language: Language) -> list[str]:
    return [header_of(spec, language) for spec in found.specs]


def _is_text(spec: FieldSpec) -> bool:
    return spec.form in {"text", "choice", "codes", "hours", "date", "flag"}


def _write_csv(path: Path, found: Exported, language: Language) -> None:
    texts = [_is_text(spec) for spec in found.specs]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_headers(found, language))
        for cells in _cells(found, language):
            writer.writerow([plain(cell) if is_text else cell for cell, is_text in zip(cells, texts, strict=True)])


def _write_xlsx(path: Path, found: Exported, language: Language) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(_headers(found, language)):
            sheet.write_string(0, column, name, bold)
        for row, cells in enumerate(_cells(found, language), start=1):
            for column, (cell, spec) in enumerate(zip(cells, found.specs, strict=True)):
                if _is_text(spec) and cell:
                    sheet.write_string(row, column, plain(cell))
                else:
                    write_cell(sheet, row, column, cell)


def _properties(found: Exported, record: Record, language: Language) -> dict[str, Any]:
    cells = [text_of(spec, record, language) for spec in found.specs]
    return {
        spec.name: cell if _is_text(spec) or as_number(cell) is None else as_number(cell)
        for spec, cell in zip(found.specs, cells, strict=True)
    }


def _write_geojson(path: Path, found: Exported, language: Language) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        for position, record in enumerate(found.records()):
            shape = shape_of(record)
            geometry = json.loads(shapely.to_geojson(shape)) if shape is not None else None
            feature = {"type": "Feature", "geometry": geometry, "properties": _properties(found, record, language)}
            file.write(("," if position else "") + "\n" + json.dumps(feature, ensure_ascii=False))
        file.write("\n]}\n")


def _write_gpkg(path: Path, found: Exported, language: Language) -> None:
    records = list(found.records())
    rows = [[text_of(spec, record, language) for spec in found.specs] for record in records]
    names = [spec.name for spec in found.specs]
    shapes = [shape_of(record) for record in records]
    frame = geopandas.GeoDataFrame(rows, columns=names, geometry=shapes, crs="EPSG:4326")
    path.unlink(missing_ok=True)
    frame.to_file(path, driver="GPKG", layer=found.kind.code, engine="pyogrio")


_WRITERS = {"csv": _write_csv, "xlsx": _write_xlsx, "geojson": _write_geojson, "gpkg": _write_gpkg}
