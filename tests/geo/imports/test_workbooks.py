"""The planner's own workbook with marks: sheets, formats and notes stay, formulas go, the sentences stand beside their rows."""

import re
import zipfile

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from geo.engine.errors import InputError
from geo.imports.returned import write_returned
from geo.ingest.reading import Limits, run_in_child
from tests.geo.imports.test_returned import BAD, FAR, GOOD, HEADER, a_second_round, checked

pytestmark = [pytest.mark.django_db, pytest.mark.database]

TITLE, COLUMN = 0, len(HEADER)


def dressed(path, *, numbers=True):
    """Write a workbook as offices make them: a title over merged cells, colours, widths, a formula, a second sheet, a note."""
    with xlsxwriter.Workbook(path) as book:
        bold = book.add_format({"bold": True, "bg_color": "#ddeeff", "border": 1})
        money = book.add_format({"num_format": "0.00000", "font_color": "#336699"})
        first, second = book.add_worksheet("摸排 & 表"), book.add_worksheet("说明")
        first.merge_range(0, 0, 0, COLUMN - 1, "2026年摸排表", bold)
        first.set_column(0, 3, 14, bold)
        first.freeze_panes(2, 1)
        first.autofilter(1, 0, 4, COLUMN - 1)
        first.write_row(1, 0, HEADER, bold)
        for line, cells in enumerate([GOOD, BAD, FAR], start=2):
            for column, cell in enumerate(cells):
                if numbers and column in (4, 5):
                    first.write_number(line, column, float(cell), money)
                elif cell:
                    first.write_string(line, column, cell)
        first.write_formula(2, 6, "=LEFT(A3,1)&4&5", bold, "A45")
        first.write_blank(3, COLUMN, None, bold)  # a format reaches farther than the table
        first.write_blank(3, COLUMN + 5, None, bold)
        second.write_formula(0, 0, '=HYPERLINK("http://x.invalid/"&A2,"x")', None, "x")
        second.write_string(1, 0, "留着")
        second.write_comment(1, 0, "备注")
        second.hide()
    return path


def part(path, name):
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def fill_of(styles, number):
    """Return the fill of a format of cells by number, by counting in the text of the part."""
    formats = re.findall(r"<xf .*?(?:/>|</xf>)", styles[styles.index("<cellXfs") : styles.index("</cellXfs>")], re.DOTALL)
    fills = re.findall(r"<fill>.*?</fill>", styles, re.DOTALL)
    return fills[int(re.search(r'fillId="(\d+)"', formats[number])[1])]


def test_sheets_formats_and_widths_stay_and_the_sentences_are_added(tmp_path, province):
    path = dressed(tmp_path / "场所.xlsx")
    batch = checked(path, province)
    back = write_returned(batch, tmp_path)
    book = CalamineWorkbook.from_path(str(back.path))
    assert book.sheet_names == ["摸排 & 表", "说明"]
    title, header, good, bad, far = book.get_sheet_by_index(0).to_python()
    assert title[0] == "2026年摸排表"
    assert header[: COLUMN + 1] == [*HEADER, "问题"]
    assert good[: COLUMN + 1] == [*GOOD[:4], 118.75, 32.05, "A45", ""]
    assert bad[:COLUMN] == [*BAD[:4], 118.76, 32.05, "-"]
    assert bad[COLUMN].startswith("场所类型：“什么”不在可用值之中")
    assert "1185.2" in far[COLUMN]
    assert book.get_sheet_by_index(1).to_python()[:2] == [["x"], ["留着"]]
    before, after = part(path, "xl/worksheets/sheet1.xml"), part(back.path, "xl/worksheets/sheet1.xml")
    for kept in ("<sheetViews>", "<autoFilter", "<mergeCells", '<col min="1" max="4"'):
        assert re.search(f"{kept}.*?>", before)[0] == re.search(f"{kept}.*?>", after)[0]
    assert a_second_round(back, tmp_path, province) == batch.summary["counts"]


def test_faulty_cells_are_red_and_nothing_else(tmp_path, province):
    path = dressed(tmp_path / "场所.xlsx")
    back = write_returned(checked(path, province), tmp_path)
    styles = part(back.path, "xl/styles.xml")
    sheet = part(back.path, "xl/worksheets/sheet1.xml")
    cells = re.findall(r'<c r="([A-Z]+\d+)"[^>]* s="(\d+)"', sheet)
    red = {place for place, number in cells if "F8D0CC" in fill_of(styles, int(number))}
    assert red == {"C4", "H4", "E5", "F5", "H5"}  # the kind, the coordinates, and the sentences
    formats = styles[styles.index("<cellXfs") : styles.index("</cellXfs>")]
    assert formats.count('numFmtId="164"') == 2  # the coordinates keep their number format
    assert int(re.search(r'<cellXfs[^>]* count="(\d+)"', formats)[1]) == formats.count("<xf ")


