"""What one person may see, and mend, of the quality of the data."""

import datetime as dt
from typing import TypeVar, cast

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from geo.models import AreaTotal, DemandCell, DemandModel, NetworkSnapshot, ODTable, Region, Venue
from geo.quality.checks import check_all, check_one
from geo.quality.lines import DataSet
from geo.quality.records import QualityRecords
from geo.quality.streets import Streets
from geo.selectors import network_of
from geo.services.record_edits import Editor
from planner.accounts.policy import Act
from planner.accounts.scope import Person, scoped
from planner.reports.templatetags.figures import name_of

Row = TypeVar("Row", bound=Model)


def data_sets_for(user: Person) -> tuple[DataSet, ...]:
    """Return the data sets with their lines, of the records ``user`` may read."""
    return check_all(_records(user))


def data_set_for(user: Person, code: str) -> DataSet:
    """Return one of them; raises :class:`InputError` if there is none."""
    return check_one(_records(user), code)


def editor_for(user: Person, at: dt.datetime) -> Editor:
    """Return what ``user`` may change: the only place where the services of editing get their rows from."""
    venues, regions = scoped(Venue, user, Act.MANAGE_RECORDS), scoped(Region, user, Act.MANAGE_RECORDS)
    return Editor(by=cast(AbstractBaseUser, user), at=at, venues=venues, regions=regions)


def region_names(user: Person) -> dict[str, str]:
    """Return code → name in the language of the page, of the regions ``user`` may read."""
    regions = _rows(Region, user).order_by("code", "valid_from").only("code", "name_zh", "name_en")
    return {region.code: name_of(region) for region in regions}


def region_choices(user: Person, on: dt.date) -> list[tuple[str, str]]:
    """Return code and name of the regions valid on a day under which ``user`` may put venues: counties and below."""
    valid = Q(valid_until=None) | Q(valid_until__gt=on)
    regions = scoped(Region, user, Act.MANAGE_RECORDS).filter(valid, valid_from__lte=on)
    levels = (Region.Level.COUNTY, Region.Level.TOWNSHIP)
    rows = regions.filter(level__in=levels).select_related("parent").defer("boundary", "parent__boundary").order_by("path")
    return [(region.code, f"{name_of(region.parent)} · {name_of(region)}") for region in rows]


def _records(user: Person) -> QualityRecords:
    regions = _rows(Region, user)
    return QualityRecords(
        venues=_rows(Venue, user),
        cells=_rows(DemandCell, user),
        area_totals=_rows(AreaTotal, user),
        demand_models=_rows(DemandModel, user).filter(region__in=regions),  # a report of more tells of what is not theirs
        regions=regions,
        networks=_rows(NetworkSnapshot, user),
        od_tables=_rows(ODTable, user),
        streets=_streets(user),
        on=timezone.localdate(),
    )


def _rows(model: type[Row], user: Person) -> QuerySet[Row]:
    """Return the user's rows."""
    return scoped(model, user, Act.READ_RECORDS)


def _streets(user: Person) -> Streets | None:
    """Return the streets of the newest active network; None if there is none."""
    snapshot = _rows(NetworkSnapshot, user).filter(is_active=True).order_by("-created_at", "-pk").first()
    return None if snapshot is None else Streets(snapshot.digest, lambda: network_of(snapshot))
