"""Shared by all tests: numba first, then the order of libraries that does not crash."""

import geo.engine.jit  # noqa: F401
