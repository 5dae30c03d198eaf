"""The rows that the checks read: all of them, or those one person may see."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from geo.engine.network.model import TravelNetwork
from geo.models import AreaTotal, DemandCell, DemandModel, NetworkSnapshot, ODTable, Region, Venue
from geo.quality.streets import Streets


@dataclass(frozen=True, kw_only=True)
class QualityRecords:
    """What is checked. ``streets``: what venues are measured against, None if there are none; ``on``: today."""

    venues: QuerySet[Venue]
    cells: QuerySet[DemandCell]
    area_totals: QuerySet[AreaTotal]
    demand_models: QuerySet[DemandModel]
    regions: QuerySet[Region]
    networks: QuerySet[NetworkSnapshot]
    od_tables: QuerySet[ODTable]
    streets: Streets | None
    on: dt.date


def all_records(*, network: TravelNetwork | None, on: dt.date) -> QualityRecords:
    """Return everything on record."""
    return QualityRecords(
        venues=Venue.objects.all(),
        cells=DemandCell.objects.all(),
        area_totals=AreaTotal.objects.all(),
        demand_models=DemandModel.objects.all(),
        regions=Region.objects.all(),
        networks=NetworkSnapshot.objects.all(),
        od_tables=ODTable.objects.all(),
        streets=None if network is None else Streets.of(network),
        on=on,
    )
