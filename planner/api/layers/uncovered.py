"""Where gig workers are out of reach: the cells of a run, from its file, limited to the user's regions."""

from pathlib import Path
from typing import Any

import h3
import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from coverage.models import CoverageRun
from geo.engine.errors import Problem
from geo.models import Region
from planner.accounts.scope import Person, scoped
from planner.api.errors import NotThereError
from planner.api.layers.features import LON_LAT_DECIMALS, Feature, collection, feature, point
from planner.api.layers.subjects import run_meta
from planner.api.parameters import BBox

COLUMNS = ["h3_index", "region_code", "lon", "lat", "is_urban", "workers_persons", "out_of_reach_persons", "nearest_minutes"]
SHAPES = ("point", "cell")


def cells_file(run: CoverageRun) -> Path:
    """Return where the cells of ``run`` are kept."""
    return Path(settings.VAR_DIR) / "coverage" / run.digest / "cells.parquet"


def uncovered_cells(user: Person, run: CoverageRun, *, min_persons: int, box: BBox | None) -> pd.DataFrame:
    """Return the cells of the user's regions with at least ``min_persons`` out of reach; most people first.

    Raises :class:`NotThereError` when the file is not there.
    """
    path = cells_file(run)
    if not path.is_file():
        raise NotThereError(Problem(code="api.cells_missing", field="run", value=run.digest))
    codes = sorted(set(scoped(Region, user).values_list("code", flat=True)))
    wanted = (pc.field("out_of_reach_persons") >= min_persons) & pc.field("region_code").isin(codes)
    if box is not None:
        west, south, east, north = box
        wanted &= (
            (pc.field("lon") >= west) & (pc.field("lon") <= east) & (pc.field("lat") >= south) & (pc.field("lat") <= north)
        )
    cells: pd.DataFrame = pq.read_table(path, columns=COLUMNS, filters=wanted).to_pandas()
    return cells.sort_values(["out_of_reach_persons", "h3_index"], ascending=[False, True], ignore_index=True)


def _hexagon(h3_index: str) -> dict[str, Any]:
    ring = [[round(lon, LON_LAT_DECIMALS), round(lat, LON_LAT_DECIMALS)] for lat, lon in h3.cell_to_boundary(h3_index)]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _features(cells: pd.DataFrame, shape: str) -> list[Feature]:
    minutes = np.round(cells["nearest_minutes"].to_numpy(dtype=float), 1)  # not finite becomes null in JSON
    columns = (cells[name].tolist() for name in COLUMNS[:-1])
    rows = zip(*columns, minutes.tolist(), strict=True)
    return [
        feature(
            key,
            point(lon, lat) if shape == "point" else _hexagon(key),
            {
                "h3_index": key, "region_code": code, "is_urban": urban, "workers_persons": workers,
                "out_of_reach_persons": out, "nearest_minutes": nearest,
            },
        )
        for key, code, lon, lat, urban, workers, out, nearest in rows
    ]  # fmt: skip


def uncovered_layer(user: Person, run: CoverageRun | None, *, shape: str, min_persons: int, box: BBox | None) -> dict[str, Any]:
    """Return where people are out of reach, as centres or hexagons; empty when there is no run yet."""
    if run is None:
        return collection([], run_meta(None) | {"shape": shape, "out_of_reach_persons": 0})
    cells = uncovered_cells(user, run, min_persons=min_persons, box=box)
    total = int(cells["out_of_reach_persons"].sum())
    return collection(_features(cells, shape), run_meta(run) | {"shape": shape, "out_of_reach_persons": total})
