"""The table of a Shapefile before GDAL opens it: is it whole, and in which encoding its texts are."""

from pathlib import Path

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.encodings import decode, known_name

_SAMPLE_ROWS = 20_000
_FIELD_BYTES, _HEAD_BYTES, _FIELDS_END = 32, 32, 0x0D
_SHP_HEAD_BYTES = 100
_LONGEST_CHARACTER = 4


def check_whole(shape: Path, table: Path) -> None:
    """Raise :class:`InputError` if a .shp or .dbf is shorter than it says: GDAL would leave out shapes or rows."""
    with shape.open("rb") as file:
        said = 2 * int.from_bytes(file.read(_SHP_HEAD_BYTES)[24:28], "big")
    if shape.stat().st_size < max(said, _SHP_HEAD_BYTES):
        raise InputError(Problem(code="file.damaged", value=f".shp: {shape.stat().st_size:,} / {said:,}"))
    with table.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    count, start, width = (int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    if table.stat().st_size < start + count * width or width < 1:
        raise InputError(Problem(code="file.damaged", value=f".dbf: {table.stat().st_size:,} / {start + count * width:,}"))


def encoding_of(table: Path, declared: Path, asked: str | None) -> tuple[str, str]:
    """Return the encoding of a .dbf and the code of a note about it: "" if it was asked for or declared and fits.

    A .cpg that does not fit the texts is not believed: it often names the encoding of the machine, not of the table. Texts
    that are UTF-8 are so by no accident, whatever it says.
    """
    if asked:
        return known_name(asked), ""
    texts = [text for text in _texts(table) if not text.isascii()]
    said = _said(declared)
    is_utf8 = bool(texts) and _fits(texts, "utf-8")
    if said and _fits(texts, said) and (said == "utf-8" or not is_utf8):
        return said, ""
    name = "utf-8" if is_utf8 or not texts else "gb18030" if _fits(texts, "gb18030") else decode(b"\n".join(texts), None)[1]
    if said:
        return name, "note.encoding_differs"
    return name, "note.encoding_guessed" if texts else ""


def _said(declared: Path) -> str:
    """Return what a .cpg says; "" without one, or with one that names no encoding."""
    if not declared.is_file():
        return ""
    try:
        return known_name(declared.read_bytes()[:30].decode("ascii", "ignore"))
    except InputError:
        return ""


def _fits(texts: list[bytes], encoding: str) -> bool:
    """Say whether all texts are of an encoding; the last character may be cut off by the width of its column."""
    return all(_is_text(text, encoding) for text in texts)


def _is_text(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError as error:
        return len(text) - error.start < _LONGEST_CHARACTER and error.reason in (
            "unexpected end of data",
            "incomplete multibyte sequence",
        )
    return True


def _texts(table: Path) -> list[bytes]:
    """Return the names of the columns and the texts of the first rows, as bytes without the blanks behind them."""
    with table.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        start, width = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
        fields = file.read(max(0, start - _HEAD_BYTES))
        body = file.read(width * _SAMPLE_ROWS)
    names, places, at = [], [], 1
    for i in range(0, len(fields) - _FIELD_BYTES + 1, _FIELD_BYTES):
        field = fields[i : i + _FIELD_BYTES]
        if field[0] == _FIELDS_END:
            break
        names.append(field[:11].split(b"\0")[0])
        if field[11:12] == b"C":
            places.append((at, at + field[16]))
        at += field[16]
    rows = range(0, len(body) - width + 1, max(width, 1))
    return names + [body[row + a : row + b].rstrip(b" \0") for row in rows for a, b in places]
