"""OSM extracts: a file read by hand, the same in every format, and every kind of broken file."""

import bz2
import gzip

import numpy as np
import osmium
import pytest

from geo.engine.errors import NetworkError
from geo.engine.network.osm import read_osm
from geo.engine.network.streets import CROSSING
from tests.geo.engine.network.osm_files import SQUARE, write


def edges_of(streets):
    """Return (way, from, to, number of vertices) with ends as (lon, lat)."""
    place = list(zip(streets.node_lon.round(4).tolist(), streets.node_lat.round(4).tolist(), strict=True))
    sizes = np.diff(streets.shape_indptr)
    return sorted(
        (int(way), place[a], place[b], int(n))
        for way, a, b, n in zip(streets.edge_way_id, streets.edge_from, streets.edge_to, sizes, strict=True)
    )


def test_ways_are_cut_where_they_meet_and_at_signals(tmp_path):
    streets = read_osm(write(tmp_path))
    # Way 10 is cut at node 2 (signals, and way 11 begins there); way 11 at node 4, where way 12 ends; node 5 stays inside 12.
    assert edges_of(streets) == [
        (10, (118.8, 32.0), (118.801, 32.0), 2),
        (10, (118.801, 32.0), (118.802, 32.0), 2),
        (11, (118.801, 32.0), (118.801, 32.001), 2),
        (11, (118.801, 32.001), (118.801, 32.002), 2),
        (12, (118.802, 32.0), (118.801, 32.001), 3),
    ]
    assert streets.node_control.sum() == 1


def test_buildings_and_ways_without_two_known_nodes_are_left_out(tmp_path):
    assert not set(read_osm(write(tmp_path)).edge_way_id.tolist()) & {13, 14}


def test_rights_and_limits_come_with_the_edges(tmp_path):
    streets = read_osm(write(tmp_path))
    of_way = {int(way): i for i, way in enumerate(streets.edge_way_id)}
    assert streets.max_speed_kph[of_way[11]] == 20
    assert np.isnan(streets.max_speed_kph[of_way[10]])
    assert streets.forward_allowed[:, of_way[12]].tolist() == [True, True, False]
    assert streets.classes[streets.edge_class[of_way[12]]] == "cycleway"


def test_all_formats_say_the_same(tmp_path):
    path = write(tmp_path)
    pbf = tmp_path / "square.osm.pbf"
    with osmium.SimpleWriter(str(pbf)) as writer:
        for thing in osmium.FileProcessor(str(path)):
            writer.add(thing)
    (tmp_path / "square.osm.gz").write_bytes(gzip.compress(SQUARE.encode()))
    (tmp_path / "square.osm.bz2").write_bytes(bz2.compress(SQUARE.encode()))
    expected = edges_of(read_osm(path))
    for name in ("square.osm.pbf", "square.osm.gz", "square.osm.bz2"):
        assert edges_of(read_osm(tmp_path / name)) == expected


def test_a_ferry_shares_its_duration_by_length(tmp_path):
    text = SQUARE.replace('<tag k="highway" v="tertiary"/>', '<tag k="route" v="ferry"/><tag k="duration" v="10"/>')
    streets = read_osm(write(tmp_path, text))
    # Nodes 2, 4 and 6 are 0.001° of latitude apart: two equal parts of 10 minutes.
    np.testing.assert_allclose(streets.fixed_seconds[streets.edge_way_id == 11], [300, 300], rtol=1e-4)
    assert np.isnan(streets.fixed_seconds[streets.edge_way_id == 10]).all()


def test_a_gap_in_a_way_is_no_street(tmp_path):
    # Way 10 runs 1 – 2 – (98, not in the file) – 3: only 1 – 2 is left, not a straight street from 2 to 3.
    text = SQUARE.replace('<nd ref="2"/><nd ref="3"/>', '<nd ref="2"/><nd ref="98"/><nd ref="3"/>')
    of_way_10 = [edge for edge in edges_of(read_osm(write(tmp_path, text))) if edge[0] == 10]
    assert of_way_10 == [(10, (118.8, 32.0), (118.801, 32.0), 2)]


