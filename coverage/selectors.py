"""Rows of the ground and of standards to what the coverage engine works on."""
