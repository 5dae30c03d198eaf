"""The table of a Shapefile: its encoding, and whether it is whole."""

import struct

import pytest

from geo.engine.errors import InputError
from geo.ingest.reading.formats.dbf import check_whole, encoding_of


def table(path, names, rows, *, width=10, encoding="gb18030"):
    """A .dbf of text columns; texts are cut at the width as bytes, as many programs do."""
    fields = b"".join(
        name.encode(encoding).ljust(11, b"\0") + b"C" + bytes(4) + bytes((width, 0)) + bytes(14) for name in names
    )
    head = b"\x03\x7e\x0b\x17" + struct.pack("<IHH", len(rows), 33 + len(fields), 1 + width * len(names)) + bytes(20)
    body = b"".join(b" " + b"".join(t.encode(encoding)[:width].ljust(width) for t in row) for row in rows)
    path.write_bytes(head + fields + b"\r" + body + b"\x1a")
    return path


def declared(path, text):
    path.write_bytes(text)
    return path


@pytest.mark.parametrize(("encoding", "said", "found"), [
    ("gb18030", None, ("gb18030", "note.encoding_guessed")), ("utf-8", None, ("utf-8", "note.encoding_guessed")),
    ("gb18030", b"GBK", ("gb18030", "")), ("gb18030", b"OEM 936\r\n", ("gb18030", "")), ("utf-8", b"UTF-8", ("utf-8", "")),
    ("gb18030", b"UTF-8", ("gb18030", "note.encoding_differs")), ("utf-8", b"GBK", ("utf-8", "note.encoding_differs")),
    ("gb18030", b"nonsense", ("gb18030", "note.encoding_guessed")), ("gb18030", b"", ("gb18030", "note.encoding_guessed")),
])  # fmt: skip
def test_the_encoding_is_that_of_the_bytes(tmp_path, encoding, said, found):
    path = table(tmp_path / "a.dbf", ["名称"], [["零工市场"], ["驿站"]], encoding=encoding, width=30)
    cpg = tmp_path / "a.cpg" if said is None else declared(tmp_path / "a.cpg", said)
    assert encoding_of(path, cpg, None) == found


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_character_cut_off_by_the_width_does_not_mislead(tmp_path, encoding):
    path = table(tmp_path / "a.dbf", ["名称"], [["零工市场玄武"], ["x零工市场玄武"]], encoding=encoding)
    assert encoding_of(path, tmp_path / "a.cpg", None)[0] == encoding


def test_ascii_needs_no_note_and_what_is_asked_for_holds(tmp_path):
    path = table(tmp_path / "a.dbf", ["name"], [["abc"]])
    assert encoding_of(path, tmp_path / "a.cpg", None) == ("utf-8", "")
    assert encoding_of(path, tmp_path / "a.cpg", "GBK") == ("gb18030", "")
    with pytest.raises(InputError):
        encoding_of(path, tmp_path / "a.cpg", "hex")


def test_a_file_shorter_than_it_says_is_damaged(tmp_path):
    whole = table(tmp_path / "a.dbf", ["name"], [["abc"], ["def"]])
    shape = declared(tmp_path / "a.shp", bytes(24) + struct.pack(">I", 50) + bytes(72))
    check_whole(shape, whole)
    for path, keep in ((shape, 99), (whole, whole.stat().st_size - 5)):
        data = path.read_bytes()
        path.write_bytes(data[:keep])
        with pytest.raises(InputError) as refused:
            check_whole(shape, whole)
        assert refused.value.problems[0].code == "file.damaged"
        path.write_bytes(data)
