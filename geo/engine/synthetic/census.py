"""Census figures on statutory counties: development zones are folded into the counties whose land they lie on."""

import numpy as np
import pandas as pd

from geo.engine.demand.remainder import largest_remainder


def fold_zones(units: pd.DataFrame, zone_shares: pd.DataFrame, county_codes: tuple[str, ...]) -> pd.DataFrame:
    """Return the census on statutory counties without losing a person.

    ``units``: index ``code``, whole-number columns ``*_persons``; ``zone_shares``: columns ``zone_code``, ``county_code`` and
    ``share`` (0 to 1, summing to 1 per zone): how much of a zone's people belong to which county. Returns a frame indexed by
    ``county_codes`` in their order, the columns of ``units``, int64; every column keeps its sum exactly (largest remainder per
    zone and column). Raises ``ValueError`` if a unit is neither a county nor shared out, or a county has no figures.
    """
    counted = [name for name in units.columns if name.endswith("_persons")]
    known = set(county_codes) | set(zone_shares["zone_code"])
    lost, missing = set(units.index) - known, set(county_codes) - set(units.index)
    if lost or missing:
        raise ValueError(f"census units without a county: {sorted(lost)}; counties without a census: {sorted(missing)}")
    folded = units.loc[list(county_codes), counted].astype(np.int64)
    for zone, shares in zone_shares.groupby("zone_code", sort=True):
        for name in counted:
            parts = largest_remainder(shares["share"].to_numpy(np.float64), int(units[name].loc[zone]))
            folded.loc[shares["county_code"], name] += parts
    return folded
