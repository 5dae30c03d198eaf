"""Regions with what a run found for each."""

from typing import Any

from coverage.models import CoverageResult, CoverageRun
from geo.models import Region
from planner.accounts.scope import Person, scoped
from planner.api.layers.boundaries import DETAILS, simplified
from planner.api.layers.features import Feature, collection, feature
from planner.api.layers.subjects import run_meta

RESULT_FIELDS = (
    "workers_persons", "served_persons", "over_capacity_persons", "out_of_reach_persons", "unsnapped_persons",
    "served_share", "reached_share", "reached_area_share", "median_minutes", "p90_minutes", "gini_minutes",
)  # fmt: skip


def _results(user: Person, run: CoverageRun | None) -> dict[int, CoverageResult]:
    rows = scoped(CoverageResult, user).filter(run=run) if run else []
    return {row.region_id: row for row in rows}


def _properties(region: Region, result: CoverageResult | None) -> dict[str, Any]:
    known = {
        "code": region.code,
        "name_zh": region.name_zh,
        "name_en": region.name_en,
        "level": region.level,
        "unit_type": region.unit_type,
        "settlement_class": region.settlement_class,
        "parent_code": region.parent.code if region.parent else None,
        "path": region.path,
    }
    return known | {name: getattr(result, name, None) for name in RESULT_FIELDS}


def regions_layer(user: Person, run: CoverageRun | None, *, level: str, detail: str) -> dict[str, Any]:
    """Return the user's regions of one ``level`` that are in force, with the results of ``run``."""
    rows = scoped(Region, user).filter(level=level, valid_until__isnull=True).select_related("parent").order_by("code")
    regions = list(rows.filter(path__startswith=run.region.path) if run else rows)
    wkb = {region.pk: bytes(region.boundary.wkb) for region in regions if region.boundary is not None}
    shapes = dict(zip(wkb, simplified(tuple(wkb.values()), DETAILS[detail]), strict=True))
    results = _results(user, run)
    features: list[Feature] = [
        feature(region.code, shapes.get(region.pk), _properties(region, results.get(region.pk))) for region in regions
    ]
    return collection(features, run_meta(run) | {"level": level, "detail": detail})
