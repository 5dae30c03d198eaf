"""The list of imports, the way in for a new file, templates, and records out."""

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from geo.engine.errors import InputError
from geo.imports import exports, templates
from geo.imports.exported import BY_SOURCE, MODELS, sources_of
from geo.imports.kinds import KINDS
from geo.ingest.tables import MAX_FILE_BYTES
from geo.jobs.import_queue import BUSY, queue_reading
from geo.models import DataSource, ImportBatch, ImportKind
from geo.services.grid_imports import table_imports
from geo.services.imports import receive
from planner.accounts.policy import Act
from planner.accounts.scope import permits, scoped
from planner.imports.access import admit
from planner.imports.files import attachment
from planner.imports.forms import UploadForm
from planner.imports.language import language_of_page, say_problems
from planner.imports.uploads import FORM_BYTES, MAX_MEGABYTES, on_disk

BATCHES_PER_PAGE = 25


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the imports of the reader's regions, newest first, and the templates."""
    admit(request)
    rows = table_imports(scoped(ImportBatch, request.user, Act.MANAGE_RECORDS)).select_related("region", "created_by")
    kinds = [
        (code, label, _exported_sources(request, code), exports.formats_of(code))
        for code, label in ImportKind.choices
        if code in KINDS
    ]
    batches = Paginator(rows, BATCHES_PER_PAGE).get_page(request.GET.get("page"))
    context = {"batches": batches, "kinds": kinds, "busy": BUSY}
    return render(request, "imports/list.html", context)


def _exported_sources(request: HttpRequest, kind: str) -> list[DataSource | None]:
    """Return what the records of a kind come out by: their sources, or one file of all of them (None)."""
    if kind not in BY_SOURCE:
        return [None]
    return list(sources_of(kind, scoped(MODELS[kind], request.user, Act.EXPORT)))


@csrf_exempt  # the body is not touched before its size is known; the protected view inside checks the token
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Show the form, or take a file; a body above the limit is refused before it is read."""
    admit(request)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_FILE_BYTES + FORM_BYTES:
        return render(request, "imports/too_large.html", {"limit": MAX_MEGABYTES}, status=413)
    return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("imports:batch", pk=_receive(request, form).pk)
        except InputError as error:
            for sentence in say_problems(error.problems):
                form.add_error("file", sentence)
    context = {"form": form, "limit": MAX_MEGABYTES}
    return render(request, "imports/upload.html", context, status=400 if form.is_bound else 200)


def _receive(request: HttpRequest, form: UploadForm) -> ImportBatch:
    """Bring the file to the disk in portions, make the import, have it read."""
    data = form.cleaned_data
    with on_disk(data["file"]) as (path, name):
        batch = receive(
            path=path, name=name, kind=data["kind"], region=data["region"], source=form.source_of(), at=timezone.now(),
            by=request.user if request.user.is_authenticated else None,
        )  # fmt: skip
    queue_reading(batch)
    return batch


@login_required
@require_safe
def template(request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    """Send the empty form of a kind."""
    admit(request)
    if kind not in KINDS or form not in templates.FORMATS:
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = templates.write_template(KINDS[kind], Path(folder) / f"{kind}.{form}", language=language_of_page())
        return attachment(path, f"{kind}-template.{form}")


@login_required
@require_safe
def export(request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    """Send the records of a kind of the reader's regions, in the columns of the template."""
    admit(request)
    if not permits(request.user, Act.EXPORT):
        raise PermissionDenied
    if kind not in exports.EXPORTED or form not in exports.formats_of(kind):
        raise Http404
    rows = scoped(MODELS[kind], request.user, Act.EXPORT)
    source = _source_of_export(request, kind, rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}.{form}"
        exports.write_export(kind, path, rows=rows, source=source, language=language_of_page())
        name = f"{kind}-{source.slug}" if source else kind
        return attachment(path, f"{name}-{_today():%Y%m%d}.{form}")


def _source_of_export(request: HttpRequest, kind: str, rows: "QuerySet[Any]") -> DataSource | None:
    """Return the source that is asked for, of kinds whose records belong to sources; 404 for one without records to show."""
    if kind not in BY_SOURCE:
        return None
    found = sources_of(kind, rows).filter(slug=request.GET.get("source", "")).first()
    if found is None:
        raise Http404
    return found


def _today() -> dt.date:
    return timezone.localdate()
