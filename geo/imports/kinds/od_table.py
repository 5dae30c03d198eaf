"""Travel times that someone measured or bought: one row from one place to another."""

from geo.engine.errors import register_messages
from geo.engine.modes import MODES as NETWORK_MODES
from geo.imports.fields import FieldSpec
from geo.imports.kinds.base import Kind, Record, RowContext
from geo.imports.kinds.demand import is_cell
from geo.imports.parse import parse_field
from geo.ingest.fields import Fields

MAX_MINUTES = 1_440.0
MODES = (*NETWORK_MODES, "bus")

register_messages(
    {
        "od.unknown_place": (
            "“{value}”不是已有的区域代码、场所编号，也不是 H3 单元。",
            "“{value}” is neither the code of a region or a venue on record nor an H3 cell.",
        ),
        "od.too_long": ("“{value}”分钟超过一天。", "“{value}” minutes are more than a day."),
        "od.minutes": ("行程时间“{value}”须为 0 或以上的分钟数。", "the travel time “{value}” must be 0 minutes or more."),
    }
)

FROM_ID = FieldSpec(
    name="from_id", zh="起点", en="from", is_required=True, limit=40, example="320102",
    aliases=("origin", "origin id", "from id", "出发地", "起点编号", "o"),
    help_zh="区域代码、场所编号或 H3 单元。", help_en="Code of a region or a venue, or an H3 cell.",
)  # fmt: skip
TO_ID = FieldSpec(
    name="to_id", zh="终点", en="to", is_required=True, limit=40, example="320104",
    aliases=("destination", "destination id", "to id", "目的地", "终点编号", "d"),
    help_zh="区域代码、场所编号或 H3 单元。", help_en="Code of a region or a venue, or an H3 cell.",
)  # fmt: skip
MINUTES = FieldSpec(
    name="travel_time_minutes", zh="行程时间", en="travel time", form="number", is_required=True, unit="分钟 / minutes", example="25.5",
    aliases=("travel time", "travel_time", "时间", "分钟", "minutes", "耗时", "duration min", "时长"),
)  # fmt: skip
MODE = FieldSpec(
    name="mode", zh="出行方式", en="mode", limit=12, example="walk", aliases=("方式", "交通方式", "transport mode"),
    help_zh="一种出行方式的代码；没有时对所有方式有效。", help_en="Code of a mode; without it the time holds for every mode.",
)  # fmt: skip
_WORDS = {"步行": "walk", "电动自行车": "ebike", "电动车": "ebike", "公交": "bus", "驾车": "car", "小汽车": "car"}


def _parse(fields: Fields, context: RowContext) -> Record:
    return {
        "from_id": _place(FROM_ID, fields, context), "to_id": _place(TO_ID, fields, context), "mode": _mode(fields),
        "travel_time_minutes": _minutes(fields),
    }  # fmt: skip


def _place(spec: FieldSpec, fields: Fields, context: RowContext) -> str:
    code = parse_field(spec, fields) or ""
    if code and code not in context.known["places"] and not is_cell(code):
        fields.note("od.unknown_place", spec.name)
    return str(code)


def _mode(fields: Fields) -> str:
    said = parse_field(MODE, fields) or ""
    code = _WORDS.get(said, said.lower())
    if code and code not in MODES:
        fields.note("field.unknown_choice", "mode", known=", ".join(MODES))
    return str(code)


def _minutes(fields: Fields) -> float | None:
    minutes = fields.number(MINUTES.name)
    if minutes is None:
        if not fields.raw(MINUTES.name):
            fields.note("field.required", MINUTES.name)
        return None
    if minutes < 0:
        fields.note("od.minutes", MINUTES.name)
    elif minutes > MAX_MINUTES:
        fields.note("od.too_long", MINUTES.name)
    return minutes


def _key(record: Record) -> str:
    return f"{record['from_id']} {record['to_id']} {record['mode']}".strip()


OD_TABLE = Kind(code="od_table", fields=(FROM_ID, TO_ID, MINUTES, MODE), parse=_parse, key_of=_key, place="none", is_whole=True)
