"""What the two maps show: cells where people live, and points where they wait, of the reader's regions."""

import threading
from collections import OrderedDict
from typing import Any

import h3
import numpy as np

from geo.engine.demand.cells import cell_area_km2, cell_of_points, cell_texts
from geo.models import DataSource, DemandCell, DemandCellProfile, GatheringDetail, Venue
from geo.services.demand_cells import GROUPS, Box, CellTable, cells_version, read_cells
from planner.accounts.policy import Act
from planner.accounts.scope import Person, granted_paths, scoped
from planner.demand.sources import waiting_for

KEPT_TABLES = 3
"""Tables of cells that a process keeps: a province at resolution 8 takes some 15 MB."""
DEGREE_DECIMALS = 5  # 1 m

_tables: OrderedDict[tuple[Any, ...], CellTable] = OrderedDict()
_lock = threading.Lock()


def cell_sources(user: Person) -> list[DataSource]:
    """Return the sources with cells that a person may read, the latest first."""
    held = scoped(DemandCell, user, Act.READ_DEMAND).order_by().values("source").distinct()
    return list(scoped(DataSource, user, Act.READ_DEMAND).filter(pk__in=held).order_by("-year", "slug"))


def has_profiles(user: Person, source: DataSource) -> bool:
    """Say whether anything is known of age or travel in the cells of a source."""
    return scoped(DemandCellProfile, user, Act.READ_DEMAND).filter(cell__source=source).exists()


def table_and_version(user: Person, source: DataSource) -> tuple[CellTable, tuple[Any, ...]]:
    """Return the cells of ``source`` that a person may read, and what names their present state."""
    rows = scoped(DemandCell, user, Act.READ_DEMAND).filter(source=source)
    key = granted_paths(user, Act.READ_DEMAND), *cells_version(rows, source)
    with _lock:
        if key in _tables:
            _tables.move_to_end(key)
            return _tables[key], key
    table = read_cells(rows)
    with _lock:
        _tables[key] = table
        while len(_tables) > KEPT_TABLES:
            _tables.popitem(last=False)
    return table, key


def cells_layer(table: CellTable, *, group: str, settlement: str, box: Box | None, limit: int) -> dict[str, Any]:
    """Return hexagons with their people as GeoJSON; ``meta`` has the sums of those in the box and the cells' size."""
    level, shown = table.for_screen(box, settlement, limit)
    at = np.flatnonzero(shown)
    if len(at) > limit:  # even the coarsest cells: those with most workers
        at = at[np.argsort(-level.persons[at, 0], kind="stable")[:limit]]
    texts = cell_texts(level.cells[at])
    people = level.persons[at, GROUPS.index(group)]
    features = [
        {"type": "Feature", "id": text, "geometry": {"type": "Polygon", "coordinates": [_ring(text)]},
         "properties": {"persons": _known(count), "workers": int(workers), "urban_share": round(urban, 3)}}
        for text, count, workers, urban in zip(
            texts, people.tolist(), level.persons[at, 0].tolist(), level.urban_share[at].tolist(), strict=True
        )
    ]  # fmt: skip
    meta = {
        "group": group, "settlement": settlement, "resolution": level.resolution, "source_resolution": table.resolution,
        "cell_km2": round(cell_area_km2(texts[0]), 3) if texts else None, "cells": len(at),
        "cells_left_out": int(shown.sum()) - len(at), "workers": int(level.persons[at, 0].sum()),
        "persons": _known(float(np.nansum(people))) if len(at) and not np.isnan(people).all() else None,
    }  # fmt: skip
    return {"type": "FeatureCollection", "meta": meta, "features": features}


def _known(count: float) -> int | None:
    return None if np.isnan(count) else int(count)


def _ring(text: str) -> list[list[float]]:
    """Return the closed ring of a cell in degrees."""
    ring = [[round(lon, DEGREE_DECIMALS), round(lat, DEGREE_DECIMALS)] for lat, lon in h3.cell_to_boundary(text)]
    return [*ring, ring[0]]


def waiting_layer(user: Person, table: CellTable | None, *, box: Box | None, limit: int) -> dict[str, Any]:
    """Return the gathering points with people by hour as GeoJSON, the fullest first.

    ``is_urban`` is the class of the cell of ``table`` in which a point lies, None where there is none; ``mode_shares``: as
    surveyed, empty where nobody asked.
    """
    places = sorted(waiting_for(user).values(), key=lambda place: (-place.peak_persons, place.code))
    if box is not None:
        west, south, east, north = box
        places = [place for place in places if west <= place.lon <= east and south <= place.lat <= north]
    shown = places[:limit]
    ids = [place.venue_id for place in shown]
    venues = (
        scoped(Venue, user, Act.READ_DEMAND).filter(pk__in=ids).select_related("region", "source").defer("region__boundary")
    )
    by_id = {venue.pk: venue for venue in venues}
    shares = dict(scoped(GatheringDetail, user, Act.READ_DEMAND).filter(venue__in=ids).values_list("venue_id", "mode_shares"))
    urban = _urban_at(table, [place.lon for place in shown], [place.lat for place in shown])
    features = [
        {"type": "Feature", "id": place.code,
         "geometry": {"type": "Point", "coordinates": [round(place.lon, DEGREE_DECIMALS), round(place.lat, DEGREE_DECIMALS)]},
         "properties": {
             "name_zh": place.name_zh, "name_en": by_id[place.venue_id].name_en or place.name_zh,
             "region_code": by_id[place.venue_id].region.code, "year": place.year, "is_urban": is_urban,
             "persons_by_hour": [round(persons, 1) for persons in place.persons_by_hour],
             "mode_shares": shares.get(place.venue_id) or {}}}
        for place, is_urban in zip(shown, urban, strict=True)
        if place.venue_id in by_id
    ]  # fmt: skip
    return {"type": "FeatureCollection", "meta": {"points": len(places), "shown": len(features)}, "features": features}


def _urban_at(table: CellTable | None, lon: list[float], lat: list[float]) -> list[bool | None]:
    """Return whether each point lies in an urban cell; None without a cell there."""
    if table is None or not len(table.cells) or not lon:
        return [None] * len(lon)
    asked = cell_of_points(np.array(lon), np.array(lat), table.resolution)
    at = np.minimum(np.searchsorted(table.cells, asked), len(table.cells) - 1)
    known = table.cells[at] == asked
    return [bool(table.is_urban[index]) if found else None for index, found in zip(at, known, strict=True)]
