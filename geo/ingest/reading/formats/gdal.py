"""GeoPackage and zipped Shapefile by GDAL, with every driver but the one that is meant taken out of the process."""

import ctypes
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyogrio
import pyproj

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.archive import check_archive, unpack
from geo.ingest.reading.formats.dbf import check_whole, encoding_of
from geo.ingest.reading.formats.parquet import arrow_cells
from geo.ingest.reading.model import Cells, FileFacts, Limits, ReadOptions

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_SHP_MAGIC, _SQLITE_MAGIC = b"\x00\x00\x27\x0a", b"SQLite format 3\x00"


def read(path: Path, options: ReadOptions, limits: Limits, folder: Path) -> tuple[Cells, FileFacts]:
    """Read a layer; see :func:`read_gpkg` and :func:`read_shapefile`."""
    return (read_gpkg if path.suffix.lower() == ".gpkg" else read_shapefile)(path, options, limits, folder)


def keep_only(driver: str) -> None:
    """Take all drivers but one out of this process: a file cannot be read as something else than it says."""
    library = next(Path(pyogrio.__file__).parent.parent.glob("pyogrio.libs/libgdal*"))
    gdal = ctypes.CDLL(str(library))
    gdal.GDALGetDriver.restype = gdal.GDALGetDriverByName.restype = ctypes.c_void_p
    gdal.GDALGetDriver.argtypes = [ctypes.c_int]
    gdal.GDALDeregisterDriver.argtypes = [ctypes.c_void_p]
    gdal.GDALGetDriverByName.argtypes = [ctypes.c_char_p]
    kept = gdal.GDALGetDriverByName(driver.encode())
    for index in reversed(range(gdal.GDALGetDriverCount())):
        handle = gdal.GDALGetDriver(index)
        if handle != kept:
            gdal.GDALDeregisterDriver(handle)


def read_gpkg(path: Path, options: ReadOptions, limits: Limits, _folder: Path) -> tuple[Cells, FileFacts]:
    """Read a table of a GeoPackage; views, whose queries may never end, are not offered."""
    if path.open("rb").read(16) != _SQLITE_MAGIC:
        raise InputError(Problem(code="file.not_what_it_says", value="GeoPackage"))
    sizes = _tables(path)
    layer = _choice(sizes, options.layer)
    keep_only("GPKG")
    facts = FileFacts(format="gpkg", layer=layer, layers=tuple(sizes), header_row=0, notes=_others(sizes, layer))
    return _read(path, layer, limits, facts, encoding=None)


def _tables(path: Path) -> dict[str, int]:
    """Return the tables of a GeoPackage with their rows.

    Its own tables must be tables: GDAL asks them before anything else, and a view in their place may answer without end.
    """
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'view' AND (name LIKE 'gpkg%' OR name LIKE 'rtree%')"
            ):
                raise InputError(Problem(code="database.view", value=str(name)[:60]))
            names = [str(row[0]) for row in database.execute(_REGISTERED)]
            return {name: int(database.execute(f"SELECT count(*) FROM {_quoted(name)}").fetchone()[0]) for name in names}  # noqa: S608
    except sqlite3.Error as error:
        raise InputError(Problem(code="file.damaged", value=str(error)[:100])) from error


_REGISTERED = (
    "SELECT c.table_name FROM gpkg_contents c JOIN sqlite_master m ON m.name = c.table_name AND m.type = 'table' "
    "WHERE c.data_type IN ('features', 'attributes') ORDER BY c.table_name"
)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _choice(sizes: dict[str, int], asked: str | None) -> str:
    """Return the layer that was asked for, else the largest; raises :class:`InputError` if it or any is missing."""
    if asked is not None and asked not in sizes:
        raise InputError(Problem(code="layer.unknown", value=asked[:60], details={"known": ", ".join(sizes)[:200]}))
    if not sizes:
        raise InputError(Problem(code="table.no_rows"))
    return asked or max(sizes, key=lambda name: sizes[name])


