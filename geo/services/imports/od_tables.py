"""Rows of an import as one OD table: a new version of the source's table, taken back by putting the one before in force."""

import json

import pandas as pd

from geo.engine.errors import InputError, Problem
from geo.engine.progress import Progress
from geo.imports.keepers.history import Hand
from geo.imports.od_files import COLUMNS, KEY, active_table, keep_rows, keys_of, rows_of
from geo.models import ImportBatch, ImportChange, ODTable

TABLE = "od_table"


def write(batch: ImportBatch, rows: pd.DataFrame, named: set[str], hand: Hand, progress: Progress) -> dict[str, int]:
    """Put the source's table with the new and changed rows in force; rows that the file does not name stay.

    ``named``: every key of the file; rows that it does not name go if the import says so. Returns how many were created and
    changed.
    """
    old = active_table(batch.source)
    before = rows_of(old)
    keys = keys_of(before)
    kept = before[keys.isin(named)] if batch.options.get("replace") else before
    new = pd.DataFrame([json.loads(text) for text in rows["record"]], columns=COLUMNS)
    progress(0.5)
    if new.empty and len(kept) == len(before):
        return {"created": 0, "changed": 0}
    after = pd.concat([kept, new] if len(kept) else [new]).drop_duplicates(KEY, keep="last")
    digest = keep_rows(after)
    ODTable.objects.filter(source=batch.source, is_active=True).update(is_active=False)
    ODTable.objects.create(
        source=batch.source, region=batch.region, batch=batch, digest=digest, row_count=len(after), created_at=hand.at,
        modes=sorted(set(after["mode"]) - {""}),
    )  # fmt: skip
    ImportChange.objects.create(
        batch=batch, row=0, key=TABLE, before={"digest": old.digest} if old else None, after={"digest": digest}
    )
    changed = int(rows["key"].isin(set(keys)).sum())
    removed = {"removed": len(before) - len(kept)} if batch.options.get("replace") else {}
    return {"created": len(rows) - changed, "changed": changed} | removed


def take_back(batch: ImportBatch, hand: Hand, progress: Progress) -> None:
    """Put the table before in force again; raises :class:`InputError` if another one came since."""
    change = ImportChange.objects.filter(batch=batch).first()
    if change is None:
        return
    active = active_table(batch.source)
    if active is None or active.batch_id != batch.pk:
        value = active.digest[:8] if active else ""
        raise InputError(Problem(code="import.changed_after", file=batch.file_name, value=value, details={"count": 1}))
    active.delete()
    progress(0.5)
    if change.before is not None:
        earlier = ODTable.objects.filter(source=batch.source, digest=change.before["digest"]).order_by("-created_at").first()
        if earlier is not None:
            earlier.is_active = True
            earlier.save(update_fields=["is_active"])
