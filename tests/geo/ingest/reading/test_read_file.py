"""One table in every form a planner has gives the same rows, within limits; hostile files: ``tests/hostile``."""

import json
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


def zipped_shapefile(path, encoding="gb18030", *, say=False, frame=None):
    folder = path.parent / "shape"
    folder.mkdir()
    (shapes() if frame is None else frame).to_file(folder / "p.shp", encoding=encoding)
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


def test_an_open_quote_is_told_with_its_row(tmp_path):
    (tmp_path / "a.csv").write_text('a,b\n1,2\n\n"x\ny",4\n5,"6\n7,8\n', encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_file(tmp_path / "a.csv")
    assert [(problem.code, problem.row) for problem in refused.value.problems] == [("table.quote", 5)]


def test_broken_coordinates_never_become_a_place(tmp_path):
    features = [{"type": "Feature", "properties": {"a": 1}, "geometry": {"type": "Point", "coordinates": c}} for c in
                ([118.8, 32.0], ["x", 1], [float("nan"), 1], [])]  # fmt: skip
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    raw = read_file(tmp_path / "a.geojson")
    assert [shape is None for shape in raw.table.column("__wkb").to_pylist()] == [False, True, True, True]
    assert [problem.row for problem in raw.problems] == [2, 3, 4]


# Limits and what is left ------------------------------------------------------------------------------------------------


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
        read_file(written(tmp_path / "a.xlsx", lambda path: path.write_text("no")))
    assert list((tmp_path / "tmp").iterdir()) == []


def test_progress_can_stop_the_reading(tmp_path):
    class Stop(Exception):
        pass

    def stop(share):
        raise Stop

    with pytest.raises(Stop):
        read_file(csv(tmp_path / "a.csv"), progress=stop)


def test_a_file_over_the_limit_of_bytes_is_not_opened(tmp_path):
    with pytest.raises(InputError) as refused:
        read_file(csv(tmp_path / "a.csv"), limits=Limits(file_bytes=10))
    assert refused.value.problems[0].code == "file.too_large"


def test_more_problems_than_anybody_mends_are_not_listed(tmp_path):
    features = [{"type": "Feature", "properties": {"a": 1}, "geometry": {"type": "Point", "coordinates": []}}] * 10_001
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(InputError) as refused:
        read_file(tmp_path / "a.geojson")
    assert refused.value.problems[0].code == "table.too_many_problems"
    assert refused.value.problems[0].value == "10,001"
    assert len(refused.value.problems) == 101


def test_the_layer_that_is_asked_for_is_read_and_the_others_are_told(tmp_path):
    for layer, count in (("small", 1), ("large", 2)):
        shapes()[:count].to_file(tmp_path / "a.gpkg", layer=layer, driver="GPKG")
    raw = read_file(tmp_path / "a.gpkg")
    assert (raw.facts.layer, raw.facts.layers, len(raw.table)) == ("large", ("large", "small"), 2)
    assert [note.code for note in raw.facts.notes] == ["note.other_layers"]
    assert len(read_file(tmp_path / "a.gpkg", options=ReadOptions(layer="small")).table) == 1
    with pytest.raises(InputError) as refused:
        read_file(tmp_path / "a.gpkg", options=ReadOptions(layer="none"))
    assert refused.value.problems[0].code == "layer.unknown"


@pytest.mark.parametrize("code", [4326, 4490, 4549, 4527, 32650])
@pytest.mark.parametrize("form", ["a.gpkg", "a.zip", "a.parquet", "a.geojson"])
def test_the_system_a_file_declares_is_told(tmp_path, form, code):
    there = shapes().to_crs(code)
    if form == "a.zip":
        raw = read_file(zipped_shapefile(tmp_path / form, frame=there))
    else:
        raw = read_file(written(tmp_path / form, there.to_parquet if form == "a.parquet" else there.to_file))
    assert raw.facts.declared_crs == ("wgs84" if (form, code) == ("a.geojson", 4326) else f"epsg:{code}")
    points = gpd.GeoSeries.from_wkb(raw.table.column("__wkb").to_pylist())
    np.testing.assert_allclose(points.x, there.geometry.x)
