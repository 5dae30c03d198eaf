"""The quality page, and the records behind its lines as page and CSV."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from geo.engine.errors import InputError
from geo.quality.checks import find_line
from geo.quality.lines import DataSet, Finding, Line
from geo.quality.venues import PREFIXES
from planner.accounts.policy import Act
from planner.accounts.scope import permits
from planner.imports.language import language_of_page
from planner.quality.listing import ROWS_PER_PAGE, Asked, asked_of, listed, points_of, regions_of
from planner.quality.selectors import data_set_for, data_sets_for, region_names
from planner.quality.sheets import csv_of
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
    return render(request, "quality/page.html", {"data_sets": data_sets, "counts": counts})


@login_required
@require_safe
def records_page(request: HttpRequest, dataset: str, check: str) -> HttpResponse:
    """Show the records behind a line: searched, sorted, page by page, and on a map."""
    admit(request)
    data_set, line = _line(request, dataset, check)
    names, asked = region_names(request.user), asked_of(request.GET)
    found = listed(line, asked, names)
    rows = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    links = _links(dataset, check)
    context = {
        "data_set": data_set, "line": line, "asked": asked, "count": len(found), "names": names,
        "rows": rows, "lines": [(each, links(each)) for each in rows], "regions": regions_of(line, names),
        "columns": _columns(asked), "boot": _boot(request, found, links(_PLACEHOLDER)),
        "may_export": permits(request.user, Act.EXPORT),
    }  # fmt: skip
    return render(request, "quality/records.html", context)


def _has_venues(dataset: str, check: str) -> bool:
    """Return whether the records of a line are venues: of their data sets, all but what is said of the source."""
    return dataset.split(".", 1)[0] in PREFIXES and not check.startswith(("source-", "synthetic", "modelled"))


def _links(dataset: str, check: str) -> Callable[[Finding], str]:
    """Return what leads from a record to its page: venues have one."""
    back = f"{dataset}/{check}"

    def link(found: Finding) -> str:
        if not _has_venues(dataset, check):
            return ""
        return f"{reverse('quality:history', kwargs={'code': found.key})}?from={quote(back, safe='')}"

    return link


def _columns(asked: Asked) -> list[dict[str, str]]:
    """Return the heads of the table: each sorts by its column, and the other way round when it does so already."""
    heads = {"key": _("record"), "name": _("name"), "region": _("region"), "found": _("found")}
    return [
        {
            "label": label, "sorted": ("descending" if asked.is_descending else "ascending") if asked.sort == name else "none",
            "query": Asked(
                text=asked.text, region=asked.region, sort=name, is_descending=asked.sort == name and not asked.is_descending
            ).query,
        }
        for name, label in heads.items()
    ]  # fmt: skip


_PLACEHOLDER = Finding(key="KEY", name="", region_code="")


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
    """Send the records behind a line, as searched and sorted, as CSV (UTF-8 with a mark, for spreadsheet programs)."""
    admit(request)
    admit(request, Act.EXPORT)
    line = _line(request, dataset, check)[1]
    names = region_names(request.user)
    found = listed(line, asked_of(request.GET), names)
    text = csv_of(dataset if _has_venues(dataset, check) else "", found, names, language_of_page())
    answer = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="quality-{check}.csv"'
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
