"""What searches run on: whole ticks, closed arcs that lead nowhere, files beside the network's own."""

import numpy as np
import pytest

from geo.engine.errors import NetworkError
from geo.engine.network.store import open_network, save_network
from geo.engine.traveltime import node_costs
from geo.engine.traveltime.graphs import search_graph
from tests.geo.engine.graphs import at, make_network

INF = np.inf
SECOND = 2**15


def one_way():
    """Return 0 → 1 one-way, 10 s, then 1 – 2 two-way, 6 s; 3 s of delay at node 1."""
    return make_network([(0, 1, 10.0, INF), (1, 2, 6.0, 6.0)], delays=[[0.0, 3.0, 0.0]])


def test_closed_arcs_lead_to_their_own_tail():
    # Slots: 0→1, 1→0 (closed), 1→2, 2→1. From node 1 one can only go on to 2, from 2 only back: 2 is an end, 0 too.
    graph = search_graph(one_way(), "walk", "from", "seconds")
    assert graph.indptr.tolist() == [0, 1, 3, 4]
    assert graph.arcs.tolist() == [[1, 13 * SECOND], [1, 1], [~2, 6 * SECOND], [~1, 9 * SECOND]]


def test_searches_back_pay_what_the_trip_pays():
    # The slot of 0→1 holds the trip 1→0, which is closed; that of 1→0 the trip 0→1, which enters node 1.
    graph = search_graph(one_way(), "walk", "to", "seconds")
    assert graph.arcs[:, 1].tolist() == [1, 13 * SECOND, 9 * SECOND, 6 * SECOND]


def test_what_is_above_nothing_stays_above_nothing():
    assert search_graph(make_network([(0, 1, 1e-9, 1.0)]), "walk", "from", "seconds").arcs[0].tolist() == [~1, 1]


def test_an_edge_of_days_counts_as_the_longest_that_fits():
    graph = search_graph(make_network([(0, 1, 1e6, 1.0)]), "walk", "from", "seconds")
    assert graph.longest_ticks == 2**31 - 1


def test_a_graph_is_worked_out_once():
    network = one_way()
    assert search_graph(network, "walk", "to", "seconds") is search_graph(network, "walk", "to", "seconds")


def test_an_unknown_mode_is_refused():
    with pytest.raises(NetworkError, match="broom"):
        search_graph(one_way(), "broom", "to", "seconds")


def test_a_stored_network_keeps_its_arcs(tmp_path):
    network = one_way()
    folder = save_network(network, tmp_path)
    first = search_graph(open_network(tmp_path, network.digest), "walk", "to", "seconds")
    files = list(folder.glob("search-*.npy"))
    assert len(files) == 1
    # The second process reads what stands there: make it tell.
    arcs = np.load(files[0])
    arcs[2, 1] = 4 * SECOND
    np.save(files[0], arcs)
    again = open_network(tmp_path, network.digest)
    assert search_graph(again, "walk", "to", "seconds").arcs[2, 1] == 4 * SECOND
    assert first.arcs[2, 1] == 9 * SECOND
    assert again.digest == network.digest


def test_a_damaged_or_forbidden_file_costs_only_time(tmp_path):
    network = one_way()
    folder = save_network(network, tmp_path)
    search_graph(open_network(tmp_path, network.digest), "walk", "to", "seconds")
    next(folder.glob("search-*.npy")).write_bytes(b"nonsense")
    again = open_network(tmp_path, network.digest)
    costs = node_costs(again, at((1, 0.0)), mode="walk", direction="to", cutoff=INF)
    assert costs.tolist() == node_costs(network, at((1, 0.0)), mode="walk", direction="to", cutoff=INF).tolist()


def test_the_digest_does_not_change_by_use(tmp_path):
    used, fresh = one_way(), one_way()
    search_graph(used, "walk", "to", "seconds")
    assert used.digest == fresh.digest
