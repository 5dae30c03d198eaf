"""Snapping: by hand on single streets, against brute force on random ones."""

import dataclasses
import gc
import weakref

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from geo.engine.errors import InputError, NetworkError
from geo.engine.gridcity import grid_city
from geo.engine.snapping import OTHER_LEVEL_METRES, snap, snapper_of
from tests.geo.engine.graphs import make_network

INF = np.inf
GEOD = Geod(ellps="WGS84")
LON, LAT = 118.8, 32.0


def metres_east_north(*places):
    """Return lon, lat of places given in metres east and north of (118.8, 32.0)."""
    lon, lat = [], []
    for east, north in places:
        step_lon, step_lat, _ = GEOD.fwd(LON, LAT, 0 if north >= 0 else 180, abs(north))
        there_lon, there_lat, _ = GEOD.fwd(step_lon, step_lat, 90 if east >= 0 else 270, abs(east))
        lon.append(there_lon)
        lat.append(there_lat)
    return np.array(lon), np.array(lat)


def streets(*lines, modes=("walk", "car"), closed=()):
    """Return a network of straight streets given in metres; ``closed`` are (mode, street) pairs."""
    points = [point for line in lines for point in line]
    seconds = [[100.0 if (mode, number) not in closed else INF for mode in modes] for number in range(len(lines))]
    edges = [(2 * number, 2 * number + 1, seconds[number], seconds[number]) for number in range(len(lines))]
    return make_network(edges, points=np.column_stack(metres_east_north(*points)), modes=modes)


def test_the_nearest_point_lies_on_the_edge_not_at_a_node():
    # A street of 400 m eastwards; the place is 100 m along it and 30 m north.
    network = streets([(0, 0), (400, 0)])
    snaps = snap(network, *metres_east_north((100, 30)), mode="walk", max_metres=50.0)
    assert (snaps.edge[0], snaps.is_snapped[0]) == (0, True)
    assert snaps.fraction[0] == pytest.approx(0.25, abs=1e-4)
    assert snaps.snap_metres[0] == pytest.approx(30.0, abs=0.01)
    east = GEOD.inv(LON, LAT, snaps.lon[0], snaps.lat[0])
    assert east[0] == pytest.approx(90.0, abs=0.01)
    assert east[2] == pytest.approx(100.0, abs=0.05)


def test_beyond_the_end_the_end_is_nearest():
    snaps = snap(streets([(0, 0), (400, 0)]), *metres_east_north((440, 30), (-3, -4)), mode="walk", max_metres=100.0)
    assert snaps.fraction == pytest.approx([1.0, 0.0], abs=1e-9)
    # Right triangles: 40 and 30, 3 and 4.
    assert snaps.snap_metres == pytest.approx([50.0, 5.0], abs=0.01)


def test_fractions_follow_the_length_of_the_shape():
    # A street with a corner: 100 m east, then 300 m north. The place is 100 m up the second leg: 200 of 400 m.
    network = streets([(0, 0), (100, 300)])
    lon, lat = metres_east_north((0, 0), (100, 0), (100, 300))
    network = type(network)(**(vars(network) | {"shape_lon": lon, "shape_lat": lat, "shape_indptr": np.array([0, 3])}))
    snaps = snap(network, *metres_east_north((120, 100)), mode="walk", max_metres=50.0)
    assert snaps.fraction[0] == pytest.approx(0.5, abs=1e-3)
    assert snaps.snap_metres[0] == pytest.approx(20.0, abs=0.05)


def test_each_mode_goes_to_its_own_streets():
    network = streets([(0, 0), (400, 0)], [(0, 50), (400, 50)], closed={("car", 0)})
    for mode, edge in (("walk", 0), ("car", 1)):
        assert snap(network, *metres_east_north((200, 10)), mode=mode, max_metres=100.0).edge.tolist() == [edge]


def test_one_direction_is_enough():
    one_way = make_network([(0, 1, INF, 10.0)], points=np.column_stack(metres_east_north((0, 0), (100, 0))))
    assert snap(one_way, *metres_east_north((50, 1)), mode="walk", max_metres=5.0).edge.tolist() == [0]


