"""Venues, candidate sites and gathering points: rows that become records of :class:`geo.models.Venue`."""

from geo.engine.digest import digest_of
from geo.engine.errors import register_messages
from geo.imports.fields import FieldSpec, normal
from geo.imports.kinds.base import Kind, Record, Review, RowContext
from geo.imports.kinds.place_fields import PLACE_FIELDS, PLACE_NAMES
from geo.imports.parse import parse_field
from geo.ingest.fields import Fields
from geo.models import CandidateDetail, GatheringDetail, Venue

TWINS_METRES = 150.0
HOURS = range(24)
COUNT_PREFIX = "workers_at_"
MODES = ("walk", "ebike", "bus", "motor")
_SHARE_TOLERANCE = 0.005

register_messages(
    {
        "venue.occupation_unknown": ("没有工种“{value}”；可用：{known}。", "there is no trade “{value}”; known: {known}."),
        "gathering.counts_without_day": (
            "有逐时人数，但没有调查日期。",
            "there are counts by hour, but no day on which they were made.",
        ),
        "gathering.older_counts": (
            "已有 {last} 的逐时人数，比“{value}”新；更早的调查不能覆盖它。",
            "counts of {last} are on record, newer than “{value}”; an earlier survey cannot take their place.",
        ),
        "gathering.mode_shares": (
            "各出行方式的占比之和是 {value}，须为 1。",
            "the shares of the modes add up to {value}, not to 1.",
        ),
    }
)

_KINDS = {
    "零工市场": "gig_market_comprehensive", "综合零工市场": "gig_market_comprehensive", "综合性零工市场": "gig_market_comprehensive",
    "规范化零工市场": "gig_market_comprehensive", "行业零工市场": "gig_market_trade", "专业零工市场": "gig_market_trade",
    "行业性零工市场": "gig_market_trade", "零工分市场": "branch_market", "分市场": "branch_market", "零工驿站": "gig_station",
    "零工小站": "gig_station", "家门口就业服务站": "doorstep_station", "就业驿站": "doorstep_station",
    "公共人力资源市场": "public_hr_market", "人力资源市场": "public_hr_market", "基层平台": "grassroots_hrss_platform",
    "基层人社平台": "grassroots_hrss_platform", "基层人力资源社会保障服务平台": "grassroots_hrss_platform",
    "农民工综合服务中心": "migrant_service_centre", "农民工服务中心": "migrant_service_centre",
    "人力资源服务机构": "private_hr_agency", "马路市场": "informal_gathering_point", "自发零工聚集点": "informal_gathering_point",
    "聚集点": "informal_gathering_point", "备选点": "candidate_site", "候选点": "candidate_site",
}  # fmt: skip
_STATUSES = {
    "营业": "operating", "运营中": "operating", "营业中": "operating", "正常": "operating", "开放": "operating", "在营": "operating",
    "试运营": "trial", "试营业": "trial", "验收": "accepted", "已验收": "accepted", "在建": "building", "建设中": "building",
    "筹建": "preparing", "筹备": "preparing", "拟建": "planned", "规划": "planned", "停业": "suspended", "暂停": "suspended",
    "关闭": "closed", "已关闭": "closed", "搬迁": "relocated", "已搬迁": "relocated", "备选": "candidate",
}  # fmt: skip

