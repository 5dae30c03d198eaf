"""The one door to numba.

numba imports a module called ``coverage`` if there is one; ours is not the one it means (numba#10705, closed as wontfix). While
numba loads, the entry is hidden, then put back. Every kernel imports ``njit`` and ``prange`` from here.
"""

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

_HIDDEN = "coverage"
Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def _import_numba() -> ModuleType:
    """Import numba while no module named ``coverage`` can be seen."""
    missing = object()
    held: Any = sys.modules.get(_HIDDEN, missing)
    sys.modules[_HIDDEN] = None  # type: ignore[assignment]
    try:
        return importlib.import_module("numba")
    finally:
        if held is missing:
            del sys.modules[_HIDDEN]
        else:
            sys.modules[_HIDDEN] = held


numba = _import_numba()
prange = numba.prange
get_num_threads = numba.get_num_threads
set_num_threads = numba.set_num_threads


def njit(**options: bool) -> Callable[[Kernel], Kernel]:
    """Return numba's decorator with ``options``; what it compiles keeps its annotations."""
    decorator: Callable[[Kernel], Kernel] = numba.njit(**options)
    return decorator
