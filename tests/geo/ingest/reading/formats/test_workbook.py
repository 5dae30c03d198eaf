"""Workbooks as people make them: titles, merged headers, units, errors, more sheets."""

import datetime as dt

import pytest
import xlsxwriter

from geo.engine.errors import InputError
from geo.ingest.reading.formats.workbook import read
from geo.ingest.reading.model import Limits, ReadOptions


def book(path, **sheets):
    """Write a workbook; each sheet is a function that gets the sheet and the book, or a list of rows."""
    made = xlsxwriter.Workbook(str(path))
    for name, content in sheets.items():
        sheet = made.add_worksheet(name)
        if callable(content):
            content(sheet, made)
        else:
            for i, row in enumerate(content):
                sheet.write_row(i, 0, row)
    made.close()
    return path


def reading(path, **options):
    return read(path, ReadOptions(**options), Limits(), path.parent)


def codes(problems):
    return [problem.code for problem in problems]


def grouped(sheet, _book):
    sheet.merge_range("A1:D1", "南京市零工市场一览表")
    sheet.merge_range("A2:A3", "编号")
    sheet.merge_range("B2:C2", "位置")
    sheet.write("D2", "人数")
    sheet.write_row("B3", ["经度", "纬度"])
    sheet.write_row("A4", ["A1", 118.1, 32.1, 5])


def test_a_header_of_two_rows_is_called_by_its_lower_names(tmp_path):
    cells, facts = reading(book(tmp_path / "a.xlsx", S=grouped))
    assert cells.header == ["编号", "经度", "纬度", "人数"]
    assert (cells.rows, cells.numbers) == ([["A1", "118.1", "32.1", "5"]], [4])
    assert codes(facts.notes) == ["note.header_row", "note.header_merged"]


def test_equal_names_below_two_groups_keep_their_group(tmp_path):
    def two(sheet, _book):
        sheet.merge_range("A1:A2", "编号")
        sheet.merge_range("B1:C1", "居住地")
        sheet.merge_range("D1:E1", "工作地")
        sheet.write_row("B2", ["经度", "纬度", "经度", "纬度"])
        sheet.write_row("A3", ["A1", 118.1, 32.1, 118.2, 32.2])

    cells, _ = reading(book(tmp_path / "a.xlsx", S=two))
    assert cells.header == ["编号", "居住地 经度", "居住地 纬度", "工作地 经度", "工作地 纬度"]


def test_names_merged_from_the_row_above_the_fuller_one(tmp_path):
    def low(sheet, _book):
        sheet.merge_range("A1:A2", "编号")
        sheet.merge_range("B1:E1", "位置")
        sheet.write_row("B2", ["市", "区", "经度", "纬度"])
        sheet.write_row("A3", ["A1", "南京市", "玄武区", 118.1, 32.1])

    cells, facts = reading(book(tmp_path / "a.xlsx", S=low))
    assert cells.header == ["编号", "市", "区", "经度", "纬度"]
    assert cells.rows == [["A1", "南京市", "玄武区", "118.1", "32.1"]]
    assert "note.header_merged" in codes(facts.notes)


def test_a_wide_name_over_columns_without_names_stands_over_each(tmp_path):
    def wide(sheet, _book):
        sheet.write("A1", "编号")
        sheet.merge_range("B1:C1", "电话")
        sheet.write_row("A2", ["A1", "1", "2"])

    cells, _ = reading(book(tmp_path / "a.xlsx", S=wide))
    assert cells.header == ["编号", "电话", "电话"]
    assert cells.rows == [["A1", "1", "2"]]


def test_units_below_the_header_are_left_out(tmp_path):
    cells, facts = reading(book(tmp_path / "a.xlsx", S=[["编号", "人数", "面积"], ["", "人", "㎡"], ["A1", 5, 80]]))
    assert cells.rows == [["A1", "5", "80"]]
    assert codes(facts.notes) == ["note.unit_row"]


