"""Parquet and GeoParquet: plain columns as texts, a geometry column in WKB."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.model import Cells, FileFacts, Limits, ReadOptions

FIRST_ROW = 1


def read(path: Path, _options: ReadOptions, limits: Limits, _folder: Path) -> tuple[Cells, FileFacts]:
    """Read a Parquet file; nested columns are left out."""
    if path.open("rb").read(4) != b"PAR1":
        raise InputError(Problem(code="file.not_what_it_says", value="Parquet"))
    try:
        file = pq.ParquetFile(path)
        if file.metadata.num_rows > limits.rows:
            raise InputError(Problem(code="table.too_many_rows", value=f"{limits.rows:,}"))
        geo = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
        table = file.read()
    except (pa.ArrowInvalid, pa.ArrowException, OSError, ValueError) as error:
        raise InputError(Problem(code="file.damaged", value=str(error)[:100])) from error
    return arrow_cells(table, geo.get("primary_column"), FileFacts(
        format="geoparquet" if geo else "parquet", header_row=0, declared_crs=_declared(geo),
    ))  # fmt: skip


def arrow_cells(table: pa.Table, shape: str | None, facts: FileFacts, first_row: int = FIRST_ROW) -> tuple[Cells, FileFacts]:
    """Return an Arrow table as cells: numbers in their shortest text, empty for null."""
    names = [field.name for field in table.schema if field.name != shape and not pa.types.is_nested(field.type)]
    columns = [texts(table.column(name)) for name in names]
    cells = Cells(
        header=names, rows=[list(row) for row in zip(*columns, strict=True)],
        numbers=list(range(first_row, first_row + len(table))),
        shapes=table.column(shape).to_pylist() if shape in table.column_names else None,
    )  # fmt: skip
    return cells, facts


def texts(column: pa.ChunkedArray) -> list[str]:
    """Return a column as texts."""
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return [""] * len(column)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return ["" if value is None else value.strip() for value in pc.cast(column, pa.large_string()).to_pylist()]


def _declared(geo: dict[str, Any]) -> str:
    columns = geo.get("columns", {})
    crs = columns.get(geo.get("primary_column", ""), {}).get("crs", "missing") if isinstance(columns, dict) else None
    if crs == "missing":
        return "wgs84" if geo else ""
    code = crs.get("id", {}).get("code") if isinstance(crs, dict) else None
    return f"epsg:{code}" if isinstance(code, int) else ""
