"""The map: one page that shows the ground, the coverage and the recommended plan."""