def test_cells_with_errors_are_problems_and_blank(tmp_path):
    def wrong(sheet, _book):
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")
        sheet.write_string(1, 1, "#N/A")
        sheet.write_formula(2, 1, "=X1", None, "#REF!")
        sheet.write_string(2, 0, "x")
        sheet.write_formula(3, 0, "=1+1", None, 2)
        sheet.write_formula(4, 0, "=SQRT(-1)", None, "#NUM!")

    cells, _ = reading(book(tmp_path / "a.xlsx", S=wrong))
    assert cells.rows == [["", ""], ["x", ""], ["2", ""], ["", ""]]
    found = [(p.row, p.field, p.value) for p in cells.problems]
    assert found == [(2, "a", "#DIV/0!"), (2, "b", "#N/A"), (3, "b", "#REF!"), (5, "a", "#NUM!")]


def test_errors_are_found_in_the_sheet_that_is_read_and_far_down(tmp_path):
    def far(sheet, _book):
        sheet.write_row(0, 0, ["a", "b"])
        for i in range(1, 30_000):
            sheet.write_row(i, 0, [f"text number {i}", i])
        sheet.write_formula(30_000, 1, "=X1", None, "#REF!")
        sheet.write_string(30_000, 0, "last")

    cells, _ = reading(book(tmp_path / "a.xlsx", 甲=[["x"], ["#N/A"]], 乙=far))
    assert [(p.row, p.field, p.value) for p in cells.problems] == [(30_001, "b", "#REF!")]


def test_the_fullest_sheet_is_read_and_hidden_ones_are_not(tmp_path):
    def hidden(sheet, _book):
        for i in range(50):
            sheet.write_row(i, 0, ["a", "b"])
        sheet.hide()

    def formatted(sheet, made):
        bold = made.add_format({"bold": True})
        for i in range(100):
            sheet.write_blank(i, 0, None, bold)
        sheet.write(99, 9, "x")

    path = book(tmp_path / "a.xlsx", 空=formatted, 表=[["编号", "名称"], ["A1", "x"], ["A2", "y"]], 藏=hidden)
    cells, facts = reading(path)
    assert (facts.sheet, cells.header, len(cells.rows)) == ("表", ["编号", "名称"], 2)
    assert facts.notes[-1].value == "空、藏"
    assert reading(path, sheet="藏")[1].sheet == "藏"


def test_values_as_a_person_sees_them(tmp_path):
    def values(sheet, made):
        sheet.write_row(0, 0, ["数", "文", "日", "时刻", "时长"])
        sheet.write_number(1, 0, 0.1 + 0.2)
        sheet.write_string(1, 1, "=cmd|x")
        sheet.write_datetime(1, 2, dt.datetime(2026, 1, 2), made.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001
        sheet.write_datetime(1, 3, dt.datetime(2026, 1, 2, 8, 30), made.add_format({"num_format": "yyyy-mm-dd hh:mm"}))  # noqa: DTZ001
        sheet.write_datetime(1, 4, dt.timedelta(hours=30, minutes=5), made.add_format({"num_format": "[h]:mm"}))
        sheet.write_row(2, 0, [12.0, "-x"])
        sheet.write_boolean(2, 4, True)

    cells, _ = reading(book(tmp_path / "a.xlsx", S=values))
    assert cells.rows == [["0.3", "=cmd|x", "2026-01-02", "2026-01-02 08:30:00", "30:05"], ["12", "-x", "", "", "true"]]


@pytest.mark.parametrize(("options", "code"), [
    ({"sheet": "没有"}, "sheet.unknown"), ({"header_row": 9}, "table.no_header_row"),
])  # fmt: skip
def test_what_is_asked_for_must_be_there(tmp_path, options, code):
    with pytest.raises(InputError) as refused:
        reading(book(tmp_path / "a.xlsx", S=[["a"], ["1"]]), **options)
    assert codes(refused.value.problems) == [code]


def test_the_header_asked_for_is_taken(tmp_path):
    cells, facts = reading(book(tmp_path / "a.xlsx", S=[["a", "b"], ["c", "d"], ["1", "2"]]), header_row=2)
    assert (cells.header, cells.rows, facts.header_row) == (["c", "d"], [["1", "2"]], 2)


def test_a_workbook_with_a_password_is_told_as_such(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(1000))
    with pytest.raises(InputError) as refused:
        reading(path)
    assert codes(refused.value.problems) == ["file.encrypted"]
