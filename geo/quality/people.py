"""Checks of people: demand cells, and totals of areas."""

from collections import defaultdict
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import Count, F, Sum

from geo.models import AreaTotal, DataSource
from geo.quality.lines import INFORMATION, NEVER, SOME, DataSet, Finding, Line, line_of
from geo.quality.records import QualityRecords
from geo.quality.sources import source_lines
from geo.quality.venues import metres_outside

_RESIDENTS = ("名常住人口", "residents")
_CELLS = ("个单元", "cells")
METRES_A_KM = 1_000.0


def demand_data_sets(records: QualityRecords, only: str = "") -> list[DataSet]:
    """Return a data set for each source of demand cells; with ``only`` a code, no other than that one."""
    counts = records.cells.order_by().values("source").annotate(cells=Count("pk"), workers=Sum("workers_persons"))
    sources = DataSource.objects.in_bulk([row["source"] for row in counts])
    ordered = sorted(counts, key=lambda row: sources[row["source"]].slug)
    return [
        _demand(records, sources[row["source"]], row["cells"], row["workers"])
        for row in ordered
        if only in ("", f"demand.{sources[row['source']].slug}")
    ]


def _demand(records: QualityRecords, source: DataSource, cell_count: int, workers_persons: int) -> DataSet:
    empty = records.cells.filter(source=source, workers_persons=0).order_by("h3_index")
    found = [
        Finding(key=key, name=key, region_code=code) for key, code in empty.values_list("h3_index", "region__code")
    ]  # fmt: skip
    lines = [
        line_of("empty-cells", ("没有零工的单元", "Cells without workers"), found, cell_count, _CELLS, SOME),
        _outside_line(records, source),
        _residents_line(records, workers_persons),
        _more_workers_line(records, source),
        *source_lines(source, on=records.on),
    ]
    title = (f"需求 · {source.name_zh}", f"Demand · {source.name_en}")
    return DataSet(code=f"demand.{source.slug}", title=title, record_count=cell_count, lines=tuple(lines))


def _outside_line(records: QualityRecords, source: DataSource) -> Line:
    """Return the line of cells whose centre lies outside their region by more than the radius of the cell."""
    shapes = {
        pk: shapely.from_wkb(bytes(wkb))
        for pk, wkb in records.regions.filter(pk__in=records.cells.filter(source=source).order_by().values("region"))
        .exclude(boundary=None).annotate(wkb=AsWKB("boundary")).values_list("pk", "wkb")
    }  # fmt: skip
    groups: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    cells = records.cells.filter(source=source, region__in=list(shapes)).order_by("h3_index").annotate(wkb=AsWKB("location"))
    for row in cells.values_list("region_id", "region__code", "h3_index", "workers_persons", "area_km2", "wkb"):
        groups[row[0]].append(row)
    found: list[Finding] = []
    workers = 0
    for pk in sorted(groups):
        findings, persons = _cells_outside(shapes[pk], groups[pk])
        found, workers = found + findings, workers + persons
    title = ("中心落在所属区域之外一个单元以上的单元", "Cells whose centre lies more than a cell outside their region")
    notes = [(f"这些单元共有 {workers:,} 名零工。", f"{workers:,} workers are in these cells.")] if found else []
    return line_of("outside-region", title, found, sum(map(len, groups.values())), _CELLS, SOME, notes)


def _cells_outside(shape: shapely.Geometry, rows: list[tuple[Any, ...]]) -> tuple[list[Finding], int]:
    """Return the cells outside a region, and their workers. Rows: region, its code, cell, workers, km², point."""
    points = shapely.get_coordinates(shapely.from_wkb([bytes(row[-1]) for row in rows]))
    metres = metres_outside(shape, points[:, 0], points[:, 1])
    radius = METRES_A_KM * np.sqrt(np.array([row[4] for row in rows], np.float64) / np.pi)
    out = np.flatnonzero(metres > radius).tolist()
    findings = [
        Finding(
            key=rows[i][2], name=rows[i][2], region_code=rows[i][1], value=float(metres[i]),
            detail=(f"{metres[i]:.0f} m · {rows[i][3]:,} 人", f"{metres[i]:.0f} m · {rows[i][3]:,} workers"),
            lon=float(points[i, 0]), lat=float(points[i, 1]),
        )
        for i in out
    ]  # fmt: skip
    return findings, sum(rows[i][3] for i in out)


