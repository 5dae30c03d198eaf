"""Files go where a person wants them, or the place is refused by name before anything is worked out."""

import pytest

from coverage.management.outputs import copy_out, require_writable
from geo.engine.errors import InputError


def test_missing_folders_and_existing_files_are_fine(tmp_path):
    there = tmp_path / "there.csv"
    there.write_text("old")
    require_writable([None, there, tmp_path / "a" / "b.csv"])
    assert not (tmp_path / "a").exists()


def test_every_place_that_cannot_hold_a_file_is_named(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("")
    bad = [tmp_path, plain / "x.csv", tmp_path / ("n" * 300)]
    with pytest.raises(InputError) as refused:
        require_writable([*bad[:2], tmp_path / "fine.csv", *bad[2:]])
    assert [problem.value for problem in refused.value.problems] == [str(path) for path in bad]


def test_a_copy_the_system_refuses_is_a_sentence(tmp_path):
    made = tmp_path / "made.csv"
    made.write_text("1")
    copy_out(made, tmp_path / "new" / "copy.csv")
    assert (tmp_path / "new" / "copy.csv").read_text() == "1"
    with pytest.raises(InputError, match="no file can be written"):
        copy_out(made, made / "x.csv")
