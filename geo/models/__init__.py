"""Records of the ground."""

from geo.models.demand import DemandCell
from geo.models.demand_models import AreaTotal, DemandCellProfile, DemandModel
from geo.models.imports import ImportBatch, ImportChange, ImportKind, ImportMapping, ODTable
from geo.models.jobs import JobState
from geo.models.network_versions import NetworkDifference, NetworkEdit, RegionSuccession
from geo.models.networks import NetworkSnapshot
from geo.models.regions import WGS84, Region
from geo.models.sources import DataSource
from geo.models.venue_details import CandidateDetail, GatheringDetail, HourlyCount, VenueOrigin
from geo.models.venues import Occupation, OpeningHours, Venue

__all__ = [
    "WGS84", "AreaTotal", "CandidateDetail", "DataSource", "DemandCell", "DemandCellProfile", "DemandModel", "GatheringDetail",
    "HourlyCount", "ImportBatch", "ImportChange", "ImportKind", "ImportMapping", "JobState", "NetworkDifference", "NetworkEdit",
    "NetworkSnapshot", "ODTable", "Occupation", "OpeningHours", "Region", "RegionSuccession", "Venue", "VenueOrigin",
]  # fmt: skip
