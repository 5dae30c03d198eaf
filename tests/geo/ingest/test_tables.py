"""A file is looked at from outside before anything reads it."""

import pytest

from geo.engine.errors import InputError
from geo.ingest import tables
from geo.ingest.tables import check_file


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "t.csv"
    found.write_text("code,name\nA,a\n", encoding="utf-8")
    return found


def problems_of(path):
    with pytest.raises(InputError) as error:
        check_file(path)
    return [(problem.code, problem.file, problem.value) for problem in error.value.problems]


def test_a_file_with_content_may_be_read(path):
    check_file(path)


def test_missing_and_empty_files_and_folders(path, tmp_path):
    assert problems_of(tmp_path / "no.csv") == [("file.missing", "no.csv", "")]
    (tmp_path / "folder.csv").mkdir()
    assert problems_of(tmp_path / "folder.csv") == [("file.not_a_file", "folder.csv", "")]
    path.write_bytes(b"")
    assert problems_of(path) == [("file.empty", "t.csv", "")]


def test_a_file_nobody_may_read(path, monkeypatch):
    monkeypatch.setattr(tables.os, "access", lambda path, mode: False)
    assert problems_of(path) == [("file.unreadable", "t.csv", "")]


def test_a_large_file_is_refused_before_it_is_read(path, monkeypatch):
    monkeypatch.setattr(tables, "MAX_FILE_BYTES", 2_000_000)
    path.write_bytes(b"x" * 2_000_000)
    check_file(path)
    path.write_bytes(b"x" * 3_100_000)
    assert problems_of(path) == [("file.too_large", "t.csv", "3")]
