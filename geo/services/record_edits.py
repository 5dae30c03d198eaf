"""Mend one venue by hand, and bring back an earlier version of it: each is a version in the history.

What a person may change is said by the rows that they hand over with every call; a venue or region that is not among them is
refused here, whatever page or command asks.
"""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import QuerySet

from geo.engine.datum import parse_crs, to_wgs84
from geo.engine.errors import InputError, Problem, register_messages
from geo.imports.keepers.history import keep_first_versions
from geo.imports.keepers.venues import VenueKeeper
from geo.imports.kinds.venues import VENUES
from geo.imports.parse import parse_field
from geo.ingest.fields import Fields
from geo.ingest.ground import OUTSIDE, Place
from geo.ingest.hours import Hours, parse_hours
from geo.ingest.tables import Row
from geo.models import WGS84, OpeningHours, Region, Venue, VenueOrigin
from geo.models.history import without_versions
from geo.quality.traces import MAX_SPANS, REASON, Coordinates, Trace, reason_of
from geo.quality.versions import Parts, parts_now, parts_of, versions_of
from geo.selectors import ground
from geo.validation import coordinate_fault

PLAIN = ("name_zh", "name_en", "phone", "address", "capacity_persons", "floor_area_m2")
PLACE = ("x", "y", "datum", "region_code")
EDITABLE = (*PLAIN, "opening_hours", *PLACE)

