"""Regions with their boundaries and the time for which they hold."""

import re
from collections.abc import Mapping
from typing import Any

import shapely

from geo.engine.errors import register_messages
from geo.imports.fields import FieldSpec
from geo.imports.kinds.base import Kind, Record, Review, RowContext
from geo.imports.parse import parse_field
from geo.ingest.fields import Fields
from geo.models import Region

_CODE = re.compile(r"[0-9]{6}([0-9]{3}([0-9]{3})?)?")
PROVINCE = Region.Level.PROVINCE.value

register_messages(
    {
        "regions.code": ("“{value}”须为 6、9 或 12 位数字。", "“{value}” must have 6, 9 or 12 digits."),
        "regions.no_start": (
            "新区域须写生效日期。", "a region that is not on record yet needs the day from which it holds.",
        ),
        "regions.period": ("失效日期“{value}”须晚于生效日期 {start}。", "the end “{value}” must be after the start, {start}."),
        "regions.overlaps": (
            "“{value}”已有自 {start} 起的记录；此前的一份须在该日或之前失效。",
            "“{value}” is on record from {start}; an earlier one must end by that day.",
        ),
        "regions.no_parent": ("除省级外须写上级代码。", "all but provinces need the code of the region above."),
        "regions.unknown_parent": (
            "上级“{value}”既不在记录中，也不在本文件有效的行中。",
            "the region above, “{value}”, is neither on record nor among the good rows of this file.",
        ),
        "regions.own_parent": ("“{value}”在自己之下。", "“{value}” lies below itself."),
        "regions.foreign": (
            "“{value}”不在本次导入的区域之内。", "“{value}” does not lie within the region of this import.",
        ),
    }
)  # fmt: skip

_LEVELS = {"省": "province", "省级": "province", "地级市": "prefecture", "市": "prefecture", "设区市": "prefecture", "地级": "prefecture",
           "县": "county", "区县": "county", "县级": "county", "县(市、区)": "county", "区": "county", "县级市": "county",
           "乡镇": "township", "街道": "township", "镇": "township", "乡": "township"}  # fmt: skip
CODE = FieldSpec(
    name="code", zh="区划代码", en="code", is_required=True, limit=12, example="320102",
    aliases=("行政区划代码", "代码", "adcode", "region code", "gb"),
)  # fmt: skip
_FIELDS = (
    CODE,
    FieldSpec(name="name_zh", zh="名称", en="name (Chinese)", is_required=True, limit=80, example="玄武区",
              aliases=("区域名称", "中文名", "name", "区县", "name zh")),
    FieldSpec(name="name_en", zh="英文名称", en="name (English)", limit=120, example="Xuanwu"),
    FieldSpec(name="level", zh="级别", en="level", form="choice", is_required=True, choices=Region.Level, synonyms=_LEVELS,
              example="county", aliases=("层级", "行政级别")),
    FieldSpec(name="parent_code", zh="上级代码", en="code of the region above", limit=12, example="320100",
              aliases=("上级区划代码", "parent", "parent code")),
    FieldSpec(name="unit_type", zh="类型", en="unit type", form="choice", choices=Region.UnitType, example="statutory",
              synonyms={"行政区": "statutory", "功能区": "functional_zone", "开发区": "functional_zone", "功能板块": "functional_zone"}),
    FieldSpec(name="settlement_class", zh="城乡", en="urban or rural", form="choice", choices=Region.SettlementClass,
              synonyms={"城镇": "urban", "农村": "rural", "混合": "mixed"}, example="mixed"),
    FieldSpec(name="resident_persons", zh="常住人口", en="residents", form="persons", unit="人 / persons", example="537825",
              aliases=("人口", "population")),
    FieldSpec(name="valid_from", zh="生效日期", en="valid from", form="date", example="2024-01-01", aliases=("起始日期", "start"),
              help_zh="边界自这一天起有效；没有时更新现有的一份。", help_en="The boundary holds from this day; else that on record."),
    FieldSpec(name="valid_until", zh="失效日期", en="valid until (exclusive)", form="date", example="", aliases=("终止日期", "end"),
              help_zh="自这一天起不再有效。", help_en="From this day on it holds no longer."),
)  # fmt: skip
_DEFAULTS = {"unit_type": Region.UnitType.STATUTORY.value, "settlement_class": Region.SettlementClass.MIXED.value}


