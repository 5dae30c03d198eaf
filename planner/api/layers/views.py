"""The layers' addresses: parameters in, GeoJSON out, with an ETag so that an unchanged layer is not sent twice.

The bodies hold no secret and repeat nothing of the request, so that they may be compressed safely; other answers are not.
"""

import hashlib
from typing import Any

import orjson
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from geo.models import Region
from planner.api.layers.boundaries import DETAILS
from planner.api.layers.regions import regions_layer
from planner.api.layers.sites import sites_layer
from planner.api.layers.subjects import recommendation_for, run_for
from planner.api.layers.uncovered import SHAPES, uncovered_layer
from planner.api.layers.venues import venues_layer
from planner.api.parameters import bounding_box, choice, refuse_unknown, whole_number

RUN = OpenApiParameter("run", str, description="Digest of a coverage run; the newest finished one when not given.")
RECOMMENDATION = OpenApiParameter("recommendation", str, description="Digest of a recommendation; the newest finished one.")
LEVEL = OpenApiParameter(
    "level", str, enum=Region.Level.values, default=Region.Level.COUNTY.value, description="Level of the regions."
)
DETAIL = OpenApiParameter("detail", str, enum=list(DETAILS), default="medium", description="How finely boundaries are drawn.")
SHAPE = OpenApiParameter("shape", str, enum=list(SHAPES), default="point", description="Cells as centres or as hexagons.")
MIN_PERSONS = OpenApiParameter("min_persons", int, default=1, description="Leave out cells with fewer people out of reach.")
IN_BBOX = OpenApiParameter("in_bbox", str, description="west,south,east,north in degrees (WGS 84).")
MAX_PERSONS = 2**31 - 1
SUBJECT = (RUN, RECOMMENDATION)


def _subject(request: Request) -> dict[str, str]:
    """Return the digests that the request names."""
    return {name: request.query_params.get(name, "") for name in ("run", "recommendation")}


def answer_layer(request: Request, layer: dict[str, Any]) -> HttpResponseBase:
    """Send the layer, or 304 if the browser has it."""
    body = orjson.dumps(layer)
    etag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    answer = HttpResponse(
        body, content_type="application/geo+json", headers={"ETag": etag, "Cache-Control": "private, no-cache"}
    )
    return get_conditional_response(request._request, etag=etag, response=answer) or answer


def _described(summary: str, *parameters: OpenApiParameter) -> Any:
    """Describe a layer in the schema."""
    return extend_schema(
        summary=summary,
        parameters=list(parameters),
        responses={(200, "application/geo+json"): OpenApiTypes.OBJECT},
        tags=["layers"],
    )


@method_decorator(gzip_page, name="dispatch")
class Layer(APIView):
    """A whole layer. Subclasses name their ``parameters`` and make the layer."""

    parameters: tuple[OpenApiParameter, ...] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse parameters that the layer does not know, after the user is admitted."""
        super().initial(request, *args, **kwargs)
        refuse_unknown(request, [parameter.name for parameter in self.parameters])


class RegionsLayer(Layer):
    """Regions of a level with what a run found for each."""

    parameters = (*SUBJECT, LEVEL, DETAIL)

    @_described("Regions with what a run found for each", *parameters)
    def get(self, request: Request) -> HttpResponseBase:
        """Answer the layer."""
        level = choice(request, "level", Region.Level.values, Region.Level.COUNTY.value)
        detail = choice(request, "detail", DETAILS, "medium")
        run = run_for(request.user, **_subject(request))
        return answer_layer(request, regions_layer(request.user, run, level=level, detail=detail))


class VenuesLayer(Layer):
    """All venues."""

    parameters = SUBJECT

    @_described("Venues; counts says whether the run's standard counts them", *parameters)
    def get(self, request: Request) -> HttpResponseBase:
        """Answer the layer."""
        return answer_layer(request, venues_layer(request.user, run_for(request.user, **_subject(request))))


class UncoveredLayer(Layer):
    """Where people are out of reach."""

    parameters = (*SUBJECT, SHAPE, MIN_PERSONS, IN_BBOX)

    @_described("Cells with gig workers out of reach, most people first", *parameters)
    def get(self, request: Request) -> HttpResponseBase:
        """Answer the layer."""
        shape = choice(request, "shape", SHAPES, "point")
        min_persons = whole_number(request, "min_persons", 1, low=1, high=MAX_PERSONS)
        box = bounding_box(request)
        run = run_for(request.user, **_subject(request))
        return answer_layer(request, uncovered_layer(request.user, run, shape=shape, min_persons=min_persons, box=box))


class SitesLayer(Layer):
    """Recommended sites."""

    parameters = SUBJECT

    @_described("Recommended sites in order of rank", *parameters)
    def get(self, request: Request) -> HttpResponseBase:
        """Answer the layer."""
        wanted = recommendation_for(request.user, **_subject(request))
        return answer_layer(request, sites_layer(request.user, wanted))
