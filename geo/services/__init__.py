"""Writes to the records of the ground: each in one transaction."""
