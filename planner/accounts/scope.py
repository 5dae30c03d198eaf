"""The one door to the records: every page, answer and administration list takes its rows from :func:`scoped`.

What a person may not know does not exist for them: it is not in lists, and asking for it answers 404.
"""

from collections.abc import Callable
from typing import TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from coverage.models import (
    CoverageResult,
    CoverageRule,
    CoverageRun,
    CoverageStandard,
    Recommendation,
    RecommendedSite,
    SitingPlan,
)
from geo.models import (
    AreaTotal,
    CandidateDetail,
    DataSource,
    DemandCell,
    DemandCellProfile,
    DemandModel,
    GatheringDetail,
    HourlyCount,
    ImportBatch,
    ImportChange,
    ImportMapping,
    NetworkDifference,
    NetworkEdit,
    NetworkSnapshot,
    Occupation,
    ODTable,
    OpeningHours,
    Region,
    RegionSuccession,
    Venue,
    VenueOrigin,
)
from planner.accounts.models import RegionGrant, User
from planner.accounts.policy import POLICY, Act

Row = TypeVar("Row", bound=Model)
Person = AbstractBaseUser | AnonymousUser
Paths = tuple[str, ...]

EVERYWHERE: Paths = ("",)  # every path begins with it
NOWHERE: Paths = ()
NO_ROW = Q(pk__in=[])


class UnscopedModelError(LookupError):
    """A model has no rule: nobody may read it until one is written."""


def _below(field: str) -> Callable[[Paths], Q]:
    """Rows whose region, whose path is in ``field``, is a granted one or lies below one."""

    def rule(paths: Paths) -> Q:
        condition = NO_ROW
        for path in paths:
            condition |= Q(**{f"{field}__startswith": path})
        return condition

    return rule


def _below_or_above(field: str) -> Callable[[Paths], Q]:
    """As :func:`_below`, and rows of regions that contain a granted one: their parts are scoped in turn."""
    below = _below(field)

    def rule(paths: Paths) -> Q:
        return below(paths) | Q(**{f"{field}__in": [above for path in paths for above in ancestors(path)]})

    return rule


def _joined_or_brought(paths: Paths) -> Q:
    """Totals of areas below; and those that found no region, of files brought for one: else nobody would mend them."""
    brought = Q(region__isnull=True) & _below("batch__region__path")(paths)
    return _below("region__path")(paths) | brought


def _shared(paths: Paths) -> Q:
    """Every row: definitions that all who have a grant share."""
    return Q()


def _accounts_below(paths: Paths) -> Q:
    """Accounts with grants in the paths and none outside; never a superuser's."""
    inside = RegionGrant.objects.filter(_below("region__path")(paths), user=OuterRef("pk"))
    outside = RegionGrant.objects.filter(~_below("region__path")(paths), user=OuterRef("pk"))
    return Q(is_superuser=False) & Exists(inside) & ~Exists(outside)


SCOPES: dict[type[Model], Callable[[Paths], Q]] = {
    Region: _below("path"),
    Venue: _below("region__path"),
    OpeningHours: _below("venue__region__path"),
    DemandCell: _below("region__path"),
    ImportBatch: _below("region__path"),
    ImportMapping: _below_or_above("region__path"),
    ImportChange: _below("batch__region__path"),
    ODTable: _below("region__path"),
    VenueOrigin: _below("venue__region__path"),
    CandidateDetail: _below("venue__region__path"),
    GatheringDetail: _below("venue__region__path"),
    HourlyCount: _below("venue__region__path"),
    DemandCellProfile: _below("cell__region__path"),
    AreaTotal: _joined_or_brought,
    DemandModel: _below_or_above("region__path"),
    NetworkEdit: _below_or_above("region__path"),
    NetworkDifference: _shared,
    RegionSuccession: _shared,
    CoverageResult: _below("region__path"),
    CoverageRun: _below_or_above("region__path"),
    Recommendation: _below_or_above("region__path"),
    RecommendedSite: _below("region__path"),
    CoverageStandard: _shared,
    CoverageRule: _shared,
    SitingPlan: _shared,
    Occupation: _shared,
    DataSource: _shared,
    NetworkSnapshot: _shared,
    User: _accounts_below,
    RegionGrant: _below("region__path"),
}

# Where rows of regions above are not wanted, because their sums tell of regions that are not the user's.
WHOLE_SCOPES: dict[type[Model], Callable[[Paths], Q]] = {
    CoverageRun: _below("region__path"),
    Recommendation: _below("region__path"),
}

# Acts without which a model is not read at all, whatever the caller asks for.
REQUIRED_ACTS: dict[type[Model], Act] = {
    User: Act.MANAGE_ACCOUNTS,
    RegionGrant: Act.MANAGE_ACCOUNTS,
    DemandCell: Act.READ_DEMAND,
    DemandCellProfile: Act.READ_DEMAND,
    AreaTotal: Act.READ_DEMAND,
}


def granted_paths(user: Person, act: Act = Act.READ_MAP) -> Paths:
    """Return the paths of the regions in which, and below which, ``user`` may do ``act``; shortest first, none within another.

    A superuser may do everything everywhere; nobody else may do anything anywhere without a grant.
    """
    if not (isinstance(user, User) and user.is_active):
        return NOWHERE
    if user.is_superuser:
        return EVERYWHERE
    grants = RegionGrant.objects.filter(user=user, role__in=POLICY[act])
    kept: list[str] = []
    for path in sorted(grants.values_list("region__path", flat=True), key=len):
        if not any(path.startswith(wider) for wider in kept):
            kept.append(path)
    return tuple(kept)


def own_grants(user: Person) -> "QuerySet[RegionGrant]":
    """Return the grants of ``user`` themselves: what one may do is no secret to oneself."""
    own = RegionGrant.objects.filter(user_id=user.pk) if isinstance(user, User) else RegionGrant.objects.none()
    return own.select_related("region").order_by("region__path", "role")


def permits(user: Person, act: Act, region: Region | None = None) -> bool:
    """Say whether ``user`` may do ``act`` in all of ``region``, or anywhere at all when no region is given.

    A sum over a region may be shown to those for whom this holds; its parts are scoped row by row.
    """
    paths = granted_paths(user, act)
    return bool(paths) if region is None else any(region.path.startswith(path) for path in paths)


def ancestors(path: str) -> list[str]:
    """Return ``path`` and the paths above it: ``320000/320100/`` gives itself and ``320000/``."""
    codes = path.rstrip("/").split("/")
    return ["".join(f"{code}/" for code in codes[:depth]) for depth in range(1, len(codes) + 1)]


def scoped(model: type[Row], user: Person, act: Act = Act.READ_MAP, *, whole: bool = False) -> "QuerySet[Row]":
    """Return the rows of ``model`` with which ``user`` may do ``act``: those of their regions, nothing else.

    Runs and recommendations of regions above are among them, unless ``whole``: then only those made for the user's regions.
    Raises :class:`UnscopedModelError` for a model without a rule.
    """
    if model not in SCOPES:
        raise UnscopedModelError(f"{model.__name__} has no rule in planner.accounts.scope")
    rows: QuerySet[Row] = model._default_manager.all()
    paths = granted_paths(user, _needed(model, act))
    if paths == EVERYWHERE:
        return rows
    rule = WHOLE_SCOPES.get(model, SCOPES[model]) if whole else SCOPES[model]
    return rows.filter(rule(paths)) if paths else rows.none()


def _needed(model: type[Model], act: Act) -> Act:
    """Return the act that decides: the one asked for, unless it is mere reading and the model needs more."""
    return REQUIRED_ACTS.get(model, act) if act is Act.READ_MAP else act
