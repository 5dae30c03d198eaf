"""Networks on disk: what comes back is what went in, or a sentence."""

import dataclasses
import json

import numpy as np
import pytest

from geo.engine.errors import NetworkError
from geo.engine.gridcity import grid_city
from geo.engine.network import store
from geo.engine.network.store import open_network, save_network


@pytest.fixture
def network():
    return grid_city(columns=4, rows=3, signals=((1, 1),))


def test_round_trip(network, tmp_path):
    save_network(network, tmp_path)
    again = open_network(tmp_path, network.digest)
    for name, value in vars(network).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(getattr(again, name), value)
    assert (again.modes, again.classes, again.source) == (network.modes, network.classes, network.source)
    assert again.report == network.report
    assert again.digest == network.digest
    # and the digest still follows from the content
    vars(again).pop("digest")
    assert again.digest == network.digest


def test_what_is_there_is_left_alone(network, tmp_path):
    path = save_network(network, tmp_path)
    stamp = (path / "meta.json").stat().st_mtime_ns
    assert save_network(network, tmp_path) == path
    assert (path / "meta.json").stat().st_mtime_ns == stamp


def test_arrays_are_mapped_not_read(network, tmp_path):
    save_network(network, tmp_path)
    assert isinstance(open_network(tmp_path, network.digest).shape_lon, np.memmap)


def test_a_fault_half_way_leaves_nothing(network, tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(store.json, "dumps", fail)
    with pytest.raises(OSError, match="disk full"):
        save_network(network, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_digest_says_what_to_do(tmp_path):
    with pytest.raises(NetworkError, match="run load_network"):
        open_network(tmp_path, "0" * 32)


@pytest.mark.parametrize("harm", ["truncate", "remove", "meta", "pickle"])
def test_damaged_files_are_refused(network, tmp_path, harm):
    path = save_network(network, tmp_path)
    target = path / "edge_to.npy"
    if harm == "truncate":
        target.write_bytes(target.read_bytes()[:60])
    elif harm == "remove":
        target.unlink()
    elif harm == "meta":
        (path / "meta.json").write_text(json.dumps({"arrays": {"edge_to": [1]}}))
    else:
        np.save(target, np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(NetworkError, match="damaged"):
        open_network(tmp_path, network.digest)


def test_levels_come_back(network, tmp_path):
    raised = dataclasses.replace(network, edge_level=np.arange(network.edge_count).astype(np.int8) % 3)
    save_network(raised, tmp_path)
    assert open_network(tmp_path, raised.digest).edge_level.tolist() == raised.edge_level.tolist()


def test_networks_stored_before_there_were_levels_lie_on_the_ground(network, tmp_path):
    path = save_network(network, tmp_path)
    meta = json.loads((path / "meta.json").read_text())
    del meta["arrays"]["edge_level"]
    (path / "meta.json").write_text(json.dumps(meta))
    (path / "edge_level.npy").unlink()
    again = open_network(tmp_path, network.digest)
    assert again.edge_level.tolist() == [0] * network.edge_count
    vars(again).pop("digest")
    assert again.digest == network.digest
