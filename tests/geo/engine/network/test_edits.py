"""Edits on the grid city: 250 m blocks, walk 250 s, e-bike 60 s, car 25 s a block. Times are derived by hand."""

import dataclasses
import itertools
import math
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.errors import GigshedError
from geo.engine.gridcity import GRID_SPEEDS, grid_city, grid_points, node_number
from geo.engine.modes import SpeedTable
from geo.engine.network.edits import Edit, apply_edits, cut_off
from geo.engine.network.store import open_network, save_network
from geo.engine.snapping import snap
from geo.engine.traveltime import node_costs, od_matrix
from geo.engine.traveltime.graphs import search_graph
from tests.geo.engine.graphs import at, dense

COLUMNS, ROWS = 5, 4
LON, LAT = grid_points(columns=COLUMNS, rows=ROWS, block_metres=250.0)
CITY = grid_city(columns=COLUMNS, rows=ROWS)
FAST = SpeedTable(
    modes=GRID_SPEEDS.modes,
    kph=dict(GRID_SPEEDS.kph) | {"primary": (3.6, 15.0, 72.0), "cycleway": (3.6, 15.0, 0.0)},
    delay_seconds=GRID_SPEEDS.delay_seconds,
)


def crossing(column, row):
    number = node_number(column, row, COLUMNS)
    return float(LON[number]), float(LAT[number])


def between(start, end, share=0.5):
    (lon0, lat0), (lon1, lat1) = crossing(*start), crossing(*end)
    return lon0 + share * (lon1 - lon0), lat0 + share * (lat1 - lat0)


def seconds(network, start, end, mode="car"):
    places = [snap(network, *np.array([place]).T, mode=mode, max_metres=5) for place in (start, end)]
    return float(dense(od_matrix(network, *places, mode=mode, cutoff=3600))[0, 0])


def barrier(point, *modes, **more):
    return Edit(kind="barrier", points=(point,), modes=modes, **more)


def closure(*points, modes=(), **more):
    return Edit(kind="closure", points=tuple(points), modes=modes, **more)


def link(*points, highway="residential", **more):
    return Edit(kind="new_link", points=tuple(points), highway=highway, **more)


def entry(network):
    (only,) = network.report["edits"]
    return only


def test_without_edits_the_network_is_itself():
    assert apply_edits(CITY, []) is CITY


def test_a_closed_bridge_sends_cars_round_the_block():
    """One block, 25 s, becomes three: 75 s. Walkers still take the bridge: 250 s."""
    edited = apply_edits(CITY, [closure(crossing(1, 1), crossing(2, 1), modes=("car",))])
    assert seconds(CITY, crossing(1, 1), crossing(2, 1)) == pytest.approx(25, abs=0.01)
    assert seconds(edited, crossing(1, 1), crossing(2, 1)) == pytest.approx(75, abs=0.01)
    assert seconds(edited, crossing(1, 1), crossing(2, 1), "walk") == pytest.approx(250, abs=0.1)
    said = entry(edited)
    assert (said["edges_closed"], said["metres_closed"], said["edges_cut"], said["nodes_added"]) == (1, 250.0, 0, 0)
    assert edited.digest != CITY.digest
    assert (edited.node_count, edited.edge_count) == (CITY.node_count, CITY.edge_count)
    assert edited.shape_lon is CITY.shape_lon  # nothing but the times is copied
    assert edited.overlay.below is CITY
    assert edited.overlay.edges.tolist() == np.flatnonzero(np.isinf(edited.forward_seconds[2])).tolist()
    assert np.isfinite(CITY.forward_seconds).all()


def test_a_closure_leaves_streets_that_only_cross_it():
    """Along row 1 from column 0 to 3: three edges, 750 m; the columns stay open."""
    said = entry(apply_edits(CITY, [closure(crossing(0, 1), crossing(3, 1))]))
    assert (said["edges_closed"], said["metres_closed"]) == (3, 750.0)


