"""Barriers on ways: what they close, where they count, and that nothing else changes."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.engine.crs import distance_metres
from geo.engine.modes import MODES
from geo.engine.network.barriers import BARRIER_METRES
from geo.engine.network.build import build_network
from geo.engine.network.osm import read_osm
from geo.engine.network.osm_tags import rights_of
from geo.engine.network.ways import Ways, streets_of_ways
from tests.geo.engine.network.osm_files import SQUARE, write

NO_CARS, NOBODY = (False, False, True), (True, True, True)


def streets_of(*ways, barriers=None, step=0.001):
    """Return the streets of ways of references; reference n lies at n × ``step`` degrees (0.001: 94 m) to the east."""
    collected = Ways(barriers=barriers or {})
    for number, refs in enumerate(ways):
        collected.add(number, rights_of({"highway": "residential"}), [(ref, 118.8 + ref * step, 32.0) for ref in refs])
    return streets_of_ways(collected)


def closed_pieces(streets):
    """Return (west, east) in metres from reference 0, and the modes that are stopped, of every edge closed to some mode."""
    lon = streets.node_lon
    found = []
    for edge in np.flatnonzero(~streets.forward_allowed.all(axis=0)):
        ends = sorted((lon[streets.edge_from[edge]], lon[streets.edge_to[edge]]))
        assert streets.forward_allowed[:, edge].tolist() == streets.backward_allowed[:, edge].tolist()
        metres = [round(float(distance_metres(118.8, 32.0, end, 32.0)), 2) for end in ends]
        found.append((*metres, tuple((~streets.forward_allowed[:, edge]).tolist())))
    return sorted(found)


def at(ref):
    return float(distance_metres(118.8, 32.0, 118.8 + ref / 1000, 32.0))


def test_a_barrier_within_a_way_closes_the_metre_behind_it():
    streets = streets_of([0, 1, 2], barriers={1: NO_CARS})
    assert closed_pieces(streets) == [(pytest.approx(at(1), abs=0.02), pytest.approx(at(1) + 1, abs=0.02), NO_CARS)]
    assert len(streets.edge_from) == 3


@pytest.mark.parametrize("second", [[1, 2], [2, 1]])
def test_a_barrier_where_two_ways_meet_end_to_end_counts_once(second):
    streets = streets_of([0, 1], second, barriers={1: NO_CARS})
    assert closed_pieces(streets) == [(pytest.approx(at(1), abs=0.02), pytest.approx(at(1) + 1, abs=0.02), NO_CARS)]
    # The closed piece is part of the second way.
    assert streets.edge_way_id.tolist() == [0, 1, 1]


@pytest.mark.parametrize("ways", [([0, 1, 2], [1, 5]), ([0, 1], [1, 2], [5, 1]), ([1, 2],), ([0, 1, 2], [0, 1, 2])])
def test_at_a_junction_or_a_dead_end_it_closes_nothing(ways):
    assert not closed_pieces(streets_of(*ways, barriers={1: NOBODY}))


def test_a_barrier_off_the_streets_does_nothing():
    assert not closed_pieces(streets_of([0, 1, 2], barriers={77: NOBODY}))


def shape_metres(streets):
    """Return (E,) metres along the shapes."""
    ends = streets.shape_indptr[1:-1]
    metres = distance_metres(streets.shape_lon[:-1], streets.shape_lat[:-1], streets.shape_lon[1:], streets.shape_lat[1:])
    metres[ends - 1] = 0
    return np.add.reduceat(metres, streets.shape_indptr[:-1])


def test_barriers_at_both_ends_of_a_short_way_leave_a_street_between_them():
    # 1.5 m from 1 to 2, a third of it to each: two closed pieces and half a metre between them.
    streets = streets_of([0, 1], [2, 3], [1, 2], barriers={1: NO_CARS, 2: NOBODY}, step=1.5 / at(1) / 1000)
    of_short_way = streets.edge_way_id == 2
    np.testing.assert_allclose(shape_metres(streets)[of_short_way], [0.5, 0.5, 0.5], rtol=1e-3)
    assert (~streets.forward_allowed[:, of_short_way]).T.tolist() == [list(NO_CARS), [False] * 3, list(NOBODY)]


def test_a_bollard_in_a_file_stops_cars_only(tmp_path):
    # Node 5 lies on the detour 3 – 5 – 4, here a street, which a bollard there closes to cars for a metre.
    text = SQUARE.replace('v="cycleway"', 'v="residential"')
    bollard = '<node id="5" lat="32.001" lon="118.802"><tag k="barrier" v="bollard"/></node>'
    text = text.replace('<node id="5" lat="32.001" lon="118.802"/>', bollard)
    network = build_network(read_osm(write(tmp_path, text)), source="square")
    piece = int(np.argmin(network.edge_length_metres))
    assert network.edge_length_metres[piece] == pytest.approx(BARRIER_METRES, rel=0.01)
    assert np.isfinite(network.forward_seconds[:, piece]).tolist() == [mode != "car" for mode in MODES]
    others = np.delete(network.forward_seconds[MODES.index("car")], piece)
    assert np.isfinite(others).all()


def test_a_wall_is_no_barrier_on_a_way(tmp_path):
    text = SQUARE.replace('<tag k="building" v="yes"/>', '<tag k="barrier" v="wall"/>')
    assert 13 not in read_osm(write(tmp_path, text)).edge_way_id.tolist()


@st.composite
def plain_ways(draw):
    ways = st.lists(st.lists(st.integers(0, 12), min_size=2, max_size=6, unique=True), min_size=1, max_size=5)
    return draw(ways), draw(st.dictionaries(st.integers(0, 12), st.sampled_from([NO_CARS, NOBODY, (False, True, True)])))


def two_sided(ways):
    """Count the sides of each reference the slow way; return those with two."""
    sides = [ref for way in ways for pair in itertools.pairwise(way) for ref in pair]
    return {ref for ref in sides if sides.count(ref) == 2}


@given(plain_ways())
def test_each_barrier_with_two_sides_closes_one_piece_and_length_stays(drawn):
    ways, barriers = drawn
    streets = streets_of(*ways, barriers=barriers)
    expected = sorted(closed for ref, closed in barriers.items() if ref in two_sided(ways))
    assert sorted(piece[2] for piece in closed_pieces(streets)) == expected
    assert shape_metres(streets).sum() == pytest.approx(shape_metres(streets_of(*ways)).sum(), rel=1e-9)
