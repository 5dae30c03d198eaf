"""The Hilbert order visits every cell once, and each next to the last."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo.engine.hilbert import hilbert_keys, hilbert_order


def test_the_curve_of_order_one_goes_round_the_square():
    # The four quarters in the order (0, 0), (0, 1), (1, 1), (1, 0).
    x, y = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 1.0, 0.0])
    assert hilbert_keys(x, y, bits=1).tolist() == [0, 1, 2, 3]


def test_on_a_full_grid_every_step_goes_to_a_neighbour():
    side = 32
    x, y = (axis.ravel().astype(float) for axis in np.meshgrid(np.arange(side), np.arange(side)))
    keys = hilbert_keys(x, y, bits=5)
    assert sorted(keys.tolist()) == list(range(side * side))
    order = np.argsort(keys)
    steps = np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))
    assert set(steps.tolist()) == {1.0}


@given(hnp.arrays(np.float64, st.integers(0, 40), elements=st.floats(-180, 180)))
def test_the_order_is_a_permutation(x):
    assert sorted(hilbert_order(x, x[::-1].copy()).tolist()) == list(range(len(x)))


def test_points_in_one_place_keep_their_order():
    assert hilbert_order(np.zeros(4), np.zeros(4)).tolist() == [0, 1, 2, 3]
