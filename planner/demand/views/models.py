"""Demand models: the list, the report of one, and its builds."""

import csv
import io
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from geo.engine.errors import InputError
from geo.imports.templates import plain
from geo.jobs import demand_queue as queue
from geo.models import DemandModel, JobState
from planner.accounts.policy import Act
from planner.accounts.scope import permits, scoped
from planner.demand.access import admit
from planner.demand.progress import progress_of
from planner.demand.reports import BAR_WIDTH, report_for
from planner.demand.sources import used_source
from planner.imports.language import say_problems

CSV_COLUMNS = (
    "region_code", "name_zh", "name_en", "workers_persons", "source", "source_persons", "grid_persons", "rescaling_factor",
)  # fmt: skip


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Show the models of the reader's regions and of those around them."""
    admit(request)
    rows = scoped(DemandModel, request.user, Act.READ_DEMAND).select_related("region", "output").order_by("slug")
    used = used_source(request.user)
    lines = [
        {
            "model": row, "workers": _workers(request, row), "is_busy": is_busy(row),
            "is_used": used is not None and row.output_id == used.pk,
        }
        for row in rows
    ]  # fmt: skip
    return render(
        request, "demand/models.html", {"at": "models", "lines": lines, "may_manage": permits(request.user, Act.MANAGE_RECORDS)}
    )


def _workers(request: HttpRequest, model: DemandModel) -> int | None:
    """Return the workers of a model that was built, for those who read all of its region."""
    return model.report.get("workers_persons") if permits(request.user, Act.READ_DEMAND, model.region) else None


def is_busy(model: DemandModel) -> bool:
    """Say whether a build waits or runs."""
    return model.state in queue.BUSY


def own_model(request: HttpRequest, slug: str, *, manage: bool = False) -> DemandModel:
    """Return a model the reader may see; with ``manage`` only those who manage the records of all of its region may go on."""
    admit(request, Act.MANAGE_RECORDS if manage else Act.READ_DEMAND)
    rows = scoped(DemandModel, request.user, Act.READ_DEMAND).select_related("region", "output", "created_by")
    model = get_object_or_404(rows, slug=slug)
    if manage and not permits(request.user, Act.MANAGE_RECORDS, model.region):
        raise PermissionDenied
    return model


@login_required
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a model: under way, or its report."""
    model = own_model(request, slug)
    used = used_source(request.user)
    context = {
        "at": "models", "model": model, "report": report_for(request.user, model), "progress": _progress(model),
        "may_manage": permits(request.user, Act.MANAGE_RECORDS, model.region),
        "may_export": permits(request.user, Act.EXPORT), "bar_width": BAR_WIDTH, "bar_middle": BAR_WIDTH / 2,
        "is_used": used is not None and model.output_id == used.pk,
        "failed": model.warnings if model.state == JobState.FAILED else [],
    }  # fmt: skip
    return render(request, "demand/model.html", context)


def _progress(model: DemandModel) -> dict[str, Any]:
    return progress_of(model, _("Building the model"), is_lost=queue.is_lost(model))


@login_required
@require_safe
def state(request: HttpRequest, slug: str) -> JsonResponse:
    """Say how far the build is."""
    return JsonResponse(_progress(own_model(request, slug)))


@login_required
@require_POST
def build(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the model built with the data of today."""
    model = own_model(request, slug, manage=True)
    try:
        queue.queue_build(model)
    except InputError as error:
        for sentence in say_problems(error.problems):
            messages.error(request, sentence)
    return redirect("demand:model", slug=slug)


@login_required
@require_POST
def cancel(request: HttpRequest, slug: str) -> HttpResponse:
    """Stop the build; the cells on record stay as they are."""
    model = own_model(request, slug, manage=True)
    if queue.cancel_build(model):
        messages.info(request, _("Cancelled; no record was changed."))
    return redirect("demand:model", slug=slug)


@login_required
@require_safe
def report_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the counties of the report with their factors as CSV (UTF-8 with a mark, for spreadsheet programs)."""
    model = own_model(request, slug)
    admit(request, Act.EXPORT)
    report = report_for(request.user, model)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(CSV_COLUMNS)
    for line in report.counties if report else []:
        values = (
            line.code, line.name_zh, line.name_en, line.workers, line.source, line.persons, line.grid_persons, line.factor,
        )  # fmt: skip
        writer.writerow([_cell(value) for value in values])
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="demand-{model.slug}.csv"'
    return answer


def _cell(value: Any) -> str:
    return "" if value is None else plain(str(value))
