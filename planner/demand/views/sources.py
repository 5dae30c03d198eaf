"""The sources of demand, kept apart, and the records behind each."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, F, Sum
from django.db.models.lookups import IsNull
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from geo.models import AreaTotal, DataSource, DemandCell, Region, Venue
from planner.accounts.policy import Act
from planner.accounts.scope import permits, scoped
from planner.demand import sources
from planner.demand.access import admit
from planner.demand.grid_lines import grid_lines

ROWS_PER_PAGE = 50


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show every source of demand with what it holds and who was lost."""
    admit(request)
    context = {
        "at": "sources",
        "cards": sources.source_cards(request.user),
        "may_manage": permits(request.user, Act.MANAGE_RECORDS),
    }
    return render(request, "demand/sources.html", context)


@login_required
@require_safe
def records(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a source holds, row by row; lost rows first."""
    admit(request)
    source = get_object_or_404(scoped(DataSource, request.user, Act.READ_DEMAND), slug=slug)
    card = next((card for card in sources.source_cards(request.user) if card.source == source), None)
    if card is None:
        raise Http404
    return render(request, "demand/records.html", {"at": "sources", "card": card, "source": source, **_records(request, card)})


def _records(request: HttpRequest, card: sources.SourceCard) -> dict[str, Any]:
    """Return the rows of every kind that the source holds."""
    user = request.user
    totals = scoped(AreaTotal, user, Act.READ_DEMAND).filter(source=card.source).select_related("region")
    rows = totals.annotate(is_lost=IsNull(F("region"), True)).order_by("-is_lost", "area_code", "area_name", "measure", "-year")
    cells = scoped(DemandCell, user, Act.READ_DEMAND).filter(source=card.source).order_by()
    by_region = cells.values_list("region_id").annotate(cells=Count("pk"), persons=Sum("workers_persons"))
    counties = {pk: (count, persons) for pk, count, persons in by_region}
    regions = scoped(Region, user, Act.READ_DEMAND).filter(pk__in=counties).order_by("code")
    return {
        "totals": Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "counties": [(region, *counties[region.pk]) for region in regions],
        "places": _places(request, card), "grid": grid_lines(card.source),
    }  # fmt: skip


def _places(request: HttpRequest, card: sources.SourceCard) -> list[Any]:
    if not any(holding.kind == sources.GATHERING for holding in card.holdings):
        return []
    own = set(scoped(Venue, request.user, Act.READ_DEMAND).filter(source=card.source).values_list("pk", flat=True))
    places = [place for pk, place in sources.waiting_for(request.user).items() if pk in own]
    return sorted(places, key=lambda place: (-place.peak_persons, place.code))
