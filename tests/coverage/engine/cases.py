"""The grid city with people at its crossings: what the tests of the engine share.

Blocks of 250 m: an e-bike takes 1 minute a block (15 km/h), a walker 250 s (1 m/s).
"""

import numpy as np

from coverage.engine.standard import Rule, Standard
from geo.engine.gridcity import grid_city, grid_points, node_number
from geo.engine.inputs import UNLIMITED_PERSONS, Demand, Facilities

COLUMNS = ROWS = 11
LON, LAT = grid_points(columns=COLUMNS, rows=ROWS, block_metres=250.0)
PLACES = [(column, row) for row in range(ROWS) for column in range(COLUMNS)]


def city(**values):
    return grid_city(columns=COLUMNS, rows=ROWS, block_metres=250.0, **values)


def demand_at(places=PLACES, *, persons=10, urban_until_column=5):
    """People at crossings; columns up to ``urban_until_column`` are urban and county 320102, the rest rural and 320104."""
    at = [node_number(column, row, COLUMNS) for column, row in places]
    column = np.array([column for column, _ in places], np.int64)
    workers = np.broadcast_to(np.array(persons, np.int64), len(places)).copy()
    is_urban = column <= urban_until_column
    return Demand(
        cell_ids=tuple(f"c{row:02}{column:02}" for column, row in places), lon=LON[at], lat=LAT[at], workers_persons=workers,
        is_urban=is_urban, area_km2=np.full(len(places), 0.0625), region_codes=("320102", "320104"),
        region_index=(~is_urban).astype(np.int32),
    )  # fmt: skip


def facilities_at(*places, capacity=None):
    at = [node_number(column, row, COLUMNS) for column, row in places]
    capacities = [UNLIMITED_PERSONS] * len(places) if capacity is None else capacity
    return Facilities(
        ids=tuple(f"f{number}" for number in range(len(places))), lon=LON[at], lat=LAT[at],
        capacity_persons=np.array(capacities, np.int64),
    )  # fmt: skip


def standard_of(*, minutes=3.0, metres=500.0, mode="ebike", **values):
    """Urban: so many minutes; rural: so many metres. By default 3 and 2 blocks, inclusive."""
    rules = (
        Rule(settlement_class="urban", mode=mode, cutoff_minutes=minutes),
        Rule(settlement_class="rural", mode=mode, cutoff_metres=metres),
    )
    return Standard(rules=rules, **values)


def same_for_both(*, minutes, mode="ebike", **values):
    rules = tuple(Rule(settlement_class=name, mode=mode, cutoff_minutes=minutes) for name in ("urban", "rural"))
    return Standard(rules=rules, **values)


def blocks_between(place, other):
    return abs(place[0] - other[0]) + abs(place[1] - other[1])
