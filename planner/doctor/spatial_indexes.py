"""Spatial indexes: there, kept by their triggers, and as long as their table. Some changes of a table lose them silently."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.contrib.gis.db.models import GeometryField
from django.db import connection

from planner.doctor.findings import Finding, State

RTREE_TRIGGERS = ("gii", "giu", "gid")  # SpatiaLite's prefixes: the index follows insert, update, delete


@dataclass(frozen=True)
class SpatialColumn:
    """A column that should have a spatial index."""

    table: str
    column: str

    @property
    def index(self) -> str:
        """SpatiaLite's name of the index."""
        return f"idx_{self.table}_{self.column}"

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


def spatial_columns() -> list[SpatialColumn]:
    """Return the columns of our tables that are declared with a spatial index."""
    return [
        SpatialColumn(model._meta.db_table, field.attname)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, GeometryField) and field.spatial_index
    ]


def _ask(question: str, *values: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        row = cursor.fetchone()
    return row[0] if row else None


def _spatialite_faults(column: SpatialColumn) -> Iterator[str]:
    """Say what is wrong with one index on SpatiaLite."""
    if not _ask("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = %s", column.index):
        yield "the index is missing"
        return
    for prefix in RTREE_TRIGGERS:
        name = f"{prefix}_{column.table}_{column.column}"
        if not _ask("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name = %s", name):
            yield f"trigger {name} is missing"
    quote = connection.ops.quote_name
    there = _ask(f"SELECT count(*) FROM {quote(column.table)} WHERE {quote(column.column)} IS NOT NULL")  # noqa: S608
    indexed = _ask(f"SELECT count(*) FROM {quote(column.index)}")  # noqa: S608
    if there != indexed:
        yield f"{there} rows, {indexed} in the index"
    elif not _ask("SELECT CheckSpatialIndex(%s, %s)", column.table, column.column):
        yield "the index does not agree with the rows"


def _postgis_faults(column: SpatialColumn) -> Iterator[str]:
    """Say what is wrong with one index on PostGIS."""
    question = """SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
        JOIN pg_attribute t ON t.attrelid = i.indrelid AND t.attnum = ANY(i.indkey)
        WHERE i.indrelid = %s::regclass AND t.attname = %s AND a.amname = 'gist' AND i.indisvalid"""
    if not _ask(question, connection.ops.quote_name(column.table), column.column):
        yield "the index is missing or not valid"


def faults(column: SpatialColumn) -> list[str]:
    """Return what is wrong with the index of ``column``; empty when it is healthy."""
    look = _postgis_faults if connection.vendor == "postgresql" else _spatialite_faults
    return list(look(column))


def rebuild(column: SpatialColumn) -> None:
    """Make the index of ``column`` anew; the rows are not touched."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            name = quote(f"{column.table}_{column.column}_spatial")
            cursor.execute(f"DROP INDEX IF EXISTS {name}")
            cursor.execute(f"CREATE INDEX {name} ON {quote(column.table)} USING GIST ({quote(column.column)})")
            return
        cursor.execute("SELECT DisableSpatialIndex(%s, %s)", [column.table, column.column])
        cursor.execute(f"DROP TABLE IF EXISTS {quote(column.index)}")
        cursor.execute("SELECT CreateSpatialIndex(%s, %s)", [column.table, column.column])


def spatial_indexes(*, repair: bool) -> list[Finding]:
    """Return a finding for each spatial index; with ``repair`` the broken ones are made anew first."""
    return [_finding(column, repair=repair) for column in spatial_columns() if _exists(column)]


def _exists(column: SpatialColumn) -> bool:
    return column.table in connection.introspection.table_names()


def _finding(column: SpatialColumn, *, repair: bool) -> Finding:
    name = f"spatial index {column}"
    found = faults(column)
    if found and repair:
        rebuild(column)
        left = faults(column)
        if not left:
            return Finding(name=name, state=State.OK, said=f"repaired ({'; '.join(found)})")
        found = left
    if not found:
        return Finding(name=name, state=State.OK, said="healthy")
    return Finding(
        name=name,
        state=State.BAD,
        said="; ".join(found),
        cure_zh="请运行 manage.py doctor --repair 重建索引（不改动数据）",
        cure_en="run manage.py doctor --repair to make the index anew (rows are not touched)",
    )
