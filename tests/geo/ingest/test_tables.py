"""Which columns a table may have."""

import pytest

from geo.ingest.demand import COLUMNS


@pytest.mark.parametrize("name", ["workers_persons", "lon", "workers_construction", "workers_group_2"])
def test_known_columns(name):
    assert COLUMNS.knows(name)


@pytest.mark.parametrize("name", ["workers_", "workers_=1+1", "workers_建筑", "workers_A", "worker", "", "workers_a\n"])
def test_what_is_no_name_of_a_group_is_no_column(name):
    assert not COLUMNS.knows(name)
