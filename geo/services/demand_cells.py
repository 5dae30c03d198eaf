"""The demand cells of a source as arrays, merged into coarser cells for a map: many cells in, as many as a screen shows out."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import h3
import numpy as np
import numpy.typing as npt
from django.db.models import Count, Max, QuerySet, Sum

from geo.engine.demand.cells import RESOLUTIONS, CellArray, cell_centres, cell_ids, to_parents
from geo.models import DataSource, DemandCell

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Box = tuple[float, float, float, float]

WORKERS = "workers"
GROUPS = (WORKERS, "age50plus", "walk", "ebike", "bus", "motor")
_MARGIN = 0.1  # degrees; half the width of the coarsest cells
_FIELDS = ("workers_persons", *(f"profile__{group}_persons" for group in GROUPS[1:]))


@dataclass(frozen=True, kw_only=True, eq=False)
class MapCells:
    """C cells of one resolution.

    cells: (C,) uint64, rising; persons: (C, 6) float64 in the order of ``GROUPS``, NaN where a group is not known; urban_share:
    (C,) float64, the share of their workers who live in urban cells, 0 to 1; lon, lat: (C,) float64 centres in degrees.
    """

    cells: CellArray
    persons: Float64Array
    urban_share: Float64Array
    lon: Float64Array
    lat: Float64Array
    resolution: int

    def within(self, box: Box | None) -> BoolArray:
        """Return (C,) bool: centres within west, south, east, north in degrees; None: all."""
        if box is None:
            return np.ones(len(self.cells), bool)
        west, south, east, north = box
        return (self.lon >= west) & (self.lon <= east) & (self.lat >= south) & (self.lat <= north)


@dataclass(frozen=True, kw_only=True, eq=False)
class CellTable:
    """The cells of a source that somebody may read.

    cells: (C,) uint64; persons: (C, 6) float64 in the order of ``GROUPS``, NaN where not known; is_urban: (C,) bool; region:
    (C,) int64 ids of regions.
    """

    cells: CellArray
    persons: Float64Array
    is_urban: BoolArray
    region: Int64Array
    _levels: dict[tuple[int, str], MapCells] = field(default_factory=dict)

    @cached_property
    def resolution(self) -> int:
        """H3 resolution of the coarsest cells: finer ones are merged into it."""
        return int(_resolutions(self.cells).min()) if len(self.cells) else RESOLUTIONS.start

    def chosen(self, settlement: str) -> BoolArray:
        """Return (C,) bool: cells of a class, ``urban`` or ``rural``; any other word: all."""
        if settlement not in ("urban", "rural"):
            return np.ones(len(self.cells), bool)
        return self.is_urban if settlement == "urban" else ~self.is_urban

    def level(self, resolution: int, settlement: str) -> MapCells:
        """Return the cells of a class merged at ``resolution``; kept for the next question."""
        key = resolution, settlement
        if key not in self._levels:
            self._levels[key] = self._merged(resolution, self.chosen(settlement))
        return self._levels[key]

    def _merged(self, resolution: int, kept: BoolArray) -> MapCells:
        finer = _resolutions(self.cells[kept]) > resolution
        parents = self.cells[kept].copy()
        parents[finer] = to_parents(parents[finer], resolution)
        cells, index = np.unique(parents, return_inverse=True)
        columns = [_sums(index, self.persons[kept, group], len(cells)) for group in range(len(GROUPS))]
        urban = np.bincount(index, weights=self.persons[kept, 0] * self.is_urban[kept], minlength=len(cells))
        lon, lat = cell_centres(cells)
        persons = np.column_stack(columns)
        share = np.divide(urban, persons[:, 0], out=np.zeros(len(cells)), where=persons[:, 0] > 0)
        return MapCells(cells=cells, persons=persons, urban_share=share, lon=lon, lat=lat, resolution=resolution)

    def for_screen(self, box: Box | None, settlement: str, limit: int) -> tuple[MapCells, BoolArray]:
        """Return the finest cells of which at most ``limit`` lie in ``box``, and which do; the coarsest if even those are more.

        Cells are merged before the box is cut: a merged cell shows the same people wherever the map stands.
        """
        level = self.level(self.resolution, settlement)
        for resolution in range(self.resolution, RESOLUTIONS.start - 1, -1):
            level = self.level(resolution, settlement)
            if level.within(box).sum() <= limit:
                break
        return level, level.within(box)

    def box(self) -> Box | None:
        """Return west, south, east, north in degrees of the cells, a little wider; None without cells."""
        if not len(self.cells):
            return None
        around = self.level(RESOLUTIONS.start, "all")
        west, south, east, north = around.lon.min(), around.lat.min(), around.lon.max(), around.lat.max()
        return float(west) - _MARGIN, float(south) - _MARGIN, float(east) + _MARGIN, float(north) + _MARGIN

    def sums_by_region(self) -> dict[int, dict[str, Any]]:
        """Return the people of each region by group, and those of urban and rural cells; None for a group nobody knows."""
        regions, index = np.unique(self.region, return_inverse=True)
        columns = {group: _sums(index, self.persons[:, at], len(regions)) for at, group in enumerate(GROUPS)}
        columns["urban"] = np.bincount(index, weights=self.persons[:, 0] * self.is_urban, minlength=len(regions)).astype(float)
        columns["rural"] = columns[WORKERS] - columns["urban"]
        return {
            int(pk): {name: None if np.isnan(values[at]) else int(values[at]) for name, values in columns.items()}
            for at, pk in enumerate(regions)
        }


def _resolutions(cells: CellArray) -> npt.NDArray[np.uint64]:
    """Return (n,) the resolution of each cell: bits 52 to 55 of its id."""
    return (cells >> np.uint64(52)) & np.uint64(0xF)


def _sums(index: npt.NDArray[np.intp], values: Float64Array, count: int) -> Float64Array:
    """Return (count,) sums; NaN where no value is known."""
    known = ~np.isnan(values)
    sums = np.bincount(index[known], weights=values[known], minlength=count)
    return np.where(np.bincount(index[known], minlength=count) > 0, sums, np.nan)


def read_cells(rows: "QuerySet[DemandCell]") -> CellTable:
    """Return ``rows`` as arrays, in the order of their cells; a row whose id is no H3 cell has no place on a map."""
    fields = ("h3_index", "settlement_class", "region_id", *_FIELDS)
    every = rows.order_by("h3_index").values_list(*fields).iterator(chunk_size=10_000)
    found = [row for row in every if h3.is_valid_cell(row[0])]
    if not found:
        none = np.zeros(0)
        return CellTable(
            cells=np.zeros(0, np.uint64), persons=np.zeros((0, len(GROUPS))), is_urban=none.astype(bool),
            region=none.astype(np.int64),
        )  # fmt: skip
    texts, classes, regions, *persons = zip(*found, strict=True)
    return CellTable(
        cells=cell_ids(texts), is_urban=np.array(classes) == DemandCell.SettlementClass.URBAN.value,
        persons=np.column_stack([np.array(column, np.float64) for column in persons]),
        region=np.array(regions, np.int64),
    )  # fmt: skip


def cells_version(rows: "QuerySet[DemandCell]", source: DataSource) -> tuple[Any, ...]:
    """Return what changes whenever ``rows``, cells of ``source``, do: the digest of a model, the last change by an import."""
    sums = rows.order_by().aggregate(count=Count("pk"), persons=Sum("workers_persons"), last=Max("pk"))
    changed = DemandCell.history.filter(source_id=source.pk).aggregate(last=Max("history_id"))
    return source.pk, source.digest, sums["count"], sums["persons"], sums["last"], changed["last"]
