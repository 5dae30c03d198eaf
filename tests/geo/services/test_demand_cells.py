"""Cells merged for a map: nobody is lost on the way, whatever the resolution, the class, or what is not known."""

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.engine.demand.cells import cell_ids
from geo.services.demand_cells import GROUPS, CellTable

CENTRE = h3.latlng_to_cell(32.05, 118.75, 8)
AROUND = sorted(h3.grid_disk(CENTRE, 6))


@st.composite
def tables(draw):
    chosen = sorted(draw(st.sets(st.sampled_from(AROUND), min_size=1, max_size=40)))
    count = len(chosen)
    workers = draw(st.lists(st.integers(0, 10_000), min_size=count, max_size=count))
    age = draw(st.lists(st.one_of(st.none(), st.integers(0, 100)), min_size=count, max_size=count))
    persons = np.full((count, len(GROUPS)), np.nan)
    persons[:, 0], persons[:, 1] = workers, [np.nan if each is None else each for each in age]
    urban = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    regions = draw(st.lists(st.sampled_from([3, 8]), min_size=count, max_size=count))
    return CellTable(cells=cell_ids(chosen), persons=persons, is_urban=np.array(urban), region=np.array(regions, np.int64))


@given(tables(), st.integers(1, 50))
def test_totals_are_kept_by_merging(table, limit):
    level, shown = table.for_screen(None, "all", limit)
    assert shown.all()
    assert level.persons[:, 0].sum() == table.persons[:, 0].sum()
    assert np.nansum(level.persons[:, 1]) == np.nansum(table.persons[:, 1])
    assert np.isnan(level.persons[:, 2]).all()
    assert len(level.cells) <= limit or level.resolution == 5
    assert (np.diff(level.cells.astype(np.int64)) > 0).all()


@given(tables())
def test_classes_are_parts_and_regions_add_up(table):
    parts = [table.level(6, name).persons[:, 0].sum() for name in ("urban", "rural")]
    assert sum(parts) == table.persons[:, 0].sum()
    whole = table.level(6, "all")
    assert (whole.urban_share * whole.persons[:, 0]).sum() == pytest.approx(parts[0])
    sums = table.sums_by_region()
    assert sum(each["workers"] for each in sums.values()) == table.persons[:, 0].sum()
    assert sum(each["urban"] for each in sums.values()) == parts[0]
    assert {each["walk"] for each in sums.values()} == {None}


def test_cells_of_several_resolutions_merge_into_the_coarsest():
    fine, coarse = h3.cell_to_children(h3.cell_to_parent(CENTRE, 7), 8)[0], h3.latlng_to_cell(33.0, 119.0, 7)
    cells = np.sort(cell_ids([fine, coarse]))
    table = CellTable(
        cells=cells, persons=np.array([[5.0, *[np.nan] * 5], [5.0, *[np.nan] * 5]]), is_urban=np.array([True, False]),
        region=np.array([1, 1]),
    )  # fmt: skip
    assert table.resolution == 7
    level = table.level(7, "all")
    assert set(level.cells.tolist()) == set(cell_ids([h3.cell_to_parent(fine, 7), coarse]).tolist())
    west, south, east, north = table.box()
    assert west < 118.75 < east
    assert south < 32.05
    assert north > 33.0


def test_no_cells_have_no_box():
    empty = CellTable(
        cells=np.zeros(0, np.uint64), persons=np.zeros((0, 6)), is_urban=np.zeros(0, bool), region=np.zeros(0, np.int64)
    )
    assert empty.box() is None
    assert empty.for_screen(None, "all", 10)[1].tolist() == []
    assert empty.sums_by_region() == {}
