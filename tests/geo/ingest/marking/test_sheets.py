"""A sheet as XML: what a small one is with marks, letter for letter."""

import pytest

from geo.engine.errors import InputError
from geo.ingest.marking.sheets import Mark, Marks, marked_sheet

SHEET = '<worksheet><dimension ref="A1:B3"/>{cols}<sheetData>{rows}</sheetData></worksheet>'
WIDTH = '<col min="3" max="3" width="60" customWidth="1"/>'


def marks(**rows):
    return Marks(
        rows={int(name[1:]): mark for name, mark in rows.items()}, column=2, header_row=1, tint=lambda style: style + 100
    )


def said(place, text, style):
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


@pytest.mark.parametrize(("row", "mark", "changed"), [
    # a red cell and a sentence at the end; the sentence has the format of its neighbour, red
    ('<row r="2" spans="1:2"><c r="A2" s="5"><v>1</v></c><c r="B2" s="6"/></row>', Mark(said="a<b", faulty=[0]),
     '<row r="2"><c r="A2" s="105"><v>1</v></c><c r="B2" s="6"/>' + said("C2", "a&lt;b", 106) + "</row>"),
    # a faulty cell that is not there, before one that is
    ('<row r="2"><c r="B2" s="6"/></row>', Mark(said="x", faulty=[0, 1]),
     '<row r="2"><c r="A2" s="100"/><c r="B2" s="106"/>' + said("C2", "x", 106) + "</row>"),
    # a blank cell at the place of the sentence makes room, one beyond stays
    ('<row r="2"><c r="C2" s="9"><f>1</f></c><c r="D2" s="9"/></row>', Mark(said="x"),
     '<row r="2">' + said("C2", "x", 100) + '<c r="D2" s="9"/></row>'),
    # rows and cells without places are counted
    ("<row><c><v>1</v></c></row><row><c/><c><v>2</v></c></row>", Mark(said="x", faulty=[1]),
     '<row><c><v>1</v></c></row><row><c/><c s="100"><v>2</v></c>' + said("C2", "x", 100) + "</row>"),
    # a formula gives way to its value, and with it what is kept of its kind
    ('<row r="2"><c r="A2" cm="1" s="5"><f t="array">1+1</f><v>2</v></c></row>', Mark(said="x", faulty=[0]),
     '<row r="2"><c r="A2" s="105"><v>2</v></c>' + said("C2", "x", 105) + "</row>"),
    # an empty row stays as it is
    ('<row r="2"/>', Mark(said="x"), '<row r="2"/>'),
])  # fmt: skip
def test_a_row_is_marked(row, mark, changed):
    data = SHEET.format(cols="", rows=row).encode()
    expected = f"<worksheet><cols>{WIDTH}</cols><sheetData>{changed}</sheetData></worksheet>"
    assert marked_sheet(data, marks(r2=mark)).decode() == expected


def test_names_with_a_prefix_keep_it():
    data = b'<x:worksheet><x:sheetData><x:row r="1"><x:c r="A1"/></x:row></x:sheetData></x:worksheet>'
    result = marked_sheet(data, marks(r1=Mark(said="h"))).decode()
    assert '<x:c r="C1" s="0" t="inlineStr"><x:is><x:t xml:space="preserve">h</x:t></x:is></x:c></x:row>' in result


@pytest.mark.parametrize(("before", "after"), [
    ('<col min="1" max="2"/><col min="5" max="9"/>', f'<col min="1" max="2"/>{WIDTH}<col min="5" max="9"/>'),
    ('<col min="1" max="2"/>', f'<col min="1" max="2"/>{WIDTH}'),
    ('<col min="2" max="16384"/>', '<col min="2" max="16384"/>'),
])  # fmt: skip
def test_the_column_of_marks_gets_a_width_unless_it_has_one(before, after):
    data = SHEET.format(cols=f"<cols>{before}</cols>", rows="").encode()
    assert f"<cols>{after}</cols>" in marked_sheet(data, marks()).decode()


def test_a_sheet_without_marks_loses_its_formulas_only():
    data = SHEET.format(cols="", rows='<row r="1"><c r="A1" t="str"><f/><v>=x</v></c></row>').encode()
    assert marked_sheet(data, None) == data.replace(b"<f/>", b"")


@pytest.mark.parametrize("data", [b"<worksheet>", b"<!DOCTYPE x><worksheet/>", b""])
def test_damaged_sheets_are_refused(data):
    with pytest.raises(InputError):
        marked_sheet(data, None)


def test_characters_that_xml_cannot_hold_are_left_out():
    data = SHEET.format(cols="", rows='<row r="1"><c r="A1"/></row>').encode()
    assert "a b</t>" in marked_sheet(data, marks(r1=Mark(said="a\x00b\uffff"))).decode()
