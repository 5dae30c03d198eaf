"""Rows to frozen engine inputs: the only door from the ORM to the engine."""

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from django.conf import settings
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import Max, Q, QuerySet

from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.inputs import Demand
from geo.engine.network.model import TravelNetwork
from geo.engine.network.store import open_network
from geo.ingest.ground import Ground, Place
from geo.models import DataSource, DemandCell, NetworkSnapshot, Region

_COUNTY_CODE_DIGITS = 6

register_messages(
    {
        "region.not_on_record": (
            "没有代码为“{value}”的有效区域；请先运行 load_regions。",
            "no valid region has the code “{value}”; run load_regions first.",
        ),
        "demand.none": (
            "“{value}”范围内没有零工需求数据；请先运行 import_demand。",
            "no demand is on record within “{value}”; run import_demand first.",
        ),
        "network.none": (
            "没有启用的道路网；请先运行 load_network 或 load_demo。",
            "no street network is active; run load_network or load_demo first.",
        ),
    }
)


def region_by_code(code: str, *, on: dt.date) -> Region:
    """Return the region of ``code`` that is valid on a day; raises :class:`InputError` if there is none."""
    valid = Q(valid_until=None) | Q(valid_until__gt=on)
    region = Region.objects.filter(valid, code=code, valid_from__lte=on).order_by("-valid_from").first()
    if region is None:
        raise InputError(Problem(code="region.not_on_record", field="region", value=code))
    return region


def ground(*, on: dt.date) -> Ground:
    """Return the regions valid on a day, for finding those that hold points; later validity wins for one code."""
    valid = Q(valid_until=None) | Q(valid_until__gt=on)
    rows = Region.objects.filter(valid, valid_from__lte=on).order_by("code", "valid_from")
    newest = {region.code: region for region in rows}
    return Ground([_place(region) for region in newest.values()])


def _place(region: Region) -> Place:
    shape = shapely.from_wkb(bytes(region.boundary.wkb)) if region.boundary else None
    return Place(pk=region.pk, code=region.code, name=region.name_zh, path=region.path, shape=shape)


def active_network() -> NetworkSnapshot:
    """Return the newest active network; raises :class:`InputError` if there is none."""
    snapshot = NetworkSnapshot.objects.filter(is_active=True).order_by("-created_at", "-pk").first()
    if snapshot is None:
        raise InputError(Problem(code="network.none"))
    return snapshot


def network_of(snapshot: NetworkSnapshot) -> TravelNetwork:
    """Return the network of ``snapshot``, memory-mapped; raises :class:`NetworkError` if its files are gone or damaged."""
    return open_network(settings.VAR_DIR / "networks", snapshot.digest)


def demand_source(region: Region) -> DataSource:
    """Return the source of demand in ``region`` that a run uses unless told otherwise: of the latest year, then the newest.

    Raises :class:`InputError` if there is no demand.
    """
    latest = _cells(region).order_by().values("source").annotate(latest=Max("year")).order_by("-latest", "-source").first()
    if latest is None:
        raise InputError(_no_demand(region))
    return DataSource.objects.get(pk=latest["source"])


def demand_inputs(region: Region, source: DataSource | None = None) -> Demand:
    """Return the gig workers of ``region`` and all below it, sorted by cell id, from one source.

    ``source``: by default that of :func:`demand_source`. A township's cells count for its county. Raises :class:`InputError` if
    there is no demand.
    """
    cells = _cells(region).filter(source=source or demand_source(region)).order_by()
    rows = cells.annotate(wkb=AsWKB("location")).values_list(
        "h3_index", "wkb", "workers_persons", "settlement_class", "area_km2", "region__path"
    )
    ordered = sorted(rows.iterator(chunk_size=10_000))
    if not ordered:
        raise InputError(_no_demand(region))
    return _demand(ordered)


def _cells(region: Region) -> QuerySet[DemandCell]:
    return DemandCell.objects.filter(region__path__startswith=region.path)


def _no_demand(region: Region) -> Problem:
    return Problem(code="demand.none", value=f"{region.name_zh} {region.code}")


def _demand(rows: list[tuple[Any, ...]]) -> Demand:
    """Turn rows sorted by cell id into arrays, column by column."""
    cell_ids, wkb, workers, classes, areas, paths = zip(*rows, strict=True)
    lon, lat = _lon_lat(wkb)
    codes, index = _counties(paths)
    return Demand(
        cell_ids=cell_ids,
        lon=lon,
        lat=lat,
        workers_persons=np.array(workers, np.int64),
        is_urban=np.array(classes) == DemandCell.SettlementClass.URBAN.value,
        area_km2=np.array(areas, np.float64),
        region_codes=codes,
        region_index=index,
    )


def _lon_lat(wkb: tuple[Any, ...]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    points = shapely.from_wkb([bytes(value) for value in wkb])
    return np.ascontiguousarray(shapely.get_x(points)), np.ascontiguousarray(shapely.get_y(points))


def _counties(paths: tuple[str, ...]) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    """Return the sorted codes of the counties of ``paths`` (deepest code of six digits) and each path's index into them."""
    distinct, where = np.unique(np.array(paths), return_inverse=True)
    county = [_county_code(path) for path in distinct.tolist()]
    codes = sorted(set(county))
    position = {code: index for index, code in enumerate(codes)}
    of_path = np.array([position[code] for code in county], np.int32)
    return tuple(codes), of_path[where]


def _county_code(path: str) -> str:
    return next(code for code in reversed(path.rstrip("/").split("/")) if len(code) == _COUNTY_CODE_DIGITS)
