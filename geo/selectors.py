"""Rows to frozen engine inputs: the only door from the ORM to the engine."""
