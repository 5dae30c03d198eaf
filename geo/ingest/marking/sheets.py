"""A sheet of a workbook as XML: its formulas taken out, its rows marked, everything else as it was."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from html import escape
from xml.parsers import expat

from geo.engine.errors import InputError, Problem
from geo.ingest.marking.edits import Edit, check_xml, column_of, edited, is_empty_tag, letters_of, tag_end, with_attribute

WIDTH = b'<%scol min="%d" max="%d" width="60" customWidth="1"/>'


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What is said of a row, and the positions of its faulty cells."""

    said: str
    faulty: Collection[int] = ()


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Marks by row number (from 1), their column (from 0), the row with the column's name; ``tint``: format → its red one."""

    rows: Mapping[int, Mark]
    column: int
    header_row: int
    tint: Callable[[int], int]


@dataclass(frozen=True, kw_only=True)
class _Cell:
    column: int
    start: int
    end: int
    style: int


@dataclass(kw_only=True)
class _Row:
    number: int
    start: int
    cells: list[_Cell] = field(default_factory=list)


class _Walk:
    """One way through a sheet; gathers the edits that take the formulas out and put the marks in."""

    def __init__(self, data: bytes, marks: Marks | None) -> None:
        self.edits: list[Edit] = []
        self._data = data
        self._marks = marks
        self._row: _Row | None = None
        self._wanted = False
        self._number = 0
        self._column = -1
        self._cell_at = 0
        self._style = 0
        self._has_metadata = self._has_formula = False
        self._cut_at: int | None = None
        self._tags: dict[int, bytes] = {}
        self._edits_before = 0
        self._prefix = b""
        self._widths: list[tuple[int, int, int]] = []
        parser = expat.ParserCreate()
        self._at: Callable[[], int] = lambda: parser.CurrentByteIndex
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            raise InputError(Problem(code="file.damaged", value=str(error)[:120])) from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._start_cell(attributes)
        elif local == "row":
            self._start_row(attributes)
        elif (local == "f" and self._row) or (local == "dimension" and self._marks):
            self._cut_at = self._at()
            self._has_formula = True
        elif local == "col" and self._marks:
            self._widths.append((int(attributes["min"]) - 1, int(attributes["max"]) - 1, self._at()))
        elif local in {"cols", "sheetData"} and self._marks:
            self._start_part(name, local)

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._end_cell()
        elif local in {"f", "dimension"} and self._cut_at is not None:
            self.edits.append(Edit(start=self._cut_at, end=self._end_of(self._cut_at), text=b""))
            self._cut_at = None
        elif local == "row":
            self._end_row()
        elif local == "cols" and self._marks:
            self._widen()

    def _start_part(self, name: str, local: str) -> None:
        """Note the prefix of names; give a sheet without widths of columns one for the marks."""
        prefix = name.rpartition(":")[0]
        self._prefix = f"{prefix}:".encode() if prefix else b""
        if local == "sheetData" and not self._widths:
            text = b"<%scols>%s</%scols>" % (self._prefix, self._width(), self._prefix)
            self.edits.append(Edit(start=self._at(), end=self._at(), text=text))

    def _width(self) -> bytes:
        assert self._marks is not None
        number = self._marks.column + 1
        return WIDTH % (self._prefix, number, number)

    def _widen(self) -> None:
        """Add the width of the column of marks among the others, unless the sheet has one for it."""
        assert self._marks is not None
        column = self._marks.column
        if any(first <= column <= last for first, last, _start in self._widths):
            return
        where = next((start for first, _last, start in self._widths if first > column), self._at())
        self.edits.append(Edit(start=where, end=where, text=self._width()))

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._number = int(attributes.get("r") or self._number + 1)
        self._column = -1
        self._edits_before = len(self.edits)
        self._row = _Row(number=self._number, start=self._at())
        self._wanted = self._marks is not None and self._number in self._marks.rows

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cell_at, self._has_formula, self._has_metadata = self._at(), False, "cm" in attributes
        if self._wanted:
            place = attributes.get("r")
            self._column = column_of(place) if place else self._column + 1
            self._style = int(attributes.get("s") or 0)

    def _end_cell(self) -> None:
        if self._has_formula and self._has_metadata:
            self._change_tag(self._cell_at, b"cm", None)
        if self._wanted and self._row:
            end = self._end_of(self._cell_at)
            self._row.cells.append(_Cell(column=self._column, start=self._cell_at, end=end, style=self._style))

    def _change_tag(self, start: int, name: bytes, value: bytes | None) -> None:
        """Set an attribute of the element at ``start``, whose tag may be changed already; without it for None."""
        tag = self._tags.get(start) or self._data[start : tag_end(self._data, start)]
        self._tags[start] = with_attribute(tag, name, value)

    def _end_of(self, start: int) -> int:
        """Return where the element ends that began at ``start`` and whose end was just met."""
        head = tag_end(self._data, start)
        return head if is_empty_tag(self._data[start:head]) else tag_end(self._data, self._at())

    def _end_row(self) -> None:
        row, self._row = self._row, None
        head = self._data[row.start : tag_end(self._data, row.start)] if row and self._wanted else b"/>"
        if row and self._marks and not is_empty_tag(head):
            self._change_tag(row.start, b"spans", None)
            self._mark(row, self._marks)
        self.edits += [Edit(start=start, end=tag_end(self._data, start), text=tag) for start, tag in self._tags.items()]
        self._tags.clear()

    def _mark(self, row: _Row, marks: Marks) -> None:
        """Tint the faulty cells of a row, those that are not there yet too, and say at its end what is wrong."""
        mark = marks.rows[row.number]
        there = {cell.column: cell for cell in row.cells}
        beside = max((cell for cell in row.cells if cell.column < marks.column), key=lambda cell: cell.column, default=None)
        style = beside.style if beside else 0
        for column in sorted(mark.faulty):
            if column in there:
                self._change_tag(there[column].start, b"s", str(marks.tint(there[column].style)).encode())
            elif column < marks.column:
                self._put(row, column, self._blank(row.number, column, marks.tint(0)))
        said = self._text(row.number, marks.column, mark.said, style if row.number == marks.header_row else marks.tint(style))
        self._put(row, marks.column, said)

    def _put(self, row: _Row, column: int, text: bytes) -> None:
        """Put a cell in its place among the others; one that is there, blank, makes room."""
        same = next((cell for cell in row.cells if cell.column == column), None)
        if same:
            mine = self.edits[self._edits_before :]
            self.edits[self._edits_before :] = [edit for edit in mine if not same.start <= edit.start < same.end]
            self._tags.pop(same.start, None)
            self.edits.append(Edit(start=same.start, end=same.end, text=text))
            return
        where = next((cell.start for cell in row.cells if cell.column > column), self._at())
        self.edits.append(Edit(start=where, end=where, text=text))

    def _blank(self, row: int, column: int, style: int) -> bytes:
        return b'<%sc r="%s%d" s="%d"/>' % (self._prefix, letters_of(column).encode(), row, style)

    def _text(self, row: int, column: int, text: str, style: int) -> bytes:
        place, shown = letters_of(column).encode(), escape(_printable(text)).encode()
        form = b'<%sc r="%s%d" s="%d" t="inlineStr"><%sis><%st xml:space="preserve">%s</%st></%sis></%sc>'
        prefix = self._prefix
        return form % (prefix, place, row, style, prefix, prefix, shown, prefix, prefix, prefix)


def _printable(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return "".join(each if each >= " " or each in "\t\n" else " " for each in text if each not in "\ufffe\uffff")


def marked_sheet(data: bytes, marks: Marks | None) -> bytes:
    """Return a sheet without formulas, their last values kept, and with ``marks``.

    Raises :class:`InputError` for XML that is damaged, declares a document type, or is not UTF-8.
    """
    check_xml(data)
    return edited(data, _Walk(data, marks).edits)