def test_a_closure_drawn_beside_and_askew_still_hits_its_street():
    (west, south), (east, north) = crossing(1, 1), crossing(2, 1)
    said = entry(apply_edits(CITY, [closure((west + 4e-5, south + 5e-5), (east - 2e-5, north - 4e-5))]))
    assert (said["edges_closed"], said["edges_cut"]) == (1, 0)


def test_half_a_block_is_closed_and_the_rest_stays_a_dead_end():
    """From the middle of a block on: 125 m closed, 125 m left; from its end one goes back 12.5 s and three blocks round."""
    edited = apply_edits(CITY, [closure(between((1, 1), (2, 1)), crossing(2, 1), modes=("car",))])
    said = entry(edited)
    assert said["metres_closed"] == pytest.approx(125, abs=0.5)
    assert (said["edges_cut"], said["nodes_added"]) == (1, 1)
    assert seconds(edited, between((1, 1), (2, 1), 0.4), crossing(2, 1)) == pytest.approx(10 + 75, abs=0.1)


def test_a_barrier_leaves_two_stubs():
    """A barrier in the middle: 50 m before it to 50 m behind it is 75 m + 75 m + three blocks: 7.5 + 75 + 7.5 s by car."""
    edited = apply_edits(CITY, [barrier(between((1, 1), (2, 1)), "car")])
    before, behind = between((1, 1), (2, 1), 0.3), between((1, 1), (2, 1), 0.7)
    assert seconds(CITY, before, behind) == pytest.approx(10, abs=0.01)
    assert seconds(edited, before, behind) == pytest.approx(90, abs=0.1)
    assert seconds(edited, before, behind, "walk") == pytest.approx(100, abs=0.1)
    said = entry(edited)
    assert (said["metres_closed"], said["edges_cut"], said["nodes_added"]) == (1.0, 1, 2)
    assert (edited.node_count, edited.edge_count) == (CITY.node_count + 2, CITY.edge_count + 2)
    assert edited.edge_length_metres.sum() == pytest.approx(CITY.edge_length_metres.sum(), rel=1e-6)
    assert cut_off(edited)["car"] == {"nodes": 0, "km": 0.0}


def test_a_barrier_for_all_ends_a_dead_end_street():
    """In a corner of two streets, both barred, the corner is cut off; it is told, not removed."""
    edited = apply_edits(CITY, [barrier(between((0, 0), (1, 0))), barrier(between((0, 0), (0, 1)))])
    assert edited.report["cut_off"]["walk"] == {"nodes": 3, "km": pytest.approx(0.249, abs=0.001)}
    assert edited.node_count == CITY.node_count + 4


def test_a_new_diagonal_shortens_the_trip():
    """Two blocks, 50 s, become 250 √2 m at 10 m/s: 35.4 s; one way: the way back stays 50 s, but not on foot."""
    diagonal = link(crossing(1, 1), crossing(2, 2), is_oneway=True)
    edited = apply_edits(CITY, [diagonal], speeds=FAST)
    assert seconds(edited, crossing(1, 1), crossing(2, 2)) == pytest.approx(25 * math.sqrt(2), abs=0.05)
    assert seconds(edited, crossing(2, 2), crossing(1, 1)) == pytest.approx(50, abs=0.01)
    assert seconds(edited, crossing(2, 2), crossing(1, 1), "walk") == pytest.approx(250 * math.sqrt(2), abs=0.5)
    said = entry(edited)
    assert said["metres_added"] == pytest.approx(250 * math.sqrt(2), abs=0.2)
    assert (said["edges_added"], said["nodes_added"], said["edges_cut"]) == (1, 0, 0)
    assert edited.edge_way_id[-1] < 0


