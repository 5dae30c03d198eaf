"""What one person may see of the quality of the data."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from geo.engine.errors import NetworkError
from geo.engine.network.model import TravelNetwork
from geo.models import AreaTotal, DemandCell, DemandModel, NetworkSnapshot, ODTable, Region, Venue
from geo.quality.checks import check_all
from geo.quality.lines import DataSet
from geo.quality.records import QualityRecords
from geo.selectors import network_of
from planner.accounts.policy import Act
from planner.accounts.scope import Person, scoped

Row = TypeVar("Row", bound=Model)


def data_sets_for(user: Person) -> tuple[DataSet, ...]:
    """Return the data sets with their lines, of the records ``user`` may read."""
    return check_all(
        QualityRecords(
            venues=_rows(Venue, user),
            cells=_rows(DemandCell, user),
            area_totals=_rows(AreaTotal, user),
            demand_models=_rows(DemandModel, user),
            regions=_rows(Region, user),
            networks=_rows(NetworkSnapshot, user),
            od_tables=_rows(ODTable, user),
            network=_network(user),
            on=timezone.localdate(),
        )
    )


def _rows(model: type[Row], user: Person) -> QuerySet[Row]:
    """Return the user's rows."""
    return scoped(model, user, Act.READ_RECORDS)


def _network(user: Person) -> TravelNetwork | None:
    """Return the newest active network; None if there is none or its files are gone, which the doctor reports."""
    snapshot = _rows(NetworkSnapshot, user).filter(is_active=True).order_by("-created_at", "-pk").first()
    if snapshot is None:
        return None
    try:
        return network_of(snapshot)
    except NetworkError:
        return None
