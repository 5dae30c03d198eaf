"""Smooth noise: a few plane waves with random directions and phases."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]
_WAVES = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Waves:
    """A random smooth field with values in about -1 .. 1; kx, ky, phase: (waves,) radians per metre and radians."""

    kx: Float64Array
    ky: Float64Array
    phase: Float64Array

    @classmethod
    def draw(cls, rng: np.random.Generator, *, wavelength_metres: float) -> "Waves":
        """Draw a field whose features are about ``wavelength_metres`` wide."""
        direction = rng.uniform(0, 2 * np.pi, _WAVES)
        k = 2 * np.pi / (wavelength_metres * rng.uniform(0.7, 1.6, _WAVES))
        return cls(kx=k * np.cos(direction), ky=k * np.sin(direction), phase=rng.uniform(0, 2 * np.pi, _WAVES))

    def at(self, x: Float64Array, y: Float64Array) -> Float64Array:
        """Return the value at points in metres, same shape."""
        total = np.zeros_like(x)
        for kx, ky, phase in zip(self.kx, self.ky, self.phase, strict=True):
            total += np.sin(kx * x + ky * y + phase)
        scaled: Float64Array = total / np.sqrt(_WAVES * 2)
        return scaled
