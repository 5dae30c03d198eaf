"""Arrays in large pages are arrays."""

import numpy as np

from geo.engine.pages import LARGE_BYTES, in_large_pages


def test_large_and_small_arrays_are_zeros_that_can_be_written():
    for count in (3, LARGE_BYTES // 8 + 5):
        array = in_large_pages((count, 2), np.int32)
        assert (array.shape, array.dtype, int(array.sum())) == ((count, 2), np.int32, 0)
        array[-1] = 7
        assert array[-1].tolist() == [7, 7]
        assert array.flags.c_contiguous