def test_a_link_cuts_the_streets_it_joins_but_not_those_it_crosses():
    """From the middle of row 0 to the middle of row 2, over row 1: 500 m at 20 m/s, 25 s. Row 1 is crossed without a joint."""
    start, end = between((1, 0), (2, 0)), between((1, 2), (2, 2))
    edited = apply_edits(CITY, [link(start, end, highway="primary")], speeds=FAST)
    assert (entry(edited)["edges_cut"], entry(edited)["nodes_added"]) == (2, 2)
    assert edited.classes == ("residential", "primary")
    assert seconds(edited, start, end) == pytest.approx(25, abs=0.05)
    # To a point of row 1 almost under the link: 12.5 s to a corner, a block, 0.48 of a block.
    assert seconds(edited, start, between((1, 1), (2, 1), 0.48)) == pytest.approx(12.5 + 25 + 12, abs=0.1)


def test_a_link_for_some_modes_by_a_class_they_may_use():
    edited = apply_edits(CITY, [link(crossing(1, 1), crossing(2, 2), highway="cycleway")], speeds=FAST)
    assert seconds(edited, crossing(1, 1), crossing(2, 2)) == pytest.approx(50, abs=0.01)
    assert seconds(edited, crossing(1, 1), crossing(2, 2), "ebike") == pytest.approx(60 * math.sqrt(2), abs=0.1)
    only = apply_edits(CITY, [link(crossing(1, 1), crossing(2, 2), modes=("walk",))])
    assert seconds(only, crossing(1, 1), crossing(2, 2), "ebike") == pytest.approx(120, abs=0.1)


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (barrier((118.7, 31.9)), "edit.nothing_hit"),
        (closure((118.7, 31.9), (118.7, 31.91)), "edit.no_street_along"),
        (closure(crossing(1, 1), between((1, 1), (2, 2))), "edit.no_street_along"),
        (link((118.7, 31.9), (118.7, 31.91)), "edit.nothing_hit"),
        (link(crossing(1, 1), crossing(2, 2), highway="cycleway", modes=("car",)), "edit.link_no_mode"),
    ],
)
def test_what_hits_nothing_changes_nothing_and_says_so(edit, code):
    edited = apply_edits(CITY, [edit], speeds=FAST)
    assert edited.digest == CITY.digest
    assert [warning["code"] for warning in entry(edited)["warnings"]] == [code]


def test_a_link_into_the_open_is_a_dead_end():
    (lon, lat) = crossing(0, 0)
    edited = apply_edits(CITY, [link((lon, lat), (lon - 0.01, lat))])
    assert [warning["code"] for warning in entry(edited)["warnings"]] == ["edit.link_free_end"]
    assert edited.node_count == CITY.node_count + 1


@pytest.mark.parametrize(
    ("edit", "codes"),
    [
        (Edit(kind="tunnel", points=((118.8, 32.0),)), {"edit.kind_unknown"}),
        (Edit(kind="barrier", points=((118.8, 32.0), (118.9, 32.0))), {"edit.points"}),
        (Edit(kind="closure", points=((118.8, 32.0),)), {"edit.points"}),
        (Edit(kind="closure", points=((math.nan, 32.0), (118.8, 32.0))), {"edit.points"}),
        (Edit(kind="barrier", points=((118.8, 99.0),), modes=("boat",)), {"edit.points", "mode.unknown"}),
        (link(crossing(1, 1), crossing(2, 2), highway="runway"), {"speeds.unknown_class"}),
    ],
)
def test_edits_that_make_no_sense_are_refused(edit, codes):
    with pytest.raises(GigshedError) as error:
        apply_edits(CITY, [edit])
    assert {problem.code for problem in error.value.problems} == codes


def test_the_same_edit_again_changes_nothing():
    edits = [barrier(between((1, 1), (2, 1)), key="a"), link(crossing(0, 0), crossing(1, 1), key="b")]
    once = apply_edits(CITY, edits)
    assert apply_edits(once, edits) is once
    twice = apply_edits(CITY, [*edits, barrier(between((1, 1), (2, 1)), key="c")])
    assert twice.digest == once.digest
    assert ["a", "c"] in [each["keys"] for each in twice.report["edits"]]


