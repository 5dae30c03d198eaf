"""Venues as points."""

from typing import Any

from coverage.models import CoverageRun
from geo.models import OpeningHours, Venue
from planner.accounts.scope import Person, scoped
from planner.api.layers.features import Feature, collection, feature, point
from planner.api.layers.subjects import run_meta


def _feature(venue: Venue, run: CoverageRun | None) -> Feature:
    counts = run is not None and _counts(venue, run)
    properties = {
        "code": venue.code,
        "name_zh": venue.name_zh,
        "name_en": venue.name_en,
        "kind": venue.kind,
        "status": venue.status,
        "region_code": venue.region.code,
        "address": venue.address,
        "floor_area_m2": venue.floor_area_m2,
        "capacity_persons": venue.capacity_persons,
        "waiting_persons": venue.waiting_persons,
        "opening_hours": [_span(span) for span in venue.opening_hours.all()],
        "counts": counts,
        "source": venue.source.slug,
        "is_synthetic": venue.source.is_synthetic,
    }
    return feature(venue.code, point(venue.location.x, venue.location.y), properties)


def _span(span: OpeningHours) -> dict[str, Any]:
    """Return one span of opening; bit 0 of the weekdays is Monday."""
    return {
        "weekday_mask": span.weekday_mask,
        "season": span.season,
        "opens_at": span.opens_at.strftime("%H:%M"),
        "closes_at": span.closes_at.strftime("%H:%M"),
    }


def _counts(venue: Venue, run: CoverageRun) -> bool:
    """Say whether the standard of ``run`` counts a venue of this kind and status."""
    return venue.kind in run.standard.venue_kinds and venue.status in run.standard.venue_statuses


def venues_layer(user: Person, run: CoverageRun | None) -> dict[str, Any]:
    """Return the user's venues; ``counts`` says whether the standard of ``run`` counts them."""
    rows = scoped(Venue, user).select_related("region", "source").defer("region__boundary").prefetch_related("opening_hours")
    if run is not None:
        rows = rows.filter(region__path__startswith=run.region.path)
    return collection((_feature(venue, run) for venue in rows.order_by("code").iterator(2000)), run_meta(run))
