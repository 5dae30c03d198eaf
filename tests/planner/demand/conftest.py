"""Ids begin anew in every test: tables of cells that an earlier one left behind must not be taken for its own."""

import pytest

from planner.demand import layers


@pytest.fixture(autouse=True)
def no_kept_tables():
    layers._tables.clear()
