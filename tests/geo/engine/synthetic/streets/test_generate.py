"""The whole street generator: the same for a seed, connected, with the rights each class should have."""

import numpy as np
import pytest
from pyproj import Geod
from scipy.spatial import cKDTree

from geo.engine.modes import default_speeds
from geo.engine.network.streets import NO_DELAY, SIGNALS
from geo.engine.synthetic.streets import generate_streets


def test_same_seed_same_streets(province, settlements, streets):
    again = generate_streets(province, settlements, nodes=8_000, rng=np.random.default_rng(2))
    for name, value in vars(streets).items():
        assert np.array_equal(value, getattr(again, name), equal_nan=name in {"max_speed_kph", "fixed_seconds"}), name


def test_other_seed_other_streets(province, settlements, streets):
    other = generate_streets(province, settlements, nodes=8_000, rng=np.random.default_rng(3))
    assert len(other.node_lon) != len(streets.node_lon) or not np.array_equal(other.node_lon, streets.node_lon)


@pytest.mark.parametrize("nodes", [100, 30_000_000])
def test_absurd_sizes_are_refused(province, settlements, nodes):
    with pytest.raises(ValueError, match="nodes must be"):
        generate_streets(province, settlements, nodes=nodes, rng=np.random.default_rng(1))


def test_size_is_about_what_was_asked_for(network):
    assert 8_000 * 2 / 3 < network.node_count < 8_000 * 4 / 3


def test_more_nodes_more_streets(province, settlements, streets):
    more = generate_streets(province, settlements, nodes=24_000, rng=np.random.default_rng(2))
    assert len(more.edge_from) > 2.4 * len(streets.edge_from)


def test_network_is_one_piece_for_walkers(network):
    # Everything that is not a motorway is open to walkers and nothing of it was closed as cut off.
    assert network.report["closed_outside_largest_component"]["walk"]["edges"] == 0
    assert network.report["closed_outside_largest_component"]["ebike"]["edges"] < 0.01 * network.edge_count


def test_rights_by_class(streets):
    forward = {
        name: streets.forward_allowed[:, streets.edge_class == index].all(axis=1).tolist()
        for index, name in enumerate(streets.classes)
        if (streets.edge_class == index).any()
    }
    assert forward["motorway"] == [False, False, True]
    assert forward["motorway_link"] == [False, False, True]
    assert forward["footway"] == [True, False, False]
    assert forward["cycleway"] == [True, True, False]
    assert forward["trunk"] == forward["residential"] == [True, True, True]
    assert not streets.forward_allowed[:2, streets.edge_class == streets.classes.index("motorway")].any()


def test_one_ways_bind_riders_not_walkers(streets):
    one_way = streets.forward_allowed & ~streets.backward_allowed
    assert not one_way[0].any()
    assert np.array_equal(one_way[1], one_way[2])
    share = one_way[2].mean()
    assert 0.005 < share < 0.15
    assert set(np.unique(streets.edge_class[one_way[2]])) == {streets.classes.index("residential")}


def test_classes_are_in_the_speed_table(network):
    speeds = default_speeds()
    assert network.classes
    assert set(network.classes) <= set(speeds.kph)


def test_shapes_begin_and_end_at_nodes(streets):
    first, last = streets.shape_indptr[:-1], streets.shape_indptr[1:] - 1
    assert np.array_equal(streets.shape_lon[first], streets.node_lon[streets.edge_from])
    assert np.array_equal(streets.shape_lat[last], streets.node_lat[streets.edge_to])
    assert np.diff(streets.shape_indptr).min() >= 2


def test_lanes_are_hardly_longer_than_the_straight_line(network):
    geod = Geod(ellps="WGS84")
    a, b = network.edge_from, network.edge_to
    straight = geod.inv(network.node_lon[a], network.node_lat[a], network.node_lon[b], network.node_lat[b])[2]
    far = straight > 100
    assert np.all(network.edge_length_metres[far] >= straight[far] - 0.1)
    assert np.median(network.edge_length_metres[far] / straight[far]) < 1.05


def test_signals_stand_in_towns(province, settlements, streets):
    signals = np.flatnonzero(streets.node_control == SIGNALS)
    assert 10 < len(signals) < 0.1 * len(streets.node_lon)
    assert (streets.node_control == NO_DELAY).mean() > 0.8
    x, y = province.plane.to_metres(streets.node_lon[signals], streets.node_lat[signals])
    tree = cKDTree(np.column_stack([settlements.x, settlements.y])[: settlements.town_count])
    assert tree.query(np.column_stack([x, y]))[0].max() < 1.2 * settlements.radius_metres.max()


def test_density_follows_people(province, settlements, streets):
    x, y = province.plane.to_metres(streets.node_lon, streets.node_lat)
    in_town = (settlements.town_at(x, y)[1] < 1).sum()
    towns_km2 = (np.pi * settlements.radius_metres[: settlements.town_count] ** 2).sum() / 1e6
    all_km2 = sum(shape.area for shape in province.county_shapes_metres) / 1e6
    assert in_town / towns_km2 > 8 * (len(x) - in_town) / (all_km2 - towns_km2)
