"""Rows of the demonstration province: each kind replaces what an earlier demonstration left."""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice

from django.contrib.gis.geos import Point, Polygon

from geo.engine.network.model import TravelNetwork
from geo.engine.synthetic.demand import ModelledDemand
from geo.engine.synthetic.province import GROUPS
from geo.engine.synthetic.venues import MadeVenue
from geo.engine.synthetic.venues.kinds import OCCUPATIONS
from geo.models import WGS84, DataSource, DemandCell, NetworkSnapshot, Occupation, OpeningHours, Region, Venue
from geo.services.sources import keep_source

STREETS_SLUG, DEMAND_SLUG, VENUES_SLUG = "demonstration-streets", "demonstration-demand", "demonstration-venues"
SYNTHETIC_NOTICE = "streets and venues are synthetic / 道路与场所为合成数据"
CENSUS_YEAR = 2020
_BATCH_ROWS = 5_000
_MINUTES_AN_HOUR = 60


def keep_network(
    network: TravelNetwork, *, province: str, nodes: int, seed: int, digest: str, now: dt.datetime
) -> NetworkSnapshot:
    """Make the network the active one of the demonstration; earlier ones stay, inactive, for the runs that used them."""
    source = keep_source(
        STREETS_SLUG, name_zh=f"{province}示范道路（合成）", name_en="Demonstration streets (synthetic)", owner="Gigshed",
        licence="MIT", is_synthetic=True, digest=digest, year=CENSUS_YEAR,
        method=f"{SYNTHETIC_NOTICE}. Generated from towns (GeoNames, CC BY 4.0), census figures and boundaries; "
        f"seed {seed}, {nodes} nodes asked for; see docs/demonstration.md.",
    )  # fmt: skip
    NetworkSnapshot.objects.filter(source=source, is_active=True).update(is_active=False)
    values = {
        "name": f"{province}示范路网（合成）", "kind": NetworkSnapshot.Kind.SYNTHETIC,
        "extent": Polygon.from_bbox(network.bounds),
        "modes": list(network.modes), "node_count": network.node_count, "edge_count": network.edge_count,
        "length_km": float(network.edge_length_metres.sum(dtype="float64")) / 1000, "is_active": True, "created_at": now,
        "report": network.report | {"inputs_digest": digest, "notice": SYNTHETIC_NOTICE}, "source": source,
    }  # fmt: skip
    values["extent"].srid = WGS84  # type: ignore[attr-defined]
    return NetworkSnapshot.objects.update_or_create(digest=network.digest, defaults=values)[0]


def keep_demand(demand: ModelledDemand, counties: list[Region], *, digest: str) -> None:
    """Replace the modelled gig workers of the demonstration."""
    source = keep_source(
        DEMAND_SLUG, name_zh="零工人员估算（2020年人口普查建模）",
        name_en="Gig workers modelled from the census of 2020", owner="Gigshed", licence="MIT; facts of the census",
        is_synthetic=False, is_modelled=True, digest=digest, year=CENSUS_YEAR,
        method=f"{SYNTHETIC_NOTICE}. People registered in another township × share of workers in construction, catering, "
        f"resident services and transport, scaled to {int(demand.county_workers.sum()):,}; spread over H3 cells; "
        "see docs/demonstration.md.",
    )  # fmt: skip
    DemandCell.objects.filter(source=source).delete()
    for rows in _batches(_cells(demand, counties, source)):
        DemandCell.objects.bulk_create(rows, batch_size=_BATCH_ROWS)


def _cells(demand: ModelledDemand, counties: list[Region], source: DataSource) -> Iterator[DemandCell]:
    columns = (
        demand.h3_index,
        demand.county,
        demand.lon,
        demand.lat,
        demand.area_km2,
        demand.is_urban,
        demand.workers_by_group,
    )
    for h3_index, county, lon, lat, area_km2, is_urban, groups in zip(*(column.tolist() for column in columns), strict=True):
        yield DemandCell(
            h3_index=f"{h3_index:x}", region=counties[county], settlement_class="urban" if is_urban else "rural",
            location=Point(lon, lat, srid=WGS84), area_km2=area_km2, workers_persons=sum(groups),
            workers_by_group=dict(zip(GROUPS, groups, strict=True)), year=CENSUS_YEAR,
            confidence=DemandCell.Confidence.LOW, is_modelled=True, source=source,
        )  # fmt: skip


def keep_venues(venues: list[MadeVenue], counties: list[Region], *, digest: str) -> None:
    """Replace the invented venues of the demonstration, with their hours and trades."""
    source = keep_source(
        VENUES_SLUG, name_zh="示范就业服务场所（合成）", name_en="Demonstration venues (synthetic)", owner="Gigshed",
        licence="MIT", is_synthetic=True, digest=digest, year=CENSUS_YEAR,
        method=f"{SYNTHETIC_NOTICE}. Names of real places, invented premises; see docs/demonstration.md.",
    )  # fmt: skip
    Venue.objects.filter(source=source).delete()
    rows = Venue.objects.bulk_create([_venue(made, counties, source) for made in venues], batch_size=_BATCH_ROWS)
    OpeningHours.objects.bulk_create(_hours(venues, rows), batch_size=_BATCH_ROWS)
    trades = {code: _occupation(code, zh, en) for code, (zh, en, _group) in OCCUPATIONS.items()}
    link = Venue.occupations.through
    pairs = zip(venues, rows, strict=True)
    links = [link(venue_id=row.pk, occupation_id=trades[code].pk) for made, row in pairs for code in made.occupations]
    link.objects.bulk_create(links, batch_size=_BATCH_ROWS)


def _venue(made: MadeVenue, counties: list[Region], source: DataSource) -> Venue:
    return Venue(
        code=made.code, name_zh=made.name_zh, name_en=made.name_en, kind=made.kind, status=made.status,
        region=counties[made.county], location=Point(made.lon, made.lat, srid=WGS84), address=made.address,
        floor_area_m2=made.floor_area_m2, capacity_persons=made.capacity_persons, staff_persons=made.staff_persons,
        waiting_persons=made.waiting_persons, phone=made.phone, operator=made.operator, source=source,
    )  # fmt: skip


def _hours(venues: list[MadeVenue], rows: list[Venue]) -> Iterator[OpeningHours]:
    for made, row in zip(venues, rows, strict=True):
        for span in made.hours:
            yield OpeningHours(
                venue=row,
                weekday_mask=span.weekday_mask,
                opens_at=_clock(span.opens_minute),
                closes_at=_clock(span.closes_minute),
            )


def _clock(minute: int) -> dt.time:
    return dt.time(minute // _MINUTES_AN_HOUR, minute % _MINUTES_AN_HOUR)


def _occupation(code: str, name_zh: str, name_en: str) -> Occupation:
    return Occupation.objects.get_or_create(code=code, defaults={"name_zh": name_zh, "name_en": name_en})[0]


def _batches(rows: Iterable[DemandCell]) -> Iterator[list[DemandCell]]:
    """Yield lists of rows, so that no more than one batch of model objects is in memory."""
    rest = iter(rows)
    while batch := list(islice(rest, _BATCH_ROWS)):
        yield batch
