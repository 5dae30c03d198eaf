"""Who is reached, how well, and where the next market should stand.

The name of this package hides the PyPI package ``coverage``, which numba tries to import: see :mod:`geo.engine.jit`.
"""
