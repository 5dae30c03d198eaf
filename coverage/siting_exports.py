"""The sites of a recommendation as CSV, GeoPackage and GeoJSON."""

from collections.abc import Sequence
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely
from django.conf import settings

from coverage.exports import WGS84_NAME, harmless_frame, write_layer
from coverage.models import Recommendation, RecommendedSite

SITES_CSV, SITES_GPKG, SITES_GEOJSON = "sites.csv", "sites.gpkg", "sites.geojson"


def recommendation_folder(recommendation: Recommendation) -> Path:
    """Return where the files of ``recommendation`` are or will be."""
    return Path(settings.VAR_DIR) / "recommendations" / recommendation.digest


def sites_frame(sites: Sequence[RecommendedSite]) -> pd.DataFrame:
    """Return one row a site, in order of rank."""
    return pd.DataFrame([_site_row(site) for site in sites], columns=list(_COLUMNS))


_COLUMNS = (
    "rank", "year", "action", "cost_yuan", "place_code", "venue_code", "name_zh", "name_en", "region_code", "region_zh",
    "region_en", "lon", "lat", "floor_area_m2", "capacity_persons", "in_reach_persons", "newly_reached_persons",
    "overlap_persons", "lost_without_persons", "shapley_persons", "standard_gap_zh", "standard_gap_en", "reason_zh",
    "reason_en", "profile",
)  # fmt: skip


def _site_row(site: RecommendedSite) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(site, name) for name in _COLUMNS if hasattr(site, name)}
    return values | {
        "venue_code": site.venue.code if site.venue else "",
        "region_code": site.region.code,
        "region_zh": site.region.name_zh,
        "region_en": site.region.name_en,
        "lon": site.location.x,
        "lat": site.location.y,
        "shapley_persons": site.reasons["shapley_persons"],
        "standard_gap_zh": "；".join(item["zh"] for item in site.standard_gap),
        "standard_gap_en": "; ".join(item["en"] for item in site.standard_gap),
        "reason_zh": site.reasons["zh"],
        "reason_en": site.reasons["en"],
        "profile": site.recommendation.run.profile,
    }


def write_site_files(folder: Path, sites: Sequence[RecommendedSite]) -> None:
    """Write ``sites.csv``, ``sites.gpkg`` (layer ``sites``) and ``sites.geojson`` into ``folder``; WGS-84."""
    table = harmless_frame(sites_frame(sites))
    table.to_csv(folder / SITES_CSV, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    points = np.array([shapely.Point(site.location.x, site.location.y) for site in sites], object)
    write_layer(folder / SITES_GPKG, "sites", table, points)
    layer = geopandas.GeoDataFrame(table, geometry=points, crs=WGS84_NAME)
    layer.to_file(folder / SITES_GEOJSON, driver="GeoJSON", engine="pyogrio")
