"""One import on its way: where it stands, its columns and datum."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo.engine.errors import InputError
from geo.imports.kinds import KINDS
from geo.jobs import import_queue as queue
from geo.models import ImportBatch, ImportMapping, JobState
from geo.services.imports import choose, save_mapping
from planner.accounts.policy import Act
from planner.accounts.scope import scoped
from planner.imports import columns as columns_page
from planner.imports.access import own_batch
from planner.imports.language import language_of_page, say_problems
from planner.imports.views.preview import done_page, preview_page

Stage = ImportBatch.Stage


@login_required
@require_safe
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an import where it stands: under way, columns, preview or done."""
    own = own_batch(request, pk)
    if own.state in queue.BUSY or own.stage == Stage.RECEIVED:
        return _progress_page(request, own)
    if own.stage == Stage.READ:
        return redirect("imports:columns", pk=own.pk)
    return preview_page(request, own) if own.stage == Stage.CHECKED else done_page(request, own)


def _progress_page(request: HttpRequest, own: ImportBatch) -> HttpResponse:
    context = {
        "batch": own, "step": step_of(own), "said": said_of(own), "is_busy": own.state in queue.BUSY,
        "may_cancel": queue.is_lost(own) or not queue.is_stopping(own), "share": queue.share_of(own),
    }  # fmt: skip
    return render(request, "imports/progress.html", context)


def step_of(own: ImportBatch) -> str:
    """Return what is being done to an import, in words."""
    if queue.is_stopping(own):
        return _("Stopping")
    words = {
        Stage.RECEIVED: _("Reading the file"), Stage.READ: _("Checking the rows"), Stage.CHECKED: _("Writing the records"),
        Stage.COMMITTED: _("Taking the records back"),
    }  # fmt: skip
    return words[Stage(own.stage)] if own.state in queue.BUSY else _("Done")


def said_of(own: ImportBatch) -> str:
    """Return what a planner who waits should know."""
    if queue.is_lost(own):
        return _("No sign of life for two minutes: the worker may have ended. Cancel and start again.")
    if queue.is_stopping(own):
        return _("Stopping: what was written so far is taken back, and the records stay as they were.")
    return _("Waiting for a worker.") if own.state == JobState.QUEUED else _("You may leave this page; the work goes on.")


@login_required
@require_safe
def state(request: HttpRequest, pk: int) -> JsonResponse:
    """Say how far the present step is."""
    own = own_batch(request, pk)
    return JsonResponse(
        {
            "stage": own.stage,
            "state": own.state,
            "share": queue.share_of(own),
            "step": step_of(own),
            "said": said_of(own),
            "busy": own.state in queue.BUSY,
        }
    )


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the present step; one that writes stops soon, and its page says so then."""
    own = own_batch(request, pk)
    if queue.cancel(own) and not queue.is_stopping(own):
        messages.info(request, _("Cancelled; no record was changed."))
    return redirect("imports:batch", pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Show which column is which field and ask for the datum; a POST keeps the answer and has the rows checked."""
    own = own_batch(request, pk)
    if own.state in queue.BUSY or own.stage not in (Stage.READ, Stage.CHECKED):
        return redirect("imports:batch", pk=pk)
    if request.method == "POST":
        return _reread(request, own) if "reread" in request.POST else _choose(request, own)
    saved = _mappings(request, own).filter(pk=_number(request.GET.get("mapping"))).first()
    return _columns_page(request, own, columns_page.first_answer(own, saved), [])


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < len("9" * 12) else 0


def _mappings(request: HttpRequest, own: ImportBatch) -> Any:
    return scoped(ImportMapping, request.user, Act.MANAGE_RECORDS).filter(kind=own.kind)


def _columns_page(
    request: HttpRequest, own: ImportBatch, answer: columns_page.Answer, problems: list[str], status: int = 200
) -> HttpResponse:
    context = columns_page.columns_context(own, answer, language_of_page()) | {
        "batch": own, "problems": problems, "mappings": list(_mappings(request, own)), "notes": own.facts.get("notes", []),
        "failed": own.warnings if own.state == JobState.FAILED else [],
    }  # fmt: skip
    return render(request, "imports/columns.html", context, status=status)


def _choose(request: HttpRequest, own: ImportBatch) -> HttpResponse:
    answer = columns_page.posted_answer(request.POST, KINDS[own.kind])
    options = {name: value for name, value in answer.options.items() if value or name in own.options}
    try:
        choose(own, mapping=answer.mapping, datum=answer.datum, constants=answer.constants, options=options)
        if name := request.POST.get("save_as", "").strip()[:120]:
            save_mapping(own, name=name, at=timezone.now(), by=request.user if request.user.is_authenticated else None)
        queue.queue_check(own)
    except InputError as error:
        return _columns_page(request, own, answer, say_problems(error.problems), status=400)
    return redirect("imports:batch", pk=own.pk)


def _reread(request: HttpRequest, own: ImportBatch) -> HttpResponse:
    """Have another sheet or layer of the file read; only those that the file has."""
    wanted = {"sheet": request.POST.get("sheet", ""), "layer": request.POST.get("layer", "")}
    known = {"sheet": own.facts.get("sheets") or [], "layer": own.facts.get("layers") or []}
    own.options = own.options | {name: value for name, value in wanted.items() if value in known[name]}
    own.mapping = {}
    own.save(update_fields=["options", "mapping"])
    try:
        queue.queue_reading(own)
    except InputError as error:
        for sentence in say_problems(error.problems):
            messages.error(request, sentence)
    return redirect("imports:batch", pk=own.pk)
