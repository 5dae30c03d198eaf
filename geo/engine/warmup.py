"""Compile every kernel once, on a small grid city: ``python -m geo.engine.warmup``."""
