"""Population grids on record: a source whose digest names a Parquet file of people per cell."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from geo.ingest.raster import Grid, save_grid
from geo.ingest.raster.grid import stored_about
from geo.models import DataSource, Region

FOLDER = "grids"


@dataclass(frozen=True, kw_only=True)
class GridFacts:
    """A grid on record without its cells. persons: people of all cells; about: what reading found (JSON types)."""

    cells: int
    persons: float
    resolution: int
    about: dict[str, Any]


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


def bounds_of(region: Region | None) -> tuple[float, float, float, float] | None:
    """Return the box of a region, west, south, east, north in degrees; None without a region or a boundary."""
    return region.boundary.extent if region is not None and region.boundary is not None else None


def method_of(grid: Grid, measure: str, said: str) -> str:
    """Return how a grid was made, after what its owner said of it."""
    how = {
        "geotiff": "sums of pixels weighted by the exact share covered", "polygons": "shares of the area of polygons",
        "squares": "points of a lattice taken as squares, by area", "points": "points in their cells",
    }[grid.about["form"]]  # fmt: skip
    made = f"{measure} per H3 cell of resolution {grid.resolution}: {how}"
    return f"{said}; {made}" if said else made


def grid_sources(var_dir: Path) -> list[DataSource]:
    """Return the sources whose grid is here, by short name: those that a recipe can name as ``grid:<short name>``."""
    held = [path.stem for path in grid_folder(var_dir).glob("*.parquet")]
    return list(DataSource.objects.filter(digest__in=held).order_by("slug"))


def grid_facts(var_dir: Path) -> list[tuple[DataSource, GridFacts]]:
    """Return the sources whose grid is here with its facts; the cells are not read."""
    found = [(source, facts_of(source, var_dir)) for source in grid_sources(var_dir)]
    return [(source, facts) for source, facts in found if facts is not None]


def facts_of(source: DataSource, var_dir: Path) -> GridFacts | None:
    """Return the facts of the grid that ``source`` holds; None if it holds none here."""
    path = grid_folder(var_dir) / f"{source.digest}.parquet"
    if not (source.digest and path.is_file()):
        return None
    cells, said = stored_about(path)
    persons, resolution = float(said["about"].get("persons", 0.0)), int(said["resolution"])
    return GridFacts(cells=cells, persons=persons, resolution=resolution, about=said["about"])
