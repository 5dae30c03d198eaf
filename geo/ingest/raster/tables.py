"""Population grids that are tables: squares (GeoPackage, Shapefile, GeoJSON) or points (CSV), to people per H3 cell."""

import re

import numpy as np
import numpy.typing as npt
import shapely

from geo.engine.datum import Crs, parse_crs, to_wgs84
from geo.engine.demand.cells import CellArray, cell_of_points, cell_polygons, covering, sums_by_cell
from geo.engine.errors import InputError, Problem, register_messages
from geo.ingest.raster.grid import Grid
from geo.ingest.raster.plane import check_width
from geo.ingest.reading.model import ROW, SHAPE, RawTable

Float64Array = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]
PEOPLE = re.compile(
    r"(population|persons?|people|pop(ulation)?_?\d{0,4}|residents?(_persons)?|value|人口|人口数|常住人口)", re.IGNORECASE
)
LON = ("lon", "lng", "longitude", "x", "经度")
LAT = ("lat", "latitude", "y", "纬度")
MAX_PROBLEMS = 100
_LATTICE_TOLERANCE = 0.02
"""Share of the step by which points may stray from a lattice: files round their coordinates."""
_LEAST_LATTICE_POINTS = 9

register_messages(
    {
        "grid.no_people": (
            "找不到人口列；请用 --column 指明，可选：{value}。",
            "no column of people was found; name it with --column, one of: {value}.",
        ),
        "grid.no_place": (
            "须有多边形，或经度和纬度两列。", "there must be polygons, or columns of longitude and latitude.",
        ),
        "grid.not_a_count": ("“{value}”不是人数。", "“{value}” is no number of people."),
        "grid.not_a_point": ("坐标“{value}”不能用。", "the coordinates “{value}” cannot be used."),
        "grid.overlap": (
            "多边形“{value}”不能用。", "the polygon “{value}” cannot be used.",
        ),
    }
)  # fmt: skip


def grid_of_table(
    table: RawTable, *, resolution: int, datum: str = "", bounds: Bounds | None = None, column: str = "",
    as_points: bool = False,
) -> Grid:  # fmt: skip
    """Return the people per cell of a table; see :class:`geo.ingest.raster.read.GridOptions`.

    Polygons give each cell the share of their area that it covers. Points give all people to their cell, unless they form a
    lattice: then they are the middles of squares. Negative counts and rows without a count are nobody, and are counted. Raises
    :class:`InputError` with all rows that cannot be used.
    """
    persons, skipped = _persons(table, column or _people_column(table))
    crs = parse_crs(datum or table.facts.declared_crs or "wgs84")
    shapes, how = _shapes(table, crs, as_points)
    inside = _inside(shapes, bounds)
    shapes, persons = shapes[inside & (persons > 0)], persons[inside & (persons > 0)]
    if not len(shapes):
        raise InputError(Problem(code="grid.nobody", file=table.file))
    check_width(_box(shapes))
    cells, found = _at_points(shapes, persons, resolution) if how == "points" else share_by_area(shapes, persons, resolution)
    about = {"form": how, "rows": table.table.num_rows, "rows_outside": int((~inside).sum()), **skipped,
             "persons_read": float(persons.sum()), "persons": float(found.sum())}  # fmt: skip
    return Grid(cells=cells, persons=found, resolution=resolution, about=about)


def _people_column(table: RawTable) -> str:
    found = [name for name in table.columns if PEOPLE.fullmatch(name.strip())]
    if len(found) != 1:
        raise InputError(Problem(code="grid.no_people", file=table.file, value=", ".join(table.columns)[:300]))
    return found[0]


def _persons(table: RawTable, column: str) -> tuple[Float64Array, dict[str, int]]:
    """Return (n,) people >= 0 and how many rows held no count or a negative one."""
    if column not in table.columns:
        raise InputError(Problem(code="grid.no_people", file=table.file, value=", ".join(table.columns)[:300]))
    texts = [(text or "").strip() for text in table.table.column(column).to_pylist()]
    rows = table.table.column(ROW).to_pylist()
    values = [_number(text) for text in texts]
    problems = [
        Problem(code="grid.not_a_count", file=table.file, row=row, field=column, value=text[:40])
        for text, value, row in zip(texts, values, rows, strict=True)
        if value is None
    ]
    if problems:
        raise InputError(problems[:MAX_PROBLEMS])
    found = np.array(values, np.float64)
    skipped = {"rows_without_count": int(np.isnan(found).sum()), "rows_negative": int((found < 0).sum())}
    return np.where(found > 0, found, 0.0), skipped


