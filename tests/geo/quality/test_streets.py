"""A grid of 250 m blocks: a point 40 m north of a street is 40 m from it, whoever asks, and the network is opened once."""

import numpy as np
import pytest

from geo.engine.gridcity import SOUTH_WEST, grid_city
from geo.quality.streets import KEPT_ANSWERS, Streets, _answers

METRES_A_DEGREE = 110_890.0  # of latitude at 32° N
LON, LAT = SOUTH_WEST
BESIDE = np.array([LON + 0.001]), np.array([LAT + 40 / METRES_A_DEGREE])


@pytest.fixture(autouse=True)
def nothing_known():
    _answers.clear()


@pytest.fixture(scope="module")
def network():
    return grid_city(columns=5, rows=5)


def test_distances_and_the_limit(network):
    streets = Streets.of(network)
    far = np.array([LON, LON]), np.array([LAT - 4_900 / METRES_A_DEGREE, LAT - 5_100 / METRES_A_DEGREE])
    assert streets.metres(*BESIDE) == pytest.approx([40], abs=0.2)
    assert streets.metres(*far) == pytest.approx([4_900, np.inf], rel=1e-3)
    assert len(streets.metres(np.empty(0), np.empty(0))) == 0


def test_the_same_question_opens_no_network(network):
    opened = []

    def open_it():
        opened.append(1)
        return network

    first = Streets("d", open_it).metres(*BESIDE)
    first[0] = -1.0  # whoever asked may do with the answer what they like
    again = Streets("d", open_it).metres(*BESIDE)
    assert (again[0] == pytest.approx(40, abs=0.2), len(opened)) == (True, 1)
    Streets("other", open_it).metres(*BESIDE)
    assert len(opened) == 2
    streets = Streets("d", open_it)
    streets.metres(BESIDE[0], BESIDE[1] + 1e-6)
    streets.metres(BESIDE[0], BESIDE[1] + 2e-6)
    assert len(opened) == 3


def test_old_answers_go(network):
    streets = Streets.of(network)
    for number in range(KEPT_ANSWERS + 5):
        streets.metres(BESIDE[0] + number * 1e-6, BESIDE[1])
    assert len(_answers) == KEPT_ANSWERS