def test_a_part_of_a_ferry_does_not_take_the_time_of_the_whole(tmp_path):
    text = SQUARE.replace('<tag k="highway" v="tertiary"/>', '<tag k="route" v="ferry"/><tag k="duration" v="10"/>')
    streets = read_osm(write(tmp_path, text.replace('<nd ref="4"/><nd ref="6"/>', '<nd ref="4"/><nd ref="98"/>')))
    assert np.isnan(streets.fixed_seconds[streets.edge_way_id == 11]).all()


def test_crossings_count_on_roads_only(tmp_path):
    # A crossing at node 5, within the cycleway, delays nobody and cuts nothing; one at node 3, on the road, does both.
    crossing = '<tag k="highway" v="crossing"/></node>'
    text = SQUARE.replace('lon="118.802"/>\n <node id="4"', f'lon="118.802">{crossing}\n <node id="4"')
    text = text.replace('lat="32.001" lon="118.802"/>', f'lat="32.001" lon="118.802">{crossing}')
    streets = read_osm(write(tmp_path, text))
    assert len(edges_of(streets)) == 5
    place = zip(streets.node_lon.round(4).tolist(), streets.node_lat.round(4).tolist(), strict=True)
    assert dict(zip(place, streets.node_control.tolist(), strict=True))[118.802, 32.0] == CROSSING
    assert (streets.node_control == CROSSING).sum() == 1


def test_a_closed_way_on_its_own_is_a_loop(tmp_path):
    text = SQUARE.replace('<nd ref="3"/><nd ref="5"/><nd ref="4"/>', '<nd ref="3"/><nd ref="5"/><nd ref="4"/><nd ref="3"/>')
    streets = read_osm(write(tmp_path, text))
    loop = [(a, b) for way, a, b, _ in edges_of(streets) if way == 12]
    assert loop == [((118.801, 32.001), (118.802, 32.0)), ((118.802, 32.0), (118.801, 32.001))]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("none.osm", None, "file.missing"),
        ("empty.osm", b"", "file.empty"),
        ("notes.txt", b"hello", "osm.suffix"),
        ("half.osm", SQUARE[: len(SQUARE) // 2].encode(), "osm.unreadable"),
        ("words.osm", b"hello", "osm.unreadable"),
        ("words.osm.pbf", b"hello, this is no protocol buffer at all", "osm.unreadable"),
        ("fake.osm.gz", b"not gzip", "osm.unreadable"),
        ("other.osm", b"<?xml version='1.0'?><kml></kml>", "osm.unreadable"),
        ("bare.osm", SQUARE.replace("highway", "heritage").encode(), "osm.no_ways"),
        ("entities.osm", b"<!DOCTYPE x [<!ENTITY a 'b'>]><osm version='0.6'>&a;</osm>", "osm.unreadable"),
    ],
)
def test_what_cannot_be_read_is_said_with_the_files_name(tmp_path, name, content, code):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(NetworkError) as raised:
        read_osm(path)
    assert [(problem.code, problem.file) for problem in raised.value.problems] == [(code, name)]


def test_a_truncated_pbf_is_refused(tmp_path):
    pbf = tmp_path / "square.osm.pbf"
    with osmium.SimpleWriter(str(pbf)) as writer:
        for thing in osmium.FileProcessor(str(write(tmp_path))):
            writer.add(thing)
    pbf.write_bytes(pbf.read_bytes()[:-20])
    with pytest.raises(NetworkError, match="not a whole OpenStreetMap file"):
        read_osm(pbf)


def test_bridges_lie_above_the_ground(tmp_path):
    text = SQUARE.replace('<tag k="maxspeed" v="20"/>', '<tag k="bridge" v="yes"/><tag k="layer" v="2"/>')
    streets = read_osm(write(tmp_path, text))
    assert dict(zip(streets.edge_way_id.tolist(), streets.edge_level.tolist(), strict=True)) == {10: 0, 11: 2, 12: 0}
