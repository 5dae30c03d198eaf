"""Lines from a file that a planner drew elsewhere: a closed bridge, a new link."""

from pathlib import Path

import shapely

from geo.engine.errors import InputError, Problem, register_messages
from geo.ingest.reading import read_file

_GEOGRAPHIC = ("", "wgs84", "cgcs2000", "epsg:4326", "epsg:4490")

register_messages(
    {
        "line.none": ("文件里没有线。", "there is no line in the file."),
        "line.not_a_line": ("“{value}”不是线；须为 LineString。", "“{value}” is no line; it must be a LineString."),
        "line.crs": (
            "坐标系“{value}”不支持；请用 WGS-84 经纬度。",
            "the coordinate system “{value}” is not read; use longitude and latitude in WGS-84.",
        ),
    }
)


def read_lines(path: Path) -> list[shapely.LineString]:
    """Return the lines of a GeoJSON, GeoPackage, KML or zipped Shapefile in degrees WGS-84, those of a MultiLineString singly.

    The file is read in a child process without network. Raises :class:`InputError` if it cannot be read, is in another
    coordinate system, or holds other shapes or none.
    """
    raw = read_file(path)
    crs = raw.facts.declared_crs.lower()
    if crs not in _GEOGRAPHIC:
        raise InputError(Problem(code="line.crs", file=path.name, value=crs))
    problems = list(raw.problems)
    if "__wkb" not in raw.table.column_names:
        raise InputError(problems or [Problem(code="line.none", file=path.name)])
    lines: list[shapely.LineString] = []
    for row, wkb in zip(raw.table["__row"].to_pylist(), raw.table["__wkb"].to_pylist(), strict=True):
        shape = shapely.from_wkb(wkb) if wkb else shapely.LineString()
        parts = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.LineString) and not part.is_empty]
        if parts and len(parts) == shapely.get_num_geometries(shape):
            lines += parts
        else:
            problems.append(Problem(code="line.not_a_line", file=path.name, row=row, value=shape.geom_type))
    if problems or not lines:
        raise InputError(problems or [Problem(code="line.none", file=path.name)])
    return lines
