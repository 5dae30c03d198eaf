"""Mend one venue by hand, and take the last change back: each is a version in the history."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from geo.engine.errors import InputError, Problem, register_messages
from geo.ingest.fields import Fields
from geo.ingest.tables import Row
from geo.models import Venue

REASON = "quality page"
TEXT_LIMITS = {"name_en": 160, "phone": 40, "address": 200}
EDITABLE = (*TEXT_LIMITS, "capacity_persons", "floor_area_m2")

register_messages({"edit.nothing_before": ("没有可恢复的上一版本。", "there is no earlier version to go back to.")})


@transaction.atomic
def edit_venue(venue: Venue, given: Mapping[str, str], *, by: Any, at: dt.datetime) -> Venue:
    """Set the fields of ``EDITABLE`` that are in ``given``; raises :class:`InputError` with every problem, saving nothing."""
    problems: list[Problem] = []
    fields = Fields("", Row(number=1, values={name: given[name] for name in EDITABLE if name in given}), problems)
    values = {name: _value(fields, name) for name in EDITABLE if name in given}
    if problems:
        raise InputError(
            [Problem(code=each.code, field=each.field, value=each.value, details=each.details) for each in problems]
        )
    current = Venue.objects.select_for_update().get(pk=venue.pk)
    for name, value in values.items():
        setattr(current, name, value)
    return _keep(current, by=by, at=at)


def _value(fields: Fields, name: str) -> object:
    if name in TEXT_LIMITS:
        return fields.text(name, limit=TEXT_LIMITS[name])
    return fields.persons(name) if name == "capacity_persons" else fields.positive(name)


@transaction.atomic
def undo_last(venue: Venue, *, by: Any, at: dt.datetime) -> Venue:
    """Restore the version before the last one; raises :class:`InputError` if there is none."""
    current = Venue.objects.select_for_update().get(pk=venue.pk)
    versions = list(current.history.order_by("-history_date", "-history_id")[:2])
    if len(versions) == 1 or not versions:
        raise InputError(Problem(code="edit.nothing_before"))
    for name in EDITABLE:
        setattr(current, name, getattr(versions[1], name))
    return _keep(current, by=by, at=at)


def _keep(venue: Venue, *, by: Any, at: dt.datetime) -> Venue:
    record: Any = venue
    record._change_reason, record._history_user, record._history_date = REASON, by, at
    venue.save()
    return venue
