"""The quality page, and the records behind its lines as page and CSV."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from geo.engine.errors import InputError
from geo.quality.checks import find_line
from geo.quality.lines import DataSet, Finding, Line
from planner.accounts.policy import Act
from planner.accounts.scope import permits
from planner.imports.language import language_of_page
from planner.quality.links import has_venues, links_of, page_of
from planner.quality.listing import ROWS_PER_PAGE, Asked, asked_of, listed, points_of, regions_of
from planner.quality.selectors import data_set_for, data_sets_for, region_names
from planner.quality.sheets import csv_of, csv_of_lines
from planner.workspace.selectors import basemap_for


def admit(request: HttpRequest, act: Act = Act.READ_RECORDS) -> None:
    """Refuse whoever may do ``act`` nowhere."""
    if not permits(request.user, act):
        raise PermissionDenied


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the lines of every data set."""
    admit(request)
    data_sets = data_sets_for(request.user)
    verdicts = [line.severity for data_set in data_sets for line in data_set.lines]
    counts = {severity: verdicts.count(severity) for severity in ("bad", "warn", "good")}
    sets = [_Shown(data_set=each, page_url=page_of(request, each.code)) for each in data_sets]
    return render(request, "quality/page.html", {"data_sets": data_sets, "sets": sets, "counts": counts,
                                                 "may_export": permits(request.user, Act.EXPORT)})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """A data set on the page: what was found first, checks that found nothing folded away."""

    data_set: DataSet
    page_url: str

    @property
    def found(self) -> list[Line]:
        """Lines that are bad or warn, or that tell a number."""
        return [line for line in self.data_set.lines if line.count or line.severity != "good"]

    @property
    def clean(self) -> list[Line]:
        """Lines that found nothing."""
        return [line for line in self.data_set.lines if not line.count and line.severity == "good"]


@login_required
@require_safe
def records_page(request: HttpRequest, dataset: str, check: str) -> HttpResponse:
    """Show the records behind a line: searched, sorted, page by page, and on a map."""
    admit(request)
    data_set, line = _line(request, dataset, check)
    names, asked = region_names(request.user), asked_of(request.GET)
    found = listed(line, asked, names)
    rows = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    links = links_of(request, dataset, check)
    context = {
        "data_set": data_set, "line": line, "asked": asked, "count": len(found), "names": names,
        "rows": rows, "lines": [(each, links(each.key)) for each in rows], "regions": regions_of(line, names),
        "columns": _columns(asked, line), "has_details": _has_details(line),
        "page_url": page_of(request, dataset), "boot": _boot(request, found, links("KEY")),
        "may_export": permits(request.user, Act.EXPORT),
    }  # fmt: skip
    return render(request, "quality/records.html", context)


def _has_details(line: Line) -> bool:
    """Return whether any record says more than that it is there."""
    return any(found.detail for found in line.findings)


def _columns(asked: Asked, line: Line) -> list[dict[str, str]]:
    """Return the heads of the table: each sorts by its column, and the other way round when it does so already."""
    heads = {"key": _("record"), "name": _("name"), "region": _("region")}
    heads |= {"found": _("found")} if _has_details(line) else {}
    return [
        {
            "label": label, "sorted": ("descending" if asked.is_descending else "ascending") if asked.sort == name else "none",
            "query": Asked(
                text=asked.text, region=asked.region, sort=name, is_descending=asked.sort == name and not asked.is_descending
            ).query,
        }
        for name, label in heads.items()
    ]  # fmt: skip


def _boot(request: HttpRequest, found: list[Finding], link: str) -> dict[str, Any] | None:
    """Return what the map's script needs; None where no record has a place. ``link``: the address of a record named KEY."""
    points = points_of(found)
    if not points["count"]:
        return None
    sentences = {"some": _("%(shown)s of %(count)s points are shown"), "open": _("Open the record")}
    return points | {"link": link, "basemap": basemap_for(request.user, []), "words": sentences}


@login_required
@require_safe
def records_csv(request: HttpRequest, dataset: str, check: str) -> HttpResponse:
    """Send the records behind a line, as searched and sorted, as CSV."""
    admit(request)
    admit(request, Act.EXPORT)
    line = _line(request, dataset, check)[1]
    names = region_names(request.user)
    found = listed(line, asked_of(request.GET), names)
    text = csv_of(dataset if has_venues(dataset, check) else "", found, names, language_of_page())
    return _sheet(text, f"quality-{check}")


@login_required
@require_safe
def lines_csv(request: HttpRequest) -> HttpResponse:
    """Send the lines of every data set as CSV."""
    admit(request)
    admit(request, Act.EXPORT)
    return _sheet(csv_of_lines(data_sets_for(request.user), language_of_page()), "quality")


def _sheet(text: str, name: str) -> HttpResponse:
    """Return a CSV file in UTF-8 with a mark, by which spreadsheet programs know it."""
    answer = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _line(request: HttpRequest, dataset: str, check: str) -> tuple[DataSet, Line]:
    """Return a line of the reader's; 404 if there is none."""
    try:
        data_set = data_set_for(request.user, dataset)
    except InputError as error:
        raise Http404 from error
    line = find_line(data_set, check)
    if line is None:
        raise Http404
    return data_set, line