CODE = FieldSpec(
    name="code", zh="编号", en="code", limit=40, example="NJ-XW-001", aliases=("场所编号", "场所代码", "id", "venue id", "编码"),
    help_zh="本场所的唯一编号；没有时按名称和位置生成。", help_en="Names the venue; made from name and place where there is none.",
)  # fmt: skip
NAME_ZH = FieldSpec(
    name="name_zh", zh="名称", en="name (Chinese)", is_required=True, limit=120, example="玄武区零工市场",
    aliases=("场所名称", "市场名称", "站点名称", "名称(中文)", "中文名", "name", "title", "单位名称"),
)  # fmt: skip
NAME_EN = FieldSpec(
    name="name_en", zh="英文名称", en="name (English)", limit=160, example="Xuanwu gig market", aliases=("名称(英文)",)
)
KIND = FieldSpec(
    name="kind", zh="场所类型", en="kind", form="choice", is_required=True, choices=Venue.Kind, synonyms=_KINDS,
    example="gig_market_comprehensive", aliases=("类型", "类别", "场所类别", "type", "category"),
)  # fmt: skip
STATUS = FieldSpec(
    name="status", zh="状态", en="status", form="choice", is_required=True, choices=Venue.Status, synonyms=_STATUSES,
    example="operating", aliases=("运营状态", "营业状态", "state", "建设状态"),
)  # fmt: skip
ADDRESS = FieldSpec(name="address", zh="地址", en="address", limit=200, example="珠江路1号", aliases=("详细地址", "场所地址"))
FLOOR_AREA = FieldSpec(
    name="floor_area_m2", zh="建筑面积", en="floor area", form="positive", unit="m²", example="650",
    aliases=("面积", "场所面积", "建筑面积(平方米)", "floor area m2", "area"),
)  # fmt: skip
CAPACITY = FieldSpec(
    name="capacity_persons", zh="服务能力", en="capacity", form="persons", unit="人 / persons", example="1200",
    aliases=("可服务人数", "服务人数", "容量"),
)  # fmt: skip
STAFF = FieldSpec(
    name="staff_persons",
    zh="工作人员",
    en="staff",
    form="persons",
    unit="人 / persons",
    example="6",
    aliases=("工作人员数", "人员数"),
)
WAITING = FieldSpec(
    name="waiting_persons", zh="候工人数", en="workers waiting", form="persons", unit="人 / persons", example="80",
    aliases=("聚集人数", "等候人数", "workers", "高峰人数"),
)  # fmt: skip
PHONE = FieldSpec(
    name="phone", zh="电话", en="phone", limit=40, example="025-83000000", aliases=("联系电话", "联系方式", "tel")
)
OPERATOR = FieldSpec(
    name="operator", zh="运营单位", en="operator", limit=160, example="玄武区人社局", aliases=("运营机构", "主管单位")
)
OCCUPATIONS = FieldSpec(
    name="occupations", zh="工种", en="occupations", form="codes", example="", aliases=("主要工种", "trades", "行业工种"),
    help_zh="用分号分开的工种代码或名称。", help_en="Codes or names of trades, semicolons between.",
)  # fmt: skip
OPENING_HOURS = FieldSpec(
    name="opening_hours", zh="开放时间", en="opening hours", form="hours", example="Mo-Fr 05:30-11:30; Sa-Su 06:00-10:00",
    aliases=("营业时间", "服务时间", "开放时段", "hours"),
    help_zh="如“周一至周五 05:30-11:30；周末 06:00-10:00”。", help_en="For instance Mo-Fr 05:30-11:30; Sa,Su 06:00-10:00.",
)  # fmt: skip
_SHARED = (CODE, NAME_ZH, NAME_EN, *PLACE_FIELDS, ADDRESS)

ACTION = FieldSpec(
    name="action", zh="建设方式", en="action", form="choice", is_required=True, choices=CandidateDetail.Action,
    synonyms={"新建": "construction", "build": "construction", "整合": "integration", "integrate": "integration", "改造": "renovation",
              "renovate": "renovation", "改建": "renovation"},
    example="renovation", aliases=("方式", "建设类型"),
)  # fmt: skip
_CANDIDATE = (
    ACTION,
    FieldSpec(name="land_status", zh="用地状况", en="land status", limit=120, example="国有，闲置", aliases=("土地状况", "用地情况")),
    FieldSpec(name="ownership", zh="权属", en="ownership", limit=120, example="街道办", aliases=("产权",)),
    FieldSpec(name="build_cost_yuan", zh="建设费用", en="cost of building", form="number", unit="元 / yuan", example="850000",
              aliases=("建设成本", "投资", "估算投资")),
    FieldSpec(name="yearly_cost_yuan", zh="年运行费用", en="cost of a year", form="number", unit="元 / yuan", example="120000",
              aliases=("年运营成本",)),
    FieldSpec(name="lead_months", zh="工期", en="lead time", form="whole", unit="月 / months", example="6", aliases=("建设周期",)),
    FieldSpec(name="has_van_access", zh="可停面包车", en="van pull-in", form="flag", example="是", aliases=("车辆停靠",)),
    FieldSpec(name="risk", zh="风险", en="risk", limit=200, example="2027年有拆迁计划", aliases=("风险说明",)),
    FieldSpec(name="proposer", zh="提出单位", en="proposed by", limit=120, example="玄武区人社局", aliases=("申报单位",)),
)  # fmt: skip
_GATHERING = (
    FieldSpec(name="landmark", zh="地标", en="landmark", limit=120, example="大桥南路桥下", aliases=("标志物",)),
    FieldSpec(name="started_year", zh="形成年份", en="since (year)", form="whole", example="2010", aliases=("起始年份",)),
    FieldSpec(name="department", zh="管理部门", en="department", limit=120, example="城管局", aliases=("主管部门",)),
    FieldSpec(name="disposition", zh="处置方式", en="disposition", form="choice", choices=GatheringDetail.Disposition,
              synonyms={"保留": "keep", "引导": "guide", "升级": "upgrade", "合并": "merge", "取缔": "close"}, example="guide",
              aliases=("处置",)),
    *(FieldSpec(name=f"{mode}_share", zh=f"{zh}占比", en=f"share {en}", form="share", example="25%")
      for mode, zh, en in (("walk", "步行", "on foot"), ("ebike", "电动自行车", "by e-bike"), ("bus", "公交", "by bus"),
                           ("motor", "机动车", "by car or motorbike"))),
    FieldSpec(name="counted_on", zh="调查日期", en="counted on", form="date", example="2026-10-20", aliases=("调查日",)),
    *(FieldSpec(name=f"{COUNT_PREFIX}{hour:02d}", zh=f"{hour}时人数", en=f"workers at {hour:02d}:00", form="persons",
                unit="人 / persons", example="40", aliases=(f"{hour}点人数", f"{hour:02d}:00人数", f"{hour:02d}时人数",
                                                            f"{hour}点", f"{hour:02d}:00"))
      for hour in HOURS),
)  # fmt: skip


