"""Records of the ground."""

from geo.models.demand import DemandCell
from geo.models.networks import NetworkSnapshot
from geo.models.regions import WGS84, Region
from geo.models.sources import DataSource
from geo.models.venues import Occupation, OpeningHours, Venue

__all__ = ["WGS84", "DataSource", "DemandCell", "NetworkSnapshot", "Occupation", "OpeningHours", "Region", "Venue"]
