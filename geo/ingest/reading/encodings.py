"""Bytes to text: encodings are told apart strictly, and a file that mixes two is refused instead of read as nonsense."""

import codecs
import re

import charset_normalizer

from geo.engine.errors import InputError, Problem

KNOWN = (
    "utf-8", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "big5", "shift_jis", "euc_kr", "cp949", "cp1252", "cp437",
    "iso8859-1", "ascii",
)  # fmt: skip
"""What may be asked for; GBK and GB2312 are read as GB18030, which holds both."""
_SAME = {
    "gbk": "gb18030", "gb2312": "gb18030", "936": "gb18030", "cp936": "gb18030", "ansi936": "gb18030", "oem936": "gb18030",
    "65001": "utf-8", "utf-8-sig": "utf-8", "utf8": "utf-8", "latin1": "iso8859-1", "88591": "iso8859-1",
}  # fmt: skip
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_GUESSES = ["big5", "shift_jis", "cp949", "cp1252", "utf_16_le", "utf_16_be"]
_GUESSED_FROM_BYTES = 1_000_000
_WIDE_BYTES = 3
"""Chinese characters take three bytes and more in UTF-8: by chance a line of GB18030 is hardly ever valid then."""
_SURELY_UTF8 = re.compile("[\u0080-\u017f\u0800-\U0010ffff]")
"""Latin letters and what takes three bytes. Greek to Arabic alone may be Chinese in GB18030: 山 there is ɽ in UTF-8."""
_MIXED_SHARE = 0.2


def decode(data: bytes, asked: str | None) -> tuple[str, str, bool]:
    """Return the text, its encoding, and whether that was guessed. UTF-8 is told by itself, anything else is a guess.

    Raises :class:`InputError` if the text is not in the encoding asked for, in none, or in two at once.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return strictly(data, name), name, False
    if asked:
        name = known_name(asked)
        return strictly(data, name), name, False
    if wide := _utf16_without_mark(data):
        return strictly(data, wide), wide, True
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        _refuse_mixture(data)
    else:
        if text.isascii() or _SURELY_UTF8.search(text):
            return text, "utf-8", False
    try:
        return data.decode("gb18030"), "gb18030", True
    except UnicodeDecodeError:
        best = charset_normalizer.from_bytes(data[:_GUESSED_FROM_BYTES], cp_isolation=_GUESSES).best()
        name = best.encoding.replace("_", "-") if best else "gb18030"
        return strictly(data, name), name, True


def known_name(asked: str) -> str:
    """Return the name of an encoding as this project writes it; raises :class:`InputError` for one it does not read."""
    plain = asked.strip().lower()
    squeezed = plain.replace("-", "").replace("_", "").replace(" ", "").removeprefix("iso")
    for each in (plain, squeezed, _looked_up(plain)):
        name = _SAME.get(each, each)
        if name in KNOWN:
            return name
    raise InputError(Problem(code="encoding.unknown", value=asked[:30], details={"known": ", ".join(KNOWN)}))


def _looked_up(name: str) -> str:
    try:
        return codecs.lookup(name).name.replace("_", "-") if name.isascii() else ""
    except (LookupError, ValueError):
        return ""


def strictly(data: bytes, encoding: str) -> str:
    """Return the text; raises :class:`InputError` with the line for bytes that are not in ``encoding``."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise InputError(Problem(code="encoding.broken", row=row, value=encoding[:30])) from error


def _utf16_without_mark(data: bytes) -> str | None:
    """Return UTF-16 in the order whose high bytes alone are zeros; None for zeros on both sides, or none at all."""
    if b"\0" not in data or len(data) % 2:
        return None
    low, high = data[0::2].count(0), data[1::2].count(0)
    if low and high:
        return None
    name = "utf-16-le" if high else "utf-16-be"
    text = data.decode(name, "replace")
    return name if "\n" in text and "\ufffd" not in text and any(mark in text for mark in ",;\t|") else None


def _refuse_mixture(data: bytes) -> None:
    """Raise :class:`InputError` if lines in UTF-8 and lines in another encoding stand in one file, with the first odd line."""
    rows: dict[bool, list[int]] = {True: [], False: []}
    for row, line in enumerate(data.split(b"\n"), start=1):
        if not line.isascii():
            rows[_is_utf8(line)].append(row)
    utf8, other = len(rows[True]), len(rows[False])
    if utf8 >= max(1.0, _MIXED_SHARE * (utf8 + other)):
        odd = rows[False] if utf8 >= other else rows[True]
        raise InputError(Problem(code="encoding.mixed", row=odd[0], value="UTF-8" if utf8 >= other else "GB18030"))


def _is_utf8(line: bytes) -> bool:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return any(len(each.encode()) >= _WIDE_BYTES for each in text)
