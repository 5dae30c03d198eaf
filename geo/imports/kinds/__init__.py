"""Every kind of row that can be imported."""

from geo.imports.kinds.base import Kind
from geo.imports.kinds.venues import CANDIDATES, GATHERING_POINTS, VENUES

KINDS: dict[str, Kind] = {kind.code: kind for kind in (VENUES, CANDIDATES, GATHERING_POINTS)}