def _number(text: str) -> float | None:
    """Return a count, NaN for an empty field or a written NaN, None for what is no number."""
    if not text or text.casefold() in ("nan", "null", "na", "-"):
        return float("nan")
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _shapes(table: RawTable, crs: Crs, as_points: bool) -> tuple[npt.NDArray[np.object_], str]:
    """Return (n,) polygons or points in degrees WGS-84, and which: ``polygons``, ``squares`` or ``points``."""
    if SHAPE in table.table.column_names:
        shapes = np.asarray(shapely.from_wkb(table.table.column(SHAPE).to_pylist(), on_invalid="ignore"), object)
        moved = shapely.transform(shapes, lambda p: np.column_stack(to_wgs84(p[:, 0], p[:, 1], crs)))
        _refuse_broken(table, moved)
        if set(np.unique(shapely.get_type_id(moved))) <= {3, 6}:
            return moved, "polygons"
        return _squares(shapely.centroid(moved), as_points)
    lon, lat = _columns(table)
    points = np.asarray(shapely.points(*to_wgs84(lon, lat, crs)), object)
    _refuse_broken(table, points)
    return _squares(points, as_points)


def _columns(table: RawTable) -> tuple[Float64Array, Float64Array]:
    names = {name.strip().casefold(): name for name in table.columns}
    lon, lat = next((names[n] for n in LON if n in names), None), next((names[n] for n in LAT if n in names), None)
    if lon is None or lat is None:
        raise InputError(Problem(code="grid.no_place", file=table.file))
    return _floats(table, lon), _floats(table, lat)


def _floats(table: RawTable, name: str) -> Float64Array:
    """Return (n,) numbers, NaN for what is none: a point of NaN is refused with its row afterwards."""
    values = [_number((text or "").strip()) for text in table.table.column(name).to_pylist()]
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _refuse_broken(table: RawTable, shapes: npt.NDArray[np.object_]) -> None:
    missing = np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    broken = missing | ~np.isfinite(shapely.bounds(shapes)).all(axis=1) | ~shapely.is_valid(shapes)
    rows = table.table.column(ROW).to_numpy()[broken][:MAX_PROBLEMS]
    if len(rows):
        shown = [shapely.to_wkt(shape, rounding_precision=4)[:40] for shape in shapes[broken][:MAX_PROBLEMS]]
        raise InputError(
            [
                Problem(code="grid.not_a_point", file=table.file, row=int(row), value=text)
                for row, text in zip(rows, shown, strict=True)
            ]
        )


def _squares(points: npt.NDArray[np.object_], as_points: bool) -> tuple[npt.NDArray[np.object_], str]:
    """Return squares around points that are the middles of a lattice, else the points themselves."""
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    across, up = lattice_step(lon), lattice_step(lat)
    if as_points or len(points) < _LEAST_LATTICE_POINTS or across is None or up is None:
        return points, "points"
    return np.asarray(shapely.box(lon - across / 2, lat - up / 2, lon + across / 2, lat + up / 2), object), "squares"


def lattice_step(values: Float64Array) -> float | None:
    """Return the step of the lattice that all ``values`` (n,) lie on, None if there is none."""
    distinct = np.unique(values)
    gaps = np.diff(distinct)
    gaps = gaps[gaps > np.ptp(distinct) * 1e-7]
    if not len(gaps):
        return None
    step = float(gaps.min())
    for _ in range(3):
        steps = np.round((distinct - distinct[0]) / step)
        if steps[-1] > 0:
            step = float((distinct[-1] - distinct[0]) / steps[-1])
    strays = np.abs((distinct - distinct[0]) / step - np.round((distinct - distinct[0]) / step))
    return step if strays.max() <= _LATTICE_TOLERANCE else None


def _inside(shapes: npt.NDArray[np.object_], bounds: Bounds | None) -> npt.NDArray[np.bool_]:
    if bounds is None:
        return np.ones(len(shapes), bool)
    return np.asarray(shapely.intersects(shapely.box(*bounds), shapes))


def _box(shapes: npt.NDArray[np.object_]) -> Bounds:
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west, south, east, north


def _at_points(points: npt.NDArray[np.object_], persons: Float64Array, resolution: int) -> tuple[CellArray, Float64Array]:
    return sums_by_cell(cell_of_points(shapely.get_x(points), shapely.get_y(points), resolution), persons)


def share_by_area(polygons: npt.NDArray[np.object_], persons: Float64Array, resolution: int) -> tuple[CellArray, Float64Array]:
    """Return cells, rising, and people: those of each polygon by the share of its area that lies in the cell.

    Areas are taken in a plane of equal area (longitude and the sine of latitude: Lambert's cylinder); corners move there, edges
    stay straight, which for squares of some kilometres changes nothing. The shares of a polygon sum to 1.
    """
    cells = covering(*_box(polygons), resolution)
    tree = shapely.STRtree(cell_polygons(cells))
    polygon, cell = tree.query(polygons, predicate="intersects")
    flat, hexagons = _equal_area(polygons), _equal_area(cell_polygons(cells))
    shared = shapely.area(shapely.intersection(flat[polygon], hexagons[cell]))
    whole = np.bincount(polygon, weights=shared, minlength=len(polygons))
    part = shared / whole[polygon] * persons[polygon]
    return sums_by_cell(cells[cell][part > 0], part[part > 0])


def _equal_area(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    return np.asarray(
        shapely.transform(shapes, lambda p: np.column_stack([np.radians(p[:, 0]), np.sin(np.radians(p[:, 1]))])), object
    )
