"""Waves are smooth, bounded and the same for the same seed."""

import numpy as np

from geo.engine.synthetic.noise import Waves


def test_same_seed_same_field():
    x = np.linspace(0, 1e4, 50)
    first, second = (Waves.draw(np.random.default_rng(3), wavelength_metres=2000).at(x, -x) for _ in range(2))
    assert np.array_equal(first, second)


def test_neighbours_are_alike_and_the_field_varies():
    field = Waves.draw(np.random.default_rng(3), wavelength_metres=2000)
    x = np.arange(0, 40_000, 10.0)
    values = field.at(x, np.zeros_like(x))
    # Six waves of at least 1,400 m: the steepest slope is 6 / sqrt(12) * 2 pi / 1400 a metre, 0.078 in 10 m.
    assert np.abs(np.diff(values)).max() < 0.078
    assert values.std() > 0.2
