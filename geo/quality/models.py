"""Checks of demand models by the report of their last run: who was lost, and by how much people were rescaled."""

from collections.abc import Iterator
from typing import Any

from geo.models import DemandModel, JobState
from geo.quality.lines import MANY, NEVER, SOME, DataSet, Finding, Line, Words, line_of
from geo.quality.records import QualityRecords

LARGE_FACTOR = 2.0
"""A grid that is scaled by more than this, or by less than one over it, says something else than the table."""
_PERSONS = ("人（各来源合计）", "persons of all sources")
_REGIONS = ("个区域与来源的组合", "pairs of region and source")


def model_data_sets(records: QualityRecords, only: str = "") -> list[DataSet]:
    """Return a data set for each demand model; with ``only`` a code, no other than that one."""
    models = records.demand_models.select_related("region").order_by("slug")
    return [_data_set(model) for model in models if only in ("", f"model.{model.slug}")]


def _data_set(model: DemandModel) -> DataSet:
    report = model.report
    components, regions = report.get("components", []), report.get("regions", [])
    lines = [_run_line(model), *_lost_lines(components, model), _rescaled_line(regions), _nobody_line(regions)]
    title = (f"需求模型 · {model.name_zh}", f"Demand model · {model.name_en}")
    return DataSet(code=f"model.{model.slug}", title=title, record_count=int(report.get("cells", 0)), lines=tuple(lines))


def _run_line(model: DemandModel) -> Line:
    itself = Finding(key=model.slug, name=model.name_zh, region_code=model.region.code, detail=str(model.get_state_display()))
    has_run = model.state == JobState.DONE and bool(model.report)
    return line_of("not-run", ("没有算完", "Not computed"), [] if has_run else [itself], 1, ("个模型", "models"), NEVER)


def _lost_lines(components: list[dict[str, Any]], model: DemandModel) -> Iterator[Line]:
    """Yield people who found no region, and people outside the model's region: counts of persons, listed by source."""
    kinds = (
        ("people-lost", "persons_lost", ("未能落到区域的人数", "People lost: their area has no region"), NEVER),
        ("people-elsewhere", "persons_elsewhere", ("模型区域之外的人数", "People outside the region of the model"), MANY),
    )
    whole = sum(int(each.get("persons_in") or 0) for each in components)
    for check, name, title, rule in kinds:
        found = [_component(each, name, model) for each in components if each.get(name)]
        count = sum(int(each.get(name) or 0) for each in components)
        yield Line(check=check, title=title, count=count, of_count=whole, whole=_PERSONS, rule=rule, findings=tuple(found))


def _component(component: dict[str, Any], name: str, model: DemandModel) -> Finding:
    persons, given = int(component[name]), int(component.get("persons_in") or 0)
    return Finding(
        key=component["source"], name=f"{component['source']} · {component['measure']} · {component['year']}",
        region_code=model.region.code, detail=f"{persons:,} / {given:,}", value=persons,
    )  # fmt: skip


def _pairs(regions: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield region and component where a grid spread people."""
    for region in regions:
        for component in region.get("components", []):
            if "rescaling_factor" in component:
                yield region, component


def _rescaled_line(regions: list[dict[str, Any]]) -> Line:
    found = []
    for region, component in _pairs(regions):
        factor = component["rescaling_factor"]
        if factor is not None and component["persons"] and not 1 / LARGE_FACTOR <= factor <= LARGE_FACTOR:
            said = f"× {factor:g} ({component['grid_persons']:,} → {component['persons']:,}, {component['source']})"
            found.append(Finding(key=region["code"], name=_name(region), region_code=region["code"], detail=said, value=factor))
    title = (
        f"格网人数被放大或缩小 {LARGE_FACTOR:g} 倍以上", f"Grid rescaled by more than {LARGE_FACTOR:g}, up or down",
    )  # fmt: skip
    factors = [pair["rescaling_factor"] for _, pair in _pairs(regions) if pair["rescaling_factor"]]
    notes = [_range(factors)] if factors else []
    return line_of("rescaled", title, found, sum(1 for _ in _pairs(regions)), _REGIONS, SOME, notes)


def _name(region: dict[str, Any]) -> Words:
    return region["name_zh"], region.get("name_en") or region["name_zh"]


def _range(factors: list[float]) -> tuple[str, str]:
    low, high = min(factors), max(factors)
    return f"各区域的系数为 {low:g} 至 {high:g}。", f"factors of the regions: {low:g} to {high:g}."


def _nobody_line(regions: list[dict[str, Any]]) -> Line:
    """Return regions to which the table gives people and the grid nobody: they are spread by area alone."""
    found = [
        Finding(
            key=region["code"], name=_name(region), region_code=region["code"], value=component["persons"],
            detail=f"{component['persons']:,} ({component['source']})",
        )
        for region, component in _pairs(regions)
        if component["rescaling_factor"] is None and component["persons"]
    ]  # fmt: skip
    title = ("表中有人而格网没有人的区域", "Regions with people in the table and none in the grid")
    return line_of("grid-empty", title, found, sum(1 for _ in _pairs(regions)), _REGIONS, NEVER)
