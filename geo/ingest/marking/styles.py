"""The formats of a workbook, to which tinted copies of those in use are added."""

from collections.abc import Callable
from xml.parsers import expat

from geo.engine.errors import InputError, Problem
from geo.ingest.marking.edits import Edit, check_xml, edited, is_empty_tag, tag_end, with_attribute

FILL = (
    b'<%sfill><%spatternFill patternType="solid"><%sfgColor rgb="FFF8D0CC"/><%sbgColor indexed="64"/></%spatternFill></%sfill>'
)


class Styles:
    """Formats of cells by number; ``tinted`` makes new ones, ``result`` is the part with them."""

    def __init__(self, data: bytes) -> None:
        check_xml(data)
        self._data = data
        self._path: list[str] = []
        self._formats: list[bytes] = []
        self._format_at = 0
        self._heads: dict[str, tuple[int, int]] = {}
        self._ends: dict[str, int] = {}
        self._tints: dict[int, int] = {}
        self._new: list[bytes] = []
        self._fills = 0
        self._prefix = b""
        self._walk()

    def _walk(self) -> None:
        parser = expat.ParserCreate()
        self._at: Callable[[], int] = lambda: parser.CurrentByteIndex
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        try:
            parser.Parse(self._data, True)
        except expat.ExpatError as error:
            raise InputError(Problem(code="file.damaged", value=str(error)[:120])) from error

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        prefix, _, local = name.rpartition(":")
        self._path.append(local)
        if local in {"fills", "cellXfs"} and len(self._path) == len(("styleSheet", local)):
            self._heads[local] = (self._at(), tag_end(self._data, self._at()))
            self._prefix = f"{prefix}:".encode() if prefix else b""
        elif self._path[1:] == ["cellXfs", "xf"]:
            self._format_at = self._at()
        elif self._path[1:] == ["fills", "fill"]:
            self._fills += 1

    def _end(self, _name: str) -> None:
        inside = self._path[1:]
        if inside == ["cellXfs", "xf"]:
            self._formats.append(self._element(self._format_at))
        elif inside in (["fills"], ["cellXfs"]):
            self._ends[inside[0]] = self._at()
        self._path.pop()

    def _element(self, start: int) -> bytes:
        head = tag_end(self._data, start)
        if is_empty_tag(self._data[start:head]):
            return self._data[start:head]
        return self._data[start : tag_end(self._data, self._at())]

    def tinted(self, number: int) -> int:
        """Return the number of a format like ``number`` on a red ground; ``number`` itself where none can be made."""
        can = self._fills and set(self._ends) == {"fills", "cellXfs"} and 0 <= number < len(self._formats)
        if not can:
            return number
        if number not in self._tints:
            self._tints[number] = len(self._formats) + len(self._new)
            self._new.append(self._on_red(self._formats[number]))
        return self._tints[number]

    def _on_red(self, element: bytes) -> bytes:
        head = tag_end(element, 0)
        tag = with_attribute(element[:head], b"fillId", str(self._fills).encode())
        return with_attribute(tag, b"applyFill", b"1") + element[head:]

    def result(self) -> bytes:
        """Return the part with the new formats."""
        if not self._new:
            return self._data
        fill = FILL % ((self._prefix,) * 6)
        added = {"fills": (fill, self._fills + 1), "cellXfs": (b"".join(self._new), len(self._formats) + len(self._new))}
        edits: list[Edit] = []
        for name, (text, count) in added.items():
            start, end = self._heads[name]
            edits += [
                Edit(start=start, end=end, text=with_attribute(self._data[start:end], b"count", str(count).encode())),
                Edit(start=self._ends[name], end=self._ends[name], text=text),
            ]
        return edited(self._data, edits)


def no_style(number: int) -> int:
    """Return the number of a format as it is: for workbooks without formats."""
    return number
