"""Totals of areas: a census table, registrations by town. Rows are joined to the regions of today, and nobody is lost unnoticed."""

import re

from geo.engine.errors import register_messages
from geo.imports.fields import FieldSpec, normal
from geo.imports.kinds.base import Kind, Record, RowContext
from geo.imports.kinds.year_field import YEAR
from geo.imports.parse import parse_field
from geo.ingest.fields import Fields

_MEASURE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MEASURES = {
    "常住人口": "residents", "人口": "residents", "总人口": "residents", "户籍人口": "registered_residents", "零工": "gig_workers",
    "零工人数": "gig_workers", "灵活就业人员": "flexible_workers", "灵活就业": "flexible_workers", "登记": "registrations",
    "登记人数": "registrations", "农民工": "migrant_workers", "外来人口": "migrants", "流动人口": "migrants",
}  # fmt: skip

register_messages(
    {
        "area_totals.area": ("没有区域的代码和名称。", "there is neither code nor name of an area."),
        "area_totals.measure": (
            "“{value}”不能作统计项；用小写英文字母、数字和下划线，或其中之一：{known}。",
            "“{value}” is no measure; write small letters, digits and underscores, or one of: {known}.",
        ),
        "area_totals.too_many": (
            "50 岁以上 {value} 人，多于总人数 {found}。",
            "{value} people aged 50 or more are more than all {found}.",
        ),
    }
)

AREA_CODE = FieldSpec(
    name="area_code", zh="区划代码", en="area code", limit=12, example="320611",
    aliases=("行政区划代码", "代码", "adcode", "code", "区县代码", "乡镇代码", "region code"),
    help_zh="表中原样的代码，旧代码也可。", help_en="As the table has it; a former code will do.",
)  # fmt: skip
AREA_NAME = FieldSpec(
    name="area_name", zh="区域名称", en="area", limit=60, example="港闸区",
    aliases=("区县", "地区", "名称", "县(市、区)", "乡镇", "街道", "name", "county", "district", "region", "region name"),
    help_zh="表中原样的名称，旧名也可。", help_en="As the table has it; a former name will do.",
)  # fmt: skip
PARENT_NAME = FieldSpec(
    name="parent_name", zh="所属城市", en="city", limit=60, example="南通市", aliases=("地市", "城市", "市", "parent", "prefecture"),
    help_zh="同名区县以此区分。", help_en="Tells areas of one name apart.",
)  # fmt: skip
MEASURE = FieldSpec(
    name="measure", zh="统计项", en="measure", is_required=True, limit=40, example="residents", aliases=("指标", "项目", "variable"),
    help_zh="统计的是什么，如 residents（常住人口）、gig_workers（零工）；全表相同时填固定值。",
    help_en="What was counted, for instance residents, gig_workers; a fixed value for all rows will do.",
)  # fmt: skip
PERSONS = FieldSpec(
    name="persons", zh="人数", en="persons", form="persons", is_required=True, unit="人 / persons", example="290000",
    aliases=("人口数", "人口数合计", "总人数", "合计", "population", "total"),
)  # fmt: skip
AGE50PLUS = FieldSpec(
    name="age50plus_persons", zh="50岁以上人数", en="aged 50 or more", form="persons", unit="人 / persons", example="98000",
    aliases=("50岁及以上", "age 50+"),
)  # fmt: skip
_FIELDS = (AREA_CODE, AREA_NAME, PARENT_NAME, YEAR, MEASURE, PERSONS, AGE50PLUS)
JOIN_NOTE = "join_note"
"""How a row was joined; put beside the columns of the file by the check."""


def tidy_area_code(text: str) -> str:
    """Return a code without what spreadsheets do to it: ``320102.0`` is 320102."""
    return text.strip().removesuffix(".0")


def full_name(name: str, parent: str) -> str:
    """Return the name of an area with that of its city before it: two cities may have areas of one name."""
    return name if not parent or parent.isdigit() or name.startswith(parent) else parent + name


def own_name(name: str, parent: str) -> str:
    """Return the name of an area without that of its city."""
    return name.removeprefix(parent) or name


def _parse(fields: Fields, context: RowContext) -> Record:
    code = tidy_area_code(fields.text("area_code", limit=14) or "")
    name = parse_field(AREA_NAME, fields) or ""
    if not code and not name:
        fields.note("area_totals.area", "area_name")
    if name and not code and context.region_code:
        name = full_name(name, fields.raw("parent_name"))
    record: Record = {"area_code": code, "area_name": name, "year": parse_field(YEAR, fields), "measure": _measure(fields)}
    record["persons"] = parse_field(PERSONS, fields)
    if "age50plus_persons" in context.columns:
        record["age50plus_persons"] = parse_field(AGE50PLUS, fields)
        if (record["age50plus_persons"] or 0) > (record["persons"] or 0):
            fields.note("area_totals.too_many", "age50plus_persons", found=record["persons"])
    return record | {"region": context.region_code, "join_note": fields.raw(JOIN_NOTE)}


def _measure(fields: Fields) -> str:
    said = parse_field(MEASURE, fields) or ""
    known = _MEASURES.get(normal(said), said.strip().lower())
    if said and not _MEASURE.fullmatch(known):
        fields.note("area_totals.measure", "measure", known=", ".join(f"{zh} {code}" for zh, code in _MEASURES.items()))
    return known


def key_of_total(code: str, name: str, measure: str, year: int) -> str:
    """Return what names a total within its source."""
    return f"{code or name} {measure} {year}"


def _key(record: Record) -> str:
    return key_of_total(record["area_code"], record["area_name"], record["measure"], record["year"])


AREA_TOTALS = Kind(code="area_totals", fields=_FIELDS, parse=_parse, key_of=_key, place="area", is_whole=True)
