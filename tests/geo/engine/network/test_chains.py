"""Segments joined by hand, and the law that none is lost or turned."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.engine.network.chains import chains_of


@pytest.mark.parametrize(
    ("segments", "chains"),
    [
        ([], []),
        ([(1, 2)], [[1, 2]]),
        ([(2, 3), (1, 2), (3, 4)], [[1, 2, 3, 4]]),
        # Two segments leave node 2: the chain ends there and two begin.
        ([(1, 2), (2, 3), (2, 4)], [[1, 2], [2, 3], [2, 4]]),
        # Two come into node 3.
        ([(1, 3), (2, 3), (3, 4)], [[1, 3], [2, 3], [3, 4]]),
        # A circle begins at its first segment.
        ([(2, 3), (3, 1), (1, 2)], [[2, 3, 1, 2]]),
        # A lollipop: in over 1 – 2, around 2 – 3 – 4 – 2.
        ([(1, 2), (2, 3), (3, 4), (4, 2)], [[1, 2], [2, 3, 4, 2]]),
        ([(1, 1)], [[1, 1]]),
        ([(1, 2), (2, 1)], [[1, 2, 1]]),
    ],
)
def test_chains(segments, chains):
    assert chains_of(segments) == chains


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20))
def test_every_segment_is_in_one_chain_in_its_direction(segments):
    joined = Counter(pair for chain in chains_of(segments) for pair in itertools.pairwise(chain))
    assert joined == Counter(segments)
