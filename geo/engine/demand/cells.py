"""H3 cells of areas: which cells belong to which area, how large they are, which are neighbours."""

from collections.abc import Iterable
from dataclasses import dataclass

import h3
import numpy as np
import numpy.typing as npt
import shapely

from geo.engine.crs import GEOD
from geo.engine.units import SQUARE_METRES_PER_KM2

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
CellArray = npt.NDArray[np.uint64]

RESOLUTIONS = range(5, 12)
NO_AREA = -1
_HEX = 16


@dataclass(frozen=True, kw_only=True, eq=False)
class AreaCells:
    """The cells of A areas, each cell in exactly one of them, sorted by id.

    cells: (C,) uint64 H3 ids, rising; area: (C,) int64 indices of areas; share: (C,) float64 in (0, 1], the part of the cell
    that counts for the area: 1 where the cell's centre lies in it.
    """

    cells: CellArray
    area: Int64Array
    share: Float64Array


def cell_ids(texts: Iterable[str]) -> CellArray:
    """Return (n,) uint64 ids of cells written in hexadecimal."""
    return np.array([int(text, _HEX) for text in texts], np.uint64)


def cell_texts(cells: CellArray) -> list[str]:
    """Return the cells as H3 writes them, 15 hexadecimal digits."""
    return [f"{cell:x}" for cell in cells.tolist()]


def cell_of_points(lon: Float64Array, lat: Float64Array, resolution: int) -> CellArray:
    """Return (n,) uint64, the cell of each point in degrees WGS-84."""
    find = h3.latlng_to_cell
    return cell_ids(find(y, x, resolution) for x, y in zip(lon.tolist(), lat.tolist(), strict=True))


def cell_centres(cells: CellArray) -> tuple[Float64Array, Float64Array]:
    """Return lon, lat (n,) in degrees of the centres of cells."""
    centres = np.array([h3.cell_to_latlng(text) for text in cell_texts(cells)], np.float64).reshape(-1, 2)
    return centres[:, 1].copy(), centres[:, 0].copy()


def cell_area_km2(cell: str) -> float:
    """Return the geodesic area of an H3 cell on the WGS-84 ellipsoid."""
    lat, lon = zip(*h3.cell_to_boundary(cell), strict=True)
    area_m2, _perimeter = GEOD.polygon_area_perimeter(lon, lat)
    return abs(float(area_m2)) / SQUARE_METRES_PER_KM2


def cell_areas_km2(cells: CellArray) -> Float64Array:
    """Return (n,) geodesic areas in km²."""
    return np.array([cell_area_km2(text) for text in cell_texts(cells)], np.float64)


def cell_polygons(cells: CellArray) -> npt.NDArray[np.object_]:
    """Return (n,) polygons in degrees, longitude first; neighbours share their vertices exactly."""
    if not len(cells):
        return np.empty(0, object)
    rings = [h3.cell_to_boundary(text) for text in cell_texts(cells)]
    corners = np.array([corner for ring in rings for corner in (*ring, ring[0])], np.float64)[:, ::-1]
    owner = np.repeat(np.arange(len(rings)), [len(ring) + 1 for ring in rings])
    return np.asarray(shapely.polygons(shapely.linearrings(corners, indices=owner)), object)


def to_parents(cells: CellArray, resolution: int) -> CellArray:
    """Return (n,) the cells of a coarser (or the same) ``resolution`` that hold the centres of ``cells``."""
    return cell_ids(h3.cell_to_parent(text, resolution) for text in cell_texts(cells))


def resolution_of(cell: int) -> int:
    """Return the resolution of a cell."""
    return int(h3.get_resolution(f"{cell:x}"))


def sums_by_cell(cells: CellArray, values: Float64Array) -> tuple[CellArray, Float64Array]:
    """Return the distinct ``cells``, rising, and the sum of ``values`` (n,) in each."""
    distinct, where = np.unique(cells, return_inverse=True)
    return distinct, np.bincount(where, weights=values, minlength=len(distinct)).astype(np.float64)


def values_at(cells: CellArray, known: CellArray, values: Float64Array) -> Float64Array:
    """Return (n,) the value of each of ``cells``; 0 where it is not ``known``. known: (m,) distinct, rising; values: (m,)."""
    if not len(known):
        return np.zeros(len(cells))
    place = np.minimum(np.searchsorted(known, cells), len(known) - 1)
    return np.where(known[place] == cells, values[place], 0.0)


def covering(west: float, south: float, east: float, north: float, resolution: int) -> CellArray:
    """Return all cells that touch a box in degrees, rising."""
    box = h3.LatLngPoly([(south, west), (south, east), (north, east), (north, west)])
    return np.sort(cell_ids(h3.h3shape_to_cells_experimental(box, resolution, contain="overlap")))


def cells_of_areas(shapes: npt.NDArray[np.object_], resolution: int) -> AreaCells:
    """Return the cells of areas that do not overlap.

    ``shapes``: (A,) polygons or multipolygons in degrees. A cell belongs to the area that holds its centre (the lowest index
    where boundaries overlap). A cell whose centre lies in no area, at a coast or the outer border, belongs to the area that
    covers most of it, and counts there with the share covered; so nobody who lives at the edge falls out.
    """
    area_of: dict[str, int] = {}
    for index in reversed(range(len(shapes))):
        area_of.update(dict.fromkeys(_cells_of(shapes[index], resolution, "center"), index))
    inner = np.sort(cell_ids(area_of))
    rim, rim_area, rim_share = _rim(shapes, resolution, area_of)
    cells = np.concatenate([inner, rim])
    order = np.argsort(cells)
    area = np.concatenate([np.array([area_of[text] for text in cell_texts(inner)], np.int64), rim_area])
    return AreaCells(cells=cells[order], area=area[order], share=np.concatenate([np.ones(len(inner)), rim_share])[order])


def _cells_of(shape: shapely.Geometry, resolution: int, rule: str) -> list[str]:
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon) and not part.is_empty]
    if not parts:
        return []
    return list(h3.h3shape_to_cells_experimental(h3.geo_to_h3shape(shapely.MultiPolygon(parts)), resolution, contain=rule))


def _rim(shapes: npt.NDArray[np.object_], resolution: int, inner: dict[str, int]) -> tuple[CellArray, Int64Array, Float64Array]:
    """Return cells that touch areas but have their centre in none: id, the area that covers most of it, share covered."""
    pairs = [
        (int(text, _HEX), index)
        for index, shape in enumerate(shapes)
        for text in _cells_of(shape, resolution, "overlap")
        if text not in inner
    ]
    cells = np.array([cell for cell, _ in pairs], np.uint64)
    area = np.array([index for _, index in pairs], np.int64)
    hexagons = cell_polygons(cells)
    share = shapely.area(shapely.intersection(hexagons, shapes[area])) / shapely.area(hexagons) if pairs else np.zeros(0)
    order = np.lexsort((area, -share, cells))
    order = order[share[order] > 0]
    _, first = np.unique(cells[order], return_index=True)
    best = order[first]
    return cells[best], area[best], np.minimum(share[best], 1.0)
