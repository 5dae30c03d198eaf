"""The page of one venue: its versions, and the form that mends it. What may be changed is decided in the service."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from geo.engine.errors import InputError, Problem
from geo.imports.kinds.venues import VENUES
from geo.models import Venue
from geo.services.record_edits import EDITABLE, PLACE, edit_venue, restore_version, shown_values
from planner.accounts.policy import Act
from planner.accounts.scope import permits, scoped
from planner.imports.columns import DATUMS
from planner.imports.language import language_of_page
from planner.quality.changes import versions_with_changes
from planner.quality.selectors import editor_for, region_choices
from planner.quality.views import admit

REFUSED = 400
MAX_TEXT = 400


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One field of the form. ``choices``: code and label of a list; ``errors``: what is wrong with what was typed."""

    name: str
    label: str
    value: str
    unit: str
    help: str
    errors: list[str]
    choices: list[tuple[str, str]]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def history(request: HttpRequest, code: str) -> HttpResponse:
    """Show a venue and its versions: who, when, from which file, old and new. A POST mends it, or brings a version back."""
    admit(request)
    rows = scoped(Venue, request.user, Act.READ_RECORDS).select_related("region", "source")
    venue = get_object_or_404(rows, code=code)
    if request.method != "POST":
        return _page(request, venue, {}, [])
    if not permits(request.user, Act.MANAGE_RECORDS, venue.region):
        raise PermissionDenied
    return _change(request, venue)


def _change(request: HttpRequest, venue: Venue) -> HttpResponse:
    """Do what was asked; show the venue again, with what was typed where it could not be kept."""
    editor = editor_for(request.user, timezone.now())
    seen = _number(request.POST.get("seen", ""))
    given = {name: request.POST[name][:MAX_TEXT] for name in EDITABLE if name in request.POST}
    try:
        if "restore" in request.POST:
            restore_version(venue, _number(request.POST["restore"]) or 0, editor, seen=seen)
        else:
            edit_venue(venue, given, editor, seen=seen)
    except InputError as error:
        return _page(request, venue, given, list(error.problems))
    messages.success(request, _("Saved."))
    return redirect(request.get_full_path())


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _page(request: HttpRequest, venue: Venue, given: Mapping[str, str], problems: list[Problem]) -> HttpResponse:
    may_edit = permits(request.user, Act.MANAGE_RECORDS, venue.region)
    fields = _fields(request, venue, given, problems) if may_edit else []
    shown = {each.name for each in fields}
    language = language_of_page()
    context = {
        "venue": venue, "versions": versions_with_changes(venue), "may_edit": may_edit, "fields": fields,
        "problems": [each.sentence(language) for each in problems if not set(_names(each)) & shown],
        "back": _back(request.GET.get("from", "")),
    }  # fmt: skip
    return render(request, "quality/history.html", context, status=REFUSED if problems else None)


def _names(problem: Problem) -> list[str]:
    return [part.strip() for part in problem.field.split(",")]


def _back(text: str) -> tuple[str, str] | None:
    """Return data set and check of the list that the reader came from."""
    dataset, _slash, check = text.partition("/")
    return (dataset, check) if dataset and check.replace("-", "").isalnum() and "/" not in check else None


def _fields(
    request: HttpRequest, venue: Venue, given: Mapping[str, str], problems: list[Problem]
) -> list[FormField]:  # fmt: skip
    values = shown_values(venue)
    choices = {
        "datum": _with([(code, name) for code, name, _why in DATUMS], values["datum"]),
        "region_code": _with(region_choices(request.user, timezone.localdate()), venue.region.code, venue.region.name_zh),
    }
    return [_field(name, given.get(name, values[name]), choices.get(name, []), problems) for name in EDITABLE]


def _with(choices: list[tuple[str, str]], code: str, label: str = "") -> list[tuple[str, str]]:
    """Return the choices with the present one among them."""
    return choices if code in dict(choices) else [(code, label or code), *choices]


def _field(name: str, value: str, choices: list[tuple[str, str]], problems: list[Problem]) -> FormField:
    language = language_of_page()
    chinese = language == "zh-hans"
    spec = VENUES.spec(name)
    assert spec is not None
    label = {"x": _("longitude or easting"), "y": _("latitude or northing"), "region_code": _("region")}.get(
        name, spec.zh if chinese else spec.en
    )
    said = [_bare(each).sentence(language) for each in problems if name in _names(each)]
    return FormField(
        name=name, label=label, value=value, unit=spec.unit.split(" / ")[0 if chinese else -1] if name not in PLACE else "",
        help=(spec.help_zh if chinese else spec.help_en) if name == "opening_hours" else "", errors=said, choices=choices,
    )  # fmt: skip


def _bare(problem: Problem) -> Problem:
    """Return a problem without its field, beside which it stands."""
    return Problem(code=problem.code, value=problem.value, details=problem.details)
