"""What an import would do, the decision about it, and the way back."""

import json
import tempfile
from pathlib import Path
from typing import Any, cast

import pandas as pd
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo.engine.errors import InputError
from geo.imports.check import DUPLICATE, INVALID
from geo.imports.kinds import KINDS
from geo.imports.returned import returned_form, write_returned
from geo.jobs import import_queue as queue
from geo.models import ImportBatch, JobState
from geo.services.imports import choose
from planner.imports import found
from planner.imports.access import own_batch
from planner.imports.files import attachment
from planner.imports.findings import findings_of, strange_rows_of
from planner.imports.language import language_of_page, say_problems
from planner.workspace.selectors import basemap_for

ROWS_PER_PAGE = 50
Stage = ImportBatch.Stage


def preview_page(request: HttpRequest, own: ImportBatch) -> HttpResponse:
    """Show what the check found."""
    language = language_of_page()
    counts = own.summary["counts"]
    changed = Paginator(found.changed_rows(own), ROWS_PER_PAGE).get_page(request.GET.get("changes"))
    kind = KINDS[own.kind]
    changed_lines = cast(list[dict[str, Any]], cast(pd.DataFrame, changed.object_list).to_dict("records"))
    new = Paginator(found.new_rows(own), ROWS_PER_PAGE).get_page(request.GET.get("new"))
    new_lines = cast(list[dict[str, Any]], cast(pd.DataFrame, new.object_list).to_dict("records"))
    context = {
        "batch": own, "counts": counts, "wrong": counts[INVALID] + own.summary["unread_rows"],
        "duplicates": counts[DUPLICATE],
        "findings": findings_of(own, language), "strange_rows": strange_rows_of(own, language),
        "notes": own.summary.get("notes", []), "summary": own.summary,
        "problems": Paginator(found.problems_of(own, language), ROWS_PER_PAGE).get_page(request.GET.get("problems")),
        "changed": changed,
        "new": new, "new_rows": found.values_of(new_lines, kind, language),
        "changes": [found.change_of(line, kind, language) for line in changed_lines],
        "returned_form": returned_form(own), "boot": _boot(request, own), "has_map": kind.has_coordinates,
        "failed": own.warnings, "is_cancelled": own.state == JobState.CANCELLED,
    }  # fmt: skip
    return render(request, "imports/preview.html", context)


def _boot(request: HttpRequest, own: ImportBatch) -> dict[str, Any]:
    """Return what the map's script needs."""
    words = {
        "new": _("new"), "changed": _("changed"), "unchanged": _("unchanged"), "invalid": _("invalid"),
        "duplicate": _("duplicate"),
        "row": _("row"), "some": _("%(shown)s of %(count)s points are shown"),
        "failed": _("The points could not be loaded."),
    }  # fmt: skip
    return {"points": reverse("imports:points", args=[own.pk]), "basemap": basemap_for(request.user, []), "words": words}


def done_page(request: HttpRequest, own: ImportBatch) -> HttpResponse:
    """Show what was written, and why it was not taken back if that was tried in vain."""
    context = {"batch": own, "written": own.summary.get("written", {}), "failed": own.warnings}
    return render(request, "imports/done.html", context)


def _checked(request: HttpRequest, pk: int) -> ImportBatch:
    own = own_batch(request, pk)
    if own.stage in (Stage.RECEIVED, Stage.READ):
        raise Http404
    return own


@login_required
@require_safe
def points(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the rows with a place as GeoJSON."""
    own = _checked(request, pk)
    text = json.dumps(found.points_of(own, language_of_page()), ensure_ascii=False)
    return HttpResponse(text, content_type="application/geo+json", headers={"Cache-Control": "private, no-store"})


@login_required
@require_safe
def returned(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the same file back, with a column of problems."""
    own = _checked(request, pk)
    with tempfile.TemporaryDirectory() as folder:
        file = write_returned(own, Path(folder), language=language_of_page())
        return attachment(file.path, file.file_name)


@login_required
@require_POST
def recheck(request: HttpRequest, pk: int) -> HttpResponse:
    """Check the rows again as a finding proposes: under another datum, or with x and y swapped; nothing else is taken."""
    own = _checked(request, pk)
    findings = findings_of(own, language_of_page())
    datum = request.POST.get("datum", "")
    swaps = "swap" in request.POST and any(finding.swaps for finding in findings)
    if not swaps and datum not in {code for finding in findings for code in finding.datums}:
        raise Http404
    options = {"swap_axes": not own.options.get("swap_axes", False)} if swaps else {}
    try:
        choose(
            own, mapping=own.mapping, datum=own.datum if swaps else datum, constants=own.options.get("constants", {}),
            options=options,
        )  # fmt: skip
        queue.queue_check(own)
    except InputError as error:
        _say(request, error)
    return redirect("imports:batch", pk=pk)


@login_required
@require_POST
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the rows written; faulty rows only stay out where the planner says so."""
    own = own_batch(request, pk)
    if own.stage != Stage.CHECKED:
        return redirect("imports:batch", pk=pk)
    skip, keep = "skip_invalid" in request.POST, "keep_duplicates" in request.POST
    counts = own.summary["counts"]
    wrong = counts[INVALID] + own.summary["unread_rows"] + (0 if keep else counts[DUPLICATE])
    if wrong and not skip:
        messages.error(request, _("Nothing was written: tick “skip rows with problems”, or mend the file and bring it again."))
        return redirect("imports:batch", pk=pk)
    try:
        queue.queue_commit(own, skip_invalid=skip, keep_duplicates=keep, by_id=int(request.user.pk))  # type: ignore[arg-type]
    except InputError as error:
        _say(request, error)
    return redirect("imports:batch", pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then have everything that the import wrote taken back."""
    own = own_batch(request, pk)
    if own.stage != Stage.COMMITTED or own.state in queue.BUSY:
        return redirect("imports:batch", pk=pk)
    if request.method != "POST":
        return render(request, "imports/undo.html", {"batch": own, "written": own.summary.get("written", {})})
    try:
        queue.queue_undo(own, by_id=int(request.user.pk))  # type: ignore[arg-type]
    except InputError as error:
        _say(request, error)
    return redirect("imports:batch", pk=pk)


def _say(request: HttpRequest, error: InputError) -> None:
    for sentence in say_problems(error.problems):
        messages.error(request, sentence)