def test_the_limit_is_inclusive_and_beyond_it_nothing_is_snapped():
    network = streets([(0, 0), (400, 0)])
    lon, lat = metres_east_north((200, 30))
    metres = float(snap(network, lon, lat, mode="walk", max_metres=1000.0).snap_metres[0])
    assert snap(network, lon, lat, mode="walk", max_metres=metres + 1e-4).edge.tolist() == [0]
    missed = snap(network, lon, lat, mode="walk", max_metres=metres - 0.01)
    assert (missed.edge.tolist(), missed.snap_metres.tolist(), missed.is_snapped.tolist()) == ([-1], [INF], [False])
    assert np.isnan([missed.lon[0], missed.lat[0]]).all()
    assert snap(network, lon, lat, mode="walk", max_metres=0.0).edge.tolist() == [-1]
    assert snap(network, lon, lat, mode="walk", max_metres=INF).edge.tolist() == [0]


def test_of_equally_near_edges_the_lowest_number_wins():
    # Four streets meet at the origin; a place there is at no distance from all of them.
    network = make_network(
        [(0, i, 10.0, 10.0) for i in (4, 3, 2, 1)],
        points=np.column_stack(metres_east_north((0, 0), (100, 0), (-100, 0), (0, 100), (0, -100))),
    )
    snaps = snap(network, network.node_lon[:1], network.node_lat[:1], mode="walk", max_metres=10.0)
    assert (snaps.edge.tolist(), snaps.fraction.tolist()) == ([0], [0.0])


def test_a_network_without_streets_of_the_mode_snaps_nothing():
    network = streets([(0, 0), (400, 0)], closed={("car", 0)})
    assert snap(network, np.array([LON]), np.array([LAT]), mode="car", max_metres=100.0).edge.tolist() == [-1]
    assert len(snap(network, np.array([]), np.array([]), mode="walk", max_metres=100.0)) == 0
    with pytest.raises(NetworkError, match="no mode named “boat”"):
        snap(network, np.array([LON]), np.array([LAT]), mode="boat", max_metres=100.0)


def test_all_bad_coordinates_are_named_at_once():
    network = streets([(0, 0), (400, 0)])
    with pytest.raises(InputError) as caught:
        snap(network, np.array([LON, np.nan, 32.0, np.inf]), np.array([LAT, 32.0, 118.8, 0.0]), mode="walk", max_metres=10.0)
    assert [problem.details["number"] for problem in caught.value.problems] == [2, 3, 4]
    assert "(32.0, 118.8) of point number 3" in caught.value.problems[1].sentence("en")


def test_the_index_is_built_once_and_goes_with_the_network():
    network = streets([(0, 0), (400, 0)])
    assert snapper_of(network, "walk") is snapper_of(network, "walk")
    assert snapper_of(network, "walk") is not snapper_of(network, "car")
    gone = weakref.ref(network)
    del network
    gc.collect()
    assert gone() is None


def test_some_of_the_snaps_in_another_order():
    snaps = snap(streets([(0, 0), (400, 0)]), *metres_east_north((100, 0), (200, 0), (300, 0)), mode="walk", max_metres=1.0)
    taken = snaps.take(np.array([2, 0]))
    assert taken.fraction == pytest.approx([0.75, 0.25], abs=1e-4)
    assert len(taken) == 2


def test_every_crossing_of_a_grid_snaps_to_itself():
    city = grid_city(columns=9, rows=7)
    snaps = snap(city, city.node_lon, city.node_lat, mode="ebike", max_metres=0.01)
    assert snaps.is_snapped.all()
    ends = np.where(snaps.fraction < 0.5, city.edge_from[snaps.edge], city.edge_to[snaps.edge])
    assert ends.tolist() == list(range(city.node_count))


def away_from(network, lon, lat):
    """Return how far each street is: in an azimuthal equidistant plane around the place, where distances from it are exact.

    Streets are straight in degrees (RFC 7946), so they bend in that plane: sixty-four chords are a millimetre from the bend.
    """
    flat = Transformer.from_crs("EPSG:4326", f"+proj=aeqd +lon_0={lon} +lat_0={lat} +ellps=WGS84", always_xy=True)
    ends = np.column_stack([network.shape_lon, network.shape_lat]).reshape(-1, 2, 2)
    chords = ends[:, :1] + np.linspace(0, 1, 65)[None, :, None] * (ends[:, 1:] - ends[:, :1])
    lines = [shapely.LineString(np.column_stack(flat.transform(*line.T))) for line in chords]
    return shapely.distance(np.array(lines), shapely.Point(0, 0))