def _others(sizes: dict[str, int], layer: str) -> tuple[Problem, ...]:
    others = [name for name, size in sizes.items() if size and name != layer]
    return (Problem(code="note.other_layers", value="、".join(others)[:200]),) if others else ()


def read_shapefile(path: Path, options: ReadOptions, limits: Limits, folder: Path) -> tuple[Cells, FileFacts]:
    """Read a Shapefile of a zip file: that asked for, else the largest; see :func:`dbf.encoding_of` for its texts."""
    if path.open("rb").read(4) != b"PK\x03\x04":
        raise InputError(Problem(code="file.not_what_it_says", value="ZIP"))
    entries = {entry.filename: entry for entry in check_archive(path, limits) if not entry.is_dir()}
    stems = {name[:-4]: entries[name].file_size for name in entries if _is_shape(name)}
    if not stems:
        raise InputError(Problem(code="archive.no_shapefile"))
    sizes = {Path(stem).name: size for stem, size in stems.items()}
    layer = _choice(sizes, options.layer)
    stem = next(each for each in stems if Path(each).name == layer and stems[each] == sizes[layer])
    _take_out(path, {name: entry for name, entry in entries.items() if name[:-4] == stem}, folder, limits)
    encoding, note = encoding_of(folder / "layer.dbf", folder / "layer.cpg", options.encoding)
    (folder / "layer.cpg").unlink(missing_ok=True)
    keep_only("ESRI Shapefile")
    notes = ((Problem(code=note, value=encoding),) if note else ()) + _others(sizes, layer)
    facts = FileFacts(format="shapefile", encoding=encoding, layer=layer, layers=tuple(sizes), header_row=0, notes=notes)
    return _read(folder / "layer.shp", None, limits, facts, encoding=encoding)


def _is_shape(name: str) -> bool:
    return name.lower().endswith(".shp") and not name.startswith("__MACOSX")


def _take_out(path: Path, entries: dict[str, zipfile.ZipInfo], folder: Path, limits: Limits) -> None:
    """Unpack the parts of one Shapefile under a name of ours; raises :class:`InputError` unless they are whole."""
    for name, entry in entries.items():
        if name[-4:].lower() in _PARTS:
            unpack(path, entry, folder / f"layer{name[-4:].lower()}", limits)
    shape, table = folder / "layer.shp", folder / "layer.dbf"
    if not (table.is_file() and (folder / "layer.shx").is_file()):
        raise InputError(Problem(code="archive.no_shapefile"))
    if shape.open("rb").read(4) != _SHP_MAGIC:
        raise InputError(Problem(code="file.not_what_it_says", value="Shapefile"))
    check_whole(shape, table)


def _read(path: Path, layer: str | None, limits: Limits, facts: FileFacts, *, encoding: str | None) -> tuple[Cells, FileFacts]:
    try:
        meta, table = pyogrio.read_arrow(path, layer=layer, encoding=encoding, max_features=limits.rows + 1)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.GeometryError, ValueError, OSError,
            UnicodeDecodeError, RuntimeError) as error:  # fmt: skip
        raise InputError(
            Problem(code="file.damaged", value=str(error).splitlines()[0].replace(str(path.parent), "")[:100])
        ) from error
    if len(table) > limits.rows:
        raise InputError(Problem(code="table.too_many_rows", value=f"{limits.rows:,}"))
    shape = meta.get("geometry_name") or "wkb_geometry"
    return arrow_cells(table, shape, replace(facts, declared_crs=_code(meta.get("crs"))), limits)


def _code(crs: str | None) -> str:
    """Return the code of a system, "" if it has none: a .prj of a Chinese file often names no number."""
    if not crs:
        return ""
    try:
        number = pyproj.CRS.from_user_input(crs).to_epsg()
    except pyproj.exceptions.CRSError:
        return ""
    return f"epsg:{number}" if number else ""
