"""Grids: full where asked, dry, inside the province, finer for more nodes."""

import numpy as np
import pytest

from geo.engine.synthetic.streets.lattice import Grain, Lattice, build_lattice, clear_of


@pytest.fixture(scope="module")
def lattice(province, settlements):
    return build_lattice(province, settlements, Grain.for_nodes(settlements, 8_000), np.random.default_rng(1))


def test_more_nodes_finer_grain(settlements):
    coarse, fine = Grain.for_nodes(settlements, 5_000), Grain.for_nodes(settlements, 50_000)
    assert coarse.block_metres > 2.5 * fine.block_metres
    assert coarse.anchors < fine.anchors


def test_blocks_are_never_smaller_than_60_metres(settlements):
    grain = Grain.for_nodes(settlements, 10_000_000)
    assert grain.block_metres == 60
    assert grain.village_crossings * grain.villages > 8_000_000


def test_crossings_are_unique_dry_and_inside(province, lattice):
    keys = np.column_stack([lattice.patch, lattice.i, lattice.j])
    assert len(np.unique(keys, axis=0)) == len(lattice)
    assert province.is_dry(lattice.x, lattice.y).all()
    assert (province.county_at(lattice.x, lattice.y) >= 0).all()


def test_outside_the_core_towns_have_superblocks(settlements, lattice):
    outside = (lattice.patch < settlements.town_count) & ~lattice.is_core
    assert outside.sum() > 100
    assert np.all(lattice.i[outside] % 2 == 0)
    assert np.all(lattice.j[outside] % 2 == 0)


def test_clearance():
    lattice = Lattice(
        x=np.array([0.0, 60.0, 200.0]), y=np.zeros(3), patch=np.zeros(3, np.int32), i=np.arange(3, dtype=np.int32),
        j=np.zeros(3, np.int32), is_core=np.ones(3, np.bool_),
    )  # fmt: skip
    kept = clear_of(lattice, np.array([10.0, 300.0]), np.zeros(2), np.array([49.0, 100.5]))
    assert kept.i.tolist() == [1]
