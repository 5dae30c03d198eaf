"""The child tells how far it is: rising, never waiting, and never more than a number."""

import os

import pytest

from geo.engine.progress import Cancelled
from geo.ingest.reading import read_file, shares


@pytest.fixture
def pipe():
    read, write = os.pipe()
    os.set_blocking(read, False)
    shares.tell_on(write)
    yield read
    shares.tell_on(None)
    os.close(read)
    os.close(write)


def test_shares_rise_and_a_thousand_tellings_are_few_bytes(pipe):
    for number in range(1_001):
        shares.tell(number / 1_000)
        shares.tell(0.1)
    told = list(os.read(pipe, 1_000))
    assert told == sorted(set(told))
    assert (told[0], told[-1]) == (0, 100)
    assert len(told) > 90


def test_what_was_heard_last_holds_until_more_is_told(pipe):
    assert shares.heard(pipe, 0.25) == 0.25
    shares.tell(0.5)
    assert shares.heard(pipe, 0.25) == 0.5
    assert shares.heard(pipe, 0.5) == 0.5


@pytest.mark.parametrize(("said", "share"), [(b"\xff", 1.0), (b"\x05\xc8\x00", 1.0), (b"\x01", 0.3), (b"\x28" * 400, 0.4)])
def test_a_child_that_tells_nonsense_is_at_most_done(pipe, said, share):
    os.write(shares._Teller.pipe, said)
    assert shares.heard(pipe, 0.3) == share


def test_items_are_told_between_the_two_shares(pipe):
    assert list(shares.telling(range(4_000), 0.2, 0.6)) == list(range(4_000))
    assert os.read(pipe, 1_000) == bytes((20, 30, 40, 50))


def test_nobody_is_told_without_a_pipe():
    shares.tell(0.5)
    assert list(shares.telling([], 0, 1)) == []


def test_reading_a_long_table_is_followed_and_can_be_stopped_by_its_share(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "".join(f"{number},值{number}\n" for number in range(200_000)), "utf-8")
    seen = []
    read_file(path, progress=seen.append)
    assert seen == sorted(seen)
    assert len(set(seen)) > 3
    assert max(seen) >= 0.75

    def stop(share):
        if share > 0.1:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_file(path, progress=stop)
