"""Coverage on real streets: what must hold whatever the numbers are, and minutes against NetworkX."""

import itertools
import json
import math

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from django.core.management import call_command

from coverage.exports import CELLS_FILE
from coverage.models import CoverageStandard
from coverage.services import load_shipped_standards
from geo.engine.snapping import snap
from geo.models import Venue
from tests.trials.ground import (
    KINDS,
    STATUSES,
    liechtenstein_cells,
    liechtenstein_villages,
    load_people,
    load_places,
    load_streets,
    make_place,
    make_standard,
    sao_paulo_cells,
    sao_paulo_venues,
)

pytestmark = [pytest.mark.trial, pytest.mark.django_db, pytest.mark.database]
ENDLESS_MINUTES = 1e9
SAO_PAULO = (-46.68, -23.59, -46.59, -23.50)
LIECHTENSTEIN = (9.40, 47.00, 9.70, 47.30)
LEG_METRES_PER_SECOND = 1.1


@pytest.fixture(autouse=True)
def var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def run(capsys):
    def run_coverage(slug):
        capsys.readouterr()
        call_command("run_coverage", "--standard", slug, "--json")
        return json.loads(capsys.readouterr().out)

    return run_coverage


def reached_of(found):
    total = found["total"]
    parts = total["served_persons"] + total["over_capacity_persons"] + total["out_of_reach_persons"]
    assert parts == total["workers_persons"]
    return total["served_persons"] + total["over_capacity_persons"]


def cells_of(found):
    return pd.read_parquet(f"{found['files']['folder']}/{CELLS_FILE}")


def minutes_by_networkx(network, mode, cells, venues):
    """Minutes from each cell to the nearest venue: Dijkstra from all venues against the traffic, legs on foot at 1.1 m/s."""
    forward, backward, delay = (array.astype(float) for array in network.edge_costs(mode))
    graph = nx.DiGraph()
    for edge, (tail, head) in enumerate(zip(network.edge_from.tolist(), network.edge_to.tolist(), strict=True)):
        for start, end, seconds in ((tail, head, forward[edge] + delay[head]), (head, tail, backward[edge] + delay[tail])):
            known = graph.get_edge_data(end, start, {"seconds": math.inf})["seconds"]
            if seconds < known:
                graph.add_edge(end, start, seconds=seconds)
    join_venues(graph, network, mode, venues, forward, backward)
    seconds = nx.single_source_dijkstra_path_length(graph, "venues", weight="seconds")
    snaps = snap(network, cells["lon"].to_numpy(), cells["lat"].to_numpy(), mode=mode, max_metres=1000)
    best = np.full(len(cells), math.inf)
    for door in snaps.doors:
        for row, (edge, share, leg) in enumerate(zip(door.edge, door.fraction, door.snap_metres, strict=True)):
            if edge < 0:
                continue
            ends = (
                (network.edge_from[edge], along(backward[edge], share)),
                (network.edge_to[edge], along(forward[edge], 1 - share)),
            )
            quickest = min(seconds.get(int(node), math.inf) + delay[node] + way for node, way in ends)
            best[row] = min(best[row], (quickest + leg / LEG_METRES_PER_SECOND) / 60)
    return best, snaps


def join_venues(graph, network, mode, venues, forward, backward):
    """Add a node "venues" from which every street of every venue is entered, the leg included."""
    snaps = snap(network, venues["lon"].to_numpy(), venues["lat"].to_numpy(), mode=mode, max_metres=1000)
    for edge, share, leg in itertools.chain.from_iterable(
        zip(door.edge, door.fraction, door.snap_metres, strict=True) for door in snaps.doors
    ):
        if edge < 0:
            continue
        ends = (
            (network.edge_from[edge], along(forward[edge], share)),
            (network.edge_to[edge], along(backward[edge], 1 - share)),
        )
        for node, way in ends:
            known = graph.get_edge_data("venues", int(node), {"seconds": math.inf})["seconds"]
            graph.add_edge("venues", int(node), seconds=min(known, leg / LEG_METRES_PER_SECOND + way))


def along(seconds, share):
    """Return the time for a share of an edge; none of a closed edge can be gone."""
    return share * seconds if math.isfinite(seconds) else math.inf