metres = st.integers(-800, 800)
spot = st.tuples(metres, metres)


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(st.tuples(spot, spot).filter(lambda line: line[0] != line[1]), min_size=1, max_size=8),
    place=spot, limit=st.integers(1, 900),
)  # fmt: skip
def test_no_street_is_nearer_and_the_distance_is_true(lines, place, limit):
    network = streets(*lines)
    lon, lat = metres_east_north(place)
    snaps = snapper_of(network, "walk").snap(lon, lat, max_metres=float(limit))
    away = away_from(network, lon[0], lat[0])
    if away.min() > limit + 0.01:
        assert snaps.edge[0] == -1
    elif away.min() < limit - 0.01:
        assert away[snaps.edge[0]] == pytest.approx(away.min(), abs=0.01)
        assert snaps.snap_metres[0] == pytest.approx(away.min(), abs=0.01)
        assert GEOD.inv(lon[0], lat[0], snaps.lon[0], snaps.lat[0])[2] == pytest.approx(away.min(), abs=0.01)
        assert 0 <= snaps.fraction[0] <= 1


def on_levels(network, *levels):
    return dataclasses.replace(network, edge_level=np.array(levels, np.int8))


def test_a_street_of_another_level_is_kept_if_it_is_about_as_near():
    # A street of 400 m eastwards, a road above it northwards 100 m along. East of the road and north of the street by:
    network = on_levels(streets([(0, 0), (400, 0)], [(100, -200), (100, 200)]), 0, 1)
    # 3 and 8 m: the road, and the street; 3 and 19 m: only the road, 16 m nearer; 10 and 2 m: the street, and the road;
    # 30 and 2 m: only the street.
    snaps = snap(network, *metres_east_north((103, 8), (103, 19), (110, 2), (130, 2)), mode="walk", max_metres=100.0)
    assert snaps.edge.tolist() == [1, 1, 0, 0]
    assert snaps.other.edge.tolist() == [0, -1, 1, -1]
    assert snaps.other.snap_metres == pytest.approx([8.0, INF, 10.0, INF], abs=0.01)
    assert snaps.other.fraction[[0, 2]] == pytest.approx([103 / 400, 202 / 400], abs=1e-4)
    assert GEOD.inv(snaps.lon[0], snaps.lat[0], snaps.other.lon[0], snaps.other.lat[0])[2] == pytest.approx(73**0.5, abs=0.01)


def test_the_other_street_keeps_to_the_limit_too_and_to_the_mode():
    network = on_levels(streets([(0, 0), (400, 0)], [(100, -200), (100, 200)], closed={("car", 0)}), 0, 1)
    assert snap(network, *metres_east_north((103, 8)), mode="walk", max_metres=7.9).other is None
    assert snap(network, *metres_east_north((103, 8)), mode="walk", max_metres=8.1).other.edge.tolist() == [0]
    assert snap(network, *metres_east_north((103, 8)), mode="car", max_metres=100.0).other is None


def test_streets_of_one_level_leave_no_choice():
    for level in (0, 1):
        network = on_levels(streets([(0, 0), (400, 0)], [(100, -200), (100, 200)]), level, level)
        assert snap(network, *metres_east_north((103, 8)), mode="walk", max_metres=100.0).other is None


def test_some_of_the_snaps_take_their_other_streets_along():
    network = on_levels(streets([(0, 0), (400, 0)], [(100, -200), (100, 200)]), 0, 1)
    snaps = snap(network, *metres_east_north((103, 8), (300, 2), (110, 2)), mode="walk", max_metres=100.0)
    assert snaps.take(np.array([2, 0])).other.edge.tolist() == [1, 0]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), lines=st.lists(st.tuples(spot, spot).filter(lambda line: line[0] != line[1]), min_size=2, max_size=8))
def test_the_other_street_is_the_nearest_of_another_level(data, lines):
    levels = data.draw(st.lists(st.integers(-1, 1), min_size=len(lines), max_size=len(lines)))
    places = data.draw(st.lists(spot, min_size=1, max_size=4))
    limit = float(data.draw(st.integers(1, 300)))
    network = on_levels(streets(*lines), *levels)
    lon, lat = metres_east_north(*places)
    snaps = snap(network, lon, lat, mode="walk", max_metres=limit)
    for i in range(len(places)):
        away = away_from(network, lon[i], lat[i])
        if snaps.edge[i] < 0:
            assert snaps.other is None or snaps.other.edge[i] < 0
            continue
        differs = np.array(levels) != levels[snaps.edge[i]]
        nearest = np.where(differs, away, INF).min()
        most = min(limit, away[snaps.edge[i]] + OTHER_LEVEL_METRES)
        found = -1 if snaps.other is None else int(snaps.other.edge[i])
        if nearest < most - 0.02:
            assert differs[found]
            assert away[found] == pytest.approx(nearest, abs=0.01)
            assert snaps.other.snap_metres[i] == pytest.approx(nearest, abs=0.01)
        elif nearest > most + 0.02:
            assert found == -1
