"""The grid of segments: by hand on a few streets, against shapely's distances on random ones."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.engine.segment_grid import NO_LEVEL, NO_SEGMENT, SegmentGrid, scale_at

GEOD = Geod(ellps="WGS84")
INF = np.inf


def grid_of(*lines):
    """Return the grid of streets given as lists of (lon, lat)."""
    points = np.array([point for line in lines for point in line], float).reshape(-1, 2)
    indptr = np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64)
    return SegmentGrid.of(indptr, points[:, 0], points[:, 1])


def nearest(grid, *places, edges, usable=None, limit=INF, level=None, but_level=NO_LEVEL):
    """Return what :meth:`SegmentGrid.nearest` finds for places (lon, lat)."""
    lon, lat = np.array(places, float).reshape(-1, 2).T.copy()
    return grid.nearest(
        lon, lat, usable=np.ones(edges, np.bool_) if usable is None else np.array(usable),
        limit_metres=np.full(len(lon), limit), level=np.zeros(edges, np.int8) if level is None else np.array(level, np.int8),
        but_level=np.full(len(lon), but_level, np.int8),
    )  # fmt: skip


def test_the_segment_and_the_share_along_it():
    # East along the equator for 0.002°, then north for 0.001°: segments 0 and 1; vertex 2 begins none.
    grid = grid_of([(0, 0), (0.002, 0), (0.002, 0.001)], [(0.01, 0), (0.01, 0.01)])
    found = nearest(grid, (0.0005, 0.0001), (0.0021, 0.00075), (0.011, 0.005), (-1, 0), edges=2)
    assert found.segment.tolist() == [0, 1, 3, 0]
    assert found.share == pytest.approx([0.25, 0.75, 0.5, 0.0], abs=1e-6)
    edge, share, lon, lat = grid.along(found)
    assert edge.tolist() == [0, 0, 1, 0]
    # A degree of latitude at the equator has 110,574 m, one of longitude 111,320: 55.66 m and 222.64 m of 222.64 + 110.57.
    assert share == pytest.approx([55.66 / 333.21, (222.64 + 0.75 * 110.57) / 333.21, 0.5, 0.0], abs=1e-4)
    assert np.column_stack([lon, lat]) == pytest.approx(
        np.array([[0.0005, 0], [0.002, 0.00075], [0.01, 0.005], [0, 0]]), abs=1e-8
    )


def test_what_may_not_be_used_and_what_is_of_the_level_left_out_is_not_found():
    grid = grid_of([(0, 0), (0.01, 0)], [(0, 0.001), (0.01, 0.001)])
    place = (0.005, 0.0001)
    assert nearest(grid, place, edges=2).segment.tolist() == [0]
    assert nearest(grid, place, edges=2, usable=[False, True]).segment.tolist() == [2]
    assert nearest(grid, place, edges=2, level=[1, 0], but_level=1).segment.tolist() == [2]
    assert nearest(grid, place, edges=2, level=[1, 1], but_level=1).segment.tolist() == [NO_SEGMENT]
    assert nearest(grid, place, edges=2, limit=11.0).segment.tolist() == [NO_SEGMENT]
    assert nearest(grid, place, edges=2, limit=11.1).segment.tolist() == [0]


def test_an_edge_of_no_length_and_a_map_of_one_point():
    grid = grid_of([(118, 32), (118, 32)])
    found = nearest(grid, (118.001, 32), edges=1)
    assert found.segment.tolist() == [0]
    assert grid.along(found)[1].tolist() == [0.0]
    assert nearest(grid_of(), (118, 32), edges=0).segment.tolist() == [NO_SEGMENT]


def test_a_long_straight_ferry_is_found_all_along():
    # 300 km across a map whose other streets are short: it touches thousands of cells.
    short = [[(118 + 0.01 * i, 32 + 0.008 * j), (118.002 + 0.01 * i, 32 + 0.008 * j)] for i in range(30) for j in range(25)]
    ferry = [(118, 32.0), (120.5, 34.0)]
    grid = grid_of(*short, ferry)
    along = np.linspace(0.2, 1, 50)
    places = [(118 + 2.5 * t + 1e-6, 32 + 2.0 * t) for t in along]
    found = nearest(grid, *places, edges=len(short) + 1)
    assert set(found.segment.tolist()) == {2 * len(short)}
    assert found.share == pytest.approx(along, abs=1e-5)


@pytest.mark.parametrize("lat", [-60.0, 0.0, 18.0, 32.0, 53.0])
def test_metres_of_a_degree(lat):
    scale = scale_at(lat)
    step = 1e-4
    assert scale.lon_metres * step == pytest.approx(GEOD.inv(0, lat, step, lat)[2], rel=1e-8)
    assert scale.lat_metres * step == pytest.approx(GEOD.inv(0, lat - step / 2, 0, lat + step / 2)[2], rel=1e-8)
    assert scale.lon_change * step == pytest.approx(scale_at(lat + step).lon_metres - scale.lon_metres, abs=1e-6)
    assert scale.lat_change * step == pytest.approx(scale_at(lat + step).lat_metres - scale.lat_metres, abs=1e-6)


degree = st.integers(0, 400).map(lambda step: step * 1e-4)
point = st.tuples(degree, degree)
street = st.lists(point, min_size=2, max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    lines=st.lists(street, min_size=1, max_size=12), data=st.data(), origin=st.sampled_from([(118.0, 32.0), (-46.6, -23.5)]),
)  # fmt: skip
def test_no_usable_segment_is_nearer(lines, data, origin):
    lines = [[(origin[0] + x, origin[1] + y) for x, y in line] for line in lines]
    usable = np.array(data.draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines))))
    # Places on the map and beside it.
    where = st.integers(-100, 500).map(lambda step: step * 1e-4)
    place = [a + b for a, b in zip(origin, data.draw(st.tuples(where, where)), strict=True)]
    grid = grid_of(*lines)
    found = nearest(grid, place, edges=len(lines), usable=usable)
    if not usable.any():
        assert found.segment.tolist() == [NO_SEGMENT]
        return
    # Independent: shapely on the degrees, stretched to metres at the latitude of the place.
    one_lon, one_lat = (GEOD.inv(*place, place[0] + x, place[1] + y)[2] * 1e5 for x, y in ((1e-5, 0), (0, 1e-5)))
    stretched = [shapely.LineString((np.array(line) - place) * (one_lon, one_lat)) for line in lines]
    away = np.array([line.distance(shapely.Point(0, 0)) for line in stretched])
    edge, share, lon, lat = grid.along(found)
    # Within five kilometres the latitude changes the metres of a degree by less than a thousandth.
    assert usable[edge[0]]
    assert away[edge[0]] <= away[usable].min() * 1.001 + 1e-6
    metres = GEOD.inv(*place, lon[0], lat[0])[2]
    assert metres == pytest.approx(away[usable].min(), rel=1e-3, abs=1e-3)
    on_line = shapely.line_interpolate_point(stretched[edge[0]], share[0], normalized=True)
    assert shapely.Point(((lon[0], lat[0]) - np.array(place)) * (one_lon, one_lat)).distance(on_line) < 5.0


@settings(max_examples=50, deadline=None)
@given(lines=st.lists(street, min_size=1, max_size=8), place=point)
def test_of_equally_near_edges_the_lowest_number_wins(lines, place):
    once = nearest(grid_of(*lines), place, edges=len(lines))
    twice = nearest(grid_of(*lines, *lines), place, edges=2 * len(lines))
    assert twice.segment.tolist() == once.segment.tolist()