def _parse(fields: Fields, context: RowContext) -> Record:
    wanted = [spec for spec in _FIELDS if spec.name in context.columns or spec.is_required]
    record: Record = {spec.name: parse_field(spec, fields) for spec in wanted}
    code = record["code"] or ""
    if code and not _CODE.fullmatch(code):
        fields.note("regions.code", "code")
    for name, default in _DEFAULTS.items():
        if name in record:
            record[name] = record[name] or default
    starts = context.known["open_regions"]
    record["valid_from"] = record.get("valid_from") or starts.get(code)
    if code and record["valid_from"] is None:
        fields.note("regions.no_start", "valid_from")
    if record["valid_from"] and record.get("valid_until") and record["valid_until"] <= record["valid_from"]:
        fields.note("regions.period", "valid_until", start=record["valid_from"])
    _check_parent(record, fields, context.columns)
    if context.geometry is not None:
        record["boundary"] = same_text(context.geometry)
    return record | {"region": code}


def _check_parent(record: Record, fields: Fields, columns: frozenset[str]) -> None:
    if "parent_code" in columns and not record["parent_code"] and record["level"] != PROVINCE:
        fields.note("regions.no_parent", "parent_code")


def same_text(wkb: bytes) -> str:
    """Return a boundary as text that is the same for the same boundary.

    It is the WKB of a multipolygon in 2D, shells counter-clockwise, hexadecimal.
    """
    shape = shapely.from_wkb(wkb)
    parts = shapely.multipolygons(shapely.get_parts(shape))
    return str(shapely.to_wkb(shapely.orient_polygons(parts), hex=True, output_dimension=2, byte_order=1))


def key_of_region(code: str, valid_from: str) -> str:
    """Return what names one version of a region."""
    return f"{code} {valid_from}"


def _key(record: Record) -> str:
    return key_of_region(record["code"], record["valid_from"])


def _review(review: Review) -> None:
    """Give each row its path from the province down; note rows without a place in the tree, or outside the import's region."""
    paths = review.known["paths"]
    parents = {
        record["code"]: record["parent_code"] or "" if "parent_code" in record else _parent_of(paths.get(record["code"], ""))
        for record in review.parsed
        if record is not None
    }
    for position, record in enumerate(review.parsed):
        if record is None:
            continue
        fault = _fault(record, parents, paths, review.inside) or _overlap(record, review)
        if fault:
            code, field, value, details = fault
            review.note(position, code, field, value, **details)


def _fault(
    record: Record, parents: Mapping[str, str], paths: Mapping[str, str], inside: str
) -> tuple[str, str, str, dict[str, Any]] | None:
    """Return what is wrong with a row's place in the tree: code, field, value, details. Sets ``path``."""
    code = above = record["code"]
    codes = [code]
    while above := parents.get(above) or "":
        if above in codes:
            return "regions.own_parent", "parent_code", code, {}
        codes.append(above)
        if above not in parents:
            break
    top = codes[-1]
    if top in parents:
        path = "/".join(reversed(codes)) + "/"
        if record["level"] != PROVINCE and len(codes) == 1:
            return "regions.no_parent", "parent_code", "", {}
    elif top in paths:
        path = paths[top] + "/".join(reversed(codes[:-1])) + "/"
    else:
        return "regions.unknown_parent", "parent_code", top, {}
    if not path.startswith(inside):
        return "regions.foreign", "code", code, {}
    record["path"] = path
    return None


def _parent_of(path: str) -> str:
    codes = path.rstrip("/").split("/")
    return codes[-2] if len(codes) > 1 else ""


def _overlap(record: Record, review: Review) -> tuple[str, str, str, dict[str, Any]] | None:
    """Say whether an earlier version of a region reaches into the one on record."""
    start = review.known["open_regions"].get(record["code"])
    if start is None or record["valid_from"] >= start or (record.get("valid_until") or "9999") <= start:
        return None
    return "regions.overlaps", "valid_from", record["code"], {"start": start}


REGIONS = Kind(code="regions", fields=_FIELDS, parse=_parse, key_of=_key, place="shape", review=_review)
