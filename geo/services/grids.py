"""Population grids on record: a source whose digest names a Parquet file of people per cell."""

from pathlib import Path
from typing import Any

from django.db import transaction

from geo.ingest.raster import Grid, save_grid
from geo.models import DataSource

FOLDER = "grids"


def grid_folder(var_dir: Path) -> Path:
    """Return where grids are kept."""
    return var_dir / FOLDER


def keep_grid(grid: Grid, source: DataSource, *, var_dir: Path, method: str) -> DataSource:
    """Keep ``grid`` as what ``source`` holds: its file first, then the source's digest and method; return the source."""
    save_grid(grid, grid_folder(var_dir))
    values: dict[str, Any] = {"digest": grid.digest, "method": method}
    with transaction.atomic():
        DataSource.objects.filter(pk=source.pk).update(**values)
    source.digest, source.method = grid.digest, method
    return source


def grid_sources(var_dir: Path) -> list[DataSource]:
    """Return the sources whose grid is here, by short name: those that a recipe can name as ``grid:<short name>``."""
    held = [path.stem for path in grid_folder(var_dir).glob("*.parquet")]
    return list(DataSource.objects.filter(digest__in=held).order_by("slug"))
