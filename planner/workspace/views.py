"""The map page and the tiles of its base map."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from geo.models import NetworkSnapshot
from geo.tiles import tiles_path
from planner.accounts.scope import scoped
from planner.workspace.ranges import file_response
from planner.workspace.selectors import page_data, synthetic_parts


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the map. ``?lang=`` chooses the language, so that a link shows what its sender saw."""
    asked = request.GET.get("lang", "")
    known = asked in dict(settings.LANGUAGES)
    if known:
        translation.activate(asked)
    language = translation.get_language() or settings.LANGUAGE_CODE
    data = page_data(request.user, "en" if language.startswith("en") else "zh-hans")
    context = {"data": data, "note": synthetic_note(*synthetic_parts(request.user))}
    answer = render(request, "workspace/page.html", context)
    answer["Cache-Control"] = "private, no-cache"
    if known:
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, asked, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return answer


def synthetic_note(streets: bool, venues: bool) -> str:
    """Return the sentence that stays on the page while some of the data are made up."""
    if streets and venues:
        return _("Demonstration data: streets and venues are synthetic")
    if venues:
        return _("Demonstration data: venues are synthetic")
    return _("Demonstration data: streets are synthetic") if streets else ""


@login_required
@require_safe
def tiles(request: HttpRequest, digest: str) -> HttpResponseBase:
    """Serve the base map of a street network, whole or in parts."""
    network = scoped(NetworkSnapshot, request.user).filter(digest=digest).first()
    path = tiles_path(settings.VAR_DIR, network.digest) if network else None
    if path is None or not path.exists():
        raise Http404
    return file_response(request, path, etag=f'"{digest}"', content_type="application/vnd.pmtiles")
