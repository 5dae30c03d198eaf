"""Population grids that come as files of planners: received like any file, read in the child process, kept as a grid."""

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from geo.engine.demand.cells import cell_centres
from geo.engine.digest import digest_of
from geo.engine.progress import Progress, no_progress
from geo.imports.folders import source_path
from geo.ingest.raster import Grid, GridOptions, read_grid
from geo.models import DataSource, ImportBatch, ImportKind, Region
from geo.services.grids import bounds_of, keep_grid, method_of
from geo.services.imports import keep_file

GRID = "grid"
"""Entry of an import's options that says how its grid is read; imports of tables have none."""


def table_imports(rows: "QuerySet[ImportBatch]") -> "QuerySet[ImportBatch]":
    """Return the imports of tables among ``rows``: those that have columns, a preview, and can be taken back."""
    return rows.exclude(**{f"options__{GRID}__isnull": False})


def grid_imports(rows: "QuerySet[ImportBatch]") -> "QuerySet[ImportBatch]":
    """Return the imports of population grids among ``rows``."""
    return rows.filter(**{f"options__{GRID}__isnull": False})


def receive_grid(
    *, path: Path, name: str, region: Region, source: DataSource, options: GridOptions, measure: str, at: dt.datetime,
    by: AbstractBaseUser | None = None,
) -> ImportBatch:  # fmt: skip
    """Take a copy of a file that holds a population grid; nothing in it is looked at yet.

    ``options``: as for :func:`geo.ingest.raster.read_grid`; the box is that of ``region``. Raises :class:`InputError` for a
    missing, empty or too large file.
    """
    said: dict[str, Any] = {entry: value for entry, value in asdict(options).items() if entry != "bounds"}
    return keep_file(
        path=path, name=name, kind=ImportKind.DEMAND, region=region, source=source, at=at, by=by,
        options={GRID: said | {"measure": measure, "method": source.method}},
    )  # fmt: skip


def import_population_grid(batch: ImportBatch, *, at: dt.datetime, progress: Progress = no_progress) -> Grid:
    """Read the grid of a received file within the box of its region, and keep it as what the import's source holds.

    Nothing is kept if the file cannot be used (:class:`InputError`) or ``progress`` stops it. ``summary`` of the import says
    what was found.
    """
    said = dict(batch.options[GRID])
    measure, method = said.pop("measure"), said.pop("method")
    grid = read_grid(source_path(batch), GridOptions(**said, bounds=bounds_of(batch.region)), progress)
    progress(0.95)
    batch.summary = summary_of(grid, batch.region)
    batch.digest = digest_of({"file": batch.file_digest, "grid": grid.digest})
    batch.stage, batch.committed_at = ImportBatch.Stage.COMMITTED, at
    with transaction.atomic():
        keep_grid(grid, batch.source, var_dir=Path(settings.VAR_DIR), method=method_of(grid, measure, method))
        batch.save(update_fields=["summary", "digest", "stage", "committed_at"])
    return grid


def summary_of(grid: Grid, region: Region) -> dict[str, Any]:
    """Return what was found as JSON types: people and cells in all, people of cells within the region and around it."""
    inside = _inside(grid, region)
    persons_inside = float(grid.persons[inside].sum())
    return {
        "cells": len(grid.cells), "resolution": grid.resolution, "persons": round(grid.total_persons),
        "persons_inside": round(persons_inside), "persons_outside": round(grid.total_persons) - round(persons_inside),
        "cells_outside": int((~inside).sum()), "about": grid.about, "digest": grid.digest,
    }  # fmt: skip


def _inside(grid: Grid, region: Region) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return (C,) bool: cells whose centre is in the region; all of them where it has no boundary."""
    if region.boundary is None:
        return np.ones(len(grid.cells), bool)
    shape = shapely.from_wkb(bytes(region.boundary.wkb))
    shapely.prepare(shape)
    return np.asarray(shapely.contains_xy(shape, *cell_centres(grid.cells)), bool)