def test_no_formula_is_left_on_any_sheet(tmp_path, province):
    path = dressed(tmp_path / "场所.xlsx")
    assert "<f>" in part(path, "xl/worksheets/sheet2.xml")
    back = write_returned(checked(path, province), tmp_path)
    with zipfile.ZipFile(back.path) as archive:
        names = archive.namelist()
        assert not any(b"<f>" in archive.read(name) or b"<f " in archive.read(name) for name in names if "sheets/sheet" in name)
    assert "xl/comments1.xml" in names


def test_a_table_on_a_sheet_computes_nothing_either(tmp_path, province):
    path = tmp_path / "场所.xlsx"
    columns = [{"header": name} for name in HEADER] + [{"header": "和", "formula": "=[@经度]+1", "total_function": "sum"}]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.add_table(0, 0, 3, len(HEADER), {"columns": columns, "data": [GOOD, BAD], "total_row": True})
    before = part(path, "xl/tables/table1.xml")
    after = part(write_returned(checked(path, province), tmp_path).path, "xl/tables/table1.xml")
    assert "calculatedColumnFormula" in before
    assert "totalsRowFunction" in before
    assert "Formula" not in after
    assert "Function" not in after
    assert re.findall('name="(.*?)"', after) == re.findall('name="(.*?)"', before)


def test_cells_stay_in_their_order_where_a_format_reaches_farther_than_the_table(tmp_path, province):
    back = write_returned(checked(dressed(tmp_path / "场所.xlsx"), province), tmp_path)
    row = re.search(r'<row r="4".*?</row>', part(back.path, "xl/worksheets/sheet1.xml"))[0]
    assert re.findall(r'<c r="([A-Z]+)4"', row) == ["A", "B", "C", "D", "E", "F", "G", "H", "M"]


def changed(path, target, name, change):
    """Copy a workbook with one part changed, or added."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        for entry in source.namelist():
            copy.writestr(entry, change(source.read(entry)) if entry == name else source.read(entry))
        if name not in source.namelist():
            copy.writestr(name, change(b""))
    return target


def test_the_order_of_computing_and_values_of_other_files_go_with_the_formulas(tmp_path, province):
    path = dressed(tmp_path / "a.xlsx")
    path = changed(path, tmp_path / "b.xlsx", "xl/calcChain.xml", lambda _: b"<calcChain/>")
    path = changed(path, tmp_path / "c.xlsx", "xl/externalLinks/externalLink1.xml", lambda _: b"<externalLink/>")
    more = (
        b'<Relationship Id="rId98" Type="http://x/calcChain" Target="calcChain.xml"/>'
        b'<Relationship Id="rId99" Type="http://x/externalLink" Target="externalLinks/externalLink1.xml"/></Relationships>'
    )
    path = changed(
        path, tmp_path / "d.xlsx", "xl/_rels/workbook.xml.rels", lambda data: data.replace(b"</Relationships>", more)
    )
    names = (
        b'<externalReferences><externalReference r:id="rId99"/></externalReferences>'
        b'<definedNames><definedName name="other">[1]S!$A$1</definedName>'
    )
    path = changed(path, tmp_path / "场所.xlsx", "xl/workbook.xml", lambda data: data.replace(b"<definedNames>", names))
    assert b"[1]S" in zipfile.ZipFile(path).read("xl/workbook.xml")
    back = write_returned(checked(path, province), tmp_path)
    with zipfile.ZipFile(back.path) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        assert not [name for name in archive.namelist() if "calc" in name or "external" in name]
    assert b"calcChain" not in everything
    assert b"externalLink" not in everything
    assert b"[1]S" not in everything
    assert b"_FilterDatabase" in everything


@pytest.mark.parametrize(("name", "change"), [
    ("xl/vbaProject.bin", lambda _: b"x"),
    ("xl/connections.xml", lambda _: b"<connections/>"),
    ("xl/worksheets/sheet2.xml", lambda data: data.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1)),
    ("xl/worksheets/sheet2.xml", lambda data: data[:-30]),
    ("xl/styles.xml", lambda data: data.replace(b"<styleSheet", b"<!DOCTYPE x><styleSheet", 1)),
    ("xl/theme/theme1.xml", lambda data: data.decode().replace("UTF-8", "UTF-16").encode("utf-16")),
])  # fmt: skip
def test_a_workbook_with_programs_or_damage_comes_back_as_a_plain_table(tmp_path, province, name, change):
    """Reading needs the first sheet only, so such files come as far as here."""
    path = changed(dressed(tmp_path / "a.xlsx"), tmp_path / "场所.xlsx", name, change)
    batch = checked(path, province)
    back = write_returned(batch, tmp_path)
    header, *rows = CalamineWorkbook.from_path(str(back.path)).get_sheet_by_index(0).to_python()
    assert header == [*HEADER, "问题"]
    assert [row[-1] != "" for row in rows] == [False, True, True]
    assert CalamineWorkbook.from_path(str(back.path)).sheet_names == ["Sheet1"]


def test_a_work_without_its_sheet_is_refused_with_a_sentence(tmp_path):
    path = dressed(tmp_path / "a.xlsx")
    (tmp_path / "marks.json").write_text("{}", "utf-8")
    with pytest.raises(InputError):
        run_in_child("marks", path, {"sheet": "没有", "column": 7, "header_row": 2}, tmp_path, limits=Limits())
