"""Which regions a place on real streets lies in: those of its Chinese province, or a stand-in elsewhere."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from django.contrib.gis.geos import MultiPolygon, Polygon

from geo.engine.crs import area_km2
from geo.engine.synthetic.place import PlacePeople
from geo.ingest.boundaries import province_of
from geo.models import WGS84, Region
from geo.services.regions import load_province
from geo.services.sources import keep_source

# GB/T 2260 gives out no codes from 99: a place abroad gets one province, city and county of its own there.
STAND_IN = (("990000", Region.Level.PROVINCE), ("990100", Region.Level.PREFECTURE), ("990101", Region.Level.COUNTY))
MARGIN_DEGREES = 0.01
WHOLE_SHARE = 0.99


@dataclass(frozen=True, kw_only=True, eq=False)
class PlaceRegions:
    """The counties of a place, the county of each cell (index into them), and the smallest region that holds nearly all."""

    counties: list[Region]
    county_of_cell: npt.NDArray[np.int64]
    whole: Region


def place_regions(people: PlacePeople, *, name: str, valid_from: dt.date) -> PlaceRegions:
    """Return the regions of the cells of ``people``; load those of the Chinese province they lie in, or make stand-ins."""
    middle = int(np.argmax(people.workers_persons))
    province = province_of(float(people.lon[middle]), float(people.lat[middle]))
    if province is None:
        county = _stand_in(people, name=name, valid_from=valid_from)
        return PlaceRegions(counties=[county], county_of_cell=np.zeros(len(people.cell_ids), np.int64), whole=county)
    loaded = load_province(province).province
    counties = list(
        Region.objects.filter(
            path__startswith=loaded.path, level=Region.Level.COUNTY, unit_type=Region.UnitType.STATUTORY, valid_until=None
        ).select_related("parent__parent")
    )
    county_of_cell = _nearest_county(counties, people)
    return PlaceRegions(
        counties=counties, county_of_cell=county_of_cell, whole=_smallest(counties, county_of_cell, people.workers_persons)
    )


def _nearest_county(counties: list[Region], people: PlacePeople) -> npt.NDArray[np.int64]:
    """Return the county that holds each cell; a cell that juts out over the border belongs to the nearest one."""
    shapes = [shapely.from_wkb(bytes(county.boundary.wkb)) for county in counties if county.boundary is not None]
    return np.asarray(shapely.STRtree(shapes).nearest(shapely.points(people.lon, people.lat)), np.int64)


def _smallest(counties: list[Region], county_of_cell: npt.NDArray[np.int64], workers_persons: npt.NDArray[np.int64]) -> Region:
    """Return the county, else the city, else the province that holds 99 % of the workers."""
    workers = np.bincount(county_of_cell, weights=workers_persons, minlength=len(counties))
    chain: list[Region] = []
    top: Region | None = counties[int(workers.argmax())]
    while top is not None:
        chain.append(top)
        top = top.parent
    for region in chain:
        inside = sum(workers[i] for i, county in enumerate(counties) if county.path.startswith(region.path))
        if inside >= WHOLE_SHARE * workers.sum():
            return region
    return chain[-1]


def _stand_in(people: PlacePeople, *, name: str, valid_from: dt.date) -> Region:
    west, south = people.lon.min() - MARGIN_DEGREES, people.lat.min() - MARGIN_DEGREES
    east, north = people.lon.max() + MARGIN_DEGREES, people.lat.max() + MARGIN_DEGREES
    box = Polygon.from_bbox((west, south, east, north))
    source = keep_source(
        "stand-in-regions",
        name_zh="路网范围（代替行政区划）",
        name_en="Extent of the streets (in place of administrative regions)",
        method="Rectangle around the demand cells; codes from 99 are not given out by GB/T 2260.",
        is_synthetic=True,
    )
    region: Region | None = None
    for code, level in STAND_IN:
        found = Region.objects.filter(code=code, valid_until=None).first() or Region(code=code, valid_from=valid_from)
        found.name_zh, found.name_en, found.level, found.parent, found.source = name[:80], name, level, region, source
        found.boundary = MultiPolygon(box, srid=WGS84)
        found.area_km2 = area_km2(shapely.box(west, south, east, north))
        found.save()
        region = found
    if region is None:
        raise AssertionError("the stand-in has at least one level")
    return region
