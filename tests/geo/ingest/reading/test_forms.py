"""The law of reading: whatever the order of columns, the encoding, the mark or the form, the records are the same."""

import csv
import io
import json
import zipfile

import geopandas as gpd
import pandas as pd
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.ingest.reading import read_file
from geo.ingest.reading.formats import delimited, geojson, kml, parquet, workbook
from geo.ingest.reading.model import Limits, ReadOptions

COLUMNS = ["编号", "名称", "地址", "经度", "纬度"]
LETTERS = "零工市场驿站南京玄武区中山路栋éAbz09 ,;|\"'=+-@#&<>%"
WORDS = st.text(LETTERS, max_size=12).map(str.strip)
DEGREES = st.integers(1, 179_999_999).map(lambda micro: f"{micro / 1e6:.6f}".rstrip("0").rstrip("."))
RECORDS = st.lists(st.tuples(WORDS, WORDS, DEGREES, DEGREES), min_size=1, max_size=6).map(
    lambda rows: [[f"A{i}", *row] for i, row in enumerate(rows)]
)
ORDERS = st.permutations(range(len(COLUMNS)))
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FEW = settings(max_examples=24, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def delimited_text(path, header, rows, *, encoding="utf-8", mark=","):
    text = io.StringIO()
    csv.writer(text, delimiter=mark, lineterminator="\r\n").writerows([header, *rows])
    path.write_bytes(text.getvalue().encode(encoding))


def sheet(path, header, rows):
    book = xlsxwriter.Workbook(str(path))
    made = book.add_worksheet()
    for i, row in enumerate([header, *rows]):
        for j, value in enumerate(row):
            if i and header[j] in ("经度", "纬度"):
                made.write_number(i, j, float(value))
            else:
                made.write_string(i, j, value)
    book.close()


def frame(header, rows):
    made = pd.DataFrame(rows, columns=header)
    return made.astype({"经度": float, "纬度": float})


def shapes(header, rows):
    made = frame(header, rows)
    return gpd.GeoDataFrame(made, geometry=gpd.points_from_xy(made["经度"], made["纬度"]), crs=4326)


def features(path, header, rows):
    made = [{"type": "Feature", "geometry": None, "properties": dict(zip(header, row, strict=True))} for row in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}, ensure_ascii=False), encoding="utf-8")


def marks(path, header, rows):
    from xml.sax.saxutils import escape, quoteattr

    made = "".join(
        "<Placemark><ExtendedData>"
        + "".join(
            f"<Data name={quoteattr(name)}><value>{escape(value)}</value></Data>"
            for name, value in zip(header, row, strict=True)
        )
        + "</ExtendedData></Placemark>"
        for row in rows
    )
    path.write_text(f"<kml><Document>{made}</Document></kml>", encoding="utf-8")


def shapefile(path, header, rows):
    folder = path.parent / "shape"
    folder.mkdir(exist_ok=True)
    shapes(header, rows).to_file(folder / "p.shp", encoding="utf-8")
    with zipfile.ZipFile(path, "w") as archive:
        for part in folder.iterdir():
            archive.write(part, part.name)


FORMS = {
    "csv": delimited_text,
    "tsv": lambda path, header, rows: delimited_text(path, header, rows, mark="\t", encoding="utf-16"),
    "xlsx": sheet,
    "geojson": features,
    "kml": marks,
    "parquet": lambda path, header, rows: frame(header, rows).to_parquet(path),
    "geoparquet": lambda path, header, rows: shapes(header, rows).to_parquet(path),
    "gpkg": lambda path, header, rows: path.unlink(missing_ok=True) or shapes(header, rows).to_file(path, driver="GPKG"),
    "zip": shapefile,
}
IN_PROCESS = {"csv": delimited, "tsv": delimited, "xlsx": workbook, "geojson": geojson, "kml": kml, "parquet": parquet}


def records(header, rows):
    return [dict(zip(header, row, strict=True)) for row in rows]


@MANY
@given(RECORDS, ORDERS, st.sampled_from(sorted(IN_PROCESS)))
def test_each_reader_gives_the_records_back(tmp_path, rows, order, form):
    header = [COLUMNS[i] for i in order]
    path = tmp_path / f"a.{form}"
    FORMS[form](path, header, [[row[i] for i in order] for row in rows])
    cells, _ = IN_PROCESS[form].read(path, ReadOptions(), Limits(), tmp_path)
    assert records(cells.header, cells.rows) == records(COLUMNS, rows)


@MANY
@given(RECORDS, ORDERS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]), st.sampled_from([",", ";", "\t", "|"]))
def test_encoding_and_mark_do_not_matter(tmp_path, rows, order, encoding, mark):
    header = [COLUMNS[i] for i in order]
    path = tmp_path / "a.csv"
    delimited_text(path, header, [[row[i] for i in order] for row in rows], encoding=encoding, mark=mark)
    cells, facts = delimited.read(path, ReadOptions(), Limits(), tmp_path)
    assert records(cells.header, cells.rows) == records(COLUMNS, rows)
    assert (facts.encoding, facts.delimiter) == (encoding, mark)


@FEW
@given(RECORDS, ORDERS, st.sampled_from(sorted(FORMS)))
def test_the_child_gives_the_records_back(tmp_path, rows, order, form):
    header = [COLUMNS[i] for i in order]
    path = tmp_path / f"a.{form}"
    FORMS[form](path, header, [[row[i] for i in order] for row in rows])
    raw = read_file(path)
    columns = [raw.table.column(name).to_pylist() for name in COLUMNS]
    assert [list(row) for row in zip(*columns, strict=True)] == rows
    assert not raw.problems
