"""The cells of one source as records of an import."""

from collections.abc import Sequence
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import Model

from geo.engine.demand.cells import cell_area_km2
from geo.imports.keepers.base import Origin, batches
from geo.imports.keepers.bulk import insert_rows
from geo.imports.kinds.base import Record
from geo.imports.kinds.demand import PROFILE
from geo.models import WGS84, DataSource, DemandCell, DemandCellProfile, Region

PLAIN = ("settlement_class", "workers_persons", "workers_by_group", "year", "confidence")
_COLUMNS = ("h3_index", "source", "region", "location", "area_km2", "is_modelled", *PLAIN)


class DemandKeeper:
    """Reads and writes demand cells with their profiles."""

    model: type[Model] = DemandCell

    def __init__(self, source: DataSource, inside: str = "") -> None:
        """Take the source, and the path of the region outside of which nothing is to be removed."""
        self._source, self._inside = source, inside
        self._rows = DemandCell.objects.filter(source=source)

    def current(self, keys: Sequence[str]) -> dict[str, Record]:
        """Return the cells of ``keys`` that the source has, with every field a file may have."""
        found: dict[str, Record] = {}
        for part in batches(keys):
            cells = self._rows.filter(h3_index__in=part).select_related("region", "profile").defer("region__boundary")
            found |= {cell.h3_index: _record(cell) for cell in cells}
        return found

    def namesakes(self, names: Sequence[str]) -> list[tuple[str, str, float, float]]:
        """Return nothing: cells have no names."""
        return []

    def others(self, keys: Sequence[str]) -> list[str]:
        """Return the cells of the source, inside the region, that are not among ``keys``."""
        own = self._rows.filter(region__path__startswith=self._inside)
        return sorted(set(own.values_list("h3_index", flat=True)) - set(keys))

    def pks(self, keys: Sequence[str]) -> dict[str, int]:
        """Return the primary key of each cell of ``keys``."""
        return {
            cell: pk
            for part in batches(keys)
            for cell, pk in self._rows.filter(h3_index__in=part).values_list("h3_index", "pk")
        }

    def keep(self, records: Sequence[Record], origins: Sequence[Origin | None]) -> None:
        """Create or update the cells of ``records``; what a record does not name stays as it is."""
        regions = dict(Region.objects.filter(valid_until=None).values_list("code", "pk"))
        for part in batches(records):
            update = ["region", "is_modelled", *(name for name in PLAIN if name in part[0])]
            rows = [self._row(record, regions) for record in part]
            insert_rows(DemandCell, _COLUMNS, rows, conflict=["h3_index", "source"], update=update)
            self._keep_profiles(part)

    def _row(self, record: Record, regions: dict[str, int]) -> tuple[Any, ...]:
        cell = record["h3_index"]
        plain = (record[name] if name != "workers_by_group" else record.get(name) or {} for name in PLAIN)
        place = Point(record["lon"], record["lat"], srid=WGS84)
        return cell, self._source.pk, regions[record["region"]], place, cell_area_km2(cell), self._source.is_modelled, *plain

    def _keep_profiles(self, records: Sequence[Record]) -> None:
        named = [name for name in PROFILE if name in records[0]]
        if not named:
            return
        pks = self.pks([record["h3_index"] for record in records])
        rows = [(pks[record["h3_index"]], *(record.get(name) for name in PROFILE)) for record in records]
        insert_rows(DemandCellProfile, ("cell", *PROFILE), rows, conflict=["cell"], update=named)

    def remove(self, keys: Sequence[str]) -> None:
        """Remove the cells of ``keys``."""
        for part in batches(keys):
            self._rows.filter(h3_index__in=part).delete()


def _record(cell: DemandCell) -> Record:
    profile = getattr(cell, "profile", None)
    return {
        "h3_index": cell.h3_index, "lon": cell.location.x, "lat": cell.location.y, "region": cell.region.code,
        **{name: getattr(cell, name) for name in PLAIN}, **{name: getattr(profile, name, None) for name in PROFILE},
    }  # fmt: skip
