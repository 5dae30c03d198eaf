"""Urban and rural by density and by the size of the cluster."""

import h3
import numpy as np

from geo.engine.demand.cells import cell_ids
from geo.engine.demand.settlement import UrbanRule, settle_cells

CENTRE = h3.latlng_to_cell(32.05, 118.75, 8)


def classes(people, area=1.0, rule=None):
    """Return is_centre, is_urban of cells given as text → residents."""
    cells = np.sort(cell_ids(people))
    residents = np.array([people[f"{cell:x}"] for cell in cells.tolist()], float)
    found = settle_cells(cells, residents, np.full(len(cells), area), rule)
    return {f"{cell:x}": pair for cell, *pair in zip(cells.tolist(), found.is_centre, found.is_urban, strict=True)}


def test_dense_neighbours_of_enough_people_are_a_centre():
    """Seven cells of 8,000 are 56,000 people in one piece; each alone would be too few."""
    disk = dict.fromkeys(h3.grid_disk(CENTRE, 1), 8_000)
    assert set(map(tuple, classes(disk).values())) == {(True, True)}
    assert classes({CENTRE: 8_000})[CENTRE] == [False, True]


def test_a_gap_parts_a_cluster():
    ring = h3.grid_ring(CENTRE, 3)
    far = {ring[0]: 30_000, ring[9]: 30_000}
    assert [pair[0] for pair in classes(far).values()] == [False, False]


def test_small_dense_and_large_thin_places_are_rural():
    assert classes({CENTRE: 4_999})[CENTRE] == [False, False]
    thin = dict.fromkeys(h3.grid_disk(CENTRE, 5), 299)
    assert not any(urban for _, urban in classes(thin).values())
    assert all(urban for _, urban in classes(dict.fromkeys(thin, 300)).values())


def test_thresholds_are_met_exactly_and_density_counts_land():
    rule = UrbanRule(centre_persons=1_500, centre_persons_per_km2=1_500)
    assert classes({CENTRE: 1_500}, rule=rule)[CENTRE] == [True, True]
    assert classes({CENTRE: 1_500}, area=1.01, rule=rule)[CENTRE][0] is np.False_


def test_nobody_anywhere():
    assert classes({CENTRE: 0})[CENTRE] == [False, False]
