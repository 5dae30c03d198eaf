"""Real data of ../shared/data as records, loaded by the commands people use."""

from pathlib import Path

import h3
import numpy as np
import osmium
import pandas as pd
import pytest
from django.core.management import call_command

from coverage.models import CoverageRule, CoverageStandard
from geo.selectors import active_network, network_of
from tests.factories import make_region

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


def make_place(name, bounds):
    """Return a stand-in for a foreign place: a province of one county within ``bounds``."""
    province = make_region("990000", name, "province", bounds=bounds)
    return province, make_region("990100", name, "county", parent=province, bounds=bounds)


def load_people(frame, folder):
    """Load people with the command: columns id, persons, is_urban."""
    table = pd.DataFrame(
        {
            "h3_index": frame["id"],
            "workers_persons": frame["persons"],
            "settlement_class": np.where(frame["is_urban"], "urban", "rural"),
        }
    )
    path = Path(folder) / "people.csv"
    table.to_csv(path, index=False)
    call_command("import_demand", str(path), "--set", "year=2021", "--json")


def load_places(frame, folder, *, name="venues", capacity=None):
    """Load operating gig stations with the command: columns code, lon, lat."""
    table = frame[["code", "lon", "lat"]].assign(name_zh=frame["code"], kind="gig_station", status="operating")
    if capacity is not None:
        table = table.assign(capacity_persons=capacity)
    path = Path(folder) / f"{name}.csv"
    table.to_csv(path, index=False)
    call_command("import_venues", str(path), "--datum", "wgs84", "--json")


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
