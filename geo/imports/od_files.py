"""The rows of OD tables as files: ``var/od/<digest>.parquet`` with from_id, to_id, mode, travel_time_minutes."""

from pathlib import Path

import pandas as pd
from django.conf import settings

from geo.engine.digest import digest_of
from geo.imports.folders import replace_file
from geo.models import DataSource, ODTable

COLUMNS = ["from_id", "to_id", "mode", "travel_time_minutes"]
KEY = COLUMNS[:3]


def active_table(source: DataSource) -> ODTable | None:
    """Return the table of a source that is in force, None if there is none."""
    return ODTable.objects.filter(source=source, is_active=True).first()


def rows_of(table: ODTable | None) -> pd.DataFrame:
    """Return the rows of a table, minutes as float64, an empty mode where a time holds for every mode; none without a table."""
    if table is None:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in KEY} | {COLUMNS[3]: pd.Series(dtype=float)})
    return pd.read_parquet(_path(table.digest))


def keep_rows(frame: pd.DataFrame) -> str:
    """Keep rows in a file of their own and return its digest; the same rows are the same file."""
    ordered = frame[COLUMNS].sort_values(KEY, ignore_index=True)
    content = {name: "\n".join(ordered[name]) for name in KEY} | {"minutes": ordered[COLUMNS[3]].to_numpy(float)}
    digest = digest_of(content)
    _path(digest).parent.mkdir(parents=True, exist_ok=True)
    replace_file(_path(digest), lambda path: ordered.to_parquet(path, index=False))
    return digest


def keys_of(frame: pd.DataFrame) -> "pd.Series[str]":
    """Return what names each row: from, to, and the mode if there is one."""
    keys: pd.Series[str] = (frame["from_id"] + " " + frame["to_id"] + " " + frame["mode"]).str.strip()
    return keys


def _path(digest: str) -> Path:
    return Path(settings.VAR_DIR) / "od" / f"{digest}.parquet"
