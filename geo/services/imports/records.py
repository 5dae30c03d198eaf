"""Rows of an import as records: written with their history, and taken back."""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
from django.db.models import ProtectedError, RestrictedError

from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.progress import Progress
from geo.imports.folders import record_of
from geo.imports.keepers import keeper_of
from geo.imports.keepers.base import Keeper, Origin, batches
from geo.imports.keepers.bulk import insert_rows
from geo.imports.keepers.history import CHANGED, CREATED, DELETED, Hand, keep_first_versions, keep_versions
from geo.imports.kinds.base import Record
from geo.models import ImportBatch, ImportChange
from geo.models.history import without_versions

SHOWN_KEYS = 5
_CHANGE = ("batch", "row", "key", "before", "after")
_GONE: Record = {}
"""What a record that an import removed is afterwards."""

register_messages(
    {
        "import.changed_since": (
            "检查之后有 {count} 条记录被改动（{value}）；请重新检查。",
            "{count} records changed since the check ({value}); check again.",
        ),
        "import.changed_after": (
            "导入之后有 {count} 条记录又被改动（{value}），不能整体撤销；请先撤销之后的改动。",
            "{count} records were changed after the import ({value}), so it cannot be undone whole; undo these first.",
        ),
        "import.in_use": ("记录“{value}”已被使用，不能移除。", "the record “{value}” is in use; it cannot be removed."),
    }
)


def write(batch: ImportBatch, rows: pd.DataFrame, named: set[str], hand: Hand, progress: Progress) -> dict[str, int]:
    """Write ``rows`` of a preview; return how many records were created, changed, removed.

    ``named``: every key of the file. Records of the source that it does not name are removed if the import says so.
    """
    keeper = keeper_of(batch)
    created = changed = 0
    lines = [{str(name): value for name, value in line.items()} for line in rows.to_dict("records")]
    for part in batches(lines):
        known = _write_part(batch, part, keeper, hand)
        changed += known
        created += len(part) - known
        progress(0.95 * (created + changed) / len(lines))
    removed = {"removed": _write_gone(batch, named, keeper, hand)} if batch.options.get("replace") else {}
    return {"created": created, "changed": changed} | removed


def _write_gone(batch: ImportBatch, named: set[str], keeper: Keeper, hand: Hand) -> int:
    """Remove the records of the source that the file does not name; return how many."""
    gone = keeper.others(sorted(named))
    for keys in batches(gone):
        before = keeper.current(keys)
        _remove(keeper, keys, hand)
        _keep_changes(batch, [(0, key, before[key], _GONE) for key in keys])
    return len(gone)


def _write_part(batch: ImportBatch, lines: Sequence[dict[str, Any]], keeper: Keeper, hand: Hand) -> int:
    """Write some rows; return how many of them were on record."""
    keys = [line["key"] for line in lines]
    records = [json.loads(line["record"]) for line in lines]
    before = [record_of(line["before"]) for line in lines]
    _refuse_changed(keys, records, before, keeper.current(keys), "import.changed_since", batch)
    known = keeper.pks(keys)
    keep_first_versions(keeper.model, known.values(), hand.at)
    origins = [_origin(line, old, new) for line, old, new in zip(lines, before, records, strict=True)]
    _keep(keeper, keys, records, origins, known, hand)
    _keep_changes(
        batch,
        [(line["row"], key, old, new) for line, key, old, new in zip(lines, keys, before, records, strict=True)],
    )
    return len(known)


def _keep(
    keeper: Keeper, keys: Sequence[str], records: Sequence[Record], origins: Sequence[Origin | None], known: dict[str, int],
    hand: Hand,
) -> None:  # fmt: skip
    """Keep records and a version of each; ``known``: the primary keys of those on record."""
    with without_versions():
        keeper.keep(records, origins)
    pks = keeper.pks(keys)
    keep_versions(keeper.model, [pks[key] for key in keys if key not in known], CREATED, hand)
    keep_versions(keeper.model, [pks[key] for key in keys if key in known], CHANGED, hand)


def _remove(keeper: Keeper, keys: Sequence[str], hand: Hand) -> None:
    """Remove records, each with a last version; raises :class:`InputError` if one is in use."""
    pks = keeper.pks(keys)
    keep_first_versions(keeper.model, pks.values(), hand.at)
    keep_versions(keeper.model, list(pks.values()), DELETED, hand)
    try:
        with without_versions():
            keeper.remove(keys)
    except (ProtectedError, RestrictedError) as error:
        file = hand.batch.file_name if hand.batch else ""
        raise InputError(Problem(code="import.in_use", file=file, value=keys[0])) from error


def _keep_changes(batch: ImportBatch, changes: Sequence[tuple[int, str, Record | None, Record]]) -> None:
    insert_rows(ImportChange, _CHANGE, [(batch.pk, int(row), key, old, new) for row, key, old, new in changes])


def _origin(line: dict[str, Any], before: Record | None, after: Record) -> Origin | None:
    """Return the given coordinates of a row that moved or is new; a place that stays keeps the origin it has."""
    if pd.isna(line["x"]) or (before is not None and _place(before) == _place(after)):
        return None
    return Origin(row=int(line["row"]), x=float(line["x"]), y=float(line["y"]), datum=line["datum"])


def _place(record: Record) -> tuple[Any, Any]:
    return record.get("lon"), record.get("lat")


def _refuse_changed(
    keys: Sequence[str], records: Sequence[Record], expected: Sequence[Record | None], current: dict[str, Record], code: str,
    batch: ImportBatch,
) -> None:  # fmt: skip
    """Raise :class:`InputError` if any record is not as it is expected to be, in the fields that the import names."""
    other = [key for key, record, old in zip(keys, records, expected, strict=True) if _part(current.get(key), record) != old]
    if other:
        shown = ", ".join(other[:SHOWN_KEYS])
        raise InputError(Problem(code=code, file=batch.file_name, value=shown, details={"count": len(other)}))


def _part(record: Record | None, names: Record) -> Record | None:
    return None if record is None else {name: record.get(name) for name in names}


def take_back(batch: ImportBatch, hand: Hand, progress: Progress) -> None:
    """Take back what :func:`write` wrote; raises :class:`InputError` if a record was changed since or is in use."""
    keeper = keeper_of(batch)
    changes = list(ImportChange.objects.filter(batch=batch))
    for number, part in enumerate(batches(changes)):
        _take_back_part(batch, part, keeper, hand)
        progress(0.95 * (number + 1) * len(part) / max(len(part), len(changes)))


def _take_back_part(batch: ImportBatch, changes: Sequence[ImportChange], keeper: Keeper, hand: Hand) -> None:
    keys = [change.key for change in changes]
    after = [change.after for change in changes]
    _refuse_changed(keys, after, [each or None for each in after], keeper.current(keys), "import.changed_after", batch)
    made = [change.key for change in changes if change.before is None]
    if made:
        _remove(keeper, made, hand)
    old = {change.key: change.before for change in changes if change.before is not None}
    if old:
        _keep(keeper, list(old), list(old.values()), [None] * len(old), keeper.pks(list(old)), hand)
