"""The report of a demand model as far as a person may read it: totals in and out, people lost, factors of counties."""

import math
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from geo.engine.demand.areas import OUTSIDE, WIDER
from geo.ingest.facts import ZoneShares, read_zone_shares
from geo.models import AreaTotal, DataSource, DemandModel, Region
from planner.accounts.policy import Act
from planner.accounts.scope import Person, ancestors, permits, scoped
from planner.demand.access import own_codes, reads_all_around

TELLS_OF_OTHERS = (OUTSIDE, WIDER, "cells.outside")
"""Notes that name places outside the region of the model."""
BAR_WIDTH = 120.0
_WIDEST_FACTOR = 8.0
"""Factors from an eighth to this fill the bar; it is logarithmic, so that half and double look alike."""


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """What one component brought. Persons are people of the source, workers its part of the model before the blend.

    persons_in, persons_elsewhere: None where they tell of places that the reader may not read; share: of the workers that all
    components together bring, each times its weight, 0 to 1.
    """

    name: str
    source: DataSource | None
    kind: str
    measure: str
    year: int
    weight: float
    workers_share: float
    spread_by: str
    persons_in: int | None
    persons_placed: int
    persons_lost: int
    persons_elsewhere: int | None
    workers: int
    share: float


@dataclass(frozen=True, kw_only=True)
class CountyLine:
    """One county, for one component: people of the source, of the grid that spread them, and what that was multiplied by.

    bar: left end and width of the bar of the factor, in a drawing that is ``BAR_WIDTH`` wide with factor 1 in the middle.
    """

    code: str
    name_zh: str
    name_en: str
    workers: int
    source: str
    persons: int
    grid_persons: int | None
    factor: float | None
    bar: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class ZoneLine:
    """A development zone, what each source counted in it, and the counties whose cells hold these people: region, share.

    persons: in the order of the model's sources of totals; None where one does not count the zone on its own.
    """

    region: Region
    persons: list[int | None]
    into: list[tuple[Region, float]]


@dataclass(frozen=True, kw_only=True)
class ModelReport:
    """Everything the page shows. sums: None for readers of a part of the model's region only."""

    sums: dict[str, Any] | None
    sources: list[SourceLine]
    counties: list[CountyLine]
    zones: list[ZoneLine]
    zone_sources: list[str]
    notes: list[dict[str, Any]]
    waiting: dict[str, Any] | None
    has_factors: bool


def report_for(user: Person, model: DemandModel) -> ModelReport | None:
    """Return the report of a model that was built; None for any other."""
    said = model.report
    if not said:
        return None
    reads_whole = permits(user, Act.READ_DEMAND, model.region)
    reads_around = reads_all_around(user, model.region)
    counties = _counties(said, own_codes(user))
    notes = [note for note in said["notes"] if reads_around or note["code"] not in TELLS_OF_OTHERS]
    return ModelReport(
        sums=_sums(said) if reads_whole else None,
        sources=_sources(user, said, reads_around=reads_around) if reads_whole else [],
        counties=counties, zones=_zones(user, model) if reads_whole else [],
        zone_sources=[part["source"] for part in area_parts(model)], notes=notes if reads_whole else [],
        waiting=said.get("waiting") if reads_whole else None, has_factors=any(line.factor is not None for line in counties),
    )  # fmt: skip


def _sums(said: dict[str, Any]) -> dict[str, Any]:
    parts = said["components"]
    return {
        **{name: said[name] for name in ("workers_persons", "urban_persons", "rural_persons", "age50plus_persons", "cells")},
        "resolution": said["resolution"], "modes": said["modes"], "lost": sum(part["persons_lost"] for part in parts),
    }  # fmt: skip


def _sources(user: Person, said: dict[str, Any], *, reads_around: bool) -> list[SourceLine]:
    """Return the lines of the components; shares are of workers times weights, as the blend takes them."""
    parts = said["components"]
    known = {source.slug: source for source in scoped(DataSource, user, Act.READ_DEMAND)}
    whole = sum(part["workers"] * part["weight"] for part in parts)
    kept = ("kind", "measure", "year", "weight", "workers_share", "spread_by", "persons_placed", "persons_lost")
    return [
        SourceLine(
            name=part["source"], source=known.get(part["source"]), **{name: part[name] for name in kept},
            persons_in=part["persons_in"] if reads_around else None, workers=round(part["workers"]),
            persons_elsewhere=part["persons_elsewhere"] if reads_around else None,
            share=part["workers"] * part["weight"] / whole if whole > 0 else 0.0,
        )
        for part in parts
    ]  # fmt: skip


def _counties(said: dict[str, Any], codes: frozenset[str]) -> list[CountyLine]:
    """Return a line for each county and component of the reader's regions."""
    return [
        CountyLine(
            code=region["code"], name_zh=region["name_zh"], name_en=region["name_en"], workers=region["workers_persons"],
            source=part["source"], persons=part["persons"], grid_persons=part.get("grid_persons"),
            factor=part.get("rescaling_factor"), bar=bar_of(part.get("rescaling_factor")),
        )
        for region in said["regions"]
        if region["code"] in codes
        for part in region["components"]
    ]  # fmt: skip


def bar_of(factor: float | None) -> tuple[float, float] | None:
    """Return left end and width of the bar of a factor, 0 to ``BAR_WIDTH``; None where there is none above 0."""
    if factor is None or factor <= 0:
        return None
    place = max(-1.0, min(1.0, math.log(factor) / math.log(_WIDEST_FACTOR)))
    middle = BAR_WIDTH / 2
    return round(middle + min(0.0, place) * middle, 1), round(max(abs(place) * middle, 1.0), 1)


def _zones(user: Person, model: DemandModel) -> list[ZoneLine]:
    """Return the development zones of the region with what the sources counted in them: zones have no cells of their own."""
    shares = read_zone_shares(ancestors(model.region.path)[0].rstrip("/"))
    known = scoped(Region, user, Act.READ_DEMAND).filter(valid_until=None).order_by("code").defer("boundary")
    regions = {region.code: region for region in known}
    counted = [_counted(user, part) for part in area_parts(model)]
    return [
        ZoneLine(
            region=zone, persons=[totals.get(zone.pk) for totals in counted],
            into=[(regions[code], share) for code, share in _shares_of(shares, zone.code) if code in regions],
        )
        for zone in regions.values()
        if zone.unit_type == Region.UnitType.FUNCTIONAL_ZONE and zone.path.startswith(model.region.path)
    ]  # fmt: skip


def area_parts(model: DemandModel) -> list[dict[str, Any]]:
    """Return the components of the report that spread totals of areas."""
    return [part for part in model.report["components"] if part["kind"] == "area_totals"]


def _counted(user: Person, part: dict[str, Any]) -> dict[int, int]:
    """Return the people that a component counted in each functional zone, by the id of the zone."""
    rows = scoped(AreaTotal, user, Act.READ_DEMAND).filter(source__slug=part["source"], measure=part["measure"])
    rows = rows.filter(year=part["year"], region__unit_type=Region.UnitType.FUNCTIONAL_ZONE).order_by()
    return dict(rows.values_list("region_id").annotate(people=Sum("persons")))


def _shares_of(zones: dict[str, ZoneShares], code: str) -> list[tuple[str, float]]:
    """Return county and share of a zone, the largest share first."""
    shares = zones[code].shares if code in zones else {}
    return sorted(((county, float(share)) for county, share in shares.items()), key=lambda pair: -pair[1])