def test_what_an_edit_does_is_kept_with_the_files(tmp_path):
    edited = apply_edits(CITY, [barrier(between((1, 1), (2, 1)), key="7")])
    save_network(edited, tmp_path)
    again = open_network(tmp_path, edited.digest)
    assert again.report["base_digest"] == CITY.digest
    assert again.report["edits"][0]["keys"] == ["7"]
    assert apply_edits(again, [barrier(between((1, 1), (2, 1)))]) is again


_streets = st.sampled_from(
    [((c, r), (c + 1, r)) for c in range(COLUMNS - 1) for r in range(ROWS)]
    + [((c, r), (c, r + 1)) for c in range(COLUMNS) for r in range(ROWS - 1)]
)
_modes = st.sampled_from([(), ("car",), ("walk", "ebike")])
_share = st.sampled_from([0.3, 0.5, 0.62])
_barriers = st.builds(lambda street, share, modes: barrier(between(*street, share), *modes), _streets, _share, _modes)
_closures = st.builds(lambda street, modes: closure(*(crossing(*end) for end in street), modes=modes), _streets, _modes)
_places = st.builds(lambda street, share: between(*street, share), _streets, _share)
_links = st.builds(lambda a, b, oneway: link(a, b, is_oneway=oneway), _places, _places, st.booleans())
_edits = st.one_of(_barriers, _closures, _links)


