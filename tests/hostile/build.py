"""The plain files that the corpus spoils."""

import shutil
import sqlite3
import stat
import struct
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
import xlsxwriter

NAMES = ["玄武零工市场", "秦淮零工驿站"]
HUGE = 300_000_000


def text(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def frame():
    return pd.DataFrame({"编号": ["A1", "A2"], "名称": NAMES, "人数": [12, 80]})


def shapes(geometry=None):
    points = [shapely.Point(118.79, 32.06), shapely.Point(118.85, 32.01)]
    return gpd.GeoDataFrame(frame(), geometry=points if geometry is None else geometry, crs=4326)


def archive(path, entries, *, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as made:
        for name, data in entries:
            made.writestr(name, data)
    return path


def shapefile(path, *, encoding="gb18030", declared=None, leave_out=(), more=()):
    """A zipped Shapefile; ``declared``: bytes of its .cpg, none if None."""
    folder = path.parent / "shape"
    folder.mkdir()
    shapes().to_file(folder / "p.shp", encoding=encoding)
    parts = {part.suffix: part.read_bytes() for part in folder.iterdir() if part.suffix != ".cpg"}
    shutil.rmtree(folder)
    if declared is not None:
        parts[".cpg"] = declared
    entries = [(f"p{suffix}", data) for suffix, data in sorted(parts.items()) if suffix not in leave_out]
    return archive(path, [*entries, *more])


def workbook(path, fill=None):
    made = xlsxwriter.Workbook(str(path))
    sheet = made.add_worksheet("表")
    if fill is None:
        for i, row in enumerate([["编号", "名称"], ["A1", "LOL"]]):
            sheet.write_row(i, 0, row)
    else:
        fill(sheet, made)
    made.close()
    return path


def rewritten(path, change):
    """Let ``change(name, data)`` return new data for each part of an archive."""
    with zipfile.ZipFile(path) as archive_:
        parts = [(name, change(name, archive_.read(name))) for name in archive_.namelist()]
    return archive(path, parts)


def geopackage(path, *statements, frame_=None):
    (shapes() if frame_ is None else frame_).to_file(path, driver="GPKG")
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()
    return path


def parquet(path, table=None, **geo):
    table = pa.table(table) if table is not None else pa.Table.from_pandas(frame())
    metadata = {b"geo": geo["geo"].encode()} if geo else None
    pq.write_table(table.replace_schema_metadata(metadata), path)
    return path


def truncated(path, keep=0.6):
    data = path.read_bytes()
    return text(path, data[: int(len(data) * keep)])


def linked(path, target="/etc/passwd"):
    link = zipfile.ZipInfo("p.shp")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return archive(path, [(link, target)])


def directory_entries(data):
    """Yield where each entry of the directory of an archive starts."""
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        yield at
        at += 4


def with_false_checksums(path):
    data = bytearray(path.read_bytes())
    for at in directory_entries(data):
        data[at + 16 : at + 20] = b"\1\2\3\4"
    return text(path, bytes(data))


def with_false_sizes(path, size=100):
    """Make an archive say that its parts are small."""
    data = bytearray(path.read_bytes())
    for at in directory_entries(data):
        data[at + 24 : at + 28] = struct.pack("<I", size)
    return text(path, bytes(data))


def with_password_flag(path):
    data = bytearray(path.read_bytes())
    for at in directory_entries(data):
        data[at + 8] |= 1
    return text(path, bytes(data))


def changed_part(path, suffix, change):
    """Change one part of a zipped Shapefile by ``change(bytearray)``."""

    def spoil(name, data):
        if name.endswith(suffix):
            data = bytearray(data)
            change(data)
        return bytes(data)

    return rewritten(path, spoil)


def dictionary_bomb(path, rows=2_000_000, columns=20, width=9_000):
    one = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int8)), ["x" * width])
    return parquet(path, {f"c{i}": one for i in range(columns)})
