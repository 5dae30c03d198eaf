"""What each kind of venue is like: names, floor areas, staff, hours, trades. All figures are plausible inventions."""

from dataclasses import dataclass

WORKDAYS, EVERY_DAY = 0b0011111, 0b1111111


@dataclass(frozen=True, kw_only=True)
class Hours:
    """One span of opening: weekdays as a mask (bit 0 Monday), minutes after midnight."""

    weekday_mask: int
    opens_minute: int
    closes_minute: int


def _hours(mask: int, opens: str, closes: str) -> Hours:
    def minute(clock: str) -> int:
        return int(clock[:2]) * 60 + int(clock[3:])

    return Hours(weekday_mask=mask, opens_minute=minute(opens), closes_minute=minute(closes))


OFFICE = (_hours(WORKDAYS, "08:30", "17:30"),)
OFFICE_AND_SATURDAY = (_hours(WORKDAYS, "08:30", "17:30"), _hours(0b0100000, "09:00", "12:00"))
EARLY_MARKET = (_hours(EVERY_DAY, "05:30", "17:30"),)
SIX_MARKET = (_hours(EVERY_DAY, "06:00", "18:00"),)
LATE_MARKET = (_hours(EVERY_DAY, "07:30", "18:00"),)
DAWN = tuple(_hours(EVERY_DAY, opens, closes) for opens, closes in (("03:00", "08:00"), ("04:00", "08:30"), ("04:30", "09:00")))


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of venue: letters in codes, name after the place's, range of floor areas, staff per 100 m², hours to choose."""

    letters: str
    name_zh: str
    name_en: str
    area_m2: tuple[float, float]
    staff_per_100_m2: float
    hours: tuple[tuple[Hours, ...], ...]


KINDS = {
    "gig_market_comprehensive": Kind(
        letters="GM", name_zh="零工市场", name_en="gig market", area_m2=(400, 1500),
        staff_per_100_m2=0.9, hours=(EARLY_MARKET, EARLY_MARKET, SIX_MARKET),
    ),
    "gig_market_trade": Kind(
        letters="GT", name_zh="建筑装修零工市场", name_en="construction gig market", area_m2=(300, 800),
        staff_per_100_m2=0.8, hours=(EARLY_MARKET,),
    ),
    "branch_market": Kind(
        letters="GB", name_zh="零工市场分市场", name_en="branch gig market", area_m2=(150, 400),
        staff_per_100_m2=1.0, hours=(EARLY_MARKET, SIX_MARKET),
    ),
    "gig_station": Kind(
        letters="GS", name_zh="零工驿站", name_en="gig station", area_m2=(40, 140),
        staff_per_100_m2=2.0, hours=(EARLY_MARKET, SIX_MARKET, SIX_MARKET, LATE_MARKET),
    ),
    "doorstep_station": Kind(
        letters="DS", name_zh="“家门口”就业服务站", name_en="doorstep employment station", area_m2=(30, 120),
        staff_per_100_m2=2.5, hours=(OFFICE, OFFICE_AND_SATURDAY),
    ),
    "public_hr_market": Kind(
        letters="HR", name_zh="公共人力资源市场", name_en="public HR market", area_m2=(600, 3200),
        staff_per_100_m2=0.9, hours=(OFFICE, OFFICE_AND_SATURDAY),
    ),
    "grassroots_hrss_platform": Kind(
        letters="GP", name_zh="人力资源和社会保障服务所", name_en="grassroots HRSS platform", area_m2=(80, 320),
        staff_per_100_m2=2.2, hours=(OFFICE,),
    ),
    "migrant_service_centre": Kind(
        letters="MC", name_zh="农民工综合服务中心", name_en="migrant-worker service centre", area_m2=(200, 900),
        staff_per_100_m2=1.1, hours=(OFFICE, OFFICE_AND_SATURDAY),
    ),
    "informal_gathering_point": Kind(
        letters="IG", name_zh="零工聚集点", name_en="gathering point", area_m2=(0, 0),
        staff_per_100_m2=0, hours=tuple((span,) for span in DAWN),
    ),
}  # fmt: skip

OCCUPATIONS = {
    "bricklayer": ("瓦工", "bricklayer", "construction"),
    "carpenter": ("木工", "carpenter", "construction"),
    "plumber-electrician": ("水电工", "plumber-electrician", "construction"),
    "painter": ("油漆工", "painter", "construction"),
    "porter": ("搬运", "porter", "transport"),
    "loading": ("装卸", "loading", "transport"),
    "delivery": ("配送", "delivery", "transport"),
    "cleaner": ("保洁", "cleaner", "resident_services"),
    "infant-carer": ("育婴", "infant carer", "resident_services"),
    "care-worker": ("护工", "care worker", "resident_services"),
    "appliance-repair": ("家电维修", "appliance repair", "resident_services"),
    "kitchen-help": ("后厨帮工", "kitchen help", "catering"),
    "waiter": ("餐饮服务员", "waiter", "catering"),
    "landscaping": ("绿化", "landscaping", "construction"),
}

GATHERING_PLACES = (
    ("大桥下", "under the bridge"),
    ("劳务市场路口", "labour-market crossing"),
    ("建材市场门口", "building-materials market gate"),
    ("老车站广场", "old station square"),
    ("菜市场东门", "food market east gate"),
    ("立交桥口", "flyover crossing"),
)
ROADS_ZH = (
    "人民路",
    "解放路",
    "建设路",
    "中山路",
    "新华路",
    "青年路",
    "振兴路",
    "迎宾路",
    "健康路",
    "文化路",
    "长江路",
    "发展大道",
)
