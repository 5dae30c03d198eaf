"""What an export holds: the records of a kind in the columns of its template."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from django.db.models import Model, QuerySet

from geo.engine.errors import InputError, Problem, register_messages
from geo.imports.fields import FieldSpec
from geo.imports.keepers.area_totals import AreaTotalKeeper
from geo.imports.keepers.demand import DemandKeeper
from geo.imports.keepers.od_tables import ODTableReader
from geo.imports.keepers.regions import RegionKeeper
from geo.imports.keepers.venues import VenueKeeper
from geo.imports.kinds import KINDS
from geo.imports.kinds.area_totals import key_of_total
from geo.imports.kinds.base import Kind, Record
from geo.imports.kinds.demand import GROUP_PREFIX
from geo.imports.kinds.regions import key_of_region
from geo.imports.od_files import keys_of, rows_of
from geo.models import AreaTotal, DataSource, DemandCell, ODTable, Region, Venue

ROWS_A_STEP = 2_000
MODELS: dict[str, type[Model]] = {
    "venues": Venue, "candidates": Venue, "gathering_points": Venue, "demand": DemandCell, "area_totals": AreaTotal,
    "regions": Region, "od_table": ODTable,
}  # fmt: skip
BY_SOURCE = frozenset({"demand", "area_totals", "od_table"})
"""Kinds whose records belong to a source: a file holds those of one."""

register_messages(
    {
        "export.kind": (
            "“{value}”这类数据不能导出；可用：{known}。",
            "data of the kind “{value}” cannot be exported; known: {known}.",
        ),
        "export.which_source": (
            "这类数据有几个来源，请指明其中之一：{known}。",
            "there are several sources of such data; name one of: {known}.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class Exported:
    """The records of an export. ``specs``: its columns; ``records``: each with everything a file may say of it."""

    kind: Kind
    specs: tuple[FieldSpec, ...]
    keys: Sequence[str]
    records: Callable[[], Iterator[Record]]

    @property
    def has_shapes(self) -> bool:
        """Say whether records have a place, so that a map file can hold them."""
        return self.kind.has_coordinates


def exported(
    kind_code: str, *, region: Region | None = None, source: DataSource | None = None, rows: "QuerySet[Any] | None" = None
) -> Exported:
    """Return the records of a kind. ``region``: only in and below it; ``rows``: those a reader may see.

    Raises :class:`InputError` for an unknown kind, or where one of several sources must be named.
    """
    if kind_code not in MODELS:
        raise InputError(Problem(code="export.kind", value=kind_code[:40], details={"known": ", ".join(MODELS)}))
    found = MODELS[kind_code]._default_manager.all() if rows is None else rows
    if region is not None:
        path = "path__startswith" if kind_code == "regions" else "region__path__startswith"
        found = found.filter(**{path: region.path})
    if kind_code in BY_SOURCE:
        source = source or _only_source(found)
    if source is not None:
        found = found.filter(source=source)
    return _FINDERS.get(kind_code, _venues)(KINDS[kind_code], found, source or DataSource())


def sources_of(kind_code: str, rows: "QuerySet[Any]") -> "QuerySet[DataSource]":
    """Return the sources that ``rows`` belong to."""
    return DataSource.objects.filter(pk__in=rows.order_by().values("source")).order_by("slug")


def _only_source(rows: "QuerySet[Any]") -> DataSource | None:
    known = list(DataSource.objects.filter(pk__in=rows.order_by().values("source")).order_by("slug"))
    if len(known) > 1:
        details = {"known": ", ".join(each.slug for each in known)[:400]}
        raise InputError(Problem(code="export.which_source", details=details))
    return known[0] if known else None


def _venues(kind: Kind, rows: "QuerySet[Venue]", _source: DataSource) -> Exported:
    wanted = {"candidates": Venue.Kind.CANDIDATE_SITE, "gathering_points": Venue.Kind.INFORMAL_GATHERING_POINT}
    rows = rows.filter(kind=wanted[kind.code]) if kind.code in wanted else rows.exclude(kind__in=list(wanted.values()))
    keys = list(rows.order_by("code").values_list("code", flat=True))
    return Exported(kind=kind, specs=kind.fields, keys=keys, records=lambda: records_of(keys))


def records_of(keys: Sequence[str]) -> Iterator[Record]:
    """Yield the venues of ``keys`` in their order, with everything a file may say of them."""
    return _with_places(_in_steps(VenueKeeper(DataSource(), None).current, keys))


def _in_steps(current: Callable[[Sequence[str]], dict[str, Record]], keys: Sequence[str]) -> Iterator[Record]:
    for start in range(0, len(keys), ROWS_A_STEP):
        part = keys[start : start + ROWS_A_STEP]
        found = current(part)
        yield from (found[key] for key in part)


def _with_places(records: Iterator[Record]) -> Iterator[Record]:
    names = dict(Region.objects.filter(valid_until=None).values_list("code", "name_zh"))
    for record in records:
        yield record | {
            "x": record["lon"], "y": record["lat"], "datum": "wgs84", "region_code": record["region"],
            "region_name": names.get(record["region"], ""),
        }  # fmt: skip


def _demand(kind: Kind, rows: "QuerySet[DemandCell]", source: DataSource) -> Exported:
    keys = list(rows.order_by("h3_index").values_list("h3_index", flat=True))
    groups = sorted({group for named in rows.values_list("workers_by_group", flat=True) for group in named})
    extra = [GROUP_PREFIX + group for group in groups]
    specs = tuple(FieldSpec(name=name, zh=name, en=name, form="persons") for name in extra)

    def records() -> Iterator[Record]:
        for record in _with_places(_in_steps(DemandKeeper(source).current, keys)):
            yield record | {GROUP_PREFIX + group: persons for group, persons in record["workers_by_group"].items()}

    return Exported(kind=kind, specs=kind.fields + specs, keys=keys, records=records)


def _area_totals(kind: Kind, rows: "QuerySet[AreaTotal]", source: DataSource) -> Exported:
    keys, parents = [], {}
    for row in (
        rows.select_related("region__parent")
        .defer("region__boundary", "region__parent__boundary")
        .order_by("measure", "year", "area_code", "area_name")
    ):
        keys.append(key_of_total(row.area_code, row.area_name, row.measure, row.year))
        above = row.region.parent if row.region else None
        parents[keys[-1]] = above.name_zh if above else ""
    keeper = AreaTotalKeeper(source, None)

    def records() -> Iterator[Record]:
        for key, record in zip(keys, _in_steps(keeper.current, keys), strict=True):
            yield record | {"parent_name": parents[key]}

    return Exported(kind=kind, specs=kind.fields, keys=keys, records=records)


def _regions(kind: Kind, rows: "QuerySet[Region]", _source: DataSource) -> Exported:
    ordered = rows.order_by("path", "valid_from").values_list("code", "valid_from")
    keys = [key_of_region(code, start.isoformat()) for code, start in ordered]
    keeper = RegionKeeper(DataSource())
    return Exported(kind=kind, specs=kind.fields, keys=keys, records=lambda: _in_steps(keeper.current, keys))


def _od_table(kind: Kind, rows: "QuerySet[ODTable]", source: DataSource) -> Exported:
    keys = keys_of(rows_of(rows.filter(is_active=True).first())).tolist()
    reader = ODTableReader(source)
    return Exported(kind=kind, specs=kind.fields, keys=keys, records=lambda: iter(reader.current(keys).values()))


_FINDERS: dict[str, Callable[[Kind, "QuerySet[Any]", DataSource], Exported]] = {
    "demand": _demand, "area_totals": _area_totals, "regions": _regions, "od_table": _od_table,
}  # fmt: skip


def shape_of(record: Mapping[str, Any]) -> shapely.Geometry | None:
    """Return where a record lies, degrees WGS-84: its boundary if it has one, else its point."""
    if "boundary" in record:
        return shapely.from_wkb(record["boundary"]) if record["boundary"] else None
    return shapely.Point(record["lon"], record["lat"])
