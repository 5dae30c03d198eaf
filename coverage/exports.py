"""Results as files: Parquet for machines, CSV and GeoPackage for people.

Text that a spreadsheet would run as a formula is made harmless by a leading apostrophe.
"""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas
import h3
import numpy as np
import pandas as pd
import shapely
from django.conf import settings

from coverage.engine.assess import Assessment
from coverage.models import CoverageResult, CoverageRun
from geo.engine.inputs import Demand, Facilities

CELLS_FILE, RESULTS_CSV, RESULTS_GPKG = "cells.parquet", "results.csv", "results.gpkg"
WGS84_NAME = "EPSG:4326"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def run_folder(run: CoverageRun) -> Path:
    """Return where the files of ``run`` are or will be."""
    return Path(settings.VAR_DIR) / "coverage" / run.digest


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder that takes the place of ``folder`` at the end; nothing is left behind if the block fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        yield temporary
        if folder.exists():
            shutil.rmtree(folder)
        temporary.chmod(0o755)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def harmless(text: str) -> str:
    """Return ``text`` such that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def harmless_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return ``frame`` with every text made harmless; numbers stay numbers."""
    made = frame.copy()
    for column in made.columns:
        if made[column].dtype == object or isinstance(made[column].dtype, pd.StringDtype):
            made[column] = [harmless(value) if isinstance(value, str) else value for value in made[column]]
    return made


def cells_frame(demand: Demand, facilities: Facilities, assessment: Assessment, *, profile: str = "") -> pd.DataFrame:
    """Return one row a demand cell; minutes and venue are empty where the streets lead to no venue.

    ``snap_metres``: from the cell to the nearest street of its mode, empty where that is too far. ``profile``: whose speeds,
    empty for the plain ones.
    """
    codes = np.array([*facilities.ids, None], object)
    minutes, metres = (each.astype(np.float64) for each in (assessment.nearest_minutes, assessment.snap_metres))
    return pd.DataFrame(
        {
            "h3_index": list(demand.cell_ids),
            "region_code": np.array(demand.region_codes, object)[demand.region_index],
            "lon": demand.lon,
            "lat": demand.lat,
            "is_urban": demand.is_urban,
            "workers_persons": demand.workers_persons,
            "served_persons": assessment.served_persons,
            "over_capacity_persons": assessment.over_capacity_persons,
            "out_of_reach_persons": assessment.out_of_reach_persons,
            "nearest_minutes": np.where(np.isfinite(minutes), minutes, np.nan),
            "nearest_venue_code": codes[assessment.nearest_facility],
            "is_reached": assessment.reached,
            "snap_metres": np.where(np.isfinite(metres), metres, np.nan),
            "profile": profile,
        }
    )


def results_frame(results: Iterable[CoverageResult]) -> pd.DataFrame:
    """Return one row a region; shares are of all its gig workers, the area share of the area of its demand cells."""
    return pd.DataFrame([result_row(result) for result in results])


def result_row(result: CoverageResult) -> dict[str, object]:
    """Return the numbers of one region as JSON values; shares 0 to 1, their denominators in their names."""
    region = result.region
    return {
        "region_code": region.code,
        "name_zh": region.name_zh,
        "name_en": region.name_en,
        "level": region.level,
        "workers_persons": result.workers_persons,
        "served_persons": result.served_persons,
        "over_capacity_persons": result.over_capacity_persons,
        "out_of_reach_persons": result.out_of_reach_persons,
        "unsnapped_persons": result.unsnapped_persons,
        "served_share_of_workers": result.served_share,
        "reached_share_of_workers": result.reached_share,
        "venues_count": result.venues_count,
        "cells_count": result.cells_count,
        "populated_area_km2": result.populated_area_km2,
        "reached_area_km2": result.reached_area_km2,
        "reached_area_share_of_populated_area": result.reached_area_share,
        "median_minutes": result.median_minutes,
        "p90_minutes": result.p90_minutes,
        "gini_minutes": result.gini_minutes,
        "profile": result.run.profile,
    }


def write_run_files(folder: Path, cells: pd.DataFrame, results: list[CoverageResult]) -> None:
    """Write ``cells.parquet``, ``results.csv`` and ``results.gpkg`` (layers ``results`` and ``cells``) into ``folder``."""
    cells.to_parquet(folder / CELLS_FILE, index=False)
    table = harmless_frame(results_frame(results))
    table.to_csv(folder / RESULTS_CSV, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    boundaries = [shapely.from_wkb(bytes(result.region.boundary.wkb)) if result.region.boundary else None for result in results]
    write_layer(folder / RESULTS_GPKG, "results", table, np.array(boundaries, object))
    write_layer(folder / RESULTS_GPKG, "cells", harmless_frame(cells), cell_polygons(cells["h3_index"].tolist()))


def write_layer(path: Path, layer: str, frame: pd.DataFrame, geometry: "np.ndarray[tuple[int], np.dtype[np.object_]]") -> None:
    """Add ``layer`` to the GeoPackage ``path``, which is made if it is not there; WGS-84."""
    layers = geopandas.GeoDataFrame(frame, geometry=geometry, crs=WGS84_NAME)
    layers.to_file(path, layer=layer, driver="GPKG", engine="pyogrio")


def cell_polygons(cell_ids: list[str]) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    """Return the hexagons of H3 cells; None for an id that is not one."""
    rings = [[(lon, lat) for lat, lon in h3.cell_to_boundary(cell)] if h3.is_valid_cell(cell) else None for cell in cell_ids]
    polygons = np.empty(len(rings), object)
    polygons[:] = [shapely.Polygon(ring) if ring else None for ring in rings]
    return polygons
