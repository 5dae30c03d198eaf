"""Facts about regions that boundaries do not tell: English names, residents of the census, functional zones.

They stand in small tables in ``fixtures/``. A province without tables is loaded without these facts.
"""

import csv
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from geo.engine.demand.remainder import split_persons

FIXTURES_DIR = Path(__file__).resolve().parents[2] / "fixtures"
_SLUGS = {"320000": "jiangsu"}


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A functional zone: a reporting unit under a city, not a statutory unit, without a boundary of its own on record."""

    code: str
    name_zh: str
    name_en: str
    city_code: str
    valid_from: dt.date
    valid_until: dt.date | None


@dataclass(frozen=True, kw_only=True)
class RegionFacts:
    """What is known of a province beyond its boundaries.

    names_en: code to name. unit_residents_persons: census unit (counties without their zones, zones apart) to people.
    county_residents_persons: statutory county to people with its share of each zone, so that the counties sum to the census.
    """

    names_en: dict[str, str]
    zones: tuple[Zone, ...]
    unit_residents_persons: dict[str, int]
    county_residents_persons: dict[str, int]


def read_facts(province_code: str, folder: Path = FIXTURES_DIR) -> RegionFacts:
    """Return what ``folder`` knows of a province; empty where it has no table."""
    slug = _SLUGS.get(province_code, f"province{province_code}")
    names = _rows(folder / f"{slug}_region_names.csv")
    units = {row["code"]: int(row["residents_persons"]) for row in _rows(folder / f"{slug}_census2020_units.csv")}
    shares = _rows(folder / f"{slug}_census2020_zone_shares.csv")
    return RegionFacts(
        names_en={row["code"]: row["name_en"] for row in names},
        zones=tuple(_zone(row) for row in _rows(folder / f"{slug}_functional_zones.csv")),
        unit_residents_persons=units,
        county_residents_persons=counties_with_zones(units, shares),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _zone(row: dict[str, str]) -> Zone:
    return Zone(
        code=row["code"], name_zh=row["name_zh"], name_en=row["name_en"], city_code=row["city_code"],
        valid_from=dt.date.fromisoformat(row["valid_from"]),
        valid_until=dt.date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
    )  # fmt: skip


def counties_with_zones(units: dict[str, int], shares: list[dict[str, str]]) -> dict[str, int]:
    """Return the people of each county with its part of the zones that lie in it; nobody is lost or counted twice.

    ``units``: census unit to people. ``shares``: rows of ``zone_code, county_code, share``, which sum to 1 for each zone.
    Parts are whole people by the largest remainder; ties go to the lower county code.
    """
    by_zone = _by_zone(shares)
    counties = {code: people for code, people in units.items() if code not in by_zone}
    for zone_code, parts in by_zone.items():
        for county_code, people in split_persons(units.get(zone_code, 0), parts).items():
            counties[county_code] = counties.get(county_code, 0) + people
    return counties


def _by_zone(shares: list[dict[str, str]]) -> dict[str, dict[str, Fraction]]:
    by_zone: dict[str, dict[str, Fraction]] = defaultdict(dict)
    for row in shares:
        by_zone[row["zone_code"]][row["county_code"]] = Fraction(row["share"])
    return dict(by_zone)


@dataclass(frozen=True, kw_only=True)
class ZoneShares:
    """How the people of a zone, or of a county that is no more, divide among today's counties. shares: county code → part."""

    name_zh: str
    shares: dict[str, Fraction]


def read_zone_shares(province_code: str, folder: Path = FIXTURES_DIR) -> dict[str, ZoneShares]:
    """Return the shares of each zone of a province by its code; empty where there is no table."""
    slug = _SLUGS.get(province_code, f"province{province_code}")
    rows = _rows(folder / f"{slug}_census2020_zone_shares.csv")
    names = {row["zone_code"]: row["zone_name_zh"] for row in rows}
    return {code: ZoneShares(name_zh=names[code], shares=shares) for code, shares in _by_zone(rows).items()}
