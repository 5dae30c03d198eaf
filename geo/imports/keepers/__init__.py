"""The records behind each kind: read whole, kept, removed."""

from geo.imports.keepers.area_totals import AreaTotalKeeper
from geo.imports.keepers.base import Keeper
from geo.imports.keepers.demand import DemandKeeper
from geo.imports.keepers.od_tables import ODTableReader
from geo.imports.keepers.regions import RegionKeeper
from geo.imports.keepers.venues import VenueKeeper
from geo.models import ImportBatch, ImportKind


def keeper_of(batch: ImportBatch) -> Keeper:
    """Return the keeper of the records that an import is about."""
    match batch.kind:
        case ImportKind.DEMAND:
            return DemandKeeper(batch.source, batch.region.path)
        case ImportKind.AREA_TOTALS:
            return AreaTotalKeeper(batch.source, batch)
        case ImportKind.REGIONS:
            return RegionKeeper(batch.source)
        case _:
            return VenueKeeper(batch.source, batch)


def reader_of(batch: ImportBatch) -> Keeper | ODTableReader:
    """Return what a check compares the rows of an import with."""
    return ODTableReader(batch.source) if batch.kind == ImportKind.OD_TABLE else keeper_of(batch)
