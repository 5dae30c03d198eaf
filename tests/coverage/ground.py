"""The grid city as records: one province, two counties, people at crossings, a venue in the middle."""

import datetime as dt

import h3
from django.conf import settings
from django.contrib.gis.geos import Point, Polygon

from coverage.models import CoverageRule, CoverageStandard
from geo.engine.network.store import save_network
from geo.models import DemandCell, NetworkSnapshot, OpeningHours, Venue
from tests.coverage.engine.cases import LAT, LON, PLACES, city
from tests.factories import NOW, make_province, make_source


def make_snapshot(network, source):
    save_network(network, settings.VAR_DIR / "networks")
    return NetworkSnapshot.objects.create(
        name="grid city", kind="synthetic", digest=network.digest, extent=Polygon.from_bbox(network.bounds),
        modes=list(network.modes), node_count=network.node_count, edge_count=network.edge_count, length_km=55.0,
        created_at=NOW, source=source,
    )  # fmt: skip


def make_cells(west, east, *, persons=10):
    """10 people at each of 121 crossings; columns 0-5 are urban and of the west county, the rest rural and of the east."""
    source = make_source("people", is_modelled=True)
    DemandCell.objects.bulk_create(
        DemandCell(
            h3_index=h3.latlng_to_cell(lat, lon, 10), region=west if column <= 5 else east,
            settlement_class="urban" if column <= 5 else "rural", location=Point(lon, lat, srid=4326), area_km2=0.0625,
            workers_persons=persons, year=2020, confidence="low", is_modelled=True, source=source,
        )
        for (column, _), lon, lat in zip(PLACES, LON, LAT, strict=True)
    )  # fmt: skip


def make_venue(code, region, place, *, capacity=100, opens="05:30", closes="12:00"):
    at = PLACES.index(place)
    venue = Venue.objects.create(
        code=code, name_zh=f"驿站{code}", kind="gig_station", status="operating", region=region,
        location=Point(LON[at], LAT[at], srid=4326), capacity_persons=capacity, source=make_source("venues", is_synthetic=True),
    )  # fmt: skip
    OpeningHours.objects.create(venue=venue, opens_at=dt.time.fromisoformat(opens), closes_at=dt.time.fromisoformat(closes))
    return venue


def make_rules(*, minutes=3.0, metres=500.0):
    standard = CoverageStandard.objects.create(
        slug="grid", name_zh="网格城标准", name_en="Grid city", venue_kinds=["gig_station"], venue_statuses=["operating"],
        open_at=dt.time(6), is_default=True,
    )  # fmt: skip
    CoverageRule.objects.create(standard=standard, settlement_class="urban", mode="ebike", cutoff_minutes=minutes)
    CoverageRule.objects.create(standard=standard, settlement_class="rural", mode="ebike", cutoff_metres=metres)
    return standard


def make_ground():
    """Return standard, province and network, with a venue of 100 places at the centre (5, 5)."""
    province, _, west, east = make_province()
    make_cells(west, east)
    make_venue("V1", west, (5, 5))
    return make_rules(), province, make_snapshot(city(), make_source("streets", is_synthetic=True))
