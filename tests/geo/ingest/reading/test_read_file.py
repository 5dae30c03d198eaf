"""One table in every form a planner has gives the same rows; damaged and hostile files end in a sentence."""

import http.server
import json
import socketserver
import stat
import threading
import time
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.engine.errors import InputError
from geo.ingest.reading import Limits, ReadOptions, read_file

COLUMNS = ["编号", "名称", "经度", "纬度", "人数"]
ROWS = [["A1", "玄武零工市场", "118.79", "32.06", "12"], ["A2", "秦淮零工驿站", "118.85", "32.01", "80"]]


def frame(columns=COLUMNS):
    whole = pd.DataFrame(ROWS, columns=COLUMNS).astype({"经度": float, "纬度": float, "人数": int})
    return whole[list(columns)]


def shapes():
    return gpd.GeoDataFrame(frame(), geometry=gpd.points_from_xy(frame()["经度"], frame()["纬度"]), crs=4326)


def csv(path, columns=COLUMNS, encoding="utf-8", delimiter=","):
    frame(columns).to_csv(path, index=False, encoding=encoding, sep=delimiter)
    return path


def xlsx(path, columns=COLUMNS):
    frame(columns).to_excel(path, index=False, engine="xlsxwriter")
    return path


def zipped_shapefile(path, encoding="gb18030", *, say=False):
    folder = path.parent / "shape"
    folder.mkdir()
    shapes().to_file(folder / "p.shp", encoding=encoding)
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(folder.iterdir()):
            if say or part.suffix != ".cpg":
                archive.write(part, f"数据/{part.name}")
    return path


def kml(path):
    marks = "".join(
        "<Placemark><ExtendedData>"
        + "".join(f'<Data name="{column}"><value>{value}</value></Data>' for column, value in zip(COLUMNS, row, strict=True))
        + f"</ExtendedData><Point><coordinates>{row[2]},{row[3]},0</coordinates></Point></Placemark>"
        for row in ROWS
    )
    path.write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>', encoding="utf-8")
    return path


def written(path, write):
    write(path)
    return path


FORMS = {
    "csv": lambda t: csv(t / "a.csv"),
    "gb18030": lambda t: csv(t / "a.csv", encoding="gb18030"),
    "utf-16": lambda t: csv(t / "a.tsv", encoding="utf-16", delimiter="\t"),
    "utf-16 without mark": lambda t: csv(t / "a.csv", encoding="utf-16-le"),
    "bom and semicolons": lambda t: csv(t / "a.csv", encoding="utf-8-sig", delimiter=";"),
    "bars": lambda t: csv(t / "a.txt", delimiter="|"),
    "xlsx": lambda t: xlsx(t / "a.xlsx"),
    "geojson": lambda t: written(t / "a.geojson", lambda p: shapes().to_file(p, driver="GeoJSON")),
    "gpkg": lambda t: written(t / "a.gpkg", lambda p: shapes().to_file(p, driver="GPKG")),
    "shapefile, gbk, says nothing": lambda t: zipped_shapefile(t / "a.zip"),
    "shapefile, utf-8, says so": lambda t: zipped_shapefile(t / "a.zip", "utf-8", say=True),
    "kml": lambda t: kml(t / "a.kml"),
    "parquet": lambda t: written(t / "a.parquet", lambda p: frame().to_parquet(p)),
    "geoparquet": lambda t: written(t / "a.parquet", lambda p: shapes().to_parquet(p)),
}


def texts(raw, columns=COLUMNS):
    return [list(row) for row in zip(*(raw.table.column(name).to_pylist() for name in columns), strict=True)]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_rows(form, tmp_path):
    raw = read_file(FORMS[form](tmp_path))
    assert texts(raw) == ROWS
    assert not raw.problems
    if "__wkb" in raw.table.column_names:
        points = gpd.GeoSeries.from_wkb(raw.table.column("__wkb").to_pylist())
        np.testing.assert_allclose(points.x, [118.79, 118.85])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.permutations(COLUMNS),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_order_encoding_and_delimiter_do_not_matter(tmp_path, columns, encoding, delimiter):
    raw = read_file(csv(tmp_path / "p.csv", columns, encoding, delimiter))
    assert list(raw.columns) == columns
    assert texts(raw) == ROWS


def test_titles_units_and_other_sheets_are_told(tmp_path):
    with pd.ExcelWriter(tmp_path / "t.xlsx", engine="xlsxwriter") as book:
        frame().to_excel(book, sheet_name="场所", index=False, startrow=2)
        book.sheets["场所"].merge_range("A1:E1", "南京市零工市场一览表")
        pd.DataFrame({"x": [1]}).to_excel(book, sheet_name="说明", index=False)
    raw = read_file(tmp_path / "t.xlsx")
    assert texts(raw) == ROWS
    assert (raw.facts.sheet, raw.facts.header_row) == ("场所", 3)
    assert raw.table.column("__row").to_pylist() == [4, 5]
    assert [note.code for note in raw.facts.notes] == ["note.header_row", "note.other_sheets"]
    assert read_file(tmp_path / "t.xlsx", options=ReadOptions(sheet="说明")).columns == ("x",)


