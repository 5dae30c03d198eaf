"""Empty forms for each kind of file: XLSX with notes, allowed values and an example row, or CSV."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from geo.engine.errors import InputError, Language, Problem, register_messages
from geo.imports.fields import FieldSpec, normal
from geo.imports.kinds.base import Kind

FORMATS = ("xlsx", "csv")
MAX_LIST_ROWS = 1_000
"""Rows below the header in which a spreadsheet program offers the allowed values."""
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_WIDE, _NARROW, _MOST = 60, 14, 30

register_messages(
    {
        "template.form": (
            "模板没有“{value}”这种格式；可用：{known}。",
            "there is no template of the form “{value}”; known: {known}.",
        )
    }
)

_SHEETS = {"zh-hans": ("数据", "说明", "可用值"), "en": ("data", "notes", "allowed values")}
_NOTE_HEADS = {
    "zh-hans": ("列", "字段", "必填", "形式", "单位", "示例", "说明"),
    "en": ("column", "field", "required", "form", "unit", "example", "meaning"),
}
_VALUE_HEADS = {"zh-hans": ("列", "可用值", "代码"), "en": ("column", "allowed value", "code")}
_FORMS: dict[str, tuple[str, str]] = {
    "text": ("文字", "text"), "choice": ("见“可用值”", "see “allowed values”"), "number": ("数", "number"),
    "positive": ("大于 0 的数", "number above 0"), "persons": ("整数", "whole number"), "whole": ("整数", "whole number"),
    "share": ("0–1 或百分数", "0–1 or per cent"), "flag": ("是 / 否", "yes / no"), "date": ("日期，如 2026-11-23", "date: 2026-11-23"),
    "hours": ("开放时间", "opening hours"), "codes": ("用分号分开", "semicolons between"), "coordinate": ("坐标", "coordinate"),
    "year": ("年份，如 2020", "year: 2020"),
}  # fmt: skip
_LEADS = {
    "zh-hans": "在“数据”表中每行填写一条记录；第 2 行是示例，请改写或删除。带 * 的列必填，其余可空。",
    "en": "One record a row on the sheet “data”; row 2 is an example: overwrite or delete it. Columns with * are required.",
}
_DATUM_LEADS = {"zh-hans": "导入时须声明坐标系。", "en": " The datum is declared when the file is imported."}


def plain(text: str) -> str:
    """Return ``text`` so that no spreadsheet program takes it for a formula; the importer takes the apostrophe off again."""
    return f"'{text}" if _FORMULA.match(text) else text


def header_of(spec: FieldSpec, language: Language) -> str:
    """Return the header of a field: its name on pages."""
    return spec.zh if language == "zh-hans" else spec.en


def label_of(spec: FieldSpec, code: str, language: Language) -> str:
    """Return the word for a choice that the importer reads as the same choice; the code itself where words are ambiguous."""
    labels = spec.choice_labels().get(code)
    if labels is None:
        return code
    label = labels[0 if language == "zh-hans" else 1]
    return label if spec.choice_codes().get(normal(label)) == code else code


def write_template(kind: Kind, path: Path, *, language: Language = "zh-hans") -> Path:
    """Write the form of ``kind`` to ``path``; its ending says which. Raises :class:`InputError` for another ending."""
    form = path.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise InputError(Problem(code="template.form", value=form, details={"known": ", ".join(FORMATS)}))
    if form == "csv":
        _write_csv(kind, path, language)
    else:
        _write_xlsx(kind, path, language)
    return path


def example_row(kind: Kind, language: Language) -> list[str]:
    """Return a row that the importer accepts, in the order of the kind's fields."""
    return [label_of(spec, spec.example, language) if spec.choices else spec.example for spec in kind.fields]


def _headers(kind: Kind, language: Language) -> list[str]:
    return [header_of(spec, language) + (" *" if spec.is_required else "") for spec in kind.fields]


def _write_csv(kind: Kind, path: Path, language: Language) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_headers(kind, language))
        writer.writerow([plain(cell) for cell in example_row(kind, language)])


def _write_xlsx(kind: Kind, path: Path, language: Language) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        data, notes, values = (book.add_worksheet(name) for name in _SHEETS[language])
        bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#e3eef6"})
        needed = book.add_format({"bold": True, "bottom": 1, "bg_color": "#f7e3b5"})
        ranges = _write_values(values, kind, language, bold)
        _write_data(data, kind, language, (bold, needed, book.add_format({"italic": True, "font_color": "#52606d"})))
        for column, spec in enumerate(kind.fields):
            if spec.name in ranges:
                rule = {"validate": "list", "source": ranges[spec.name], "ignore_blank": True, "error_type": "warning"}
                data.data_validation(1, column, MAX_LIST_ROWS, column, rule)
        _write_notes(notes, kind, language, bold, book.add_format({"text_wrap": True, "valign": "top"}))


def _write_data(sheet: Any, kind: Kind, language: Language, formats: Sequence[Any]) -> None:
    bold, needed, example = formats
    sheet.freeze_panes(1, 0)
    texts = zip(kind.fields, _headers(kind, language), example_row(kind, language), strict=True)
    for column, (spec, header, cell) in enumerate(texts):
        sheet.write_string(0, column, header, needed if spec.is_required else bold)
        sheet.write_string(1, column, cell, example)
        sheet.set_column(column, column, min(_MOST, max(_NARROW, 2 * len(header), len(cell) + 2)))


def _write_notes(sheet: Any, kind: Kind, language: Language, bold: Any, wrapped: Any) -> None:
    zh = language == "zh-hans"
    sheet.write_string(0, 0, _LEADS[language] + (_DATUM_LEADS[language] if kind.has_coordinates else ""))
    for column, head in enumerate(_NOTE_HEADS[language]):
        sheet.write_string(2, column, head, bold)
    yes = "必填" if zh else "required"
    for row, spec in enumerate(kind.fields, start=3):
        cells = (
            header_of(spec, language), spec.name, yes if spec.is_required else "", _FORMS[spec.form][0 if zh else 1], spec.unit,
            label_of(spec, spec.example, language) if spec.choices else spec.example, spec.help_zh if zh else spec.help_en,
        )  # fmt: skip
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell, wrapped)
    sheet.set_column(0, 5, 22)
    sheet.set_column(6, 6, _WIDE)


def _write_values(sheet: Any, kind: Kind, language: Language, bold: Any) -> dict[str, str]:
    """List every allowed value; return field → where its values stand, as a spreadsheet program names the range."""
    for column, head in enumerate(_VALUE_HEADS[language]):
        sheet.write_string(0, column, head, bold)
    ranges, row = {}, 1
    for spec in kind.fields:
        first = row
        for code in spec.choice_labels():
            for column, cell in enumerate((header_of(spec, language), label_of(spec, code, language), code)):
                sheet.write_string(row, column, cell)
            row += 1
        if row > first:
            ranges[spec.name] = f"='{_SHEETS[language][2]}'!$B${first + 1}:$B${row}"
    sheet.set_column(0, 2, _MOST)
    return ranges
