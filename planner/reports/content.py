"""What a report says, as data: rows and numbers, no layout."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from coverage.models import CoverageResult, CoverageRun, Recommendation, RecommendedSite
from geo.models import DataSource, Region


@dataclass(frozen=True, kw_only=True)
class PhaseRow:
    """The sites of one year and action."""

    year: int
    action: RecommendedSite.Action
    sites_count: int
    cost_yuan: float
    newly_reached_persons: int


@dataclass(frozen=True, kw_only=True)
class RegionRow:
    """One region: what the run found, and the sites that are recommended in it."""

    result: CoverageResult
    sites_count: int
    newly_reached_persons: int


@dataclass(frozen=True, kw_only=True)
class ReportContent:
    """All that a report shows; what the reader may not see is not in it.

    ``total`` is the result of the largest region in it; ``whole`` says whether that is the region the plan was made for, so
    that the plan's own before and after may be shown.
    """

    recommendation: Recommendation
    run: CoverageRun
    region: Region
    total: CoverageResult
    whole: bool
    phases: tuple[PhaseRow, ...]
    cities: tuple[RegionRow, ...]
    counties: tuple[RegionRow, ...]
    sites: tuple[RecommendedSite, ...]
    sources: tuple[DataSource, ...]

    @property
    def notes(self) -> list[dict[str, object]]:
        """What must not be overlooked: warnings of the run and of the plan; they name places and sums of the whole region."""
        return [*self.run.warnings, *self.recommendation.warnings] if self.whole else []

    @property
    def speeds(self) -> dict[str, str] | None:
        """Whose speeds the run took, as a sentence in both languages; None for the plain ones."""
        zh, en = self.run.speeds.words
        return {"zh": zh, "en": en} if self.run.profile else None

    @property
    def unmet(self) -> list[dict[str, object]]:
        """What the plan could not meet; it names regions, so only readers of the whole region see it."""
        return list(self.recommendation.unmet) if self.whole else []

    @property
    def reached_after_share(self) -> float | None:
        """Within reach with the plan / all gig workers."""
        return self._share(self.recommendation.reached_after_persons)

    @property
    def served_after_share(self) -> float | None:
        """Served with the plan / all gig workers."""
        return self._share(self.recommendation.served_after_persons)

    @property
    def over_capacity_share(self) -> float | None:
        """Within reach but over capacity today / all gig workers."""
        return self._share(self.total.over_capacity_persons)

    @property
    def over_capacity_after_persons(self) -> int:
        """Within reach of some venue with the plan, but more than the venues can serve."""
        return self.recommendation.reached_after_persons - self.recommendation.served_after_persons

    @property
    def over_capacity_after_share(self) -> float | None:
        """Within reach but over capacity with the plan / all gig workers."""
        return self._share(self.over_capacity_after_persons)

    @property
    def out_of_reach_share(self) -> float | None:
        """Out of reach today / all gig workers."""
        return self._share(self.total.out_of_reach_persons)

    @property
    def out_of_reach_after_persons(self) -> int:
        """Out of reach of every venue with the plan."""
        return self.total.workers_persons - self.recommendation.reached_after_persons

    @property
    def out_of_reach_after_share(self) -> float | None:
        """Out of reach with the plan / all gig workers."""
        return self._share(self.out_of_reach_after_persons)

    @property
    def region_tables(self) -> "list[tuple[str, tuple[RegionRow, ...]]]":
        """The tables by region, each with its title."""
        return [(_("By city"), self.cities), (_("By county-level unit"), self.counties)]

    def _share(self, persons: int) -> float | None:
        return persons / self.total.workers_persons if self.total.workers_persons else None

    @property
    def is_synthetic(self) -> bool:
        """Whether any of the data behind it is synthetic."""
        return any(source.is_synthetic for source in self.sources)


def _phases(sites: Iterable[RecommendedSite]) -> tuple[PhaseRow, ...]:
    def key(site: RecommendedSite) -> tuple[int, str]:
        return site.year, site.action

    rows = []
    for (year, action), group in groupby(sorted(sites, key=key), key):
        members = list(group)
        rows.append(
            PhaseRow(
                year=year,
                action=RecommendedSite.Action(action),
                sites_count=len(members),
                cost_yuan=sum(site.cost_yuan for site in members),
                newly_reached_persons=sum(site.newly_reached_persons for site in members),
            )
        )
    return tuple(rows)


def _region_rows(results: Iterable[CoverageResult], sites: Iterable[RecommendedSite], level: str) -> tuple[RegionRow, ...]:
    site_list = list(sites)
    rows = []
    for result in results:
        if result.region.level != level:
            continue
        inside = [site for site in site_list if site.region.path.startswith(result.region.path)]
        newly = sum(site.newly_reached_persons for site in inside)
        rows.append(RegionRow(result=result, sites_count=len(inside), newly_reached_persons=newly))
    return tuple(rows)


def _sources(recommendation: Recommendation, sources: "QuerySet[DataSource]") -> tuple[DataSource, ...]:
    """Return the sources of the streets, and of the regions, venues and demand of the region."""
    path = recommendation.region.path
    parts = (
        sources.filter(networks=recommendation.run.network),
        sources.filter(regions__path__startswith=path),
        sources.filter(venues__region__path__startswith=path),
        sources.filter(demand_cells__region__path__startswith=path),
    )
    keys = {key for part in parts for key in part.values_list("pk", flat=True).distinct()}
    return tuple(sources.filter(pk__in=keys))


def report_content(
    recommendation: Recommendation,
    *,
    results: "QuerySet[CoverageResult]",
    sites: "QuerySet[RecommendedSite]",
    sources: "QuerySet[DataSource]",
) -> ReportContent | None:
    """Gather what a report on ``recommendation`` says from the rows that its reader may see.

    ``results``, ``sites``, ``sources`` are already limited to the reader's regions. None if there is nothing to see.
    """
    path = recommendation.region.path
    of_run = results.filter(run=recommendation.run, region__path__startswith=path).select_related("region")
    seen = sorted(of_run, key=lambda result: result.region.path)
    if not seen:
        return None
    seen_sites = tuple(sites.filter(recommendation=recommendation).select_related("region", "region__parent").order_by("rank"))
    total = min(seen, key=lambda result: (len(result.region.path), result.region.path))
    return ReportContent(
        recommendation=recommendation,
        run=recommendation.run,
        region=total.region,
        total=total,
        whole=total.region == recommendation.region,
        phases=_phases(seen_sites),
        cities=_region_rows(seen, seen_sites, Region.Level.PREFECTURE),
        counties=_region_rows(seen, seen_sites, Region.Level.COUNTY),
        sites=seen_sites,
        sources=_sources(recommendation, sources),
    )
