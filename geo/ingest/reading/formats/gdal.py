"""GeoPackage and zipped Shapefile by GDAL, with every driver but the one that is meant taken out of the process."""

import ctypes
import sqlite3
from pathlib import Path

import pyogrio
import pyproj

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.archive import check_archive, unpack
from geo.ingest.reading.formats.delimited import decode
from geo.ingest.reading.formats.parquet import arrow_cells
from geo.ingest.reading.model import Cells, FileFacts, Limits, ReadOptions

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_SHP_MAGIC, _SQLITE_MAGIC = b"\x00\x00\x27\x0a", b"SQLite format 3\x00"
_SAMPLE_BYTES = 2_000_000


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
    layers = _tables(path)
    layer = _choice(layers, options.layer)
    keep_only("GPKG")
    return _read(path, layer, limits, FileFacts(format="gpkg", layer=layer, layers=tuple(layers), header_row=0), encoding=None)


def _tables(path: Path) -> list[str]:
    query = (
        "SELECT c.table_name FROM gpkg_contents c JOIN sqlite_master m ON m.name = c.table_name AND m.type = 'table' "
        "WHERE c.data_type IN ('features', 'attributes') ORDER BY c.table_name"
    )
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
        try:
            return [str(row[0]) for row in connection.execute(query)]
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise InputError(Problem(code="file.damaged", value=str(error)[:100])) from error


def _choice(layers: list[str], asked: str | None) -> str:
    if asked is not None and asked not in layers:
        raise InputError(Problem(code="layer.unknown", value=asked[:60], details={"known": ", ".join(layers)[:200]}))
    if not layers:
        raise InputError(Problem(code="table.no_rows"))
    return asked or layers[0]


def read_shapefile(path: Path, options: ReadOptions, limits: Limits, folder: Path) -> tuple[Cells, FileFacts]:
    """Read the one Shapefile of a zip file; the encoding of its texts is that of its .cpg, else it is found out."""
    if path.open("rb").read(4) != b"PK\x03\x04":
        raise InputError(Problem(code="file.not_what_it_says", value="ZIP"))
    entries = {entry.filename: entry for entry in check_archive(path, limits) if not entry.is_dir()}
    shapes = [name for name in entries if name.lower().endswith(".shp") and not name.startswith("__MACOSX")]
    if len(shapes) != 1:
        raise InputError(Problem(code="archive.no_shapefile"))
    stem = shapes[0][:-4]
    for name, entry in entries.items():
        if name[:-4] == stem and name[-4:].lower() in _PARTS:
            unpack(path, entry, folder / f"layer{name[-4:].lower()}", limits)
    shape, table = folder / "layer.shp", folder / "layer.dbf"
    if not (table.is_file() and (folder / "layer.shx").is_file()):
        raise InputError(Problem(code="archive.no_shapefile"))
    if shape.open("rb").read(4) != _SHP_MAGIC:
        raise InputError(Problem(code="file.not_what_it_says", value="Shapefile"))
    encoding, guessed = _encoding(folder, options)
    keep_only("ESRI Shapefile")
    notes = (Problem(code="note.encoding_guessed", value=encoding),) if guessed else ()
    facts = FileFacts(format="shapefile", encoding=encoding, layer=Path(stem).name, header_row=0, notes=notes)
    return _read(shape, None, limits, facts, encoding=encoding)


def _encoding(folder: Path, options: ReadOptions) -> tuple[str, bool]:
    """Return the encoding of the .dbf and whether it was guessed from its bytes."""
    if options.encoding:
        return options.encoding, False
    declared = folder / "layer.cpg"
    if declared.is_file():
        name = declared.read_bytes()[:30].decode("ascii", "ignore").strip()
        known = {"936": "gb18030", "GBK": "gb18030", "GB2312": "gb18030", "65001": "utf-8"}.get(name.upper(), name)
        if known:
            return known, False
    with (folder / "layer.dbf").open("rb") as file:
        data = file.read(_SAMPLE_BYTES)
    start = int.from_bytes(data[8:10], "little")
    body = data[start:]
    for shorter in range(4):
        try:
            _, name, _ = decode(body[: len(body) - shorter], None)
        except InputError:
            continue
        return name, not body.isascii()
    return "gb18030", True


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
    return arrow_cells(table, shape, FileFacts(**{**vars(facts), "declared_crs": _code(meta.get("crs"))}))


def _code(crs: str | None) -> str:
    """Return the code of a system, "" if it has none: a .prj of a Chinese file often names no number."""
    if not crs:
        return ""
    try:
        number = pyproj.CRS.from_user_input(crs).to_epsg()
    except pyproj.exceptions.CRSError:
        return ""
    return f"epsg:{number}" if number else ""
