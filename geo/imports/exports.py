"""Records out as files, in exactly the columns of the template: importing such a file again changes nothing."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import shapely
import xlsxwriter
from django.db.models import QuerySet

from geo.engine.errors import InputError, Language, Problem, register_messages
from geo.imports.fields import FieldSpec
from geo.imports.keepers.venues import VenueKeeper
from geo.imports.kinds import KINDS
from geo.imports.kinds.base import Kind, Record
from geo.imports.templates import header_of, label_of, plain
from geo.imports.workbooks import as_number, write_cell
from geo.models import DataSource, Region, Venue

FORMATS = ("csv", "xlsx", "geojson", "gpkg")
ROWS_A_STEP = 2_000
_DATUM = "wgs84"

register_messages(
    {
        "export.form": (
            "不能导出为“{value}”；可用：{known}。",
            "records cannot be exported as “{value}”; known: {known}.",
        ),
        "export.kind": (
            "“{value}”这类数据不能导出；可用：{known}。",
            "data of the kind “{value}” cannot be exported; known: {known}.",
        ),
    }
)

_VENUES: dict[str, Callable[["QuerySet[Venue]"], "QuerySet[Venue]"]] = {
    "venues": lambda rows: rows.exclude(kind__in=[Venue.Kind.CANDIDATE_SITE, Venue.Kind.INFORMAL_GATHERING_POINT]),
    "candidates": lambda rows: rows.filter(kind=Venue.Kind.CANDIDATE_SITE),
    "gathering_points": lambda rows: rows.filter(kind=Venue.Kind.INFORMAL_GATHERING_POINT),
}
EXPORTED = tuple(_VENUES)


def write_export(
    kind_code: str, path: Path, *, form: str = "", region: Region | None = None, source: DataSource | None = None,
    venues: "QuerySet[Venue] | None" = None, language: Language = "zh-hans",
) -> int:  # fmt: skip
    """Write the records of a kind to ``path`` and return how many there are.

    ``form``: one of :data:`FORMATS`, from the ending of ``path`` if empty. ``region``: only records in and below it;
    ``source``: only this one's; ``venues``: the rows a reader may see. Raises :class:`InputError` for an unknown kind or form.
    """
    form = form or path.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise InputError(Problem(code="export.form", value=form, details={"known": ", ".join(FORMATS)}))
    if kind_code not in _VENUES:
        raise InputError(Problem(code="export.kind", value=kind_code[:40], details={"known": ", ".join(EXPORTED)}))
    rows = _VENUES[kind_code](Venue.objects.all() if venues is None else venues)
    if region is not None:
        rows = rows.filter(region__path__startswith=region.path)
    if source is not None:
        rows = rows.filter(source=source)
    keys = list(rows.order_by("code").values_list("code", flat=True))
    _WRITERS[form](path, KINDS[kind_code], keys, language)
    return len(keys)


def records_of(keys: Sequence[str]) -> Iterator[Record]:
    """Yield the records of ``keys`` in their order, with everything a file may say of them."""
    names = dict(Region.objects.filter(valid_until=None).values_list("code", "name_zh"))
    keeper = VenueKeeper(DataSource(), None)
    for start in range(0, len(keys), ROWS_A_STEP):
        part = keys[start : start + ROWS_A_STEP]
        found = keeper.current(part)
        for record in (found[key] for key in part):
            yield record | {
                "x": record["lon"], "y": record["lat"], "datum": _DATUM, "region_code": record["region"],
                "region_name": names.get(record["region"], ""),
            }  # fmt: skip


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


def _cells(kind: Kind, keys: Sequence[str], language: Language) -> Iterator[list[str]]:
    for record in records_of(keys):
        yield [text_of(spec, record, language) for spec in kind.fields]


def _headers(kind: Kind, language: Language) -> list[str]:
    return [header_of(spec, language) for spec in kind.fields]


def _is_text(spec: FieldSpec) -> bool:
    return spec.form in {"text", "choice", "codes", "hours", "date", "flag"}


def _write_csv(path: Path, kind: Kind, keys: Sequence[str], language: Language) -> None:
    texts = [_is_text(spec) for spec in kind.fields]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_headers(kind, language))
        for cells in _cells(kind, keys, language):
            writer.writerow([plain(cell) if is_text else cell for cell, is_text in zip(cells, texts, strict=True)])


def _write_xlsx(path: Path, kind: Kind, keys: Sequence[str], language: Language) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(_headers(kind, language)):
            sheet.write_string(0, column, name, bold)
        for row, cells in enumerate(_cells(kind, keys, language), start=1):
            for column, (cell, spec) in enumerate(zip(cells, kind.fields, strict=True)):
                if _is_text(spec) and cell:
                    sheet.write_string(row, column, plain(cell))
                else:
                    write_cell(sheet, row, column, cell)


def _properties(kind: Kind, cells: Sequence[str]) -> dict[str, Any]:
    return {
        spec.name: cell if _is_text(spec) or as_number(cell) is None else as_number(cell)
        for cell, spec in zip(cells, kind.fields, strict=True)
    }


def _write_geojson(path: Path, kind: Kind, keys: Sequence[str], language: Language) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        for position, (record, cells) in enumerate(zip(records_of(keys), _cells(kind, keys, language), strict=True)):
            point = {"type": "Point", "coordinates": [record["lon"], record["lat"]]}
            feature = {"type": "Feature", "geometry": point, "properties": _properties(kind, cells)}
            file.write(("," if position else "") + "\n" + json.dumps(feature, ensure_ascii=False))
        file.write("\n]}\n")


def _write_gpkg(path: Path, kind: Kind, keys: Sequence[str], language: Language) -> None:
    records = list(records_of(keys))
    points = shapely.points([record["lon"] for record in records], [record["lat"] for record in records])
    rows = [[text_of(spec, record, language) for spec in kind.fields] for record in records]
    frame = geopandas.GeoDataFrame(rows, columns=[spec.name for spec in kind.fields], geometry=list(points), crs="EPSG:4326")
    path.unlink(missing_ok=True)
    frame.to_file(path, driver="GPKG", layer=kind.code, engine="pyogrio")


_WRITERS = {"csv": _write_csv, "xlsx": _write_xlsx, "geojson": _write_geojson, "gpkg": _write_gpkg}