register_messages(
    {
        "edit.nothing_before": ("没有可恢复的上一版本。", "there is no earlier version to go back to."),
        "edit.not_permitted": ("没有修改“{value}”的权限。", "“{value}” is not yours to change."),
        "edit.changed_since": (
            "“{value}”在您打开之后又被改动；请看新的内容后再改。",
            "“{value}” was changed after you opened it; look at what it is now, then mend it.",
        ),
        "edit.many_hours": (
            "开放时间有 {count} 段，在页面上最多 {limit} 段；请用文件导入。",
            "there are {count} spans of opening hours, {limit} at most on the page; bring them in a file.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class Editor:
    """Who mends, when, and what is theirs: the venues they may change, the regions they may put venues under."""

    by: AbstractBaseUser | None
    at: dt.datetime
    venues: QuerySet[Venue]
    regions: QuerySet[Region]


def shown_values(venue: Venue) -> dict[str, str]:
    """Return the fields of ``EDITABLE`` as texts; :func:`edit_venue` with the same texts changes nothing."""
    parts = parts_now(venue)
    values = {name: _text(getattr(venue, name)) for name in PLAIN}
    given = _given(venue, parts)
    place = {"x": _text(given.x), "y": _text(given.y), "datum": given.datum, "region_code": venue.region.code}
    return values | {"opening_hours": parts.hours_text} | place


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _given(venue: Venue, parts: Parts) -> Coordinates:
    """Return the coordinates as given; the degrees on record where nothing else is known."""
    return parts.origin or Coordinates(x=venue.location.x, y=venue.location.y, datum="wgs84")


@transaction.atomic
def edit_venue(venue: Venue, given: Mapping[str, str], editor: Editor, *, seen: int | None = None) -> Venue:
    """Set the fields of ``EDITABLE`` that are in ``given``; without a change there is no version.

    ``seen``: the newest version that the editor looked at. Raises :class:`InputError` with every problem, saving nothing:
    values that cannot be read, places outside the region, a venue or region that is not the editor's or changed since.
    """
    current = _own(venue, editor)
    _refuse_unseen(current, seen)
    before, shown = parts_now(current), shown_values(current)
    texts = {name: given[name].strip() for name in EDITABLE if name in given and given[name].strip() != shown[name]}
    problems: list[Problem] = []
    values = _values(texts, problems)
    place = _place(current, shown | texts, editor, problems) if set(texts) & set(PLACE) else None
    hours = _hours(values.pop("opening_hours", None), before, problems) if "opening_hours" in values else None
    if problems:
        raise InputError([_bare(each) for each in problems])
    if not texts:
        return current
    return _write(current, values, place if {"x", "y", "datum"} & set(texts) else None, place, hours, before, editor)


def _own(venue: Venue, editor: Editor) -> Venue:
    """Return the venue, locked, if it is the editor's; raises :class:`InputError` otherwise."""
    current = editor.venues.filter(pk=venue.pk).select_for_update(of=("self",)).select_related("region").first()
    if current is None:
        raise InputError(Problem(code="edit.not_permitted", value=venue.code))
    return current


def _refuse_unseen(venue: Venue, seen: int | None) -> None:
    newest = venue.history.order_by("-history_date", "-history_id").values_list("history_id", flat=True).first()
    if seen is not None and newest is not None and newest != seen:
        raise InputError(Problem(code="edit.changed_since", value=venue.code))


def _bare(problem: Problem) -> Problem:
    """Return a problem without file and row: a form has none."""
    return Problem(code=problem.code, field=problem.field, value=problem.value, details=problem.details)


def _values(texts: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    fields = Fields("", Row(number=1, values=dict(texts)), problems)
    specs = [VENUES.spec(name) for name in (*PLAIN, "opening_hours") if name in texts]
    return {spec.name: parse_field(spec, fields) for spec in specs if spec is not None}


def _hours(text: str | None, before: Parts, problems: list[Problem]) -> tuple[Hours, ...] | None:
    """Return the spans of a text; None if it could not be read, which is noted already, or if there are too many."""
    hours = None if text is None else parse_hours(text)
    count = max(len(hours or ()), len(before.hours))
    if count > MAX_SPANS:
        details = {"count": count, "limit": MAX_SPANS}
        problems.append(Problem(code="edit.many_hours", field="opening_hours", details=details))
    return hours


@dataclass(frozen=True, kw_only=True)
class _Spot:
    """Where a venue is put: coordinates as given, degrees WGS-84, region."""

    origin: Coordinates
    lon: float
    lat: float
    region: Region


def _place(venue: Venue, shown: Mapping[str, str], editor: Editor, problems: list[Problem]) -> _Spot | None:
    """Return where the texts put the venue; None with the problems noted.

    The region follows a point that was moved into another one, unless a region was chosen: then the point must lie there.
    """
    given = _coordinates(shown, problems)
    if given is None:
        return None
    origin, lon, lat = given
    code = shown["region_code"] if shown["region_code"] != venue.region.code else ""
    place = _found(lon, lat, code or venue.region.code, is_chosen=bool(code), at=editor.at.date(), problems=problems)
    if place is None:
        return None
    region = editor.regions.filter(pk=place.pk).first()
    if region is None:
        problems.append(Problem(code="edit.not_permitted", field="region_code", value=f"{place.name} {place.code}"))
        return None
    return _Spot(origin=origin, lon=lon, lat=lat, region=region)


def _coordinates(shown: Mapping[str, str], problems: list[Problem]) -> tuple[Coordinates, float, float] | None:
    noted = len(problems)
    fields = Fields("", Row(number=1, values=dict(shown)), problems)
    for name in ("x", "y", "datum"):
        if not fields.raw(name):
            fields.note("field.required", name)
    x, y = fields.number("x"), fields.number("y")
    try:
        crs = parse_crs(shown["datum"])
    except InputError as error:
        problems += [*error.problems] if shown["datum"] else []
        return None
    if x is None or y is None or len(problems) > noted:
        return None
    lon, lat = (float(values[0]) for values in to_wgs84(np.array([x]), np.array([y]), crs))
    fault = coordinate_fault(lon, lat) if math.isfinite(lon + lat) else coordinate_fault(x, y) or "place.not_in_system"
    if fault:
        fields.note(fault, "x, y", f"{x:.12g}, {y:.12g}")
        return None
    return Coordinates(x=x, y=y, datum=crs.code), lon, lat


def _found(lon: float, lat: float, code: str, *, is_chosen: bool, at: dt.date, problems: list[Problem]) -> Place | None:
    """Return the region of a point: the one of ``code`` if it holds it or is near, another only if none was chosen."""
    known = ground(on=at)
    x, y = np.array([lon]), np.array([lat])
    (found,) = known.find(x, y, [code])
    if found.place is None and found.fault == "region.not_here" and not is_chosen:
        (found,) = known.find(x, y, [""])
    if found.place is None:
        details = dict(found.details)
        value = details.get("at", code)
        field = "x, y" if found.fault == OUTSIDE else "region_code"
        problems.append(Problem(code=found.fault, field=field, value=value, details=details))
    return found.place


def _write(
    venue: Venue, values: Mapping[str, Any], moved: _Spot | None, place: _Spot | None, hours: tuple[Hours, ...] | None,
    before: Parts, editor: Editor,
) -> Venue:  # fmt: skip
    keep_first_versions(Venue, [venue.pk], editor.at)
    for name, value in values.items():
        setattr(venue, name, value)
    if place is not None:
        venue.region = place.region
    if moved is not None:
        venue.location, venue.source_datum = Point(moved.lon, moved.lat, srid=WGS84), moved.origin.datum
        _keep_origin(venue, moved.origin)
    if hours is not None:
        _keep_hours(venue, hours)
    trace = Trace(
        has_hours=hours is not None, hours=before.hours, has_origin=moved is not None, origin=before.origin,
    )  # fmt: skip
    return _save(venue, reason_of(trace), editor)


def _keep_hours(venue: Venue, hours: tuple[Hours, ...]) -> None:
    OpeningHours.objects.filter(venue=venue).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(
            venue=venue, season=span.season, weekday_mask=span.weekday_mask, opens_at=span.opens_at, closes_at=span.closes_at
        )
        for span in hours
    )


def _keep_origin(venue: Venue, origin: Coordinates | None) -> None:
    if origin is None:
        VenueOrigin.objects.filter(venue=venue).delete()
        return
    values = {"x": origin.x, "y": origin.y, "datum": origin.datum, "batch_id": origin.batch, "row": origin.row}
    VenueOrigin.objects.update_or_create(venue=venue, defaults=values)


@transaction.atomic
def restore_version(venue: Venue, version: int, editor: Editor, *, seen: int | None = None) -> Venue:
    """Make the whole venue what it was in the version of that number: its row, hours, original coordinates and details.

    ``seen``: the newest version that the editor looked at. Raises :class:`InputError` if there is no such earlier version, if
    the venue is not the editor's, then or now, or if it changed since.
    """
    current = _own(venue, editor)
    _refuse_unseen(current, seen)
    versions = versions_of(current)
    index = next((i for i, each in enumerate(versions) if each.history_id == version), 0)
    if index == 0:
        raise InputError(Problem(code="edit.nothing_before"))
    row, parts = versions[index], parts_of(current, versions[: index + 1])[index]
    if not editor.regions.filter(pk=row.region_id).exists():
        raise InputError(Problem(code="edit.not_permitted", field="region_code", value=str(row.region_id)))
    before = parts_now(current)
    _restore_parts(current, parts, before)
    for field in row.tracked_fields:
        setattr(current, field.attname, getattr(row, field.attname))
    trace = Trace(
        has_hours=parts.hours != before.hours and len(before.hours) <= MAX_SPANS, hours=before.hours,
        has_origin=parts.origin != before.origin, origin=before.origin,
    )  # fmt: skip
    return _save(current, reason_of(trace), editor)


def _restore_parts(venue: Venue, parts: Parts, before: Parts) -> None:
    """Put back details, trades and counts as an import found them, and the hours and coordinates."""
    if parts.record:
        keeper = VenueKeeper(venue.source, None)
        now = keeper.current([venue.code])[venue.code]
        place = {name: now[name] for name in ("lon", "lat", "region")}  # the row of the version brings its own
        with without_versions():
            keeper.keep([now | parts.record | place], [None])
    if parts.record or parts.hours != before.hours:
        _keep_hours(venue, parts.hours)
    if parts.origin != before.origin:
        _keep_origin(venue, parts.origin)


def undo_last(venue: Venue, editor: Editor) -> Venue:
    """Restore the version before the last one; raises :class:`InputError` if there is none."""
    versions = versions_of(venue)
    return restore_version(venue, versions[1].history_id if len(versions) > 1 else 0, editor)


def _save(venue: Venue, reason: str, editor: Editor) -> Venue:
    record: Any = venue
    record._change_reason, record._history_user, record._history_date = reason, editor.by, editor.at
    venue.save()
    return venue


__all__ = ["EDITABLE", "PLACE", "PLAIN", "REASON", "Editor", "edit_venue", "restore_version", "shown_values", "undo_last"]
