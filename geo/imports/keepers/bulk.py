"""Rows into a table by the ten thousand.

Django's ``bulk_create`` builds the statement anew for every sixty rows of a wide table; here one statement is prepared once and
executed for all rows, with the same conversions of values by the fields.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, router
from django.db.models import Field, Model
from django.db.models.constants import OnConflict

_PLAIN = (str, int, float, type(None))
"""Values that text, number and foreign key fields hand to the database as they are."""

_PLAIN_FIELDS = frozenset({
    "CharField", "TextField", "IntegerField", "PositiveIntegerField", "PositiveSmallIntegerField", "FloatField", "BooleanField",
    "ForeignKey", "OneToOneField",
})  # fmt: skip


def insert_rows(
    model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]], *, conflict: Sequence[str] = (),
    update: Sequence[str] = (),
) -> None:  # fmt: skip
    """Insert ``rows``, each with a value for every field of ``names``; raises what the database raises.

    ``conflict``: fields that name a record; where one is on record already its fields ``update`` are set instead. Foreign keys
    take the other's primary key. Signals are not sent.
    """
    connection = connections[router.db_for_write(model)]
    by_name = {field.name: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in names]
    prepared = [tuple(_value(field, value, connection) for field, value in zip(fields, row, strict=True)) for row in rows]
    if not prepared:
        return
    quote = connection.ops.quote_name
    slots = [_slot(field, value, connection) for field, value in zip(fields, prepared[0], strict=True)]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({', '.join(slots)})"  # noqa: S608  names of the model
    if conflict:
        columns_of = [[by_name[name].column for name in some] for some in (update, conflict)]
        sql += " " + connection.ops.on_conflict_suffix_sql(fields, OnConflict.UPDATE, *columns_of)
    with connection.cursor() as cursor:
        cursor.executemany(sql, prepared)


def _value(field: Any, value: Any, connection: Any) -> Any:
    if isinstance(value, _PLAIN) and field.get_internal_type() in _PLAIN_FIELDS:
        return value
    return field.get_db_prep_save(value, connection)


def _slot(field: Field[Any, Any], value: Any, connection: Any) -> str:
    """Return the placeholder of a field; geometries bring a function of their own."""
    placeholder = getattr(field, "get_placeholder", None)
    return str(placeholder(value, None, connection)) if placeholder else "%s"
