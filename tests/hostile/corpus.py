"""The corpus: name → how to build the file in a folder, and what a reader must say of it.

A builder gets the folder and the address of a server that nobody may call.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field

import shapely

from tests.hostile.build import (
    HUGE,
    archive,
    changed_part,
    dictionary_bomb,
    geopackage,
    linked,
    parquet,
    rewritten,
    shapefile,
    shapes,
    text,
    truncated,
    with_false_checksums,
    with_false_sizes,
    with_password_flag,
    workbook,
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """``refused``: the code of the first problem of a file that is refused. Otherwise ``rows`` are read (all texts of a row
    joined by "|"), with ``problems`` (code, row) and ``notes`` (codes)."""

    make: Callable
    refused: str | tuple = ""
    rows: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    shapes: list | None = None


VRT = '<OGRVRTDataSource><OGRVRTLayer name="passwd"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "
ROWS = ["A1|玄武零工市场|12", "A2|秦淮零工驿站|80"]
LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY a{i} "{f"&a{i - 1 if i else str()};" * 10}">' for i in range(9)
) + "]>"  # fmt: skip


def feature(properties, geometry):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def point(*coordinates):
    return {"type": "Point", "coordinates": list(coordinates)}


def collection(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more})


def kml(*marks, head=""):
    inner = "".join(f"<Placemark>{mark}</Placemark>" for mark in marks)
    return f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inner}</Document></kml>'


def placed(name, coordinates):
    return f"<name>{name}</name><Point><coordinates>{coordinates}</coordinates></Point>"


def in_strings(change):
    """Change the shared strings of a workbook."""
    return lambda t: rewritten(workbook(t / "a.xlsx"), lambda name, data: change(data) if "sharedStrings" in name else data)


def sheet_bomb(folder):
    """A sheet of 300 MB of blanks in less than half a megabyte."""
    path = workbook(folder / "a.xlsx")
    blanks = b"</sheetData>" + b" " * HUGE
    return rewritten(path, lambda name, data: data.replace(b"</sheetData>", blanks) if "sheet1" in name else data)


def a_million_formatted_rows(folder):
    rows = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (i, i) for i in range(3, 1_048_577))
    path = workbook(folder / "a.xlsx")
    return rewritten(path, lambda n, d: d.replace(b"</sheetData>", rows + b"</sheetData>") if "sheet1" in n else d)


def merged_header(sheet, _book):
    sheet.merge_range("A1:C1", "一览表")
    sheet.merge_range("A2:A3", "编号")
    sheet.merge_range("B2:C2", "位置")
    sheet.write_row("B3", ["经度", "纬度"])
    sheet.write_row("A4", ["A1", 118.79, 32.06])


def formulas(sheet, _book):
    sheet.write_row(0, 0, ["a", "b", "c"])
    sheet.write_formula(1, 0, "=1+1", None, 2)
    sheet.write_string(1, 1, "=cmd|' /C calc'!A0")
    sheet.write_formula(1, 2, "=X1", None, "#REF!")
    sheet.write_row(2, 0, ["-x", "+x", "@x"])


def corner(sheet, _book):
    sheet.write_row(0, 0, ["a", "b"])
    sheet.write_row(1, 0, ["1", "2"])
    sheet.write(1_048_575, 16_383, "x")


def control_name(folder):
    return text(folder / "a\nb\x1b[31m.csv", "a,b\n1,2\n")


def pipe(folder):
    os.mkfifo(folder / "a.csv")
    return folder / "a.csv"


def mixed(folder):
    return text(folder / "a.csv", "编号,名称\nA1,玄武\nA2,秦淮\n".encode() + "A3,零工市场\n".encode("gbk"))


def crs_link(url):
    return {"type": "link", "properties": {"href": f"{url}/crs", "type": "proj4"}}


BROKEN = ("118.8,32,0", "abc", "nan,1", "", "118.8, 32", "1e99,1")
"""Coordinates of which the first alone are good."""
BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
ENTITY = '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY e SYSTEM "%s">]>'

PLAIN = {
    **{f"empty {end}": Case(lambda t, _u, end=end: text(t / f"a.{end}", ""), "file.empty")
       for end in ("csv", "xlsx", "geojson", "gpkg", "zip", "kml", "parquet")},
    "missing": Case(lambda t, _u: t / "no.csv", "file.missing"),
    "a folder": Case(lambda t, _u: t, "file.not_a_file"),
    "a pipe": Case(lambda t, _u: pipe(t), "file.not_a_file"),
    "another form": Case(lambda t, _u: text(t / "a.exe", "MZ"), "file.form_not_read"),
    "name with control characters": Case(lambda t, _u: control_name(t), rows=["1|2"]),
}  # fmt: skip

TEXTS = {
    "header only": Case(lambda t, _u: text(t / "a.csv", "a,b\n"), "table.no_rows"),
    "blanks only": Case(lambda t, _u: text(t / "a.csv", " \n\n \n"), "table.no_rows"),
    "open quote": Case(lambda t, _u: text(t / "a.csv", 'a,b\n1,"2\n3,4\n'), "table.quote"),
    "open quote before much": Case(lambda t, _u: text(t / "a.csv", 'a,b\n1,"' + "x,y\n" * 500_000), "table.quote"),
    "nul bytes": Case(lambda t, _u: text(t / "a.csv", b"a,b\n1,\x002\n" * 5), "file.not_what_it_says"),
    "bytes of no encoding": Case(lambda t, _u: text(t / "a.csv", b"\xef\xbb\xbfa,b\n\xff\xfe,1\n"), "encoding.broken"),
    "mixed encodings": Case(lambda t, _u: mixed(t), "encoding.mixed"),
    "a million columns": Case(lambda t, _u: text(t / "a.csv", ",".join("abc" * 333_334) + "\n1\n"), "table.too_many_columns"),
    "a million fields in a row": Case(lambda t, _u: text(t / "a.csv", "a,b\n" + "1," * 1_000_000), "table.too_many_columns"),
    "ragged rows": Case(
        lambda t, _u: text(t / "a.csv", "a,b\n1,2\n3\n4,5,6\n"), rows=["1|2"], problems=[("table.width", 3), ("table.width", 4)]
    ),
    "formulas in csv": Case(lambda t, _u: text(t / "a.csv", "a,b\n=1+1,@x\n-2,+3\n"), rows=["=1+1|@x", "-2|+3"]),
    "our own names": Case(
        lambda t, _u: text(t / "a.csv", "__row,__wkb\n7,8\n"), rows=["7|8"], notes=["note.columns_named"]
    ),
    "a cell without end": Case(
        lambda t, _u: text(t / "a.csv", "a,b\n1," + "x" * 10_001 + "\n"), rows=["1|" + "x" * 10_000],
        problems=[("table.cell_too_long", 2)],
    ),
    "vrt as csv": Case(lambda t, _u: text(t / "a.csv", VRT), "file.not_what_it_says"),
    "vrt as raster": Case(lambda t, _u: text(t / "a.tif", VRT), "file.raster"),
}  # fmt: skip

ARCHIVES = {
    "truncated zip": Case(lambda t, _u: truncated(shapefile(t / "a.zip")), "file.damaged"),
    "bomb, flat": Case(lambda t, _u: archive(t / "a.zip", [("p.shp", b"\0" * HUGE)]), "archive.bomb"),
    "bomb, nested": Case(
        lambda t, _u: archive(t / "a.zip", [("b.zip", archive(t / "b.zip", [("p.shp", b"\0" * HUGE)]).read_bytes())]),
        "archive.no_shapefile",
    ),
    "bomb beside a shapefile": Case(lambda t, _u: shapefile(t / "a.zip", more=[("x.txt", b"\0" * HUGE)]), "archive.bomb"),
    "bomb that says it is small": Case(lambda t, _u: with_false_sizes(
        archive(t / "a.zip", [(f"p.{end}", b"\0" * HUGE) for end in ("shp", "shx", "dbf")])), "file.damaged"),
    "too many entries": Case(lambda t, _u: archive(t / "a.zip", [(f"{i}", b"") for i in range(10_001)]), "archive.too_many"),
    "name that climbs": Case(lambda t, _u: archive(t / "a.zip", [("../../p.shp", b"x")]), "archive.name"),
    "name that climbs, backwards": Case(lambda t, _u: archive(t / "a.zip", [("..\\..\\p.shp", b"x")]), "archive.name"),
    "name from the root": Case(lambda t, _u: archive(t / "a.zip", [("/etc/p.shp", b"x")]), "archive.name"),
    "name of a drive": Case(lambda t, _u: archive(t / "a.zip", [("C:p.shp", b"x")]), "archive.name"),
    "symbolic link": Case(lambda t, _u: linked(t / "a.zip"), "archive.name"),
    "password": Case(lambda t, _u: with_password_flag(shapefile(t / "a.zip")), "file.encrypted"),
    "wrong checksum": Case(lambda t, _u: with_false_checksums(shapefile(t / "a.zip")), "file.damaged"),
    "no shapefile": Case(lambda t, _u: archive(t / "a.zip", [("a.txt", b"x")]), "archive.no_shapefile"),
    "shapefile without index": Case(lambda t, _u: shapefile(t / "a.zip", leave_out=(".shx",)), "archive.no_shapefile"),
    "vrt in a zip": Case(
        lambda t, _u: archive(t / "a.zip", [("p.shp", VRT), ("p.dbf", VRT), ("p.shx", VRT)]), "file.not_what_it_says"
    ),
    "shapes cut off": Case(
        lambda t, _u: changed_part(shapefile(t / "a.zip"), ".shp", lambda d: d.__delitem__(slice(110, None))), "file.damaged"
    ),
    "table that says it is long": Case(lambda t, _u: changed_part(
        shapefile(t / "a.zip"), ".dbf", lambda d: d.__setitem__(slice(4, 8), b"\xff\xff\xff\x7f")), "file.damaged"),
    "gbk without cpg": Case(
        lambda t, _u: shapefile(t / "a.zip"), rows=ROWS, notes=["note.encoding_guessed"], shapes=[True, True]
    ),
    "gbk that says utf-8": Case(
        lambda t, _u: shapefile(t / "a.zip", declared=b"UTF-8"), rows=ROWS, notes=["note.encoding_differs"]
    ),
    "utf-8 that says gbk": Case(
        lambda t, _u: shapefile(t / "a.zip", encoding="utf-8", declared=b"GBK"), rows=ROWS, notes=["note.encoding_differs"]
    ),
    "system from the network": Case(
        lambda t, u: shapefile(t / "a.zip", leave_out=(".prj",), more=[("p.prj", f"{u}/crs")]), rows=ROWS,
        notes=["note.encoding_guessed"],
    ),
}  # fmt: skip

WORKBOOKS = {
    "workbook that is none": Case(lambda t, _u: text(t / "a.xlsx", "hello"), "file.not_what_it_says"),
    "page as workbook": Case(lambda t, _u: text(t / "a.xls", "<html><table/></html>"), "file.not_what_it_says"),
    "zip as workbook": Case(lambda t, _u: archive(t / "a.xlsx", [("a.txt", b"x")]), "file.not_what_it_says"),
    "truncated workbook": Case(lambda t, _u: truncated(workbook(t / "a.xlsx")), "file.damaged"),
    "workbook with wrong checksums": Case(lambda t, _u: with_false_checksums(workbook(t / "a.xlsx")), "file.damaged"),
    "workbook bomb": Case(lambda t, _u: sheet_bomb(t), "archive.bomb"),
    "workbook bomb that says it is small": Case(lambda t, _u: with_false_sizes(sheet_bomb(t)), "file.damaged"),
    "a billion laughs": Case(
        lambda t, _u: in_strings(lambda d: d.replace(b"?>", b"?>" + LAUGHS.encode(), 1).replace(b"LOL", b"&a8;"))(t),
        "file.damaged",
    ),
    "workbook with an external entity": Case(
        lambda t, u: in_strings(
            lambda d: d.replace(b"?>", f'?><!DOCTYPE x [<!ENTITY e SYSTEM "{u}/e">]>'.encode(), 1).replace(b"LOL", b"&e;")
        )(t),
        "file.damaged",
    ),
    "a million formatted rows": Case(lambda t, _u: a_million_formatted_rows(t), rows=["A1|LOL"]),
    "a cell in the last corner": Case(lambda t, _u: workbook(t / "a.xlsx", corner), "file.too_much_memory"),
    "merged header": Case(
        lambda t, _u: workbook(t / "a.xlsx", merged_header), rows=["A1|118.79|32.06"],
        notes=["note.header_row", "note.header_merged"],
    ),
    "formulas and errors": Case(
        lambda t, _u: workbook(t / "a.xlsx", formulas), rows=["2|=cmd|' /C calc'!A0|", "-x|+x|@x"],
        problems=[("table.cell_error", 2)],
    ),
}  # fmt: skip

JSONS = {
    "deep json": Case(lambda t, _u: text(t / "a.geojson", '{"features":' + "[" * 100_000), "json.too_deep"),
    "deep json, closed": Case(
        lambda t, _u: text(t / "a.geojson", '{"features":' + "[" * 100_000 + "]" * 100_000 + "}"), "json.too_deep"
    ),
    "deep property": Case(
        lambda t, _u: text(t / "a.geojson", collection(feature({"a": "?"}, None)).replace('"?"', "[" * 900 + "]" * 900)),
        "json.too_deep",
    ),
    "json cut off": Case(lambda t, _u: text(t / "a.geojson", collection(feature({}, None))[:-5]), "file.damaged"),
    "json that is no collection": Case(lambda t, _u: text(t / "a.geojson", "[1]"), "file.not_what_it_says"),
    "too many properties": Case(
        lambda t, _u: text(t / "a.geojson", collection(*[feature({f"{i}": 1}, None) for i in range(501)])),
        "table.too_many_columns",
    ),
    "system by a link": Case(
        lambda t, u: text(t / "a.geojson", collection(feature({"a": "1"}, point(118.8, 32.0)), crs=crs_link(u))),
        rows=["1"], shapes=[True],
    ),
    "no numbers": Case(
        lambda t, _u: text(t / "a.geojson", collection(
            feature({"a": float("nan")}, point(1, 2)), feature({"a": 1}, point(float("inf"), 2)),
            feature({"a": 2}, point("118.8", "32")), feature({"a": 3}, point(True, 1)), feature({"a": 4}, point()),
        )),
        rows=["", "1", "2", "3", "4"], shapes=[True, False, False, False, False],
        problems=[("table.cell_error", 1), *(("shape.broken", row) for row in (2, 3, 4, 5))],
    ),
    "bow-tie": Case(
        lambda t, _u: text(t / "a.geojson", collection(feature({"a": 1}, json.loads(shapely.to_geojson(BOW_TIE))))),
        rows=["1"], problems=[("geometry.invalid", 1)], shapes=[True],
    ),
    "half a character": Case(
        lambda t, _u: text(t / "a.geojson", collection(feature({"a": "\ud800x"}, None))), rows=["?x"], shapes=[False]
    ),
    "vrt as geojson": Case(lambda t, _u: text(t / "a.geojson", VRT), "file.damaged"),
}  # fmt: skip

KMLS = {
    "entities": Case(lambda t, _u: text(t / "a.kml", LAUGHS + kml(placed("&a8;", "1,2"))), "xml.entities"),
    "entity from the network": Case(
        lambda t, u: text(t / "a.kml", ENTITY % f"{u}/e" + kml(placed("&e;", "1,2"))), "xml.entities"
    ),
    "entity from a file": Case(
        lambda t, _u: text(t / "a.kml", ENTITY % "file:///etc/passwd" + kml(placed("&e;", "1,2"))), "xml.entities"
    ),
    "entities in utf-16": Case(
        lambda t, _u: text(t / "a.kml", ('<?xml version="1.0" encoding="UTF-16"?>' + LAUGHS + kml("&a8;")).encode("utf-16")),
        "xml.entities",
    ),
    "entities in utf-16 without mark": Case(
        lambda t, _u: text(t / "a.kml", ('<?xml version="1.0" encoding="UTF-16"?>' + LAUGHS + kml("&a8;")).encode("utf-16-le")),
        ("xml.entities", "file.not_what_it_says"),
    ),
    "links": Case(
        lambda t, u: text(t / "a.kml", kml(placed("a", "118.8,32") + f"<Style><Icon><href>{u}/i</href></Icon></Style>").replace(
            "<Document>", f"<Document><NetworkLink><Link><href>{u}/l</href></Link></NetworkLink>")),
        rows=["a"], shapes=[True],
    ),
    "broken coordinates": Case(
        lambda t, _u: text(t / "a.kml", kml(*(placed("a", c) for c in BROKEN))),
        rows=["a"] * 6, problems=[("shape.broken", row) for row in range(2, 7)], shapes=[True] + [False] * 5,
    ),
    "deep kml": Case(
        lambda t, _u: text(t / "a.kml", "<kml>" + "<Folder>" * 100_000 + "</Folder>" * 100_000 + "</kml>"), "table.no_rows"
    ),
    "placemarks in placemarks": Case(
        lambda t, _u: text(t / "a.kml", "<kml>" + "<Placemark>" * 50_000 + "</Placemark>" * 50_000 + "</kml>"), rows=[""]
    ),
    "kml cut off": Case(lambda t, _u: text(t / "a.kml", kml(placed("a", "1,2"))[:-9]), "file.damaged"),
    "vrt as kml": Case(lambda t, _u: text(t / "a.kml", VRT), "file.not_what_it_says"),
    "kmz bomb": Case(lambda t, _u: archive(t / "a.kmz", [("doc.kml", b" " * HUGE)]), "archive.bomb"),
    "kmz without kml": Case(lambda t, _u: archive(t / "a.kmz", [("a.png", b"x")]), "xml.no_kml"),
}  # fmt: skip

DATABASES = {
    "vrt as gpkg": Case(lambda t, _u: text(t / "a.gpkg", VRT), "file.not_what_it_says"),
    "truncated gpkg": Case(lambda t, _u: truncated(geopackage(t / "a.gpkg")), "file.damaged"),
    "gpkg of a few bytes": Case(lambda t, _u: truncated(geopackage(t / "a.gpkg"), 0.001), "file.damaged"),
    "endless view": Case(lambda t, _u: geopackage(
        t / "a.gpkg", "DELETE FROM gpkg_contents", f"CREATE VIEW v AS {NUMBERS} i AS fid FROM n",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('v', 'attributes', 'v')"), "table.no_rows"),
    "endless view as contents": Case(lambda t, _u: geopackage(
        t / "a.gpkg", "ALTER TABLE gpkg_contents RENAME TO c",
        f"CREATE VIEW gpkg_contents AS {NUMBERS} 'v' AS table_name, 'features' AS data_type FROM n"), "database.view"),
    "endless view as extensions": Case(lambda t, _u: geopackage(
        t / "a.gpkg", "DROP TABLE IF EXISTS gpkg_extensions",
        f"CREATE VIEW gpkg_extensions AS {NUMBERS} 'v' AS table_name FROM n WHERE i < 0"), "database.view"),
    "no numbers in gpkg": Case(
        lambda t, _u: geopackage(t / "a.gpkg", frame_=shapes([shapely.Point(float("nan"), 1), BOW_TIE])), rows=ROWS,
        problems=[("shape.broken", 1), ("geometry.invalid", 2)], shapes=[False, True],
    ),
    "truncated parquet": Case(lambda t, _u: truncated(parquet(t / "a.parquet")), "file.damaged"),
    "parquet that is none": Case(lambda t, _u: text(t / "a.parquet", "hello"), "file.not_what_it_says"),
    "parquet bomb": Case(lambda t, _u: dictionary_bomb(t / "a.parquet"), "file.too_much_memory"),
    "shapes that are none": Case(
        lambda t, _u: parquet(t / "a.parquet", {"a": ["1", "2"], "g": [b"garbage", shapely.to_wkb(shapely.Point(1, 2))]},
                              geo='{"primary_column": "g", "columns": {"g": {"encoding": "WKB"}}}'),
        rows=["1", "2"], problems=[("shape.broken", 1)], shapes=[False, True],
    ),
    "nested columns": Case(
        lambda t, _u: parquet(t / "a.parquet", {"a": ["1"], "b": [[1, 2]], "c": [b"x"]}), rows=["1"],
        notes=["note.columns_left_out"],
    ),
    "false description of shapes": Case(
        lambda t, _u: parquet(t / "a.parquet", {"a": ["1"]}, geo="[1]"), "file.damaged"
    ),
}  # fmt: skip

CASES = PLAIN | TEXTS | ARCHIVES | WORKBOOKS | JSONS | KMLS | DATABASES
