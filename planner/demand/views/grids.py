"""Population grids in the browser: received, read as a job, and what was found in them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo.engine.errors import InputError
from geo.ingest.tables import MAX_FILE_BYTES
from geo.jobs import import_queue as queue
from geo.models import ImportBatch
from geo.services.grid_imports import grid_imports, receive_grid
from planner.accounts.policy import Act
from planner.accounts.scope import scoped
from planner.demand.access import admit
from planner.demand.forms import GridForm
from planner.demand.grid_lines import about_lines
from planner.demand.progress import progress_of
from planner.imports.language import say_problems
from planner.imports.uploads import FORM_BYTES, MAX_MEGABYTES, on_disk

RECENT = 10


def own_grids(request: HttpRequest) -> "QuerySet[ImportBatch]":
    """Return the imports of grids of the regions whose records the reader manages; 403 for those who manage none."""
    admit(request, Act.MANAGE_RECORDS)
    rows = grid_imports(scoped(ImportBatch, request.user, Act.MANAGE_RECORDS))
    return rows.select_related("region", "source", "created_by").defer("region__boundary")


@csrf_exempt  # the body is not touched before its size is known; the protected view inside checks the token
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Show the form, or take a file; a body above the limit is refused before it is read."""
    admit(request, Act.MANAGE_RECORDS)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_FILE_BYTES + FORM_BYTES:
        return render(request, "demand/too_large.html", {"at": "sources", "limit": MAX_MEGABYTES}, status=413)
    return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    form = GridForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("demand:grid", pk=_receive(request, form).pk)
        except InputError as error:
            for sentence in say_problems(error.problems):
                form.add_error("file", sentence)
    context = {"at": "sources", "form": form, "limit": MAX_MEGABYTES, "recent": own_grids(request)[:RECENT]}
    return render(request, "demand/grid_new.html", context, status=400 if form.is_bound else 200)


def _receive(request: HttpRequest, form: GridForm) -> ImportBatch:
    """Bring the file to the disk in portions, make the import, have it read."""
    data = form.cleaned_data
    with on_disk(data["file"]) as (path, name):
        batch = receive_grid(
            path=path, name=name, region=data["region"], source=form.source_of(), options=form.options(),
            measure=data["measure"], at=timezone.now(), by=request.user if request.user.is_authenticated else None,
        )  # fmt: skip
    queue.queue_grid(batch)
    return batch


@login_required
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a grid: under way, or what was found in it."""
    batch = get_object_or_404(own_grids(request), pk=pk)
    context = {
        "at": "sources", "batch": batch, "progress": _progress(batch), "may_manage": True,
        "lines": about_lines(batch.summary.get("about", {})), "found": batch.summary,
    }  # fmt: skip
    return render(request, "demand/grid.html", context)


def _progress(batch: ImportBatch) -> dict[str, Any]:
    return progress_of(batch, _("Reading the grid"), is_lost=queue.is_lost(batch))


@login_required
@require_safe
def state(request: HttpRequest, pk: int) -> JsonResponse:
    """Say how far the reading is."""
    return JsonResponse(_progress(get_object_or_404(own_grids(request), pk=pk)))


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the reading; nothing is kept."""
    if queue.cancel(get_object_or_404(own_grids(request), pk=pk)):
        messages.info(request, _("Cancelled; no record was changed."))
    return redirect("demand:grid", pk=pk)
