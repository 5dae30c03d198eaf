"""A population grid on H3 cells, and how it is kept: one Parquet file named by its content."""

import json
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from geo.engine.demand.cells import cell_ids, cell_texts
from geo.engine.digest import digest_of
from geo.engine.errors import InputError, Problem, register_messages

CELL, PERSONS = "h3_index", "persons"
_ABOUT = b"gigshed"

register_messages(
    {
        "grid.not_stored": (
            "人口栅格“{value}”的文件不在本机；请重新运行 import_raster。",
            "the file of the population grid “{value}” is not here; run import_raster again.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """People of C cells of one resolution.

    cells: (C,) uint64 H3 ids, distinct, rising; persons: (C,) float64 > 0, not whole; about: what reading found (JSON types).
    """

    cells: npt.NDArray[np.uint64]
    persons: npt.NDArray[np.float64]
    resolution: int
    about: dict[str, Any]

    @cached_property
    def digest(self) -> str:
        """32 hex characters that name cells and people."""
        return digest_of({"cells": self.cells, "persons": self.persons, "resolution": self.resolution})

    @property
    def total_persons(self) -> float:
        """People of all cells."""
        return float(self.persons.sum())


def write_grid(grid: Grid, path: Path) -> None:
    """Write a grid as Parquet with columns ``h3_index`` and ``persons``."""
    about = json.dumps({"resolution": grid.resolution, "about": grid.about}, ensure_ascii=False)
    table = pa.table({CELL: cell_texts(grid.cells), PERSONS: grid.persons}).replace_schema_metadata({_ABOUT: about.encode()})
    pq.write_table(table, path, compression="zstd")


def load_grid(path: Path) -> Grid:
    """Read what :func:`write_grid` wrote."""
    table = pq.read_table(path, memory_map=False)
    said = json.loads(table.schema.metadata[_ABOUT])
    return Grid(
        cells=cell_ids(table.column(CELL).to_pylist()), persons=table.column(PERSONS).to_numpy().astype(np.float64),
        resolution=int(said["resolution"]), about=said["about"],
    )  # fmt: skip


def stored_about(path: Path) -> tuple[int, dict[str, Any]]:
    """Return how many cells a stored grid has, and what stands beside them: ``resolution`` and ``about``."""
    metadata = pq.read_metadata(path)
    return metadata.num_rows, json.loads(metadata.metadata[_ABOUT])


def save_grid(grid: Grid, folder: Path) -> Path:
    """Keep a grid in ``folder`` under its digest, and return its file; what is there stays."""
    target = folder / f"{grid.digest}.parquet"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=folder) as aside:
            write_grid(grid, Path(aside) / target.name)
            (Path(aside) / target.name).replace(target)
    return target


def open_grid(folder: Path, digest: str, name: str) -> Grid:
    """Return the grid kept under ``digest``; raise :class:`InputError` with its ``name`` if its file is not there."""
    path = folder / f"{digest}.parquet"
    if not (digest and path.is_file()):
        raise InputError(Problem(code="grid.not_stored", value=name))
    return load_grid(path)
