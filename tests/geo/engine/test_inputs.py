"""Inputs are frozen and named by their content."""

import numpy as np
import pytest

from geo.engine.inputs import Demand, Facilities


def facilities(capacity=(10, 20)):
    return Facilities(
        ids=("a", "b"), lon=np.array([118.0, 118.1]), lat=np.array([32.0, 32.1]), capacity_persons=np.array(capacity, np.int64)
    )


def demand(workers=(1, 2)):
    return Demand(
        cell_ids=("8831", "8832"), lon=np.array([118.0, 118.1]), lat=np.array([32.0, 32.1]),
        workers_persons=np.array(workers, np.int64), is_urban=np.array([True, False]), area_km2=np.ones(2),
        region_codes=("320102",), region_index=np.zeros(2, np.int32),
    )  # fmt: skip


@pytest.mark.parametrize("make", [facilities, demand])
def test_equal_content_has_an_equal_digest(make):
    assert make().digest == make().digest
    assert make().digest != make((5, 6)).digest


@pytest.mark.parametrize("make", [facilities, demand])
def test_reading_the_digest_does_not_change_it(make):
    thing = make()
    assert thing.digest == thing.digest == make().digest


@pytest.mark.parametrize("make", [facilities, demand])
def test_arrays_cannot_be_changed(make):
    with pytest.raises(ValueError, match="read-only"):
        make().lon[0] = 0.0


def test_length_is_the_number_of_places():
    assert len(facilities()) == len(demand()) == 2
