"""Memory in large pages: arrays that are read all over miss less when the processor need not look up their pages."""

import math
import mmap
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Number = TypeVar("Number", bound=np.generic)
LARGE_BYTES = 4 << 20


def in_large_pages(shape: tuple[int, ...], dtype: type[Number]) -> npt.NDArray[Number]:
    """Return an array of zeros of its own mapping, for which large pages are asked where the system has them.

    Small arrays come from the heap, as any. What the heap gives to a large one after hours of work is often in small pages.
    """
    kind, count = np.dtype(dtype), math.prod(shape)
    if count * kind.itemsize < LARGE_BYTES or not hasattr(mmap, "MADV_HUGEPAGE"):
        return np.zeros(shape, kind)
    held = mmap.mmap(-1, count * kind.itemsize)
    held.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(held, kind, count).reshape(shape)
