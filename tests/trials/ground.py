"""Real data of ../shared/data as records: streets by the real command, people and venues row by row."""

from pathlib import Path

import h3
import numpy as np
import osmium
import pandas as pd
import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command

from coverage.models import CoverageRule, CoverageStandard
from geo.models import DemandCell, Venue
from geo.selectors import active_network, network_of
from tests.factories import make_region, make_source

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
KINDS, STATUSES = ["gig_station"], ["operating"]


def data_file(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"real data are not here: {path}")
    return path


def load_streets(name):
    """Load an extract with the command people use; return the network."""
    call_command("load_network", "--pbf", str(data_file(name)), "--json")
    return network_of(active_network())


def make_place(name):
    """Return a stand-in for a foreign place: a province of one county."""
    province = make_region("990000", name, "province")
    return province, make_region("990100", name, "county", parent=province)


def make_cells(region, frame):
    """Keep people: columns id, lon, lat, persons, is_urban."""
    DemandCell.objects.bulk_create(
        DemandCell(
            h3_index=row.id, region=region, settlement_class="urban" if row.is_urban else "rural",
            location=Point(row.lon, row.lat, srid=4326), area_km2=h3.cell_area(row.id, unit="km^2"),
            workers_persons=row.persons, year=2021, confidence="medium", is_modelled=False, source=make_source("people"),
        )
        for row in frame.itertuples()
    )  # fmt: skip


def make_venues(region, frame, *, capacity=None):
    """Keep venues: columns code, lon, lat."""
    Venue.objects.bulk_create(
        Venue(
            code=row.code, name_zh=row.code, kind="gig_station", status="operating", region=region,
            location=Point(row.lon, row.lat, srid=4326), capacity_persons=capacity, source=make_source("venues"),
        )
        for row in frame.itertuples()
    )  # fmt: skip


def make_standard(slug, *, mode="walk", minutes=15.0):
    standard = CoverageStandard.objects.create(
        slug=slug, name_zh=slug, name_en=slug, venue_kinds=KINDS, venue_statuses=STATUSES
    )
    for settlement_class in ("urban", "rural"):
        CoverageRule.objects.create(standard=standard, settlement_class=settlement_class, mode=mode, cutoff_minutes=minutes)
    return standard


def sao_paulo_cells():
    frame = pd.read_csv(data_file("saopaulo_hexgrid_population_jobs.csv"))
    return frame.assign(persons=frame["population"], is_urban=True)


def sao_paulo_venues(count):
    """Return the hexagons with the most jobs: where employers are, markets could be."""
    top = sao_paulo_cells().sort_values(["jobs", "id"], ascending=[False, True]).head(count)
    return top.assign(code="V-" + top["id"])


def liechtenstein_cells(network):
    """Return one person a node of the streets, by H3 cell of resolution 8; cells of 150 nodes and more are urban."""
    ids = [h3.latlng_to_cell(lat, lon, 8) for lon, lat in zip(network.node_lon, network.node_lat, strict=True)]
    names, persons = np.unique(ids, return_counts=True)
    centres = np.array([h3.cell_to_latlng(name) for name in names])
    return pd.DataFrame(
        {"id": names, "lon": centres[:, 1], "lat": centres[:, 0], "persons": persons, "is_urban": persons >= 150}
    )


def liechtenstein_villages():
    """Return the towns and villages that the extract itself names within the country's extent."""
    places = osmium.FileProcessor(str(data_file("liechtenstein_20211028.osm.pbf")), osmium.osm.NODE)
    found = [
        (place.tags["name"], place.location.lon, place.location.lat)
        for place in places.with_filter(osmium.filter.KeyFilter("place"))
        if place.tags["place"] in ("town", "village") and "name" in place.tags
    ]
    frame = pd.DataFrame(sorted(found), columns=["name", "lon", "lat"])
    return frame.assign(code=[f"LI-{number:02}" for number in range(len(frame))])
