"""Checks of regions, street networks and OD tables."""

from geo.models import NetworkSnapshot, Region
from geo.quality.lines import INFORMATION, MANY, SOME, DataSet, Finding, Line, Words, line_of
from geo.quality.records import QualityRecords

OLD_NETWORK_DAYS = 365
_REGIONS = ("个有效区域", "regions valid today")


def region_data_sets(records: QualityRecords) -> list[DataSet]:
    """Return the data set of the regions valid today; none if there are none."""
    regions = [
        region
        for region in records.regions.defer("boundary").order_by("code", "valid_from")
        if region.valid_from <= records.on and (region.valid_until is None or region.valid_until > records.on)
    ]  # fmt: skip
    if not regions:
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
    findings = [Finding(key=each.code, name=each.name_zh, region_code=each.code) for each in found]
    return line_of(check, title, findings, len(regions), _REGIONS, SOME)


def network_data_sets(records: QualityRecords) -> list[DataSet]:
    """Return the data set of the street networks; none if there are none."""
    networks = list(records.networks.select_related("source"))
    if not networks:
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
    )
    return [DataSet(code="networks", title=("道路网", "Street networks"), record_count=len(networks), lines=lines)]


def _age_days(network: NetworkSnapshot, records: QualityRecords) -> int:
    return (records.on - network.created_at.date()).days


def _network(network: NetworkSnapshot, detail: str = "") -> Finding:
    return Finding(key=network.digest, name=network.name, region_code="", detail=detail)


def od_data_sets(records: QualityRecords) -> list[DataSet]:
    """Return the data set of the OD tables; none if there are none."""
    tables = list(records.od_tables.select_related("source", "region"))
    if not tables:
        return []
    idle = [
        Finding(key=each.digest, name=each.source.name_zh, region_code=each.region.code)
        for each in tables
        if not each.is_active
    ]
    line = line_of("inactive", ("未启用", "Not active"), idle, len(tables), ("张表", "tables"), INFORMATION)
    return [DataSet(code="od-tables", title=("OD 表", "OD tables"), record_count=len(tables), lines=(line,))]