def test_a_guessed_encoding_is_told(tmp_path):
    assert [n.code for n in read_file(csv(tmp_path / "a.csv", encoding="gb18030")).facts.notes] == ["note.encoding_guessed"]
    assert not read_file(csv(tmp_path / "b.csv")).facts.notes


def test_a_ragged_row_is_a_problem_of_its_row_and_the_others_are_read(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3\n4,5,6\n7,8,\n", encoding="utf-8")
    raw = read_file(tmp_path / "a.csv")
    assert texts(raw, ["a", "b"]) == [["1", "2"], ["7", "8"]]
    assert [(p.code, p.row) for p in raw.problems] == [("table.width", 3), ("table.width", 4)]


def test_broken_coordinates_never_become_a_place(tmp_path):
    features = [{"type": "Feature", "properties": {"a": 1}, "geometry": {"type": "Point", "coordinates": c}} for c in
                ([118.8, 32.0], ["x", 1], [float("nan"), 1], [])]  # fmt: skip
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    raw = read_file(tmp_path / "a.geojson")
    assert [shape is None for shape in raw.table.column("__wkb").to_pylist()] == [False, True, True, True]
    assert [problem.row for problem in raw.problems] == [2, 3, 4]


# Hostile and damaged files ---------------------------------------------------------------------------------------------


def archive(path, entries, *, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as made:
        for name, data in entries:
            made.writestr(name, data)
    return path


def truncated(path, make, keep=0.6):
    make(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    return path


def linked(path):
    link = zipfile.ZipInfo("p.shp")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(link, "/etc/passwd")
    return path


def wrong_checksum(path):
    zipped_shapefile(path)
    data = bytearray(path.read_bytes())
    start = data.index(b"\x00\x00\x27\x0a")
    data[start + 40] ^= 0xFF
    path.write_bytes(data)
    return path


def endless_view(path):
    shapes().to_file(path, driver="GPKG")
    import sqlite3

    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM gpkg_contents")
        db.execute("CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid FROM n")
        db.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('v', 'attributes', 'v')")
    return path


def laughs(path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><kml><Placemark><name>&b;</name></Placemark></kml>'
    path.write_text(bomb)
    return path


def text(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


VRT = '<OGRVRTDataSource><OGRVRTLayer name="passwd"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
HOSTILE = {
    "empty": (lambda t: text(t / "a.csv", ""), "file.empty"),
    "missing": (lambda t: t / "no.csv", "file.missing"),
    "a folder": (lambda t: t, "file.not_a_file"),
    "another form": (lambda t: text(t / "a.exe", "MZ"), "file.form_not_read"),
    "header only": (lambda t: text(t / "a.csv", "a,b\n"), "table.no_rows"),
    "open quote": (lambda t: text(t / "a.csv", 'a,b\n1,"2\n3,4\n'), "table.quote"),
    "nul bytes": (lambda t: text(t / "a.csv", b"a,b\n1,\x002\n" * 5), "file.not_what_it_says"),
    "bytes of no encoding": (lambda t: text(t / "a.csv", b"\xef\xbb\xbfa,b\n\xff\xfe,1\n"), "encoding.broken"),
    "a million columns": (lambda t: text(t / "a.csv", ",".join("abc" * 400_000) + "\n1\n"), "table.too_many_columns"),
    "vrt as csv": (lambda t: text(t / "a.csv", VRT), "file.not_what_it_says"),
    "vrt as gpkg": (lambda t: text(t / "a.gpkg", VRT), "file.not_what_it_says"),
    "vrt as raster": (lambda t: text(t / "a.tif", VRT), "file.raster"),
    "vrt in a zip": (lambda t: archive(t / "a.zip", [("p.shp", VRT), ("p.dbf", VRT), ("p.shx", VRT)]), "file.not_what_it_says"),
    "workbook that is none": (lambda t: text(t / "a.xlsx", "hello"), "file.not_what_it_says"),
    "truncated workbook": (lambda t: truncated(t / "a.xlsx", xlsx), "file.damaged"),
    "truncated zip": (lambda t: truncated(t / "a.zip", zipped_shapefile), "file.damaged"),
    "truncated parquet": (lambda t: truncated(t / "a.parquet", lambda p: frame().to_parquet(p)), "file.damaged"),
    "truncated gpkg": (lambda t: truncated(t / "a.gpkg", lambda p: shapes().to_file(p, driver="GPKG"), 0.02), "file.damaged"),
    "wrong checksum": (lambda t: wrong_checksum(t / "a.zip"), "file.damaged"),
    "bomb": (lambda t: archive(t / "a.xlsx", [("xl/workbook.xml", b"\0" * 300_000_000)]), "archive.bomb"),
    "too many entries": (lambda t: archive(t / "a.zip", [(f"{i}", b"") for i in range(10_001)]), "archive.too_many"),
    "name that climbs": (lambda t: archive(t / "a.zip", [("../../p.shp", b"x")]), "archive.name"),
    "name from the root": (lambda t: archive(t / "a.zip", [("/etc/p.shp", b"x")]), "archive.name"),
    "symbolic link": (lambda t: linked(t / "a.zip"), "archive.name"),
    "no shapefile": (lambda t: archive(t / "a.zip", [("a.txt", b"x")]), "archive.no_shapefile"),
    "deep json": (lambda t: text(t / "a.geojson", '{"features":' + "[" * 100_000), "json.too_deep"),
    "json that is no collection": (lambda t: text(t / "a.geojson", "[1]"), "file.not_what_it_says"),
    "entities": (lambda t: laughs(t / "a.kml"), "xml.entities"),
    "external entity": (lambda t: text(t / "a.kml", '<!DOCTYPE k SYSTEM "file:///etc/passwd"><kml/>'), "xml.entities"),
    "endless view": (lambda t: endless_view(t / "a.gpkg"), "table.no_rows"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_a_sentence_within_seconds(name, tmp_path):
    make, code = HOSTILE[name]
    path = make(tmp_path)
    begun = time.monotonic()
    with pytest.raises(InputError) as refused:
        read_file(path)
    assert time.monotonic() - begun < 20
    first = refused.value.problems[0]
    assert first.code == code
    assert first.sentence("zh-hans")
    assert first.sentence("en")
    assert "passwd" not in first.sentence("en").replace(str(path), "")


@pytest.fixture
def listener():
    """A server on this machine that counts who calls."""
    calls = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            calls.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words):
            pass

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], calls
        server.shutdown()


def test_a_link_in_a_file_is_not_followed(tmp_path, listener):
    port, calls = listener
    crs = {"type": "link", "properties": {"href": f"http://127.0.0.1:{port}/crs", "type": "proj4"}}
    feature = {"type": "Feature", "properties": {"a": "1"}, "geometry": {"type": "Point", "coordinates": [118.8, 32.0]}}
    text(tmp_path / "a.geojson", json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    assert texts(read_file(tmp_path / "a.geojson"), ["a"]) == [["1"]]
    assert calls == []


def test_the_child_reaches_no_network(listener):
    """The sandbox is entered in a process of its own, and a connection to this machine is tried from inside."""
    import subprocess
    import sys

    port, calls = listener
    code = (
        "import socket\nfrom geo.ingest.reading.model import Limits\nfrom geo.ingest.reading.sandbox import enter\n"
        f"assert enter(Limits())\ntry:\n    socket.create_connection(('127.0.0.1', {port}), 2)\n"
        "except OSError:\n    print('alone')\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert said.stdout.strip() == "alone", said.stderr
    assert calls == []


def test_a_child_that_takes_too_long_is_stopped(tmp_path):
    csv(tmp_path / "a.csv")
    begun = time.monotonic()
    with pytest.raises(InputError) as refused:
        read_file(tmp_path / "a.csv", limits=Limits(wall_seconds=0))
    assert refused.value.problems[0].code == "file.too_slow"
    assert time.monotonic() - begun < 5


def test_a_child_that_takes_too_much_memory_is_stopped(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n" + "x,y\n" * 400_000)
    with pytest.raises(InputError) as refused:
        read_file(tmp_path / "a.csv", limits=Limits(memory_bytes=250_000_000))
    assert refused.value.problems[0].code in ("file.too_much_memory", "file.damaged")


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    read_file(csv(tmp_path / "a.csv"))
    with pytest.raises(InputError):
        read_file(text(tmp_path / "a.xlsx", "no"))
    assert list((tmp_path / "tmp").iterdir()) == []


def test_progress_can_stop_the_reading(tmp_path):
    class Stop(Exception):
        pass

    def stop(share):
        raise Stop

    with pytest.raises(Stop):
        read_file(csv(tmp_path / "a.csv"), progress=stop)


def test_a_small_table_of_blanks_is_no_bomb(tmp_path):
    archive(tmp_path / "a.zip", [("a.txt", b" " * 5_000_000)])
    with pytest.raises(InputError) as refused:
        read_file(tmp_path / "a.zip")
    assert refused.value.problems[0].code == "archive.no_shapefile"
