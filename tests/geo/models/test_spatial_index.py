"""Spatial indexes exist after migrate and follow every kind of write."""

import pytest
from django.contrib.gis.geos import Point, Polygon
from django.db import connection

from geo.models import DemandCell, NetworkSnapshot, Region, Venue
from tests.factories import make_province
from tests.geo.models.test_constraints import make_cell, make_venue

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SPATIAL_COLUMNS = [(Region, "boundary"), (Venue, "location"), (DemandCell, "location"), (NetworkSnapshot, "extent")]


def fetch(sql, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


@pytest.mark.parametrize(("model", "column"), SPATIAL_COLUMNS)
def test_every_spatial_column_has_its_index(model, column):
    table = model._meta.db_table
    if connection.vendor == "postgresql":
        rows = fetch("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [table])
        assert any("gist" in definition and column in definition for (definition,) in rows)
        return
    rows = fetch("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
    triggers = {name for (name,) in rows}
    # SpatiaLite keeps the R-tree by triggers on insert, update and delete.
    assert {f"{prefix}_{table}_{column}" for prefix in ("gii", "giu", "gid")} <= triggers
    assert fetch("SELECT name FROM sqlite_master WHERE name = %s", [f"idx_{table}_{column}"])


def found_in(west, south, east, north):
    box = Polygon.from_bbox((west, south, east, north))
    box.srid = 4326
    return set(Venue.objects.filter(location__bboverlaps=box).values_list("code", flat=True))


def test_the_index_follows_inserts_updates_upserts_and_deletes():
    _province, _city, west, _east = make_province()
    make_venue(west)
    assert found_in(118.7, 32.0, 118.8, 32.1) == {"A1"}
    Venue.objects.filter(code="A1").update(location=Point(118.85, 32.05, srid=4326))
    assert found_in(118.7, 32.0, 118.8, 32.1) == set()
    moved = Venue.objects.get(code="A1")
    moved.pk = None
    moved.location = Point(118.71, 32.01, srid=4326)
    Venue.objects.bulk_create([moved], update_conflicts=True, unique_fields=["code"], update_fields=["location"])
    assert Venue.objects.count() == 1
    assert found_in(118.7, 32.0, 118.72, 32.02) == {"A1"}
    make_cell(west)
    Venue.objects.all().delete()
    assert found_in(118.0, 31.0, 119.0, 33.0) == set()
    if connection.vendor == "sqlite":
        for model, column in SPATIAL_COLUMNS:
            assert fetch("SELECT CheckSpatialIndex(%s, %s)", [model._meta.db_table, column]) == [(1,)]
