"""Differences of grid cities: 250 m blocks, every block a way of its own, counted by hand."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.errors import NetworkError
from geo.engine.gridcity import GRID_SPEEDS, grid_city, grid_streets
from geo.engine.network.build import build_network
from geo.engine.network.clip import take_edges
from geo.engine.network.difference import CHANGES, compare
from geo.engine.network.edits import Edit, apply_edits
from geo.engine.network.way_sums import way_lines, way_sums

MODES = ("walk", "ebike", "car")


def streets(**values):
    return grid_streets(columns=4, rows=4, **values)


def built(chosen, speeds=GRID_SPEEDS):
    return build_network(chosen, speeds=speeds, source="test")


CITY = built(streets())


def counts(report):
    return {change: sums["ways"] for change, sums in report["changes"].items() if sums["ways"]}


def without(edge):
    kept = np.ones(24, bool)
    kept[edge] = False
    return built(take_edges(streets(), kept))


def way_at(edge):
    return int(streets().edge_way_id[edge])


MIDDLE = 4  # the middle block of row 1, from column 1 to column 2


def test_a_network_is_as_itself():
    report = compare(CITY, CITY).report()
    assert (report["ways_before"], report["ways_compared"], counts(report)) == (24, 24, {})


def test_a_street_less_is_removed_and_the_other_way_round_added():
    difference = compare(CITY, without(MIDDLE))
    removed = difference.report()["changes"]["removed"]
    assert counts(difference.report()) == {"removed": 1}
    assert removed["km"] == 0.25
    assert removed["by_class"]["residential"] == {
        "ways": 1, "km": 0.25, "by_mode": {mode: {"ways": 1, "km": 0.25} for mode in MODES},
    }  # fmt: skip
    assert difference.changes.way_id.tolist() == [way_at(MIDDLE)]
    assert difference.changes.class_now.tolist() == ["residential"]
    assert counts(compare(without(MIDDLE), CITY).report()) == {"added": 1}


def test_a_street_closed_to_cars():
    closed = streets()
    forward, backward = closed.forward_allowed.copy(), closed.backward_allowed.copy()
    forward[2, MIDDLE] = backward[2, MIDDLE] = False
    other = built(dataclasses.replace(closed, forward_allowed=forward, backward_allowed=backward))
    report = compare(CITY, other).report()
    assert counts(report) == {"closed": 1}
    assert report["changes"]["closed"]["by_mode"] == {
        "walk": {"ways": 0, "km": 0.0}, "ebike": {"ways": 0, "km": 0.0}, "car": {"ways": 1, "km": 0.25},
    }  # fmt: skip
    assert counts(compare(other, CITY).report()) == {"opened": 1}


def test_a_row_made_one_way():
    report = compare(CITY, built(streets(one_way_rows=(1,)))).report()
    assert counts(report) == {"one_way_changed": 3}
    assert {mode: sums["ways"] for mode, sums in report["changes"]["one_way_changed"]["by_mode"].items()} == {
        "walk": 0, "ebike": 3, "car": 3,
    }  # fmt: skip


def test_a_one_way_drawn_backwards_is_the_same():
    one_way = built(streets(one_way_rows=(1,)))
    there, back = one_way.edge_from, one_way.edge_to
    parts = np.split(np.arange(len(one_way.shape_lon)), one_way.shape_indptr[1:-1])
    reverse = np.concatenate([part[::-1] for part in parts])
    turned = dataclasses.replace(
        one_way, edge_from=back, edge_to=there, forward_seconds=one_way.backward_seconds,
        backward_seconds=one_way.forward_seconds, shape_lon=one_way.shape_lon[reverse], shape_lat=one_way.shape_lat[reverse],
    )  # fmt: skip
    assert counts(compare(one_way, turned).report()) == {}


def test_another_class():
    other = streets()
    classes = other.edge_class.copy()
    classes[MIDDLE] = 1
    speeds = dataclasses.replace(GRID_SPEEDS, kph=dict(GRID_SPEEDS.kph) | {"service": (3.6, 15.0, 36.0)})
    network = built(dataclasses.replace(other, edge_class=classes, classes=("residential", "service")), speeds)
    difference = compare(CITY, network)
    assert counts(difference.report()) == {"class_changed": 1}
    assert (difference.changes.class_before.tolist(), difference.changes.class_after.tolist()) == (["residential"], ["service"])


def moved(metres):
    """Bend one block by a vertex in its middle, ``metres`` to the north."""
    shape = np.flatnonzero(CITY.edge_way_id == way_at(MIDDLE))[0]
    at = int(CITY.shape_indptr[shape]) + 1
    lon, lat = (values[at - 1 : at + 1].mean() for values in (CITY.shape_lon, CITY.shape_lat))
    indptr = CITY.shape_indptr.copy()
    indptr[shape + 1 :] += 1
    return dataclasses.replace(
        CITY, shape_indptr=indptr, shape_lon=np.insert(CITY.shape_lon, at, lon),
        shape_lat=np.insert(CITY.shape_lat, at, lat + metres / 110_886),  # metres in a degree of latitude at 32° N
    )  # fmt: skip


def test_a_bend_of_four_metres_is_no_change_one_of_six_is():
    assert counts(compare(CITY, moved(4)).report()) == {}
    difference = compare(CITY, moved(6))
    assert counts(difference.report()) == {"moved": 1}
    assert difference.changes.moved_metres == pytest.approx([6], abs=0.05)


def test_a_longer_way_has_moved():
    metres = CITY.edge_length_metres.copy()
    metres[3] += 6
    assert counts(compare(CITY, dataclasses.replace(CITY, edge_length_metres=metres)).report()) == {"moved": 1}


def test_ways_cut_at_other_places_are_the_same():
    """A link that joins a block cuts it in two; only the link is told."""
    edge = np.flatnonzero(CITY.edge_way_id == way_at(MIDDLE))[0]
    lon, lat = ((values[CITY.edge_from[edge]] + values[CITY.edge_to[edge]]) / 2 for values in (CITY.node_lon, CITY.node_lat))
    edited = apply_edits(CITY, [Edit(kind="new_link", points=((lon, lat), (lon, lat + 0.001)), highway="residential")])
    assert edited.edge_count == CITY.edge_count + 2
    difference = compare(CITY, edited)
    assert counts(difference.report()) == {"added": 1}
    assert difference.changes.way_id[0] < 0


def test_what_lies_outside_the_other_extent_is_not_removed():
    """The small city is the south-west of the large one: 2 × 2 of its 3 × 3 blocks, 12 of 24 ways."""
    small = grid_city(columns=3, rows=3)
    kept = np.isin(CITY.node_lon, small.node_lon)
    assert kept.any()
    large_ids = dict(zip(map(edge_key(CITY), range(CITY.edge_count)), CITY.edge_way_id.tolist(), strict=True))
    same = np.array([large_ids[edge_key(small)(edge)] for edge in range(small.edge_count)])
    report = compare(CITY, dataclasses.replace(small, edge_way_id=same)).report()
    assert (report["ways_compared"], report["outside_before"], report["outside_after"]["ways"]) == (
        12, {"ways": 12, "km": 3.0}, 0,
    )  # fmt: skip
    assert counts(report) == {}


def edge_key(network):
    def key(edge):
        ends = network.edge_from[edge], network.edge_to[edge]
        return tuple(round(float(values[end]), 6) for end in ends for values in (network.node_lon, network.node_lat))

    return key


def test_networks_far_apart_cannot_be_compared():
    with pytest.raises(NetworkError) as error:
        compare(CITY, built(streets(south_west=(120.0, 30.0))))
    assert error.value.problems[0].code == "difference.no_common_extent"


def test_sums_by_way_and_lines():
    merged = dataclasses.replace(CITY, edge_way_id=np.where(np.arange(24) < 5, 7, np.arange(24) + 100))
    sums = way_sums(merged)
    assert sums.way_id[0] == 7
    assert sums.metres[0] == pytest.approx(5 * 250, abs=0.1)
    assert sums.open_metres[:, 0] == pytest.approx([1250] * 3, abs=0.1)
    lines = way_lines(merged, sums.way_id[:2])
    assert [len(line.geoms) for line in lines] == [5, 1]


_drop = st.sets(st.integers(0, 23), max_size=6)


@given(_drop, _drop)
@settings(max_examples=30, deadline=None)
def test_there_and_back_are_mirror_images(first, second):
    """Added one way is removed the other way, closed is opened, and so on; all sums agree."""
    networks = []
    for dropped in (first, second):
        chosen = streets()
        forward = chosen.forward_allowed.copy()
        forward[2, sorted(dropped)] = False
        networks.append(built(dataclasses.replace(chosen, forward_allowed=forward)))
    there, back = (compare(*pair, extent=CITY.bounds).report()["changes"] for pair in (networks, networks[::-1]))
    mirror = {"added": "removed", "removed": "added", "closed": "opened", "opened": "closed"}
    for change in CHANGES:
        assert there[change]["ways"] == back[mirror.get(change, change)]["ways"]
        assert there[change]["by_mode"] == back[mirror.get(change, change)]["by_mode"]
