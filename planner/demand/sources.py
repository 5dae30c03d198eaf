"""The sources of demand that a person may read, each with what it holds: people counted, and people who found no region."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Count, Max, Sum

from geo.engine.errors import InputError
from geo.models import AreaTotal, DataSource, DemandCell, DemandModel, HourlyCount, Region
from geo.selectors import demand_source
from geo.services.demand_models import WaitingPlace, waiting_places
from geo.services.grids import grid_facts
from planner.accounts.policy import Act
from planner.accounts.scope import Person, scoped

AREA_TOTALS, GRID, CELLS, GATHERING = "area_totals", "grid", "cells", "gathering"


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One kind of content of a source.

    kind: ``area_totals``, ``grid``, ``cells`` or ``gathering``; rows: areas, cells or points; persons: people counted, None
    where that is not known; lost_rows, lost_persons: rows that found no region.
    """

    kind: str
    rows: int
    persons: int | None
    measure: str = ""
    year: int | None = None
    lost_rows: int = 0
    lost_persons: int = 0


@dataclass(kw_only=True)
class SourceCard:
    """A source with what it holds. model: slug of the demand model that made it; is_used: runs use its cells by default."""

    source: DataSource
    holdings: list[Holding] = field(default_factory=list)
    model: str = ""
    is_used: bool = False


def source_cards(user: Person) -> list[SourceCard]:
    """Return the sources of demand, those that count people first, models last."""
    found: dict[int, list[Holding]] = defaultdict(list)
    for pk, holding in [*_totals(user), *_grids(user), *_cells(user), *_gathering(user)]:
        found[pk].append(holding)
    models = dict(scoped(DemandModel, user, Act.READ_DEMAND).exclude(output=None).values_list("output_id", "slug"))
    used = used_source(user)
    sources = scoped(DataSource, user, Act.READ_DEMAND).filter(pk__in=found)
    cards = [
        SourceCard(
            source=source, holdings=found[source.pk], model=models.get(source.pk, ""),
            is_used=used is not None and used.pk == source.pk,
        )
        for source in sources
    ]  # fmt: skip
    return sorted(cards, key=lambda card: (bool(card.model), card.holdings[0].kind != AREA_TOTALS, card.source.slug))


def used_source(user: Person) -> DataSource | None:
    """Return the source whose cells a coverage run of the person's widest region uses; None if there are no cells."""
    region = scoped(Region, user, Act.READ_DEMAND).filter(valid_until=None).order_by("path").first()
    try:
        return demand_source(region) if region else None
    except InputError:
        return None


Total = tuple[str, int]
"""Path of a region ("": none was found), people."""


def _totals(user: Person) -> Iterator[tuple[int, Holding]]:
    """Yield what was counted by area, once for each source, measure and year."""
    rows = scoped(AreaTotal, user, Act.READ_DEMAND).order_by("source_id", "measure", "-year")
    found: dict[tuple[int, str, int], list[Total]] = defaultdict(list)
    for source, measure, year, persons, path in rows.values_list("source_id", "measure", "year", "persons", "region__path"):
        found[source, measure, year].append((path or "", persons))
    for (source, measure, year), totals in found.items():
        lost = [persons for path, persons in totals if not path]
        yield source, Holding(
            kind=AREA_TOTALS, measure=measure, year=year, rows=len(totals), persons=people_once(totals), lost_rows=len(lost),
            lost_persons=sum(lost),
        )  # fmt: skip


def people_once(totals: Sequence[Total]) -> int:
    """Return the people of areas, those of a city and its counties once: areas within another one of the list do not count."""
    outermost: list[str] = []
    persons = 0
    for path, count in sorted(total for total in totals if total[0]):
        if not (outermost and path.startswith(outermost[-1]) and path != outermost[-1]):
            outermost.append(path)
            persons += count
    return persons


def _grids(user: Person) -> Iterator[tuple[int, Holding]]:
    known = {source.pk for source in scoped(DataSource, user, Act.READ_DEMAND)}
    for source, facts in grid_facts(settings.VAR_DIR):
        if source.pk in known:
            yield source.pk, Holding(kind=GRID, rows=facts.cells, persons=round(facts.persons), year=source.year)


def _cells(user: Person) -> Iterator[tuple[int, Holding]]:
    rows = scoped(DemandCell, user, Act.READ_DEMAND).order_by("source_id").values_list("source_id")
    for source, count, persons, year in rows.annotate(n=Count("pk"), people=Sum("workers_persons"), newest=Max("year")):
        yield source, Holding(kind=CELLS, measure="gig_workers", rows=count, persons=persons, year=year)


def _gathering(user: Person) -> Iterator[tuple[int, Holding]]:
    """Yield the gathering points of each source; people are those of the fullest hour of each point, hours are not added."""
    places = waiting_for(user)
    rows = scoped(HourlyCount, user, Act.READ_DEMAND).order_by().values_list("venue_id", "venue__source_id").distinct()
    by_source: dict[int, list[WaitingPlace]] = defaultdict(list)
    for venue, source in rows:
        by_source[source].append(places[venue])
    for source, own in by_source.items():
        peak = round(sum(place.peak_persons for place in own))
        yield source, Holding(kind=GATHERING, rows=len(own), persons=peak, year=max(place.year for place in own))


def waiting_for(user: Person) -> dict[int, WaitingPlace]:
    """Return the gathering points with counts in the person's regions, by the id of their venue."""
    own = set(scoped(HourlyCount, user, Act.READ_DEMAND).order_by().values_list("venue_id", flat=True).distinct())
    return {place.venue_id: place for place in waiting_places() if place.venue_id in own}
