"""CSV files as people have them, good and bad."""

import pytest

from geo.engine.errors import InputError
from geo.ingest import tables
from geo.ingest.tables import Columns, read_table

COLUMNS = Columns(required=("code", "name"), optional=("note",), prefixes=("workers_",))


@pytest.fixture
def write(tmp_path):
    def _write(content, name="t.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return _write


def problems_of(path):
    with pytest.raises(InputError) as error:
        read_table(path, COLUMNS)
    return [(problem.code, problem.row, problem.field) for problem in error.value.problems]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(write):
    table = read_table(write('\ufeffcode,name,workers_x\nA,"零工, 市场",1\n\nB,"two\nlines",2\nC,c,3\n'), COLUMNS)
    assert table.columns == ("code", "name", "workers_x")
    assert [row.number for row in table.rows] == [2, 4, 5]
    assert [row.values["name"] for row in table.rows] == ["零工, 市场", "two\nlines", "c"]
    assert table.problems == ()


def test_missing_empty_and_foreign_files(write, tmp_path):
    assert problems_of(tmp_path / "no.csv") == [("file.missing", None, "")]
    assert problems_of(write("")) == [("file.empty", None, "")]
    (tmp_path / "folder.csv").mkdir()
    assert problems_of(tmp_path / "folder.csv") == [("file.not_a_file", None, "")]
    assert problems_of(write("code", "t.xlsx")) == [("file.form_unknown", None, "")]
    assert problems_of(write(" \n \n")) == [("column.missing", 1, "code"), ("column.missing", 1, "name")]
    assert problems_of(write("code,name\n")) == [("csv.no_rows", None, "")]


def test_a_file_nobody_may_read(write, monkeypatch):
    monkeypatch.setattr(tables.os, "access", lambda path, mode: False)
    assert problems_of(write("code,name\nA,a\n")) == [("file.unreadable", None, "")]


def test_a_large_file_is_refused_before_it_is_read(write, monkeypatch):
    monkeypatch.setattr(tables, "MAX_FILE_BYTES", 10)
    assert problems_of(write("code,name\nA,a\n")) == [("file.too_large", None, "")]


def test_other_encodings_are_refused_with_the_place(write):
    path = write("code,name\nA,零工\n".encode("gbk"))
    with pytest.raises(InputError) as error:
        read_table(path, COLUMNS)
    problem = error.value.problems[0]
    assert problem.code == "csv.encoding"
    assert problem.value == str(len("code,name\nA,") + 1)
    assert problems_of(write("code,name\nA,a\n".encode("utf-16"))) == [("csv.encoding", None, "")]
    assert problems_of(write(b"code,name\n" + b"A,a\n" * 400_000 + b"\xff,a\n")) == [("csv.encoding", None, "")]


def test_all_columns_that_are_wrong_are_told_at_once(write):
    assert problems_of(write("cod,note,note,extra\nA,b,c,d\n")) == [
        ("column.missing", 1, "code"),
        ("column.missing", 1, "name"),
        ("column.unknown", 1, "cod"),
        ("column.duplicate", 1, "note"),
        ("column.unknown", 1, "extra"),
    ]


def test_a_near_column_is_suggested(write):
    with pytest.raises(InputError) as error:
        read_table(write("code,Name\nA,a\n"), COLUMNS)
    assert "is it “name”?" in error.value.problems[1].sentence("en")


def test_rows_of_another_width_are_problems_of_their_own(write):
    table = read_table(write("code,name\nA\nB,b\nC,c,c\n"), COLUMNS)
    assert [(problem.code, problem.row) for problem in table.problems] == [("csv.width", 2), ("csv.width", 4)]
    assert [row.values["code"] for row in table.rows] == ["B"]


def test_a_quote_that_is_not_closed_swallows_nothing(write):
    assert problems_of(write('code,name\nA,a\nB,"b\nC,c\nD,d\n')) == [("csv.broken", 3, "")]
    assert problems_of(write('code,name\nA,"a\nB,"b"\n')) == [("csv.broken", 2, "")]


def test_endless_fields_are_problems(write):
    table = read_table(write(f"code,name\nA,{'x' * 10_001}\nB,b\n"), COLUMNS)
    assert [(problem.code, problem.row) for problem in table.problems] == [("field.too_long", 2)]
    assert problems_of(write(f"code,name\nA,{'x' * 200_000}\n")) == [("csv.broken", 2, "")]


def test_reading_stops_when_nobody_would_read_on(write):
    assert len(problems_of(write("code,name\n" + "A\n" * 5_000))) == 1_000
