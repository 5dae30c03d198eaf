"""The Hilbert curve: an order in which neighbours on the ground are neighbours in memory."""

import numpy as np
import numpy.typing as npt

BITS = 16


def hilbert_keys(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], *, bits: int = BITS) -> npt.NDArray[np.int64]:
    """Return (n,) int64, the place of each point along a Hilbert curve of ``2**bits`` cells a side over their bounding box.

    ``x``, ``y``: (n,) float64, finite. Source: D. Hilbert 1891; the bitwise form of Skilling, AIP Conf. Proc. 707 (2004).
    """
    if not len(x):
        return np.empty(0, np.int64)
    column, row = _cells(x, bits), _cells(y, bits)
    keys = np.zeros(len(x), np.int64)
    side = 1 << (bits - 1)
    while side:
        right, upper = (column & side) > 0, (row & side) > 0
        keys += side * side * ((3 * right) ^ upper)
        # Turn the quadrant so that the curve goes on where it left the last one.
        flipped = right & ~upper
        column, row = np.where(flipped, side - 1 - column, column), np.where(flipped, side - 1 - row, row)
        column, row = np.where(~upper, row, column), np.where(~upper, column, row)
        side >>= 1
    return keys


def hilbert_order(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return (n,) int64: the indices of the points in the order of the curve; ties keep their order."""
    return np.argsort(hilbert_keys(x, y), kind="stable")


def _cells(values: npt.NDArray[np.float64], bits: int) -> npt.NDArray[np.int64]:
    extent = float(values.max() - values.min())
    scale = ((1 << bits) - 1) / extent if extent > 0 else 0.0
    return np.asarray((values - values.min()) * scale).astype(np.int64)
