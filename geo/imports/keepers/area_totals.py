"""The totals of areas of one source as records of an import."""

from collections.abc import Sequence

from django.db.models import Model, Q, QuerySet

from geo.imports.keepers.base import Origin
from geo.imports.keepers.bulk import insert_rows
from geo.imports.kinds.area_totals import key_of_total
from geo.imports.kinds.base import Record
from geo.models import AreaTotal, DataSource, ImportBatch, Region

PLAIN = ("area_code", "area_name", "year", "measure", "persons", "age50plus_persons", "join_note")
_UPDATED = ("region", "batch", "area_name", "persons", "join_note")


class AreaTotalKeeper:
    """Reads and writes totals; a source has so few that they are read whole."""

    model: type[Model] = AreaTotal

    def __init__(self, source: DataSource, batch: ImportBatch | None) -> None:
        self._source, self._batch = source, batch

    @property
    def _rows(self) -> "QuerySet[AreaTotal]":
        """The totals of the source as they are now."""
        return AreaTotal.objects.filter(source=self._source)

    def current(self, keys: Sequence[str]) -> dict[str, Record]:
        """Return the totals of ``keys`` that the source has."""
        wanted = set(keys)
        records = {_key(row): _record(row) for row in self._rows.select_related("region").defer("region__boundary")}
        return {key: record for key, record in records.items() if key in wanted}

    def namesakes(self, names: Sequence[str]) -> list[tuple[str, str, float, float]]:
        """Return nothing: areas of one name are told apart by the join."""
        return []

    def others(self, keys: Sequence[str]) -> list[str]:
        """Return the totals of the source that are not among ``keys``: of regions inside the import's, and those it lost."""
        path = self._batch.region.path if self._batch else ""
        own = Q(region__path__startswith=path) | Q(region=None, batch__region__path__startswith=path)
        return sorted({_key(row) for row in self._rows.filter(own)} - set(keys))

    def pks(self, keys: Sequence[str]) -> dict[str, int]:
        """Return the primary key of each total of ``keys``."""
        wanted = set(keys)
        return {_key(row): row.pk for row in self._rows if _key(row) in wanted}

    def keep(self, records: Sequence[Record], origins: Sequence[Origin | None]) -> None:
        """Create or update the totals of ``records``; what a record does not name stays as it is."""
        regions = dict(Region.objects.filter(valid_until=None).values_list("code", "pk"))
        pks = self.pks([key_of_total(r["area_code"], r["area_name"], r["measure"], r["year"]) for r in records])
        for record in records:
            pk = pks.get(key_of_total(record["area_code"], record["area_name"], record["measure"], record["year"]))
            if pk is not None:  # the name is part of what the table holds unique, and may have changed
                AreaTotal.objects.filter(pk=pk).update(area_name=record["area_name"])
        batch_pk = self._batch.pk if self._batch else None
        rows = [
            (self._source.pk, regions.get(record["region"]), batch_pk, *(record.get(name) for name in PLAIN))
            for record in records
        ]
        named = [*_UPDATED, *(["age50plus_persons"] if records and "age50plus_persons" in records[0] else [])]
        conflict = ["source", "area_code", "area_name", "measure", "year"]
        insert_rows(AreaTotal, ("source", "region", "batch", *PLAIN), rows, conflict=conflict, update=named)

    def remove(self, keys: Sequence[str]) -> None:
        """Remove the totals of ``keys``."""
        AreaTotal.objects.filter(pk__in=self.pks(keys).values()).delete()


def _key(row: AreaTotal) -> str:
    return key_of_total(row.area_code, row.area_name, row.measure, row.year)


def _record(row: AreaTotal) -> Record:
    return {name: getattr(row, name) for name in PLAIN} | {"region": row.region.code if row.region else ""}
