"""Parquet and GeoParquet: plain columns as texts, a geometry column in WKB."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.headers import check_width
from geo.ingest.reading.model import MB, Cells, FileFacts, Limits, ReadOptions
from geo.ingest.reading.texts import column_texts

FIRST_ROW = 1


def read(path: Path, _options: ReadOptions, limits: Limits, _folder: Path) -> tuple[Cells, FileFacts]:
    """Read a Parquet file; columns that are neither texts nor numbers are left out, which is noted."""
    if path.open("rb").read(4) != b"PAR1":
        raise InputError(Problem(code="file.not_what_it_says", value="Parquet"))
    try:
        file = pq.ParquetFile(path)
        _check_size(file.metadata, limits)
        geo = _geo(file.schema_arrow.metadata or {})
        table = file.read()
        table.validate(full=True)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(Problem(code="file.damaged", value=str(error)[:100])) from error
    facts = FileFacts(format="geoparquet" if geo else "parquet", header_row=0, declared_crs=_declared(geo))
    return arrow_cells(table, str(geo.get("primary_column", "")), facts, limits)


def _check_size(metadata: Any, limits: Limits) -> None:
    if metadata.num_rows > limits.rows:
        raise InputError(Problem(code="table.too_many_rows", value=f"{limits.rows:,}"))
    check_width(metadata.num_columns, limits)
    size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if size > limits.unpacked_bytes:
        raise InputError(Problem(code="archive.bomb", value=f"{size // MB:,}"))


def arrow_cells(table: pa.Table, shape: str | None, facts: FileFacts, limits: Limits) -> tuple[Cells, FileFacts]:
    """Return an Arrow table as cells: numbers in their shortest text, empty for null, the column ``shape`` as shapes.

    Columns that are no texts, numbers, days or truths are left out; the facts get a note with their names.
    """
    kept, left_out, shapes = [], [], None
    for i, field in enumerate(table.schema):
        if field.name == shape and shapes is None and _is_bytes(field.type):
            shapes = table.column(i).to_pylist()
        elif _is_plain(field.type):
            kept.append(i)
        else:
            left_out.append(field.name)
    check_width(len(kept), limits)
    if left_out:
        note = Problem(code="note.columns_left_out", value=", ".join(left_out)[:200])
        facts = replace(facts, notes=(*facts.notes, note))
    columns = [column_texts(table.column(i)) for i in kept]
    cells = Cells(
        header=[table.schema.field(i).name for i in kept], rows=[list(row) for row in zip(*columns, strict=True)],
        numbers=list(range(FIRST_ROW, FIRST_ROW + len(table))), shapes=shapes,
    )  # fmt: skip
    if not kept:
        cells.rows = [[] for _ in range(len(table))]
    return cells, facts


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_plain(kind: pa.DataType) -> bool:
    """Say whether values of a type can be told as one text each."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    tests = (
        pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal,
        pa.types.is_boolean, pa.types.is_date, pa.types.is_timestamp, pa.types.is_time, pa.types.is_null,
    )  # fmt: skip
    return any(test(kind) for test in tests)


def _geo(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    """Return what a GeoParquet says of its shapes; {} for any other file. Raises ``ValueError`` for what is no JSON object."""
    found = json.loads(metadata.get(b"geo", b"{}"))
    if not isinstance(found, dict):
        raise ValueError("geo")
    return found


def _declared(geo: dict[str, Any]) -> str:
    columns = geo.get("columns", {})
    column = columns.get(geo.get("primary_column", ""), {}) if isinstance(columns, dict) else None
    crs = column.get("crs", "missing") if isinstance(column, dict) else None
    if crs == "missing":
        return "wgs84" if geo else ""
    identity = crs.get("id") if isinstance(crs, dict) else None
    code = identity.get("code") if isinstance(identity, dict) else None
    return f"epsg:{code}" if isinstance(code, int) else "wgs84" if code == "CRS84" else ""
