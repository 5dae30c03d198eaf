"""Regions as records of an import: each with its boundary and the time for which it holds."""

import datetime as dt
from collections.abc import Sequence

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import F, Model

from geo.engine.crs import area_km2
from geo.imports.keepers.base import Origin, batches
from geo.imports.kinds.base import Record
from geo.imports.kinds.regions import key_of_region, same_text
from geo.models import WGS84, AreaTotal, DataSource, DemandCell, Region, Venue

PLAIN = ("name_zh", "name_en", "level", "unit_type", "settlement_class", "resident_persons")
_FOLLOWERS: tuple[type[Model], ...] = (Venue, DemandCell, AreaTotal)
"""What belongs to the region of today, whichever version of it that is."""


class RegionKeeper:
    """Reads and writes versions of regions. A new version ends the one before; what belongs to the region goes along."""

    model: type[Model] = Region

    def __init__(self, source: DataSource) -> None:
        self._source = source

    def current(self, keys: Sequence[str]) -> dict[str, Record]:
        """Return the versions of ``keys`` that are on record."""
        return {_key(row): _record(row) for row in _rows(keys)}

    def namesakes(self, names: Sequence[str]) -> list[tuple[str, str, float, float]]:
        """Return nothing: regions are told by their codes."""
        return []

    def others(self, keys: Sequence[str]) -> list[str]:
        """Return nothing: a region outlives the file that brought it."""
        return []

    def pks(self, keys: Sequence[str]) -> dict[str, int]:
        """Return the primary key of each version of ``keys``."""
        return {_key(row): row.pk for row in _rows(keys)}

    def keep(self, records: Sequence[Record], origins: Sequence[Origin | None]) -> None:
        """Create or update the regions of ``records``, from the province down."""
        for record in sorted(records, key=lambda each: str(each.get("path", each["code"])).count("/")):
            self._keep_one(record)

    def _keep_one(self, record: Record) -> None:
        start = dt.date.fromisoformat(record["valid_from"])
        region = Region.objects.filter(code=record["code"], valid_from=start).first()
        is_new = region is None
        region = region or Region(code=record["code"], valid_from=start)
        before = Region.objects.filter(code=record["code"], valid_until=None, valid_from__lt=start).first() if is_new else None
        if before is not None:
            _copy(before, region)
        self._fill(region, record)
        region.save()
        _renew_paths(region)
        if before is not None:
            before.valid_until = start
            before.save()
            _follow(before, region)

    def _fill(self, region: Region, record: Record) -> None:
        for name in PLAIN:
            if name in record:
                setattr(region, name, record[name] if record[name] is not None or name == "resident_persons" else "")
        if "parent_code" in record:
            region.parent = _open(record["parent_code"]) if record["parent_code"] else None
        if "valid_until" in record:
            region.valid_until = dt.date.fromisoformat(record["valid_until"]) if record["valid_until"] else None
        if "boundary" in record:
            _bound(region, record["boundary"])
        region.source = self._source

    def remove(self, keys: Sequence[str]) -> None:
        """Remove versions, the lowest first; the one before each is in force again."""
        for region in sorted(_rows(keys), key=lambda row: -row.path.count("/")):
            before = Region.objects.filter(code=region.code, valid_until=region.valid_from).first()
            if before is not None and region.valid_until is None:
                _follow(region, before)
                before.valid_until = None
                before.save()
            region.delete()


def _bound(region: Region, text: str | None) -> None:
    """Give a region its boundary, and the area that follows from it."""
    shape = shapely.from_wkb(text) if text else None
    region.boundary = GEOSGeometry(text, srid=WGS84) if text else None  # type: ignore[assignment]
    region.area_km2 = area_km2(shape) if shape is not None else None


def _rows(keys: Sequence[str]) -> list[Region]:
    """Return the versions of ``keys``, each with the region above it."""
    wanted = set(keys)
    codes = sorted({key.split(" ")[0] for key in keys})
    found = [row for part in batches(codes) for row in Region.objects.filter(code__in=part).select_related("parent")]
    return [row for row in found if _key(row) in wanted]


def _key(row: Region) -> str:
    return key_of_region(row.code, row.valid_from.isoformat())


def _record(row: Region) -> Record:
    return {name: getattr(row, name) for name in PLAIN} | {
        "code": row.code, "region": row.code, "path": row.path, "parent_code": row.parent.code if row.parent else "",
        "valid_from": row.valid_from.isoformat(), "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "boundary": same_text(bytes(row.boundary.wkb)) if row.boundary else None,
    }  # fmt: skip


def _open(code: str) -> Region:
    """Return the version of a region above that is in force."""
    return Region.objects.filter(code=code).order_by(F("valid_until").desc(nulls_first=True))[0]


def _copy(before: Region, region: Region) -> None:
    """Let a new version begin as the one before it was."""
    for name in (*PLAIN, "parent", "boundary", "area_km2"):
        setattr(region, name, getattr(before, name))


def _follow(old: Region, new: Region) -> None:
    """Give the new version what belongs to the region of today."""
    for model in _FOLLOWERS:
        model._default_manager.filter(region=old).update(region=new)
    Region.objects.filter(parent=old).update(parent=new)


def _renew_paths(region: Region) -> None:
    """Keep the paths of all below a region true."""
    for child in Region.objects.filter(parent=region).exclude(pk=region.pk):
        if child.path != f"{region.path}{child.code}/":
            child.save()
            _renew_paths(child)
