"""Thin jobs: ids in, one engine call, rows out."""
