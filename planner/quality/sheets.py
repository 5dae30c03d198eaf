"""The records behind a line as CSV: venues with every field under headers that imports know, others as they are listed."""

import csv
import io
from collections.abc import Mapping, Sequence

from geo.engine.errors import Language
from geo.imports.exported import records_of
from geo.imports.exports import text_of
from geo.imports.fields import FieldSpec
from geo.imports.kinds import KINDS
from geo.imports.kinds.base import Kind
from geo.imports.templates import header_of, plain
from geo.quality.lines import DataSet, Finding
from planner.quality.templatetags.quality_words import words

_KINDS = {"venues": "venues", "candidates": "candidates", "gathering-points": "gathering_points"}
_TEXT_FORMS = frozenset({"text", "choice", "codes", "hours", "date", "flag"})
_FOUND = {"zh-hans": ("发现", "发现的数值"), "en": ("found", "found as a number")}
_LISTED = {
    "zh-hans": ("记录", "名称", "区划代码", "区域", "经度（°，WGS-84）", "纬度（°，WGS-84）"),
    "en": ("record", "name", "region code", "region", "longitude (°, WGS-84)", "latitude (°, WGS-84)"),
}


_LINES = {
    "zh-hans": ("数据集", "检查", "数量", "总数", "总数所指", "占比（0–1）", "评价", "规则", "依据"),
    "en": ("data set", "check", "count", "of", "of what", "share (0–1)", "verdict", "rule", "evidence"),
}
_VERDICTS = {"zh-hans": {"bad": "差", "warn": "提醒", "good": "好"}, "en": {"bad": "bad", "warn": "warning", "good": "good"}}


def csv_of_lines(data_sets: Sequence[DataSet], language: Language) -> str:
    """Return every line of the page as a sheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_LINES[language])
    for data_set in data_sets:
        for line in data_set.lines:
            said = " ".join(words(note) for note in line.notes)
            verdict = _VERDICTS[language][line.severity] if line.is_judged else ""
            writer.writerow([
                plain(words(data_set.title)), plain(words(line.title)), line.count, line.of_count, plain(words(line.whole)),
                f"{line.share:.6f}", verdict, plain(words(line.rule.words)) if verdict else "", plain(said),
            ])  # fmt: skip
    return text.getvalue()


def csv_of(dataset: str, found: Sequence[Finding], names: Mapping[str, str], language: Language) -> str:
    """Return the sheet as text. No cell is a formula for a spreadsheet program; units stand in the headers."""
    text = io.StringIO()
    writer = csv.writer(text)
    kind = KINDS.get(_KINDS.get(dataset.split(".", 1)[0], ""))
    if kind is None:
        writer.writerow([*_LISTED[language], *_FOUND[language]])
        writer.writerows([*_listed(each, names), *_said(each)] for each in found)
    else:
        writer.writerow([*(_header(spec, language) for spec in kind.fields), *_FOUND[language]])
        writer.writerows(_whole_rows(kind, found, language))
    return text.getvalue()


def _header(spec: FieldSpec, language: Language) -> str:
    """Return the header of a field with its unit; what stands in brackets the importer passes over."""
    if spec.form == "coordinate":
        return f"{header_of(spec, language)} (°)"
    unit = spec.unit.split(" / ")[0 if language == "zh-hans" else -1]
    return f"{header_of(spec, language)} ({unit})" if unit else header_of(spec, language)


def _whole_rows(kind: Kind, found: Sequence[Finding], language: Language) -> list[list[str]]:
    records = records_of([each.key for each in found])
    return [
        [*(_cell(spec, text_of(spec, record, language)) for spec in kind.fields), *_said(each)]
        for each, record in zip(found, records, strict=True)
    ]


def _cell(spec: FieldSpec, text: str) -> str:
    return plain(text) if spec.form in _TEXT_FORMS else text


def _listed(found: Finding, names: Mapping[str, str]) -> list[str]:
    place = ["" if value is None else f"{value:.6f}" for value in (found.lon, found.lat)]
    texts = [plain(text) for text in (found.key, words(found.name), found.region_code, names.get(found.region_code, ""))]
    return [*texts, *place]


def _said(found: Finding) -> list[str]:
    return [plain(words(found.detail)), "" if found.value is None else f"{found.value:g}"]
