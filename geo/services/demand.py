"""Keep the demand of a file under its source: each cell once, in one transaction."""

from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import Sum

from geo.ingest.demand import DemandFile
from geo.models import WGS84, DataSource, DemandCell

_BATCH_ROWS = 2_000
_UPDATED_FIELDS = [
    "region", "settlement_class", "location", "area_km2", "workers_persons", "workers_by_group", "year", "confidence",
    "is_modelled",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class KeptDemand:
    """What a load did, and what its source holds afterwards. others_count: cells of the source that the file does not name."""

    created_count: int
    updated_count: int
    removed_count: int
    others_count: int
    workers_persons: int


@transaction.atomic
def save_demand(file: DemandFile, source: DataSource, *, year: int, confidence: str, replace: bool) -> KeptDemand:
    """Keep the cells of ``file`` under ``source``; with ``replace`` those of the source that it does not name are removed."""
    before = set(DemandCell.objects.filter(source=source).values_list("h3_index", flat=True))
    named = {row.h3_index for row in file.rows}
    removed = DemandCell.objects.filter(source=source).delete()[0] - len(before & named) if replace else 0
    cells = [
        DemandCell(
            h3_index=row.h3_index, region_id=place.pk, settlement_class=row.settlement_class,
            location=Point(row.lon, row.lat, srid=WGS84), area_km2=row.area_km2, workers_persons=row.workers_persons,
            workers_by_group=row.workers_by_group, year=year, confidence=confidence, is_modelled=source.is_modelled,
            source=source,
        )
        for row, place in zip(file.rows, file.places, strict=True)
    ]  # fmt: skip
    DemandCell.objects.bulk_create(
        cells,
        batch_size=_BATCH_ROWS,
        update_conflicts=True,
        unique_fields=["h3_index", "source"],
        update_fields=_UPDATED_FIELDS,
    )
    return KeptDemand(
        created_count=len(named - before),
        updated_count=len(named & before),
        removed_count=removed,
        others_count=0 if replace else len(before - named),
        workers_persons=DemandCell.objects.filter(source=source).aggregate(total=Sum("workers_persons"))["total"] or 0,
    )
