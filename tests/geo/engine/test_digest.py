"""Digests name content: the same content has the same name, other content another."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo.engine.digest import digest_of, join_digests, short

arrays = hnp.arrays(dtype=st.sampled_from([np.int32, np.float64]), shape=hnp.array_shapes(max_dims=2, max_side=4))


@given(arrays)
def test_a_copy_has_the_same_digest(array):
    assert digest_of({"a": array}) == digest_of({"a": array.copy(order="F")})


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(), min_size=2, max_size=4))
def test_the_order_of_parts_does_not_matter(parts):
    assert digest_of(parts) == digest_of(dict(reversed(parts.items())))


def test_dtype_shape_name_and_value_matter():
    base = np.array([1, 2, 3, 4], np.int32)
    digests = {
        digest_of({"a": base}),
        digest_of({"b": base}),
        digest_of({"a": base.astype(np.int64)}),
        digest_of({"a": base.reshape(2, 2)}),
        digest_of({"a": base + 1}),
        digest_of({"a": [1, 2, 3, 4]}),
    }
    assert len(digests) == 6


def test_an_empty_array_has_a_digest():
    assert digest_of({"a": np.empty(0)}) != digest_of({"a": np.empty(0, np.int32)})


def test_text_arrays_are_told_apart():
    assert digest_of({"a": np.array(["ab", "c"])}) != digest_of({"a": np.array(["a", "bc"])})


def test_digests_are_32_characters_and_short_ones_8():
    digest = digest_of({})
    assert len(digest) == 32
    assert short(digest) == digest[:8]


def test_joining_keeps_the_order():
    assert join_digests(["a", "b"]) != join_digests(["b", "a"])