def _parse(specs: tuple[FieldSpec, ...], fields: Fields, context: RowContext) -> Record:
    """Read the fields that the file has; the place is known already."""
    wanted = (spec for spec in specs if spec.name not in PLACE_NAMES and (spec.name in context.columns or spec.is_required))
    record: Record = {spec.name: parse_field(spec, fields) for spec in wanted}
    if "occupations" in record:
        record["occupations"] = _trades(record["occupations"], fields, context)
    if context.location is not None:
        record["lon"], record["lat"] = context.location
    record["region"] = context.region_code
    record["code"] = record.get("code") or _made_code(record)
    return record


def _trades(words: list[str], fields: Fields, context: RowContext) -> list[str]:
    known = context.known.get("occupations", {})
    for word in words:
        if normal(word) not in known:
            shown = ", ".join(sorted(set(known.values()))[:40]) or "—"
            fields.note("venue.occupation_unknown", "occupations", word[:60], known=shown)
    return sorted({known[normal(word)] for word in words if normal(word) in known})


def _made_code(record: Record) -> str:
    """Name a venue without a code by its region, name and place: the same row gets the same code whenever it comes."""
    place = [record.get("name_zh"), round(record.get("lon", 0.0), 5), round(record.get("lat", 0.0), 5)]
    return f"{record.get('region') or 'X'}-{digest_of({'place': place})[:10]}"


def _venue(fields: Fields, context: RowContext) -> Record:
    return _parse(VENUES.fields, fields, context)


def _candidate(fields: Fields, context: RowContext) -> Record:
    return _parse(CANDIDATES.fields, fields, context) | {"kind": Venue.Kind.CANDIDATE_SITE, "status": Venue.Status.CANDIDATE}


def _gathering(fields: Fields, context: RowContext) -> Record:
    record = _parse(GATHERING_POINTS.fields, fields, context)
    record |= {"kind": Venue.Kind.INFORMAL_GATHERING_POINT, "status": Venue.Status.OPERATING}
    counts = {name: value for name, value in record.items() if name.startswith(COUNT_PREFIX) and value is not None}
    if counts and not record.get("counted_on"):
        fields.note("gathering.counts_without_day", "counted_on")
    shares = [record[name] for name in (f"{mode}_share" for mode in MODES) if record.get(name) is not None]
    if shares and abs(sum(shares) - 1.0) > _SHARE_TOLERANCE:
        fields.note("gathering.mode_shares", "walk_share", f"{sum(shares):g}")
    return record


def _review_counts(review: Review) -> None:
    """Note counts that are older than those on record: they would take the place of newer ones."""
    for position, record in enumerate(review.parsed):
        if record is None or not record.get("counted_on"):
            continue
        last = review.before.get(review.keys[position], {}).get("counted_on")
        if last and record["counted_on"] < last:
            review.note(position, "gathering.older_counts", "counted_on", record["counted_on"], last=last)


def _code(record: Record) -> str:
    return str(record["code"])


VENUES = Kind(
    code="venues", parse=_venue, key_of=_code, twins_metres=TWINS_METRES,
    fields=(*_SHARED, KIND, STATUS, FLOOR_AREA, CAPACITY, STAFF, WAITING, PHONE, OPERATOR, OCCUPATIONS, OPENING_HOURS),
)  # fmt: skip
CANDIDATES = Kind(
    code="candidates", parse=_candidate, key_of=_code, twins_metres=TWINS_METRES,
    fields=(*_SHARED, *_CANDIDATE, FLOOR_AREA, CAPACITY, PHONE),
)  # fmt: skip
GATHERING_POINTS = Kind(
    code="gathering_points", parse=_gathering, key_of=_code, twins_metres=TWINS_METRES, review=_review_counts,
    fields=(*_SHARED, WAITING, OCCUPATIONS, OPENING_HOURS, *_GATHERING),
)  # fmt: skip
