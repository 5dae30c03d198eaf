"""Checks of people: demand cells, totals of areas, and the demand models that spread them."""

from collections import defaultdict

from django.db.models import Count, F, Sum

from geo.models import DataSource
from geo.quality.lines import INFORMATION, NEVER, SOME, DataSet, Finding, Line, line_of
from geo.quality.records import QualityRecords
from geo.quality.sources import source_lines

_RESIDENTS = ("名常住人口", "residents")


def demand_data_sets(records: QualityRecords) -> list[DataSet]:
    """Return a data set for each source of demand cells."""
    counts = records.cells.order_by().values("source").annotate(cells=Count("pk"), workers=Sum("workers_persons"))
    sources = DataSource.objects.in_bulk([row["source"] for row in counts])
    ordered = sorted(counts, key=lambda row: sources[row["source"]].slug)
    return [_demand(records, sources[row["source"]], row["cells"], row["workers"]) for row in ordered]


def _demand(records: QualityRecords, source: DataSource, cell_count: int, workers_persons: int) -> DataSet:
    empty = records.cells.filter(source=source, workers_persons=0).order_by("h3_index")
    found = [
        Finding(key=key, name=key, region_code=code) for key, code in empty.values_list("h3_index", "region__code")
    ]  # fmt: skip
    lines = [
        line_of("empty-cells", ("没有零工的单元", "Cells without workers"), found, cell_count, ("个单元", "cells"), SOME),
        _residents_line(records, workers_persons),
        _more_workers_line(records, source),
        *source_lines(source, on=records.on),
    ]
    title = (f"需求 · {source.name_zh}", f"Demand · {source.name_en}")
    return DataSet(code=f"demand.{source.slug}", title=title, record_count=cell_count, lines=tuple(lines))


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


def area_total_data_sets(records: QualityRecords) -> list[DataSet]:
    """Return a data set for each source of totals by area; people of areas that no region was found for are lost."""
    groups = defaultdict(list)
    for total in records.area_totals.select_related("source", "region").order_by("pk"):
        groups[total.source].append(total)
    data_sets = []
    for source, totals in sorted(groups.items(), key=lambda pair: pair[0].slug):
        lost = [each for each in totals if each.region is None]
        found = [
            Finding(
                key=str(each.pk), name=each.area_name, region_code=each.area_code, detail=f"{each.persons} ({each.measure})"
            )
            for each in lost
        ]
        lines = [
            line_of("no-region", ("找不到区域的行", "Rows without a region"), found, len(totals), ("行", "rows"), NEVER),
            Line(
                check="people-lost", title=("未能落到区域的人数", "People lost: their area has no region"),
                count=sum(each.persons for each in lost), of_count=sum(each.persons for each in totals),
                whole=("人（各口径合计）", "persons, all measures together"), rule=NEVER, findings=tuple(found),
            ),
            *source_lines(source, on=records.on),
        ]  # fmt: skip
        title = (f"分区总数 · {source.name_zh}", f"Totals by area · {source.name_en}")
        data_sets.append(
            DataSet(code=f"area-totals.{source.slug}", title=title, record_count=len(totals), lines=tuple(lines))
        )  # fmt: skip
    return data_sets
