"""Gig workers by H3 cell: one row a cell, named by its index or by a point in it."""

import re

import h3

from geo.engine.errors import register_messages
from geo.imports.fields import FieldSpec
from geo.imports.kinds.base import Kind, Record, RowContext
from geo.imports.kinds.place_fields import PLACE_FIELDS, PLACE_NAMES
from geo.imports.kinds.year_field import YEAR
from geo.imports.parse import parse_field
from geo.ingest.fields import Fields
from geo.models import DemandCell

GROUP_PREFIX = "workers_"
PERSONS = "workers_persons"
PROFILE = ("age50plus_persons", "walk_persons", "ebike_persons", "bus_persons", "motor_persons")
BY_MODE = PROFILE[1:]
_CELL = re.compile(r"[0-9a-f]{15}", re.ASCII)

register_messages(
    {
        "demand.no_place": (
            "须有 H3 单元列，或经度和纬度两列，或图形。",
            "there must be a column of H3 cells, or longitude and latitude, or shapes.",
        ),
        "demand.not_a_cell": ("“{value}”不是 H3 单元编号。", "“{value}” is no H3 cell."),
        "demand.resolution": (
            "单元“{value}”的分辨率是 {found}，应为 {expected}。",
            "the cell “{value}” has resolution {found}, not {expected}.",
        ),
        "demand.cell_disagrees": (
            "点在单元 {found}，不在“{value}”。",
            "the point lies in the cell {found}, not in “{value}”.",
        ),
        "demand.groups_sum": (
            "各组之和是 {found}，总人数是 {value}。",
            "the groups sum to {found}, all workers are {value}.",
        ),
        "demand.modes_sum": (
            "各出行方式之和是 {found}，总人数是 {value}。",
            "the modes sum to {found}, all workers are {value}.",
        ),
        "demand.too_many": (
            "50 岁以上 {value} 人，多于总人数 {found}。",
            "{value} people aged 50 or more are more than all {found}.",
        ),
    }
)

H3_INDEX = FieldSpec(
    name="h3_index", zh="H3单元", en="H3 cell", limit=15, example="", aliases=("h3", "cell", "h3 index", "格网编号", "单元编号"),
    help_zh="H3 单元编号（15 位）；没有时用经纬度所在的单元。", help_en="Index of the cell, 15 digits; else that of the point.",
)  # fmt: skip
_CLASSES = {"城镇": "urban", "城市": "urban", "城": "urban", "农村": "rural", "乡村": "rural", "乡": "rural"}
_FIELDS = (
    H3_INDEX,
    *PLACE_FIELDS,
    FieldSpec(name=PERSONS, zh="零工人数", en="gig workers", form="persons", is_required=True, unit="人 / persons", example="320",
              aliases=("人数", "零工", "workers", "persons", "零工总数")),
    FieldSpec(name="settlement_class", zh="城乡", en="urban or rural", form="choice", is_required=True,
              choices=DemandCell.SettlementClass, synonyms=_CLASSES, example="urban", aliases=("城乡分类", "城乡类型", "class")),
    YEAR,
    FieldSpec(name="confidence", zh="可信度", en="confidence", form="choice", choices=DemandCell.Confidence, example="medium",
              synonyms={"高": "high", "中": "medium", "低": "low"},
              help_zh="没有时取来源的可信度，再没有则为中。", help_en="Else that of the source, else medium."),
    FieldSpec(name="age50plus_persons", zh="50岁以上人数", en="aged 50 or more", form="persons", unit="人 / persons", example="96",
              aliases=("50岁及以上", "age 50+")),
    *(FieldSpec(name=name, zh=f"{zh}人数", en=en, form="persons", unit="人 / persons", example=example)
      for name, zh, en, example in (("walk_persons", "步行", "on foot", "80"), ("ebike_persons", "电动自行车", "by e-bike", "160"),
                                    ("bus_persons", "公交", "by bus", "50"),
                                    ("motor_persons", "机动车", "by car or motorbike", "30"))),
)  # fmt: skip


def is_cell(text: str) -> bool:
    """Return whether ``text`` is a cell in its one spelling; longer numbers overflow in h3, ``0x8…`` it would take as well."""
    return _CELL.fullmatch(text) is not None and h3.is_valid_cell(text)


def centre(cell: str) -> tuple[float, float]:
    """Return lon, lat of a cell's centre, degrees."""
    lat, lon = h3.cell_to_latlng(cell)
    return lon, lat


def _parse(fields: Fields, context: RowContext) -> Record:
    wanted = [
        spec for spec in _FIELDS
        if spec.name not in PLACE_NAMES and spec is not H3_INDEX and (spec.name in context.columns or spec.is_required)
    ]  # fmt: skip
    record: Record = {spec.name: parse_field(spec, fields) for spec in wanted}
    groups = [name for name in context.columns if name.startswith(GROUP_PREFIX) and name != PERSONS]
    if groups:
        record["workers_by_group"] = {name.removeprefix(GROUP_PREFIX): fields.persons(name) or 0 for name in sorted(groups)}
    record["confidence"] = record.get("confidence") or context.options["confidence"]
    cell = _cell(fields, context)
    if cell:
        record["lon"], record["lat"] = centre(cell)
    _check_sums(record, fields)
    return record | {"h3_index": cell, "region": context.region_code}


def _cell(fields: Fields, context: RowContext) -> str:
    """Return the cell of a row; one that is named and the point must agree."""
    given, resolution = fields.raw("h3_index").lower(), int(context.options["resolution"])
    if given and not is_cell(given):
        fields.note("demand.not_a_cell", "h3_index")
        return ""
    if given and h3.get_resolution(given) != resolution:
        fields.note("demand.resolution", "h3_index", found=h3.get_resolution(given), expected=resolution)
        return ""
    if context.location is None:
        return given
    found = h3.latlng_to_cell(context.location[1], context.location[0], resolution)
    if given and found != given:
        fields.note("demand.cell_disagrees", "h3_index", found=found)
    return str(found)


def _check_sums(record: Record, fields: Fields) -> None:
    persons = record.get(PERSONS)
    if persons is None:
        return
    if "workers_by_group" in record and sum(record["workers_by_group"].values()) != persons:
        fields.note("demand.groups_sum", PERSONS, found=sum(record["workers_by_group"].values()))
    modes = [record[name] for name in BY_MODE if record.get(name) is not None]
    if modes and sum(modes) != persons:
        fields.note("demand.modes_sum", PERSONS, found=sum(modes))
    if (record.get("age50plus_persons") or 0) > persons:
        fields.note("demand.too_many", "age50plus_persons", found=persons)


def _key(record: Record) -> str:
    return str(record["h3_index"])


DEMAND = Kind(code="demand", fields=_FIELDS, parse=_parse, key_of=_key, place="cell", prefixes=(GROUP_PREFIX,), is_whole=True)
