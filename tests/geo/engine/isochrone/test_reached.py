"""Isochrones: lengths by hand on a grid city, and what their polygons may cover."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.crs import GEOD, Plane
from geo.engine.gridcity import grid_city, grid_points
from geo.engine.isochrone import Isochrone, Segments, isochrone, reached_segments
from geo.engine.snapping import snap
from geo.engine.traveltime import od_matrix
from geo.engine.traveltime.access import leg_costs
from geo.engine.traveltime.reach import node_costs
from tests.geo.engine.graphs import at, dense, make_network, networks, places_on

INF = np.inf
COLUMNS = ROWS = 11


def crossing(network, column, row, mode="ebike", max_metres=1.0):
    lon, lat = grid_points(columns=COLUMNS, rows=ROWS, block_metres=250.0)
    number = row * COLUMNS + column
    return snap(network, lon[number : number + 1], lat[number : number + 1], mode=mode, max_metres=max_metres)


def length_metres(lines):
    return GEOD.geometry_length(lines)


def parts(segments):
    return sorted(zip(segments.edge.tolist(), segments.start.tolist(), segments.end.tolist(), strict=True))


@pytest.mark.parametrize("direction", ["from", "to"])
def test_the_reached_streets_of_a_grid_city_add_up(direction):
    city = grid_city()
    reached = isochrone(city, crossing(city, 5, 5), mode="ebike", cutoff=90.0, direction=direction)
    # 90 s by e-bike: four arms of 375 m; at each of the four next crossings 125 m are left for the two side streets.
    assert length_metres(reached.lines) == pytest.approx(4 * 375 + 8 * 125, rel=1e-4)
    assert reached.lines.geom_type == "MultiLineString"


def test_streets_are_cut_exactly_where_the_time_runs_out():
    # 0 —100 s— 1 —100 s— 2; from the middle of the first street in 80 s: all of it, and 30 % of the second.
    network = make_network([(0, 1, 100.0, 100.0), (1, 2, 100.0, 100.0)])
    point = at((0, 0.5))
    assert parts(reached_segments(network, point, mode="walk", direction="from", cutoff=80.0)) == [(0, 0, 1), (1, 0, 0.3)]
    # In 20 s: from 30 % to 70 % of its own street.
    found = parts(reached_segments(network, point, mode="walk", direction="from", cutoff=20.0))
    assert found == [pytest.approx((0, 0.3, 0.7))]


def test_delays_and_one_ways_are_those_of_the_direction():
    # 0 → 1 one-way of 100 s, 1 – 2 two-way of 100 s, 10 s at node 1.
    network = make_network([(0, 1, 100.0, INF), (1, 2, 100.0, 100.0)], delays=[[0.0, 10.0, 0.0]])
    # From 20 % of the one-way in 100 s: on to its end (80 s), 10 s at the node, 10 s left. Nothing behind.
    from_there = parts(reached_segments(network, at((0, 0.2)), mode="walk", direction="from", cutoff=100.0))
    assert from_there == [pytest.approx((0, 0.2, 1.0)), pytest.approx((1, 0.0, 0.1))]
    # To 50 % of the two-way in 100 s: its own street, whole; on the one-way 50 s and the 10 s at the node leave 40 s.
    to_there = parts(reached_segments(network, at((1, 0.5)), mode="walk", direction="to", cutoff=100.0))
    assert to_there == [pytest.approx((0, 0.6, 1.0)), pytest.approx((1, 0.0, 1.0))]


def test_a_street_reached_from_both_ends_is_whole_or_has_a_gap():
    # A ring of 100 s streets: from node 0 in 145 s, 45 % of the far street from each end; in 150 s all of it.
    ring = make_network([(0, 1, 100.0, 100.0), (1, 2, 100.0, 100.0), (2, 0, 100.0, 100.0)])
    found = parts(reached_segments(ring, at((0, 0.0)), mode="walk", direction="to", cutoff=145.0))
    assert found == [(0, 0, 1), pytest.approx((1, 0.0, 0.45)), pytest.approx((1, 0.55, 1.0)), (2, 0, 1)]
    assert parts(reached_segments(ring, at((0, 0.0)), mode="walk", direction="to", cutoff=150.0)) == [
        (e, 0, 1) for e in range(3)
    ]


def test_the_leg_counts():
    network = make_network([(0, 1, 100.0, 100.0)])
    # 55 m at 1.1 m/s are 50 s: of 60 s, 10 are left on either side.
    found = reached_segments(network, at((0, 0.5, 55.0)), mode="walk", direction="to", cutoff=60.0)
    assert parts(found) == [pytest.approx((0, 0.4, 0.6), abs=1e-6)]
    assert len(reached_segments(network, at((0, 0.5, 55.0)), mode="walk", direction="to", cutoff=49.0).edge) == 0


def test_without_a_street_or_time_it_is_empty():
    city = grid_city()
    nowhere = isochrone(city, at((-1, 0.0, INF)), mode="ebike", cutoff=900.0)
    assert (nowhere.lines.is_empty, nowhere.polygon.is_empty, len(nowhere.segments.edge)) == (True, True, 0)
    assert isochrone(city, crossing(city, 5, 5), mode="ebike", cutoff=0.0).polygon.is_empty


def test_without_a_cutoff_every_street_that_is_joined_is_reached():
    network = make_network([(0, 1, 100.0, 100.0), (1, 2, 100.0, INF), (3, 4, 100.0, 100.0)])
    # From the first street: itself and the one-way away from it; towards it: only itself. The third is not joined.
    point = at((0, 0.5))
    assert parts(reached_segments(network, point, mode="walk", direction="from", cutoff=INF)) == [(0, 0, 1), (1, 0, 1)]
    assert parts(reached_segments(network, point, mode="walk", direction="to", cutoff=INF)) == [(0, 0, 1)]


@pytest.fixture(scope="module", params=[False, True], ids=["traced", "exact"])
def quarter(request):
    """Some minutes round the middle of a grid city with a band of 40 m, and a plane to measure in."""
    city = grid_city(one_way_rows=(3,), signals=((5, 4), (6, 6)))
    reached = isochrone(city, crossing(city, 5, 5), mode="ebike", cutoff=200.0, band_metres=40.0, exact=request.param)
    return city, reached, Plane(lon=float(city.node_lon.mean()), lat=float(city.node_lat.mean()))


def test_the_middle_of_a_block_is_not_covered(quarter):
    _, reached, _ = quarter
    lon, lat = grid_points(columns=COLUMNS, rows=ROWS, block_metres=250.0)
    # The block north-east of the crossing (5, 5): its middle is 125 m from any street, the band 40 m wide.
    here, opposite = 5 * COLUMNS + 5, 6 * COLUMNS + 6
    assert not reached.polygon.covers(shapely.Point((lon[here] + lon[opposite]) / 2, (lat[here] + lat[opposite]) / 2))
    assert reached.polygon.covers(shapely.Point(lon[here], lat[here]))


@settings(max_examples=300, deadline=None)
@given(east=st.floats(0, 1), north=st.floats(0, 1))
def test_what_the_polygon_covers_is_within_the_band_of_a_reached_street(quarter, east, north):
    _, reached, plane = quarter
    west, south, east_end, north_end = reached.polygon.bounds
    spot = shapely.Point(west + east * (east_end - west), south + north * (north_end - south))
    lines = plane.shape_to_metres(reached.lines)
    away_metres = lines.distance(plane.shape_to_metres(spot))
    if reached.polygon.covers(spot):
        assert away_metres <= 40.0 * (1.01 if reached.exact else 1.0)
    else:
        # Arcs of the exact band are drawn with chords: 2 % inside the circle. The traced one keeps its level of 0.6 but for
        # the rounding of its corners.
        assert away_metres >= 40.0 * (0.97 if reached.exact else 0.5)


def test_a_street_that_is_not_joined_is_not_covered():
    # Two parallel streets 200 m apart, not joined: the band of 50 m of the one leaves the other alone.
    points = [(118.8, 32.0), (118.81, 32.0), (118.8, 32.0018), (118.81, 32.0018)]
    network = make_network([(0, 1, 300.0, 300.0), (2, 3, 300.0, 300.0)], points=points)
    point = snap(network, np.array([118.805]), np.array([32.0]), mode="walk", max_metres=10.0)
    reached = isochrone(network, point, mode="walk", cutoff=900.0, band_metres=50.0)
    assert reached.polygon.intersects(shapely.LineString(points[:2]))
    assert not reached.polygon.intersects(shapely.LineString(points[2:]))


cases = networks(modes=("walk",)).flatmap(lambda n: st.tuples(st.just(n), places_on(n, "walk", most=1, legs=False)))


@settings(max_examples=100, deadline=None)
@given(case=cases, cutoff=st.integers(1, 150).map(float), direction=st.sampled_from(["from", "to"]))
def test_a_place_is_on_a_reached_segment_exactly_if_its_cost_is_within_the_cutoff(case, cutoff, direction):
    network, point = case
    segments = reached_segments(network, point, mode="walk", direction=direction, cutoff=cutoff)
    allowed = np.flatnonzero(network.allowed_edges("walk"))
    spots = [(int(edge), share) for edge in allowed for share in (0.11, 0.37, 0.62, 0.93)]
    pair = (point, at(*spots)) if direction == "from" else (at(*spots), point)
    costs = dense(od_matrix(network, *pair, mode="walk", cutoff=INF)).ravel()
    for (edge, share), cost in zip(spots, costs, strict=True):
        if abs(cost - cutoff) < 1e-3:
            continue
        here = segments.edge == edge
        inside = bool((here & (segments.start <= share) & (share <= segments.end)).any())
        assert inside == (cost <= cutoff)


@settings(max_examples=50, deadline=None)
@given(case=cases, cutoff=st.integers(1, 150).map(float))
def test_segments_are_sorted_and_do_not_overlap(case, cutoff):
    network, point = case
    segments = reached_segments(network, point, mode="walk", direction="to", cutoff=cutoff)
    assert (segments.start < segments.end).all()
    same = segments.edge[1:] == segments.edge[:-1]
    assert (np.diff(segments.edge) >= 0).all()
    assert (segments.start[1:][same] > segments.end[:-1][same]).all()


def parts_by_looking_at_every_edge(network, point, direction, cutoff):
    """Return edge, start, end of what is covered from either end of each edge and from the point, as plain as can be."""
    costs = node_costs(network, point, mode="walk", direction=direction, cutoff=cutoff).astype(float)
    along, against, delay = network.edge_costs("walk")
    out = (along, against)
    if direction == "to":
        costs, out = costs + delay, (against, along)
    left = cutoff - float(leg_costs(point, "seconds", 3.96)[0])
    found = []
    for edge in range(network.edge_count):
        ends = (costs[network.edge_from[edge]], costs[network.edge_to[edge]])
        shares = [
            min(1.0, (cutoff - end) / cost) if cutoff > end and np.isfinite(cost) else 0.0
            for end, cost in zip(ends, (float(out[0][edge]), float(out[1][edge])), strict=True)
        ]
        spans = [(0.0, shares[0]), (1 - shares[1], 1.0)]
        if edge == point.edge[0] and left > 0:
            at = float(point.fraction[0])
            spans.append((max(0.0, at - left / float(out[1][edge])), min(1.0, at + left / float(out[0][edge]))))
        whole = []
        for start, end in sorted(span for span in spans if span[1] > span[0]):
            if whole and start <= whole[-1][1] + 1e-12:
                whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
            else:
                whole.append((start, end))
        found += [(edge, *span) for span in whole]
    return found


legs = networks(modes=("walk",)).flatmap(lambda n: st.tuples(st.just(n), places_on(n, "walk", most=1)))


@settings(max_examples=150, deadline=None)
@given(case=legs, cutoff=st.integers(0, 200).map(float), direction=st.sampled_from(["from", "to"]))
def test_looking_at_reached_nodes_finds_what_looking_at_every_edge_finds(case, cutoff, direction):
    network, point = case
    found = parts(reached_segments(network, point, mode="walk", direction=direction, cutoff=cutoff))
    wanted = parts_by_looking_at_every_edge(network, point, direction, cutoff)
    assert [part[0] for part in found] == [part[0] for part in wanted]
    assert np.array(found) == pytest.approx(np.array(wanted), abs=1e-9)


def spans(network):
    return st.lists(
        st.tuples(st.integers(0, network.edge_count - 1), st.floats(0, 0.9), st.floats(0.05, 1)), min_size=1, max_size=12
    )


@settings(max_examples=60, deadline=None)
@given(data=st.data(), width=st.floats(15, 90), lat=st.sampled_from([-33.9, 0.0, 32.0, 60.2]))
def test_a_traced_band_holds_the_streets_and_nothing_far_from_them(data, width, lat):
    city = grid_city(columns=5, rows=5, south_west=(118.8, lat))
    chosen = sorted(set(data.draw(spans(city))))
    edge, start, length = (np.array(column) for column in zip(*chosen, strict=True))
    segments = Segments(edge=edge.astype(np.int32), start=start, end=np.minimum(start + length, 1.0))
    band = Isochrone(network=city, point=crossing_of(city), segments=segments, band_metres=width)
    plane = Plane.around(city.node_lon, city.node_lat)
    lines, polygon = plane.shape_to_metres(band.lines), plane.shape_to_metres(band.polygon)
    assert polygon.is_valid
    assert polygon.buffer(0.05).covers(lines)
    # The farthest point of the polygon from the streets lies on its outline or in its middle; both are sampled.
    points = shapely.points(np.random.default_rng(1).uniform(*np.array(polygon.bounds).reshape(2, 2), (2000, 2)))
    inside = shapely.covers(polygon, points)
    assert shapely.distance(lines, points[inside]).max(initial=0.0) <= width
    assert shapely.distance(lines, shapely.points(shapely.get_coordinates(polygon))).max() <= width
    # A hole is not filled, and what lies in it is not near.
    assert shapely.distance(lines, points[~inside]).min(initial=np.inf) >= width * 0.4


def crossing_of(city):
    return snap(city, city.node_lon[:1], city.node_lat[:1], mode="ebike", max_metres=1.0)


def test_a_band_too_large_for_a_grid_is_drawn_exactly():
    # Three degrees of street with a band of 10 m: the grid would have ten thousand million corners.
    network = make_network([(0, 1, 100.0, 100.0)], points=[(118.0, 32.0), (121.0, 33.0)])
    point = snap(network, np.array([119.5]), np.array([32.5]), mode="walk", max_metres=5000.0)
    reached = isochrone(network, point, mode="walk", cutoff=9000.0, band_metres=10.0)
    assert reached.polygon.is_valid
    assert reached.polygon.geom_type == "Polygon"
    area = abs(GEOD.geometry_area_perimeter(reached.polygon)[0])
    assert area == pytest.approx(GEOD.geometry_length(reached.lines) * 20, rel=0.01)