def _residents_line(records: QualityRecords, workers_persons: int) -> Line:
    """Return the line of workers as a share of the residents of the topmost regions."""
    rows = records.regions.filter(valid_until=None).order_by("path").values_list("path", "resident_persons")
    tops: list[str] = []
    residents = 0
    for path, persons in rows:
        if not any(path.startswith(top) for top in tops):
            tops.append(path)
            residents += persons or 0
    title = ("零工占常住人口", "Gig workers among residents")
    return Line(
        check="against-residents", title=title, count=workers_persons, of_count=residents, whole=_RESIDENTS, rule=INFORMATION
    )


def _more_workers_line(records: QualityRecords, source: DataSource) -> Line:
    """Return the line of regions whose workers are more than their residents: a unit or a region was mistaken."""
    rows = records.cells.filter(source=source, region__resident_persons__gt=0).order_by()
    sums = rows.values(
        code=F("region__code"), name=F("region__name_zh"), residents=F("region__resident_persons")
    ).annotate(workers=Sum("workers_persons"))  # fmt: skip
    found = [
        Finding(key=row["code"], name=row["name"], region_code=row["code"], detail=f"{row['workers']} > {row['residents']}")
        for row in sums
        if row["workers"] > row["residents"]
    ]
    title = ("零工多于常住人口的区域", "Regions with more gig workers than residents")
    return line_of("more-than-residents", title, found, len(sums), ("个有人口数的区域", "regions with a resident count"), NEVER)


def area_total_data_sets(records: QualityRecords, only: str = "") -> list[DataSet]:
    """Return a data set for each source of totals by area; people of areas that no region was found for are lost.

    With ``only`` a code, no other than that one.
    """
    groups = defaultdict(list)
    for total in records.area_totals.select_related("source", "region").order_by("pk"):
        groups[total.source].append(total)
    data_sets = []
    for source, totals in sorted(groups.items(), key=lambda pair: pair[0].slug):
        if only not in ("", f"area-totals.{source.slug}"):
            continue
        lost = [each for each in totals if each.region is None]
        found = [_area(each) for each in lost]
        joined = [_area(each, each.join_note) for each in totals if each.region is not None and each.join_note]
        lines = [
            line_of("no-region", ("找不到区域的行", "Rows without a region"), found, len(totals), ("行", "rows"), NEVER),
            Line(
                check="people-lost", title=("未能落到区域的人数", "People lost: their area has no region"),
                count=sum(each.persons for each in lost), of_count=sum(each.persons for each in totals),
                whole=("人（各口径合计）", "persons, all measures together"), rule=NEVER, findings=tuple(found),
            ),
            line_of(
                "joined", ("经旧代码、旧名称或合并关系对应的行", "Rows joined by an old code, a name or a merger"), joined,
                len(totals), ("行", "rows"), INFORMATION,
            ),
            *source_lines(source, on=records.on),
        ]  # fmt: skip
        title = (f"分区总数 · {source.name_zh}", f"Totals by area · {source.name_en}")
        data_sets.append(
            DataSet(code=f"area-totals.{source.slug}", title=title, record_count=len(totals), lines=tuple(lines))
        )  # fmt: skip
    return data_sets


def _area(total: AreaTotal, note: str = "") -> Finding:
    said = f"{total.persons:,} ({total.measure}, {total.year})"
    return Finding(
        key=total.area_code or str(total.pk), name=total.area_name, region_code=total.region.code if total.region else "",
        detail=f"{said} · {note}" if note else said, value=total.persons,
    )  # fmt: skip
