"""Frames in, frames out: the city's round numbers, and a sentence for whatever is wrong."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from shapely import LineString, Point

from geo.engine.errors import InputError, NetworkError
from geo.engine.gridcity import grid_city, grid_points
from geo.engine.network import TravelNetwork
from geo.engine.notebook import isochrones, load_network, nearest_destinations, travel_times
from geo.engine.snapping import snap
from geo.engine.traveltime import node_costs
from tests.geo.engine.network.osm_files import WHOLE, write


@pytest.fixture(scope="module")
def city():
    """Blocks of 250 m: a minute by e-bike."""
    return grid_city(columns=8, rows=8, block_metres=250.0)


def corners(*places, **columns):
    """Return a frame of street corners (column, row)."""
    lon, lat = grid_points(columns=8, rows=8, block_metres=250.0)
    rows = [row * 8 + column for column, row in places]
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(lon[rows], lat[rows]), crs="EPSG:4326")


def test_minutes_between_corners(city):
    frame = travel_times(
        city, corners((0, 0), (7, 7), id=["a", "b"]), corners((3, 0), id=["m"]), mode="ebike", cutoff_minutes=8
    )
    # Three blocks from the first, 4 + 7 = 11 from the other: too far.
    assert frame.to_dict("records") == [{"from_id": "a", "to_id": "m", "travel_time": pytest.approx(3.0, abs=1e-3)}]


def test_other_coordinate_systems_and_the_index_as_id(city):
    homes = corners((0, 0)).to_crs("EPSG:3857")
    frame = travel_times(city, homes, corners((0, 2)), mode="ebike", cutoff_minutes=15)
    assert frame.values.tolist() == [[0, 0, pytest.approx(2.0, abs=1e-3)]]


def test_the_nearest_of_two(city):
    frame = nearest_destinations(city, corners((2, 0), id=["h"]), corners((0, 0), (7, 0), id=["near", "far"]), mode="ebike")
    assert frame.values.tolist() == [["h", "near", pytest.approx(2.0, abs=1e-3)]]


def test_catchments_are_stacked_with_the_largest_below(city):
    frame = isochrones(city, corners((4, 4), id=["m"]), mode="ebike", cutoffs_minutes=[1, 3])
    assert frame.cutoff_minutes.tolist() == [3.0, 1.0]
    # The outlines are traced on grids of their own: they may cross by a fraction of the band.
    large, small = frame.geometry
    assert small.difference(large).area < 0.02 * small.area < 0.5 * large.area
    # Three blocks along the streets are in reach, a corner four blocks away is not.
    assert frame.geometry.iloc[0].intersects(corners((4, 2)).geometry.iloc[0])
    assert not frame.geometry.iloc[0].intersects(corners((4, 0)).geometry.iloc[0])


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (corners((0, 0)).set_crs(None, allow_override=True), "frame.crs"),
        (gpd.GeoDataFrame(geometry=[LineString([(118, 32), (118.1, 32)])], crs="EPSG:4326"), "frame.points"),
        (gpd.GeoDataFrame(geometry=[Point()], crs="EPSG:4326"), "frame.points"),
        (corners((0, 0), (1, 1), id=["x", "x"]), "frame.ids"),
    ],
)
def test_frames_that_cannot_be_used_are_refused_in_two_languages(city, frame, code):
    with pytest.raises(InputError) as caught:
        travel_times(city, frame, corners((0, 0)), mode="ebike", cutoff_minutes=15)
    assert caught.value.code == code
    assert "origins" in caught.value.problems[0].sentence("en")
    assert caught.value.problems[0].sentence("zh-hans") != caught.value.problems[0].sentence("en")


@pytest.mark.parametrize("cutoff", [0, -1, np.nan])
def test_a_cutoff_must_be_above_nothing(city, cutoff):
    with pytest.raises(InputError, match="cutoff"):
        travel_times(city, corners((0, 0)), corners((0, 0)), mode="ebike", cutoff_minutes=cutoff)


def test_files_are_read_by_their_name(tmp_path):
    network = load_network(write(tmp_path, WHOLE))
    assert network.node_count > 1
    with pytest.raises(InputError, match="known") as caught:
        load_network(tmp_path / "streets.docx")
    assert caught.value.code == "network.suffix"
    with pytest.raises(NetworkError) as caught:
        load_network(tmp_path / "nowhere.osm.pbf")
    assert caught.value.code == "file.missing"


def test_the_graph_for_osmnx_costs_what_we_find():
    # One-ways and signals: what NetworkX adds up on the graph is what a search from the node finds.
    city = grid_city(columns=6, rows=6, one_way_rows=(2,), signals=((3, 3),))
    graph = city.to_osmnx("ebike")
    assert graph.graph["crs"] == "epsg:4326"
    start = int(city.edge_from[0])
    place = snap(city, city.node_lon[[start]], city.node_lat[[start]], mode="ebike", max_metres=1.0)
    costs = node_costs(city, place, mode="ebike", direction="from", cutoff=np.inf)
    theirs = nx.single_source_dijkstra_path_length(graph, start, weight="travel_time")
    assert len(theirs) == np.isfinite(costs).sum() == 36
    assert [costs[node] for node in theirs] == pytest.approx(list(theirs.values()), abs=0.01)


def test_a_graph_comes_back_as_the_same_streets():
    city = grid_city(columns=4, rows=4, one_way_rows=(1,))
    again = TravelNetwork.from_osmnx(city.to_osmnx("ebike"))
    assert (again.node_count, again.edge_count) == (city.node_count, city.edge_count)
    row, same = city.mode_index("ebike"), again.mode_index("ebike")
    assert np.isfinite(again.forward_seconds[same]).sum() + np.isfinite(again.backward_seconds[same]).sum() == (
        np.isfinite(city.forward_seconds[row]).sum() + np.isfinite(city.backward_seconds[row]).sum()
    )
    assert again.edge_length_metres.sum() == pytest.approx(city.edge_length_metres.sum(), rel=1e-3)