def test_sao_paulo_people_add_up_and_coverage_grows(run, tmp_path):
    load_streets("saopaulo_center.osm.pbf")
    make_place("圣保罗", SAO_PAULO)
    people = sao_paulo_cells()
    load_people(people, tmp_path)
    load_places(sao_paulo_venues(8), tmp_path, capacity=5000)
    reached = []
    for number, minutes in enumerate([0, 2, 5, 10, 15, 30, ENDLESS_MINUTES]):
        make_standard(f"walk-{number}", minutes=minutes)
        found = run(f"walk-{number}")
        assert found["total"]["workers_persons"] == people["population"].sum() == 517_570
        assert found["total"]["served_persons"] <= 8 * 5000
        reached.append(reached_of(found))
    assert reached == sorted(reached)
    assert reached[0] == 0
    assert reached[-1] == 517_570 - found["total"]["unsnapped_persons"]
    assert reached[1] < reached[4] < reached[-1]
    more = sao_paulo_venues(20).iloc[8:]
    load_places(more, tmp_path, name="more", capacity=5000)
    assert reached_of(run("walk-4")) >= reached[4]


def test_sao_paulo_minutes_are_those_of_networkx(run, tmp_path):
    network = load_streets("saopaulo_center.osm.pbf")
    make_place("圣保罗", SAO_PAULO)
    load_people(sao_paulo_cells(), tmp_path)
    venues = sao_paulo_venues(8)
    load_places(venues, tmp_path)
    for mode in ("walk", "ebike"):
        make_standard(mode, mode=mode)
        cells = cells_of(run(mode))
        expected, snaps = minutes_by_networkx(network, mode, cells, venues)
        # Where cell and venue share an edge the straight way along it may be shorter than over its ends: left out.
        at = snap(network, venues["lon"].to_numpy(), venues["lat"].to_numpy(), mode=mode, max_metres=1000)
        venue_edges = np.concatenate([door.edge[door.is_snapped] for door in at.doors])
        elsewhere = snaps.is_snapped & ~np.logical_or.reduce([np.isin(door.edge, venue_edges) for door in snaps.doors])
        assert elsewhere.sum() > 250
        difference = np.abs(cells["nearest_minutes"].to_numpy()[elsewhere] - expected[elsewhere])
        assert difference.max() < 0.01
        reached = cells["is_reached"].to_numpy()[elsewhere]
        assert (reached == (expected[elsewhere] <= 15))[np.abs(expected[elsewhere] - 15) > 0.01].all()


def test_liechtenstein_under_the_shipped_standard(run, tmp_path):
    network = load_streets("liechtenstein_20211028.osm.pbf")
    make_place("列支敦士登", LIECHTENSTEIN)
    people = liechtenstein_cells(network)
    load_people(people, tmp_path)
    villages = liechtenstein_villages()
    assert len(villages) >= 11
    load_places(villages.iloc[::2], tmp_path, capacity=2000)
    load_shipped_standards()
    CoverageStandard.objects.update(venue_kinds=KINDS, venue_statuses=STATUSES)
    half = run("urban15-rural5km")
    assert half["total"]["workers_persons"] == network.node_count
    assert half["total"]["cells_count"] == len(people)
    assert "coverage.venues_without_hours" in [warning["code"] for warning in half["warnings"]]
    load_places(villages.iloc[1::2], tmp_path, name="more", capacity=2000)
    whole = run("urban15-rural5km")
    assert reached_of(half) <= reached_of(whole)
    assert half["total"]["served_persons"] <= whole["total"]["served_persons"] <= 2000 * Venue.objects.count()
    assert 0 < whole["total"]["median_minutes"] <= half["total"]["median_minutes"]
    assert 0 < whole["total"]["gini_minutes"] < 1


def test_liechtenstein_from_nothing_to_everyone(run, tmp_path):
    network = load_streets("liechtenstein_20211028.osm.pbf")
    make_place("列支敦士登", LIECHTENSTEIN)
    load_people(liechtenstein_cells(network), tmp_path)
    load_places(liechtenstein_villages(), tmp_path)
    reached = []
    for number, minutes in enumerate([0, 3, 8, 15, 40, ENDLESS_MINUTES]):
        make_standard(f"ebike-{number}", mode="ebike", minutes=minutes)
        found = run(f"ebike-{number}")
        # No capacity on record: whoever is in reach is served.
        assert found["total"]["over_capacity_persons"] == 0
        reached.append(reached_of(found))
    assert reached == sorted(reached)
    assert reached[0] == 0
    assert reached[-1] == network.node_count - found["total"]["unsnapped_persons"]
