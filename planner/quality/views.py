"""The quality page, the records behind its lines as page and CSV, and the history of a venue."""

import csv
import io

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from geo.engine.errors import InputError
from geo.models import Venue
from geo.quality.checks import find_data_set, find_line
from geo.quality.lines import DataSet, Line
from planner.accounts.policy import Act
from planner.accounts.scope import permits, scoped
from planner.quality.changes import versions_of
from planner.quality.selectors import data_sets_for

ROWS_PER_PAGE = 50
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def _admit(request: HttpRequest, act: Act = Act.READ_RECORDS) -> None:
    if not permits(request.user, act):
        raise PermissionDenied


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the lines of every data set."""
    _admit(request)
    return render(request, "quality/page.html", {"data_sets": data_sets_for(request.user)})


@login_required
@require_safe
def records_page(request: HttpRequest, dataset: str, check: str) -> HttpResponse:
    """Show the records behind a line, page by page."""
    _admit(request)
    data_set, line = _line(request, dataset, check)
    rows = Paginator(line.findings, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    is_venues = dataset.startswith(("venues.", "candidates.", "gathering-points.")) and not check.startswith("source-")
    context = {"data_set": data_set, "line": line, "rows": rows, "has_history": is_venues}
    return render(request, "quality/records.html", context)


@login_required
@require_safe
def records_csv(request: HttpRequest, dataset: str, check: str) -> HttpResponse:
    """Send the records behind a line as CSV (UTF-8 with a mark, for spreadsheet programs)."""
    _admit(request)
    _admit(request, Act.EXPORT)
    _, line = _line(request, dataset, check)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["key", "name_zh", "region_code", "found"])
    for each in line.findings:
        writer.writerow([plain_cell(value) for value in (each.key, each.name, each.region_code, each.detail)])
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="quality-{check}.csv"'
    return answer


def plain_cell(value: str) -> str:
    """Return ``value`` so that no spreadsheet program takes it for a formula."""
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


def _line(request: HttpRequest, dataset: str, check: str) -> tuple[DataSet, Line]:
    """Return a line of the reader's; 404 if there is none."""
    try:
        data_set = find_data_set(data_sets_for(request.user), dataset)
    except InputError as error:
        raise Http404 from error
    line = find_line(data_set, check)
    if line is None:
        raise Http404
    return data_set, line


@login_required
@require_safe
def history(request: HttpRequest, code: str) -> HttpResponse:
    """Show the versions of a venue: who, when, from which file, old and new."""
    _admit(request)
    venue = get_object_or_404(scoped(Venue, request.user, Act.READ_RECORDS).select_related("region"), code=code)
    return render(request, "quality/history.html", {"venue": venue, "versions": versions_of(venue)})
