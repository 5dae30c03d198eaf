"""How many gig workers a venue can serve: a draft figure for venues whose capacity nobody surveyed."""

CAPACITY_PERSONS_PER_M2 = 24
"""Draft: a seat takes 2.5 m² and is used twice a morning, so 0.8 workers a day per m²; a worker comes once in 30 days."""


def capacity_of_area(floor_area_m2: float) -> int:
    """Return the gig workers that a floor area of ``floor_area_m2`` (m², >= 0) can serve, in whole persons."""
    return int(CAPACITY_PERSONS_PER_M2 * floor_area_m2)
