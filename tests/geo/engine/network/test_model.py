"""The network's adjacency and costs, on one street derived by hand."""

import numpy as np
import pytest

from geo.engine.errors import NetworkError
from geo.engine.network.model import Arcs, TravelNetwork

INF = np.inf


def tiny(**changed):
    """Return nodes 0 – 1 – 2 on a line; edge 0 is two-way, edge 1 one-way from 1 to 2 for cars; signals at node 1.

    Walk: 100 s and 200 s both ways. Car: 10 s both ways on edge 0, 20 s forward on edge 1. Delay at node 1: walk 5 s, car 15 s.
    """
    values = {
        "node_lon": np.array([118.0, 118.001, 118.003]), "node_lat": np.array([32.0, 32.0, 32.0]),
        "edge_from": np.array([0, 1], np.int32), "edge_to": np.array([1, 2], np.int32),
        "edge_length_metres": np.array([100, 200], np.float32), "edge_way_id": np.array([7, 8]),
        "edge_class": np.zeros(2, np.uint8), "classes": ("residential",), "shape_indptr": np.array([0, 2, 4]),
        "shape_lon": np.array([118.0, 118.001, 118.001, 118.003]), "shape_lat": np.full(4, 32.0), "modes": ("walk", "car"),
        "forward_seconds": np.array([[100, 200], [10, 20]], np.float32),
        "backward_seconds": np.array([[100, 200], [10, INF]], np.float32),
        "node_delay_seconds": np.array([[0, 5, 0], [0, 15, 0]], np.float32), "source": "by hand", "report": {},
    }  # fmt: skip
    return TravelNetwork(**(values | changed))


def arc_table(network, mode, direction, impedance="seconds"):
    arcs, costs = network.arcs, network.arc_costs(mode, direction, impedance)
    return {(int(t), int(h)): float(c) for t, h, c in zip(arcs.tail, arcs.head, costs, strict=True)}


def test_arcs_are_sorted_by_tail():
    arcs = Arcs.of(np.array([2, 0], np.int32), np.array([1, 2], np.int32), np.array([0, 1, 2, 4], np.int32))
    assert arcs.tail.tolist() == [0, 1, 2, 2]
    assert arcs.head.tolist() == [2, 2, 1, 0]
    assert arcs.edge.tolist() == [1, 0, 0, 1]
    assert arcs.is_forward.tolist() == [True, False, True, False]


def test_away_from_an_origin_the_delay_is_paid_on_entering_the_head():
    # 0 → 1: 10 s and 15 s at the signals; 1 → 0: 10 s; 1 → 2: 20 s; 2 → 1: closed.
    assert arc_table(tiny(), "car", "from") == {(0, 1): 25.0, (1, 0): 10.0, (1, 2): 20.0, (2, 1): INF}


def test_back_from_a_destination_the_slot_holds_the_cost_of_the_trip_towards_it():
    # Slot 1 → 0 holds the trip 0 → 1: 25 s. Slot 0 → 1 holds 1 → 0: 10 s. Slot 2 → 1 holds 1 → 2: 20 s. Slot 1 → 2: closed.
    assert arc_table(tiny(), "car", "to") == {(1, 0): 25.0, (0, 1): 10.0, (2, 1): 20.0, (1, 2): INF}


def test_metres_know_no_delay_but_closed_stays_closed():
    assert arc_table(tiny(), "car", "from", "metres") == {(0, 1): 100.0, (1, 0): 100.0, (1, 2): 200.0, (2, 1): INF}


def test_an_edge_is_allowed_if_one_direction_is():
    closed = np.array([[INF, INF], [10, INF]], np.float32)
    network = tiny(forward_seconds=closed, backward_seconds=closed)
    assert network.allowed_edges("walk").tolist() == [False, False]
    assert network.allowed_edges("car").tolist() == [True, False]


def test_an_unknown_mode_is_refused_by_name():
    with pytest.raises(NetworkError, match="there is no mode named “boat”; known: walk, car"):
        tiny().mode_index("boat")


def test_the_digest_names_the_content_not_the_report():
    assert tiny().digest == tiny(report={"seen": 1}).digest
    assert tiny().digest != tiny(edge_way_id=np.array([7, 9])).digest


def test_reading_derived_values_does_not_change_the_digest():
    network = tiny()
    assert network.arcs is network.arcs
    assert network.digest == tiny().digest


def test_arrays_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        tiny().forward_seconds[0, 0] = 1


def test_bounds_are_west_south_east_north():
    assert tiny().bounds == (118.0, 32.0, 118.003, 32.0)
    assert (tiny().node_count, tiny().edge_count) == (3, 2)


def test_levels_are_part_of_the_name_only_where_there_are_some():
    assert tiny().edge_level.tolist() == [0, 0]
    assert tiny(edge_level=np.zeros(2, np.int8)).digest == tiny().digest
    assert tiny(edge_level=np.array([0, 1], np.int8)).digest != tiny().digest
    with pytest.raises(ValueError, match="read-only"):
        tiny().edge_level[0] = 1
