"""A file is there whole or not at all, whoever else reads or writes it meanwhile."""

import stat

import pytest

from geo.engine.whole_files import whole_file


def test_readers_see_the_earlier_file_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text("earlier")
    with whole_file(path) as aside:
        aside.write_text("lat")
        assert (aside.parent, path.read_text()) == (tmp_path, "earlier")
        aside.write_text("later")
    assert path.read_text() == "later"
    assert [each.name for each in tmp_path.iterdir()] == ["settings.json"]
    # A temporary file is its owner's alone; workers of other users read these.
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_fault_leaves_the_earlier_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text("earlier")

    def stops_half_way():
        with whole_file(path) as aside:
            aside.write_text("half of")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stops_half_way()
    assert path.read_text() == "earlier"
    assert len(list(tmp_path.iterdir())) == 1


def test_two_writers_have_a_file_each(tmp_path):
    path = tmp_path / "matrix.parquet"
    with whole_file(path) as one, whole_file(path) as other:
        one.write_text("one")
        other.write_text("other")
    assert path.read_text() == "one"  # the outer one ends last


def test_a_file_may_be_replaced_while_it_is_open(tmp_path):
    path = tmp_path / "origins.parquet"
    path.write_text("earlier")
    with path.open() as reader, whole_file(path) as aside:
        aside.write_text("later")
        assert reader.read() == "earlier"


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match="missing"), whole_file(tmp_path / "missing" / "file"):
        pass
