"""A rectangle of the grid city: which streets stay is counted by hand."""

import dataclasses

import numpy as np
import pytest

from geo.engine.errors import NetworkError
from geo.engine.gridcity import GRID_SPEEDS, SOUTH_WEST, grid_streets
from geo.engine.network.build import build_network
from geo.engine.network.clip import bounds_of, edges_within, take_edges


def test_a_rectangle_is_read_west_south_east_north():
    assert bounds_of("118.7, 32.0,118.9,32.1") == (118.7, 32.0, 118.9, 32.1)


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,4,5", "a,2,3,4", "3,2,1,4", "1,4,3,2", "nan,1,2,3", "-181,1,2,3", "1,1,2,91"]
)
def test_what_is_no_rectangle_is_refused(text):
    with pytest.raises(NetworkError) as raised:
        bounds_of(text)
    assert raised.value.problems[0].code == "bbox.form"


def test_streets_with_one_end_inside_stay():
    streets = grid_streets(columns=4, rows=4)
    lon, lat = SOUTH_WEST
    # Only the south-west corner lies inside: its two streets stay, and their far ends with them.
    kept = edges_within(streets, (lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001))
    assert kept.sum() == 2
    network = build_network(take_edges(streets, kept), speeds=GRID_SPEEDS, source="corner")
    assert (network.node_count, network.edge_count) == (3, 2)
    np.testing.assert_allclose(network.edge_length_metres, 250.0, atol=0.01)


def test_all_inside_changes_nothing():
    streets = grid_streets(columns=3, rows=3, one_way_rows=(1,))
    whole = take_edges(streets, edges_within(streets, (100.0, 20.0, 130.0, 40.0)))
    assert build_network(whole, source="").digest == build_network(streets, source="").digest


def test_nothing_inside_is_said():
    with pytest.raises(NetworkError, match="no street within 1,1,2,2"):
        edges_within(grid_streets(columns=2, rows=2), (1.0, 1.0, 2.0, 2.0))


def test_levels_stay_with_their_streets():
    streets = grid_streets(columns=3, rows=3)
    raised = dataclasses.replace(streets, edge_level=np.arange(len(streets.edge_from)).astype(np.int8))
    kept = np.arange(len(streets.edge_from)) % 2 == 1
    part = take_edges(raised, kept)
    assert part.edge_level.tolist() == np.flatnonzero(kept).tolist()
    assert part.edge_way_id.tolist() == streets.edge_way_id[kept].tolist()
