"""Who waits where, by the hour."""

import numpy as np
import pytest

from geo.engine.demand.gathering import by_cell, waiting_by_hour


def counts(rows, points):
    point, hour, persons = np.array(rows).T
    return waiting_by_hour(point, hour, persons, points)


def test_days_are_averaged_and_hours_never_added():
    """Point 0: 40 and 60 at 5 o'clock on two days, 30 at 6 on one; point 1: 10 at 5; point 2: never counted."""
    waiting = counts([(0, 5, 40), (0, 5, 60), (0, 6, 30), (1, 5, 10)], 3)
    assert waiting.mean_persons[0, 5] == 50
    assert waiting.peak_persons.tolist() == [50, 10, 0]
    assert waiting.peak_hour.tolist() == [5, 5, 0]
    assert waiting.persons_by_hour[[4, 5, 6]].tolist() == [0, 60, 30]
    assert waiting.is_counted.sum() == 3


def test_points_of_a_cell_wait_together():
    waiting = counts([(0, 5, 40), (1, 5, 10), (2, 6, 7)], 3)
    found = by_cell(waiting, np.array([1, 1, 0]), 2)
    assert found[1, 5] == 50
    assert found[0, 6] == 7
    assert found.sum() == 57


def test_an_hour_that_is_none():
    with pytest.raises(ValueError, match="23"):
        counts([(0, 24, 1)], 1)


def test_no_counts_at_all():
    empty = np.zeros(0, np.int64)
    assert waiting_by_hour(empty, empty, empty, 0).persons_by_hour.sum() == 0
