"""The two demands side by side: the page, and the data of its maps."""

import hashlib
from collections.abc import Callable
from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.contrib.gis.db.models import Extent
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from rest_framework.request import Request

from geo.engine.errors import InputError
from geo.models import DataSource, Region
from geo.services.demand_cells import GROUPS, WORKERS, CellTable
from planner.accounts.policy import Act
from planner.accounts.scope import permits, scoped
from planner.api.parameters import bounding_box, choice, refuse_unknown, whole_number
from planner.demand import layers
from planner.demand.access import admit
from planner.demand.map_words import map_words
from planner.demand.sources import used_source, waiting_for
from planner.imports.language import language_of_page, say_problems
from planner.workspace.selectors import basemap_for

SETTLEMENTS = ("all", "urban", "rural")
MAX_CELLS, DEFAULT_CELLS = 6_000, 3_000
MAX_POINTS, DEFAULT_POINTS = 5_000, 2_000
JIANGSU = (116.3, 30.7, 122.0, 35.2)
"""Where the maps stand when no region has a boundary: west, south, east, north in degrees."""


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show both maps, and the tables that say the same."""
    admit(request)
    sources = layers.cell_sources(request.user)
    chosen = _chosen(request, sources)
    table = layers.table_and_version(request.user, chosen)[0] if chosen else None
    places = sorted(waiting_for(request.user).values(), key=lambda place: (-place.peak_persons, place.code))
    context = {
        "at": "maps", "sources": sources, "chosen": chosen, "rows": _county_rows(request, table), "groups": GROUPS,
        "hours": range(24),
        "has_profile": chosen is not None and layers.has_profiles(request.user, chosen), "places": places,
        "may_open": permits(request.user, Act.READ_RECORDS), "boot": _boot(request, chosen, table),
    }  # fmt: skip
    return render(request, "demand/maps.html", context)


def _chosen(request: HttpRequest, sources: list[DataSource]) -> DataSource | None:
    """Return the source named in the address, else the one that runs use, else the latest."""
    asked = request.GET.get("source", "")
    used = used_source(request.user)
    found = [source for source in sources if source.slug == asked]
    if asked and not found:
        raise Http404
    return next(iter(found or [source for source in sources if source == used] or sources), None)


def _county_rows(request: HttpRequest, table: CellTable | None) -> list[tuple[Region, dict[str, Any]]]:
    sums = table.sums_by_region() if table is not None else {}
    regions = scoped(Region, request.user, Act.READ_DEMAND).filter(pk__in=sums).order_by("code").defer("boundary")
    return [(region, sums[region.pk]) for region in regions]


def _boot(request: HttpRequest, chosen: DataSource | None, table: CellTable | None) -> dict[str, Any]:
    """Return what the scripts of the page need."""
    box = table.box() if table is not None else None
    top = _regions(request).exclude(boundary=None).aggregate(box=Extent("boundary"))["box"]
    return {
        "cells": reverse("demand:cells"), "waiting": reverse("demand:waiting"), "source": chosen.slug if chosen else "",
        "basemap": basemap_for(request.user, []), "bounds": box or top or JIANGSU, "language": language_of_page(),
        "regions": reverse("api:layer-regions"),
        "words": map_words(), "has_cells": bool(table is not None and len(table.cells)),
    }  # fmt: skip


def _regions(request: HttpRequest) -> "QuerySet[Region]":
    return scoped(Region, request.user, Act.READ_DEMAND).filter(valid_until=None)


@gzip_page
@login_required
@require_safe
def cells(request: HttpRequest) -> HttpResponseBase:
    """Send where people live: hexagons of a source in a box, with the people of a group."""
    admit(request)
    return _sent(request, _cells)


@gzip_page
@login_required
@require_safe
def waiting(request: HttpRequest) -> HttpResponseBase:
    """Send where people wait: gathering points in a box, with the people of each hour."""
    admit(request)
    return _sent(request, _waiting)


def _source(request: HttpRequest) -> DataSource:
    sources = scoped(DataSource, request.user, Act.READ_DEMAND)
    return get_object_or_404(sources, slug=request.GET.get("source", ""))


def _cells(request: HttpRequest) -> dict[str, Any]:
    asked = Request(request)
    refuse_unknown(asked, ("source", "group", "settlement", "in_bbox", "limit"))
    group, settlement = choice(asked, "group", GROUPS, WORKERS), choice(asked, "settlement", SETTLEMENTS, "all")
    box, limit = bounding_box(asked), whole_number(asked, "limit", DEFAULT_CELLS, low=1, high=MAX_CELLS)
    table = layers.table_and_version(request.user, _source(request))[0]
    return layers.cells_layer(table, group=group, settlement=settlement, box=box, limit=limit)


def _waiting(request: HttpRequest) -> dict[str, Any]:
    asked = Request(request)
    refuse_unknown(asked, ("source", "in_bbox", "limit"))
    box, limit = bounding_box(asked), whole_number(asked, "limit", DEFAULT_POINTS, low=1, high=MAX_POINTS)
    table = layers.table_and_version(request.user, _source(request))[0] if request.GET.get("source") else None
    return layers.waiting_layer(request.user, table, box=box, limit=limit)


def _sent(request: HttpRequest, make: Callable[[HttpRequest], dict[str, Any]]) -> HttpResponseBase:
    """Send a layer, 304 if the browser has it, 400 with sentences for parameters that make no sense."""
    try:
        body = orjson.dumps(make(request))
    except InputError as error:
        return JsonResponse({"problems": say_problems(error.problems)}, status=400)
    etag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    answer = HttpResponse(body, content_type="application/geo+json", headers=headers)
    return get_conditional_response(request, etag=etag, response=answer) or answer
