"""Checks of regions, street networks and OD tables."""

from collections.abc import Iterator

from geo.models import NetworkSnapshot, Region
from geo.quality.lines import INFORMATION, MANY, SOME, DataSet, Finding, Line, Rule, Words, line_of
from geo.quality.records import QualityRecords

OLD_NETWORK_DAYS = 365
CLOSED = Rule(warn_share=0.02, bad_share=0.1)
"""Extracts of a city lose a per cent of their streets at the rim; a tenth says that something was cut."""
MODE_WORDS: dict[str, Words] = {
    "walk": ("步行", "on foot"), "ebike": ("骑电动自行车", "by e-bike"), "bike": ("骑车", "by bicycle"),
    "car": ("驾车", "by car"), "bus": ("乘公交", "by bus"), "motor": ("驾车", "by car"),
}  # fmt: skip
_REGIONS = ("个有效区域", "regions valid today")
_EDGES = ("条路段", "edges")


def region_data_sets(records: QualityRecords, only: str = "") -> list[DataSet]:
    """Return the data set of the regions valid today; none if there are none."""
    regions = [
        region
        for region in records.regions.defer("boundary").order_by("code", "valid_from")
        if region.valid_from <= records.on and (region.valid_until is None or region.valid_until > records.on)
    ]  # fmt: skip
    if not regions or only not in ("", "regions"):
        return []
    bounded = set(records.regions.exclude(boundary=None).values_list("pk", flat=True))
    lines = (
        _region_line("no-boundary", ("没有边界", "Without a boundary"), regions, [r for r in regions if r.pk not in bounded]),
        _region_line(
            "no-residents", ("没有人口数", "No resident count"), regions, [r for r in regions if not r.resident_persons]
        ),
        _region_line("no-name-en", ("没有英文名", "Without an English name"), regions, [r for r in regions if not r.name_en]),
    )
    return [DataSet(code="regions", title=("行政区域", "Regions"), record_count=len(regions), lines=lines)]


def _region_line(check: str, title: Words, regions: list[Region], found: list[Region]) -> Line:
    findings = [
        Finding(key=each.code, name=(each.name_zh, each.name_en or each.name_zh), region_code=each.code) for each in found
    ]
    return line_of(check, title, findings, len(regions), _REGIONS, SOME)


def network_data_sets(records: QualityRecords, only: str = "") -> list[DataSet]:
    """Return the data set of the street networks; none if there are none."""
    networks = list(records.networks.select_related("source"))
    if not networks or only not in ("", "networks"):
        return []
    whole = ("个路网", "networks")
    old = [
        _network(each, f"{(records.on - each.created_at.date()).days} d")
        for each in networks
        if _age_days(each, records) > OLD_NETWORK_DAYS
    ]
    synthetic = [_network(each) for each in networks if each.source.is_synthetic]
    lines = (
        line_of("old", (f"早于 {OLD_NETWORK_DAYS} 天", f"Older than {OLD_NETWORK_DAYS} days"), old, len(networks), whole, MANY),
        line_of("synthetic", ("合成数据", "Synthetic data"), synthetic, len(networks), whole, INFORMATION),
        *_closed_lines([each for each in networks if each.is_active]),
        *_cut_off_lines([each for each in networks if each.is_active]),
    )
    return [DataSet(code="networks", title=("道路网", "Street networks"), record_count=len(networks), lines=lines)]


def _closed_lines(networks: list[NetworkSnapshot]) -> Iterator[Line]:
    """Yield, for each mode, the streets closed when the active networks were built: parts that nobody could leave or reach."""
    reports = [(each, each.report.get("closed_outside_largest_component", {})) for each in networks]
    for mode in sorted({mode for _, closed in reports for mode in closed}):
        parts = [(each, closed[mode]) for each, closed in reports if mode in closed]
        found = [
            _network(each, f"{part['edges']:,} · {part['km']:g} km", part["edges"]) for each, part in parts if part["edges"]
        ]
        name = MODE_WORDS.get(mode, (mode, mode))
        title = (f"{name[0]}不可达而关闭的路段", f"Closed {name[1]}: not joined to the other streets")
        yield Line(
            check=f"closed-{mode}", title=title, count=sum(part["edges"] for _, part in parts),
            of_count=sum(each.edge_count for each, _ in parts), whole=_EDGES, rule=CLOSED, findings=tuple(found),
        )  # fmt: skip


def _cut_off_lines(networks: list[NetworkSnapshot]) -> Iterator[Line]:
    """Yield, for each mode, the crossings that edits by planners cut off; nothing for networks without edits."""
    reports = [(each, each.report["cut_off"]) for each in networks if each.report.get("cut_off")]
    for mode in sorted({mode for _, lost in reports for mode in lost}):
        parts = [(each, lost[mode]) for each, lost in reports if mode in lost]
        found = [
            _network(each, f"{part['nodes']:,} · {part['km']:g} km", part["nodes"]) for each, part in parts if part["nodes"]
        ]
        name = MODE_WORDS.get(mode, (mode, mode))
        title = (f"因手工修改而{name[0]}不可达的路口", f"Crossings cut off {name[1]} by edits")
        yield Line(
            check=f"cut-off-{mode}", title=title, count=sum(part["nodes"] for _, part in parts),
            of_count=sum(each.node_count for each, _ in parts), whole=("个路口", "crossings"), rule=SOME, findings=tuple(found),
        )  # fmt: skip


def _age_days(network: NetworkSnapshot, records: QualityRecords) -> int:
    return (records.on - network.created_at.date()).days


def _network(network: NetworkSnapshot, detail: str = "", value: float | None = None) -> Finding:
    return Finding(key=network.digest, name=network.name, region_code="", detail=detail, value=value)


def od_data_sets(records: QualityRecords, only: str = "") -> list[DataSet]:
    """Return the data set of the OD tables; none if there are none."""
    tables = list(records.od_tables.select_related("source", "region"))
    if not tables or only not in ("", "od-tables"):
        return []
    idle = [
        Finding(key=each.digest, name=each.source.name_zh, region_code=each.region.code)
        for each in tables
        if not each.is_active
    ]
    line = line_of("inactive", ("未启用", "Not active"), idle, len(tables), ("张表", "tables"), INFORMATION)
    return [DataSet(code="od-tables", title=("OD 表", "OD tables"), record_count=len(tables), lines=(line,))]
