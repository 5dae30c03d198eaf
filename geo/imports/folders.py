"""Where an import keeps its files: ``var/imports/<id>/`` with the file as it came, the table as read, the preview."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from geo.ingest.reading import RawTable
from geo.models import ImportBatch

TABLE, PREVIEW = "table.parquet", "preview.parquet"
ROW, SHAPE = "__row", "__wkb"


def folder_of(batch: ImportBatch) -> Path:
    """Return the folder of an import, made if it is not there."""
    folder = Path(settings.VAR_DIR) / "imports" / str(batch.pk)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def source_path(batch: ImportBatch) -> Path:
    """Return the file as it came; its name is ours, only the ending is the user's."""
    return folder_of(batch) / f"source{Path(batch.file_name).suffix.lower()}"


def keep_table(batch: ImportBatch, raw: RawTable) -> None:
    """Keep the table as read."""
    replace_file(folder_of(batch) / TABLE, lambda path: pq.write_table(raw.table, path))


def table_of(batch: ImportBatch) -> pa.Table:
    """Return the table as read."""
    return pq.read_table(folder_of(batch) / TABLE)


def keep_preview(batch: ImportBatch, frame: pd.DataFrame) -> None:
    """Keep the outcome of a check."""
    replace_file(folder_of(batch) / PREVIEW, lambda path: frame.to_parquet(path, index=False))


def preview_of(batch: ImportBatch, columns: list[str] | None = None) -> pd.DataFrame:
    """Return the outcome of the check, one line a row; see :func:`geo.imports.check.checked_frame`."""
    return pd.read_parquet(folder_of(batch) / PREVIEW, columns=columns)


def record_of(text: str) -> dict[str, Any] | None:
    """Return a record of its JSON text; None for an empty one."""
    return json.loads(text) if text else None


def remove_folder(batch: ImportBatch) -> None:
    """Remove all files of an import."""
    shutil.rmtree(Path(settings.VAR_DIR) / "imports" / str(batch.pk), ignore_errors=True)


def replace_file(path: Path, write: Any) -> None:
    """Write beside, then move: a reader sees the old file or the new one."""
    beside = path.with_suffix(f".{os.getpid()}.tmp")
    write(beside)
    beside.replace(path)
