"""Every kind of row that can be imported."""

from geo.imports.kinds.area_totals import AREA_TOTALS
from geo.imports.kinds.base import Kind
from geo.imports.kinds.demand import DEMAND
from geo.imports.kinds.od_table import OD_TABLE
from geo.imports.kinds.regions import REGIONS
from geo.imports.kinds.venues import CANDIDATES, GATHERING_POINTS, VENUES

KINDS: dict[str, Kind] = {
    kind.code: kind for kind in (VENUES, CANDIDATES, GATHERING_POINTS, DEMAND, AREA_TOTALS, REGIONS, OD_TABLE)
}
