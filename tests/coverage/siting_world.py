"""The grid city as rows: people at its crossings, one market, venues to integrate and renovate, a gathering point, a plan."""

import datetime as dt
from pathlib import Path

import numpy as np
from django.conf import settings
from django.contrib.gis.geos import Point, Polygon

from coverage.jobs.coverage import run_coverage, start_coverage_run
from coverage.models import CoverageRule, CoverageStandard, SitingPlan
from geo.engine.gridcity import grid_city, grid_points, node_number
from geo.engine.network.store import save_network
from geo.models import DemandCell, NetworkSnapshot, OpeningHours, Venue
from tests.factories import NOW, make_province, make_source

COLUMNS = ROWS = 11
LON, LAT = grid_points(columns=COLUMNS, rows=ROWS, block_metres=250.0)
PLACES = [(column, row) for row in range(ROWS) for column in range(COLUMNS)]
PERSONS = np.random.default_rng(11).integers(1, 40, len(PLACES))
BLOCKS = 2
"""The standard's cutoff is two minutes by e-bike, two blocks of 250 m, for everyone."""

MARKET = (6, 6)
VENUES = {
    "G1": ((2, 2), "grassroots_hrss_platform", 600.0), "G2": ((8, 3), "grassroots_hrss_platform", 300.0),
    "H1": ((3, 8), "public_hr_market", 250.0), "TINY": ((5, 3), "doorstep_station", 40.0),
    "SITE": ((9, 9), "candidate_site", None),
}  # fmt: skip
GATHERING = (1, 6)
RULES = {
    "build_sites_count": 6, "build_sites_per_region": 2, "build_spacing_metres": 600, "build_cluster_metres": 600,
    "capacity_persons_per_m2": 24,
}  # fmt: skip


def point(place):
    at = node_number(*place, COLUMNS)
    return Point(float(LON[at]), float(LAT[at]), srid=4326)


def place_of(location):
    return PLACES[int(np.argmin((LON - location.x) ** 2 + (LAT - location.y) ** 2))]


def cells_within(place):
    """Indices of crossings within two blocks."""
    return {
        i for i, (column, row) in enumerate(PLACES) if abs(column - place[0]) + abs(row - place[1]) <= BLOCKS
    }  # fmt: skip


def make_world():
    """Return the coverage run of the grid city, done, with its files."""
    province, _, west, east = make_province()
    _make_people(west, east)
    _make_venues(west, east)
    run, _ = start_coverage_run(standard=_make_standard(), region=province, network=_make_network(), at=NOW)
    return run_coverage(run.pk)


def _make_people(west, east):
    source = make_source("census", is_modelled=True)
    DemandCell.objects.bulk_create(
        DemandCell(
            h3_index=f"c{row:02}{column:02}", region=west if column <= 5 else east, settlement_class="urban",
            location=point((column, row)), area_km2=0.0625, workers_persons=int(persons), year=2020, confidence="low",
            is_modelled=True, source=source,
        )
        for (column, row), persons in zip(PLACES, PERSONS, strict=True)
    )  # fmt: skip


def _make_venues(west, east):
    source = make_source("venues", is_synthetic=True)

    def add(code, place, kind, **values):
        return Venue.objects.create(
            code=code, name_zh=f"场所{code}", name_en=f"Venue {code}", kind=kind, status=values.pop("status", "operating"),
            region=west if place[0] <= 5 else east, location=point(place), source=source, **values,
        )  # fmt: skip

    add("M1", MARKET, "gig_station", capacity_persons=100)
    add("WAIT", GATHERING, "informal_gathering_point", waiting_persons=120)
    for code, (place, kind, area) in VENUES.items():
        venue = add(code, place, kind, floor_area_m2=area, status="candidate" if area is None else "operating")
        OpeningHours.objects.create(venue=venue, opens_at=dt.time(8, 30), closes_at=dt.time(17, 0))


def _make_standard():
    standard = CoverageStandard.objects.create(
        slug="two-minutes", name_zh="两分钟", name_en="Two minutes", venue_kinds=["gig_station"], venue_statuses=["operating"],
        is_default=True,
    )  # fmt: skip
    for name in ("urban", "rural"):
        CoverageRule.objects.create(standard=standard, settlement_class=name, mode="ebike", cutoff_minutes=BLOCKS + 0.001)
    return standard


def _make_network():
    network = grid_city(columns=COLUMNS, rows=ROWS, block_metres=250.0)
    save_network(network, Path(settings.VAR_DIR) / "networks")
    return NetworkSnapshot.objects.create(
        name="grid", kind="synthetic", digest=network.digest, extent=Polygon.from_bbox(network.bounds),
        modes=list(network.modes),
        node_count=network.node_count, edge_count=network.edge_count, length_km=1.0, created_at=NOW,
        source=make_source("streets", is_synthetic=True),
    )  # fmt: skip


def make_plan(**values):
    parameters = {"quotas": [{"level": "county", "least": 1}], "candidate_rules": RULES}
    phases = [{"year": 2022, "sites": 1}, {"year": 2025, "sites": 4, "budget_yuan": 6_000_000}]
    defaults = {"slug": "one-four", "name_zh": "一与四", "name_en": "One and four", "phases": phases, "parameters": parameters}
    return SitingPlan.objects.create(**defaults | values)
