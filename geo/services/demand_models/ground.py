"""The region of a demand model as counties and cells, and what is known of areas in and around it."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import shapely
from django.db.models import Q

from geo.engine.demand.areas import Gazetteer
from geo.engine.demand.cells import AreaCells, cell_areas_km2, cells_of_areas
from geo.engine.errors import InputError, Problem, register_messages
from geo.ingest.facts import read_zone_shares
from geo.models import Region, RegionSuccession

register_messages(
    {
        "demand_model.no_counties": (
            "“{value}”之内没有带边界的区县；请先运行 load_regions。",
            "there is no county with a boundary within “{value}”; run load_regions first.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class ModelGround:
    """Counties of the region of a model, and their C cells.

    counties: in the order of their codes; cells.area: index of the county of each cell; land_km2: (C,) float64, the part of
    each cell's area that counts for its county; area_km2: (C,) of the whole cells.
    """

    counties: tuple[Region, ...]
    cells: AreaCells
    area_km2: npt.NDArray[np.float64]
    land_km2: npt.NDArray[np.float64]
    gazetteer: Gazetteer

    @property
    def county(self) -> npt.NDArray[np.int64]:
        """(C,) index of the county of each cell."""
        return self.cells.area


def model_ground(region: Region, resolution: int, *, on: dt.date) -> ModelGround:
    """Return the counties of ``region`` valid on a day with their cells; raise :class:`InputError` if there are none."""
    valid = Q(valid_until=None) | Q(valid_until__gt=on)
    on_record = list(Region.objects.filter(valid, valid_from__lte=on).order_by("code", "valid_from").defer("boundary"))
    newest = {row.code: row for row in on_record}
    shaped = _counties(region, [row.pk for row in newest.values()])
    if not shaped:
        raise InputError(Problem(code="demand_model.no_counties", value=f"{region.name_zh} {region.code}"))
    shapes = np.array([shapely.from_wkb(bytes(county.boundary.wkb)) for county in shaped if county.boundary], object)
    cells = cells_of_areas(shapes, resolution)
    area_km2 = cell_areas_km2(cells.cells)
    return ModelGround(
        counties=tuple(shaped), cells=cells, area_km2=area_km2, land_km2=area_km2 * cells.share,
        gazetteer=_gazetteer(region, shaped, list(newest.values()), on),
    )  # fmt: skip


def _counties(region: Region, newest: list[int]) -> list[Region]:
    wanted = Region.objects.filter(path__startswith=region.path, level=Region.Level.COUNTY).exclude(boundary=None)
    chosen = set(newest)
    return [county for county in wanted.order_by("code") if county.pk in chosen]


def _gazetteer(region: Region, counties: list[Region], on_record: list[Region], on: dt.date) -> Gazetteer:
    names = Counter(row.name_zh for row in on_record)
    zones = read_zone_shares(region.path.split("/")[0])
    shares = {code: zone.shares for code, zone in zones.items()}
    former_names = {zone.name_zh: code for code, zone in zones.items()}
    for code, (name, successors) in _successions(on).items():
        shares[code] = successors
        former_names[name] = code
    return Gazetteer(
        scope=region.path,
        counties=tuple(county.path for county in counties),
        paths={row.code: row.path for row in on_record},
        names={row.name_zh: row.code for row in on_record if names[row.name_zh] == 1},
        shares=shares,
        former_names=former_names,
    )


def _successions(on: dt.date) -> dict[str, tuple[str, dict[str, Fraction]]]:
    """Return what became of former regions: old code → old name, and new code → share; the newest event counts."""
    found: dict[str, tuple[dt.date, str, dict[str, Fraction]]] = {}
    for row in RegionSuccession.objects.filter(happened_on__lte=on).order_by("predecessor_code", "happened_on"):
        day, _, shares = found.get(row.predecessor_code, (None, "", {}))
        if day != row.happened_on:
            shares = {}
        shares[row.successor_code] = Fraction(str(row.share))
        found[row.predecessor_code] = (row.happened_on, row.predecessor_name, shares)
    return {code: (name, shares) for code, (_, name, shares) in found.items()}