@given(st.lists(_edits, max_size=6), st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_of_edits_does_not_matter(edits, random):
    shuffled = [*edits, *edits[:1]]
    random.shuffle(shuffled)
    assert apply_edits(CITY, edits).digest == apply_edits(CITY, shuffled).digest


def all_times(network):
    places = [crossing(c, r) for c, r in itertools.product(range(COLUMNS), range(ROWS))]
    lon, lat = np.array(places).T
    found = []
    for mode in ("walk", "car"):
        snaps = snap(CITY, lon, lat, mode=mode, max_metres=5)
        nodes = np.where(snaps.fraction < 0.5, CITY.edge_from[snaps.edge], CITY.edge_to[snaps.edge])
        arcs = {}
        for times, tail, head in (
            (network.forward_seconds, network.edge_from, network.edge_to),
            (network.backward_seconds, network.edge_to, network.edge_from),
        ):
            for edge in range(network.edge_count):
                cost = float(times[network.modes.index(mode), edge])
                pair = int(tail[edge]), int(head[edge])
                arcs[pair] = min(cost, arcs.get(pair, math.inf))
        cost = np.full((network.node_count, network.node_count), np.inf)
        np.fill_diagonal(cost, 0)
        for (tail, head), value in arcs.items():
            cost[tail, head] = min(cost[tail, head], value)
        for middle in range(network.node_count):  # Floyd and Warshall
            cost = np.minimum(cost, cost[:, [middle]] + cost[[middle], :])
        found.append(cost[np.ix_(nodes, nodes)])
    return np.stack(found)


def city_with_any_times(seed, closed):
    """Return the city with random times, a share of them closed, and random delays."""
    rng = np.random.default_rng(seed)
    size = (2, 3, CITY.edge_count)
    times = np.where(rng.random(size) < closed, np.inf, rng.integers(1, 400, size)).astype(np.float32)
    delays = rng.integers(0, 9, (3, CITY.node_count)).astype(np.float32)
    return dataclasses.replace(CITY, forward_seconds=times[0], backward_seconds=times[1], node_delay_seconds=delays)


_cities = st.builds(city_with_any_times, st.integers(0, 2**31), st.sampled_from([0.0, 0.1, 0.5]))


def all_costs(network):
    """Return what every mode pays to and from every node from some places of the network."""
    places = [at((edge, 0.25)) for edge in range(0, network.edge_count, 16)]
    values = [{"mode": mode, "direction": way, "cutoff": math.inf} for mode in network.modes for way in ("from", "to")]
    return np.array([node_costs(network, place, **value) for place in places for value in values])


@given(_cities, st.lists(_edits, min_size=1, max_size=5))
@settings(max_examples=15, deadline=None)
def test_edited_networks_cost_what_the_same_network_built_anew_costs(city, edits):
    """In memory, and opened from files that share those of the network below, searches see the edited streets alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save_network(city, folder)
        edited = apply_edits(open_network(folder, city.digest), edits)
        save_network(edited, folder)
        stored = open_network(folder, edited.digest)
        # Nothing is known of this one but its arrays; the others have the arcs of the network below but for those changed.
        built = dataclasses.replace(edited)
        assert (built.overlay, built.digest) == (None, edited.digest)
        assert {network.overlay is not None for network in (edited, stored)} <= {edited.digest != city.digest}
        expected = all_costs(built)
        for network in (edited, stored):
            np.testing.assert_allclose(all_costs(network), expected, atol=1e-3)
        for way, impedance in itertools.product(("from", "to"), ("seconds", "metres")):
            patched, anew = (search_graph(network, "walk", way, impedance) for network in (edited, built))
            np.testing.assert_array_equal(patched.arcs, anew.arcs)
        # The second time the arcs come from a file.
        np.testing.assert_array_equal(all_costs(open_network(folder, edited.digest)), all_costs(stored))
        np.testing.assert_array_equal(all_costs(open_network(folder, city.digest)), all_costs(city))


@pytest.mark.parametrize(
    "edit",
    [
        barrier(between((1, 1), (2, 1)), "car"),
        closure(crossing(1, 1), crossing(2, 1)),
        link(between((1, 0), (2, 0)), (118.7, 32)),
    ],
)
def test_of_the_arcs_of_a_network_only_those_at_the_edit_are_made(edit, monkeypatch):
    keys = [("car", way, impedance) for way in ("from", "to") for impedance in ("seconds", "metres")]
    edited = apply_edits(CITY, [edit])
    expected = [search_graph(dataclasses.replace(edited), *key).arcs for key in keys]
    below = [search_graph(CITY, *key).arcs for key in keys]
    monkeypatch.setattr("geo.engine.traveltime.graphs.search_arcs", lambda *args: pytest.fail("all arcs made again"))
    for key, arcs, before in zip(keys, expected, below, strict=True):
        np.testing.assert_array_equal(search_graph(edited, *key).arcs, arcs)
        assert (arcs[: len(before)] != before).any(axis=1).sum() <= 16


def test_a_link_between_crossings_moves_all_arcs():
    edited = apply_edits(CITY, [link(crossing(1, 1), crossing(2, 2))])
    assert edited.node_lon is CITY.node_lon  # no node is new
    built = dataclasses.replace(edited)
    for way in ("from", "to"):
        arcs = [search_graph(network, "car", way, "seconds").arcs for network in (edited, built)]
        np.testing.assert_array_equal(*arcs)


def test_whole_edges_keep_their_numbers():
    edited = apply_edits(CITY, [barrier(between((1, 1), (2, 1))), link(crossing(0, 0), crossing(1, 1))])
    (cut,) = np.flatnonzero(edited.edge_length_metres[: CITY.edge_count] != CITY.edge_length_metres)
    whole = np.arange(CITY.edge_count) != cut
    for name in ("edge_from", "edge_to", "edge_way_id"):
        np.testing.assert_array_equal(getattr(edited, name)[: CITY.edge_count][whole], getattr(CITY, name)[whole])
    shapes = [
        [
            (network.shape_lon[s:e].tolist(), network.shape_lat[s:e].tolist())
            for s, e in itertools.pairwise(network.shape_indptr)
        ]
        for network in (CITY, edited)
    ]
    assert [shape for edge, shape in enumerate(shapes[0]) if edge != cut] == [
        shape for edge, shape in enumerate(shapes[1][: CITY.edge_count]) if edge != cut
    ]
    # The first piece stands in the place of its street and begins where that began; the rest and the link follow.
    assert edited.edge_from[cut] == CITY.edge_from[cut]
    assert [len(shape[0]) for shape in shapes[1][CITY.edge_count :]] == [2, 2, 2]
    ends = np.column_stack([edited.shape_lon[edited.shape_indptr[1:] - 1], edited.shape_lat[edited.shape_indptr[1:] - 1]])
    np.testing.assert_allclose(ends, np.column_stack([edited.node_lon, edited.node_lat])[edited.edge_to], atol=1e-9)


def test_a_closure_on_disk_shares_what_it_has_in_common_with_the_network_below(tmp_path):
    below = save_network(CITY, tmp_path)
    edited = apply_edits(open_network(tmp_path, CITY.digest), [closure(crossing(1, 1), crossing(2, 1))])
    target = save_network(edited, tmp_path)
    own = {path.name for path in target.iterdir() if path.stat().st_nlink == 1}
    assert own == {"forward_seconds.npy", "backward_seconds.npy", "meta.json"}
    again = open_network(tmp_path, edited.digest)
    assert (again.overlay.below.digest, again.overlay.edges.tolist()) == (CITY.digest, edited.overlay.edges.tolist())
    # Without the network below it is whole all the same.
    shutil.rmtree(below)
    alone = open_network(tmp_path, edited.digest)
    assert alone.overlay is None
    assert seconds(alone, crossing(1, 1), crossing(2, 1)) == pytest.approx(75, abs=0.01)


def test_a_disk_without_second_names_gets_copies(tmp_path, monkeypatch):
    def refuse(*paths):
        raise PermissionError

    save_network(CITY, tmp_path)
    edited = apply_edits(open_network(tmp_path, CITY.digest), [closure(crossing(1, 1), crossing(2, 1))])
    monkeypatch.setattr(os, "link", refuse)
    target = save_network(edited, tmp_path)
    assert all(path.stat().st_nlink == 1 for path in target.iterdir())
    assert seconds(open_network(tmp_path, edited.digest), crossing(1, 1), crossing(2, 1)) == pytest.approx(75, abs=0.01)


@given(st.lists(_edits, min_size=2, max_size=4, unique_by=lambda edit: edit.digest))
@settings(max_examples=15, deadline=None)
def test_times_between_crossings_obey_closures_and_links(edits):
    """Closing never shortens a trip, a new link never lengthens one; edits one after another give the same times as at once,
    where they touch different streets."""
    closing = [edit for edit in edits if edit.kind != "new_link"]
    before, closed, all_at_once = all_times(CITY), all_times(apply_edits(CITY, closing)), all_times(apply_edits(CITY, edits))
    assert (closed >= before - 1e-3).all()
    assert (all_at_once <= closed + 1e-3).all()
    one_by_one = CITY
    for edit in closing:
        one_by_one = apply_edits(one_by_one, [edit])
    if len({tuple(edit.points) for edit in closing}) == len(closing) and all(edit.modes == () for edit in closing):
        np.testing.assert_allclose(all_times(one_by_one), closed, atol=0.05)


def test_pieces_keep_the_level_of_their_street_and_links_lie_on_the_ground():
    raised = dataclasses.replace(CITY, edge_level=np.full(CITY.edge_count, 2, np.int8))
    link = Edit(kind="new_link", points=(crossing(0, 0), crossing(1, 1)), highway="residential")
    edited = apply_edits(raised, [barrier(between((1, 1), (2, 1))), link])
    assert edited.edge_count == CITY.edge_count + 3
    assert sorted(edited.edge_level.tolist()) == [0] + [2] * (CITY.edge_count + 2)
