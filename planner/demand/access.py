"""Who may open what of demand: readers of demand see their regions; managers of records bring grids and make models."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from geo.models import Region
from planner.accounts.policy import Act
from planner.accounts.scope import Person, ancestors, permits, scoped


def admit(request: HttpRequest, act: Act = Act.READ_DEMAND) -> None:
    """Refuse whoever may do ``act`` nowhere."""
    if not permits(request.user, act):
        raise PermissionDenied


def own_codes(user: Person) -> frozenset[str]:
    """Return the codes of the regions whose demand ``user`` may read."""
    return frozenset(scoped(Region, user, Act.READ_DEMAND).values_list("code", flat=True))


def reads_all_around(user: Person, region: Region) -> bool:
    """Say whether ``user`` reads the demand of the whole province of ``region``: sums may then tell of all places in it."""
    top = ancestors(region.path)[0]
    return scoped(Region, user, Act.READ_DEMAND).filter(path=top).exists()
