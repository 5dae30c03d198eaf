"""The quality page, the records behind its lines as page and CSV, and the history of a venue."""

import csv
import io

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from geo.engine.errors import InputError, Language
from geo.models import Venue
from geo.quality.checks import find_data_set, find_line
from geo.quality.lines import DataSet, Line
from geo.services.record_edits import EDITABLE, edit_venue, undo_last
from planner.accounts.policy import Act
from planner.accounts.scope import permits, scoped
from planner.quality.changes import versions_of
from planner.quality.selectors import data_sets_for
from planner.reports.templatetags.figures import in_chinese

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
    line = _line(request, dataset, check)[1]
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
@require_http_methods(["GET", "HEAD", "POST"])
def history(request: HttpRequest, code: str) -> HttpResponse:
    """Show the versions of a venue: who, when, from which file, old and new. A POST mends it or takes the last change back."""
    _admit(request)
    venue = get_object_or_404(scoped(Venue, request.user, Act.READ_RECORDS).select_related("region"), code=code)
    may_edit = permits(request.user, Act.MANAGE_RECORDS, venue.region)
    if request.method == "POST":
        if not may_edit:
            raise PermissionDenied
        return _change(request, venue)
    fields = [(name, Venue._meta.get_field(name), getattr(venue, name)) for name in EDITABLE]
    context = {"venue": venue, "versions": versions_of(venue), "may_edit": may_edit, "fields": fields}
    return render(request, "quality/history.html", context)


def _change(request: HttpRequest, venue: Venue) -> HttpResponse:
    """Do what was asked, say what came of it, and show the venue again."""
    now = timezone.now()
    try:
        if "undo" in request.POST:
            undo_last(venue, by=request.user, at=now)
        else:
            edit_venue(venue, {name: request.POST[name] for name in EDITABLE if name in request.POST}, by=request.user, at=now)
    except InputError as error:
        language: Language = "zh-hans" if in_chinese() else "en"
        for problem in error.problems:
            messages.error(request, problem.sentence(language))
    else:
        messages.success(request, _("Saved."))
    return redirect("quality:history", code=venue.code)
