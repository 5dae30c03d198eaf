"""Versions of many records at once: the database copies the rows into the history, one statement a portion."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connections, router
from django.db.models import Model

from geo.imports.keepers.base import batches
from geo.models import ImportBatch

CREATED, CHANGED, DELETED = "+", "~", "-"


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Who changes records, when, why, and by which import."""

    at: dt.datetime
    by: AbstractBaseUser | None
    reason: str
    batch: ImportBatch | None


def keep_first_versions(model: type[Model], pks: Collection[int], at: dt.datetime) -> None:
    """Give records that have no history yet their present version as the first: the next one can then be compared with it."""
    history = model.history.model  # type: ignore[attr-defined]
    name = model._meta.pk.name  # type: ignore[union-attr]
    known: set[int] = set()
    for part in batches(sorted(pks)):
        known |= set(history.objects.filter(**{f"{name}__in": part}).values_list(name, flat=True))
    before = Hand(at=at - dt.timedelta(microseconds=1), by=None, reason="on record before", batch=None)
    keep_versions(model, sorted(set(pks) - known), CREATED, before)


def keep_versions(model: type[Model], pks: Sequence[int], history_type: str, hand: Hand) -> None:
    """Write the records of ``pks``, as they are on record now, as versions into their history."""
    connection = connections[router.db_for_write(model)]
    history = model.history.model  # type: ignore[attr-defined]
    quote = connection.ops.quote_name
    tracked = [quote(field.column) for field in history.tracked_fields]
    extra: dict[str, Any] = {
        "history_date": hand.at, "history_type": history_type, "history_change_reason": hand.reason[:200],
        "history_user": hand.by.pk if hand.by else None, "import_batch": hand.batch.pk if hand.batch else None,
    }  # fmt: skip
    fields = {name: history._meta.get_field(name) for name in extra}
    values = [field.get_db_prep_save(extra[name], connection) for name, field in fields.items()]
    target = ", ".join([*tracked, *(quote(field.column) for field in fields.values())])
    key = quote(str(model._meta.pk.column))  # type: ignore[union-attr]
    for part in batches(pks):
        wanted = ", ".join(["%s"] * len(part))
        sql = (
            f"INSERT INTO {quote(history._meta.db_table)} ({target}) SELECT {', '.join(tracked)}, "  # noqa: S608  the models' names
            f"{', '.join(['%s'] * len(values))} FROM {quote(model._meta.db_table)} WHERE {key} IN ({wanted})"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, *part])
