"""Areas that count as urban: the polygons of a file, in degrees WGS-84."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from geo.engine.datum import parse_crs, to_wgs84
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.progress import Progress, no_progress
from geo.ingest.reading import RawTable, read_file
from geo.ingest.reading.model import ROW, SHAPE

MAX_PROBLEMS = 100
_AREAS = (3, 6)
"""Shapely's numbers of polygons and multipolygons."""

register_messages(
    {
        "urban.no_shapes": (
            "文件里没有多边形；请给出 GeoJSON、GeoPackage、打包的 Shapefile 或 KML。",
            "the file holds no polygons; give GeoJSON, GeoPackage, a zipped Shapefile or KML.",
        ),
        "urban.not_an_area": ("“{value}”不是可用的多边形。", "“{value}” is no polygon that can be used."),
    }
)


def read_areas(path: Path, progress: Progress = no_progress) -> npt.NDArray[np.object_]:
    """Return (n,) valid polygons of a file of areas, in the system it names, else WGS-84.

    It is read as files of users are. Raises :class:`InputError` with every row that holds no polygon.
    """
    table = read_file(path, progress=progress)
    if table.problems:
        raise InputError(table.problems[:MAX_PROBLEMS])
    if SHAPE not in table.table.column_names:
        raise InputError(Problem(code="urban.no_shapes", file=table.file))
    crs = parse_crs(table.facts.declared_crs or "wgs84")
    shapes = np.asarray(shapely.from_wkb(table.table.column(SHAPE).to_pylist(), on_invalid="ignore"), object)
    moved = np.asarray(shapely.transform(shapes, lambda p: np.column_stack(to_wgs84(p[:, 0], p[:, 1], crs))), object)
    _refuse_others(table, moved)
    return moved


def _refuse_others(table: RawTable, shapes: npt.NDArray[np.object_]) -> None:
    is_area = np.isin(shapely.get_type_id(shapes), _AREAS) & ~shapely.is_empty(shapes) & shapely.is_valid(shapes)
    usable = is_area & np.isfinite(shapely.bounds(shapes)).all(axis=1)
    rows = table.table.column(ROW).to_numpy()[~usable][:MAX_PROBLEMS]
    said = [shapely.to_wkt(shape, rounding_precision=4)[:40] if shape else "" for shape in shapes[~usable][:MAX_PROBLEMS]]
    if len(rows):
        raise InputError(
            [
                Problem(code="urban.not_an_area", file=table.file, row=int(row), value=text)
                for row, text in zip(rows, said, strict=True)
            ]
        )
