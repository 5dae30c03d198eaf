"""The same file back: its form, encoding, delimiter and cells as they came, one more column, and fit to be brought again."""

import csv
import json

import geopandas
import pytest
import shapely
import xlsxwriter
from python_calamine import CalamineWorkbook

from geo.imports.returned import write_returned
from geo.imports.workbooks import as_number
from geo.services import imports
from tests.factories import NOW, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.database]

HEADER = ["编号", "名称", "类型", "状态", "经度", "纬度", "电话"]
GOOD = ["A1", "零工市场甲", "零工市场", "运营中", "118.75", "32.05", "025-001"]
BAD = ["007", "=1+1", "什么", "运营中", "118.7600", "32.05", "-"]
FAR = ["A3", "零工市场丙", "零工市场", "运营中", "1185.2", "32.05", ""]


def checked(path, region):
    batch = imports.receive(path=path, name=path.name, kind="venues", region=region, source=make_source("sheet"), at=NOW)
    imports.read(batch)
    imports.choose(batch, mapping=imports.suggestions(batch), datum="wgs84")
    return imports.check(batch, on=NOW.date())


def separated(path, encoding, delimiter):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([HEADER, GOOD, BAD, FAR])
    return path


@pytest.mark.parametrize(("name", "encoding", "delimiter"), [
    ("a.csv", "gb18030", ","), ("b.csv", "utf-8-sig", ";"), ("c.tsv", "utf-8", "\t"), ("d.csv", "utf-16", ","),
])  # fmt: skip
def test_a_table_of_text_keeps_its_encoding_and_delimiter(tmp_path, province, name, encoding, delimiter):
    batch = checked(separated(tmp_path / name, encoding, delimiter), province)
    back = write_returned(batch, tmp_path)
    assert (back.is_same_form, back.file_name) == (True, f"{name[0]}-有问题.{name[2:]}")
    with back.path.open(encoding=encoding, newline="") as file:
        header, good, bad, far = csv.reader(file, delimiter=delimiter)
    assert header == [*HEADER, "问题"]
    assert good == [*GOOD, ""]
    assert bad[:-1] == [*BAD[:1], "'=1+1", *BAD[2:6], "'-"]  # would be computed, and comes back as it was
    assert bad[-1].startswith("场所类型：“什么”不在可用值之中")
    assert "1185.2" in far[-1]
    assert a_second_round(back, tmp_path, province) == batch.summary["counts"]


def a_second_round(back, tmp_path, province):
    path = back.path.rename(tmp_path / f"again{back.path.suffix}")
    return checked(path, province).summary["counts"]


def test_a_workbook_comes_back_with_its_cells_as_they_were(tmp_path, province):
    path = tmp_path / "场所.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([HEADER, GOOD, BAD, FAR]):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
    batch = checked(path, province)
    back = write_returned(batch, tmp_path, language="en")
    header, good, bad, far = CalamineWorkbook.from_path(str(back.path)).get_sheet_by_index(0).to_python()
    assert back.file_name == "场所-problems.xlsx"
    assert header == [*HEADER, "problems"]
    assert good == [*GOOD, ""]
    assert bad[:-1] == BAD  # a text that looks like a formula is a text still
    assert bad[-1].startswith("kind: “什么” is not known")
    assert far[-1] != ""
    assert a_second_round(back, tmp_path, province) == batch.summary["counts"]


def feature(cells):
    lon, lat = float(cells[4]), float(cells[5])
    properties = dict(zip(HEADER[:4], cells, strict=False))
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": properties}


def test_geojson_comes_back_with_its_shapes(tmp_path, province):
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature(GOOD), feature(BAD)]}), "utf-8")
    back = write_returned(checked(path, province), tmp_path)
    good, bad = json.loads(back.path.read_text("utf-8"))["features"]
    assert good["geometry"] == {"type": "Point", "coordinates": [118.75, 32.05]}
    assert good["properties"]["问题"] == ""
    assert bad["properties"]["名称"] == "=1+1"
    assert "什么" in bad["properties"]["问题"]


def test_other_shapes_come_back_as_geopackage(tmp_path, province):
    path = tmp_path / "a.gpkg"
    rows = [dict(zip(HEADER[:4], cells, strict=False)) for cells in (GOOD, BAD)]
    geopandas.GeoDataFrame(rows, geometry=[shapely.Point(118.75, 32.05), shapely.Point(118.76, 32.05)], crs=4326).to_file(path)
    back = write_returned(checked(path, province), tmp_path)
    frame = geopandas.read_file(back.path)
    assert back.form == "gpkg"
    assert frame.crs.to_epsg() == 4326
    assert [text != "" for text in frame["问题"].fillna("")] == [False, True]


def test_the_column_of_problems_does_not_take_the_place_of_one_that_is_there(tmp_path, province):
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*HEADER, "问题"], [*BAD, "我的备注"]])
    back = write_returned(checked(tmp_path / "a.csv", province), tmp_path)
    with back.path.open(encoding="utf-8", newline="") as file:
        header, bad = csv.reader(file)
    assert header[-2:] == ["问题", "问题2"]
    assert bad[-2] == "我的备注"


@pytest.mark.parametrize(("text", "number"), [
    ("32.06", 32.06), ("12", 12), ("-5", -5), ("0", 0), ("007", None), ("1.50", None), ("1e5", None), ("nan", None), ("", None),
    ("12345678901234567890", None), ("118.7512345678901234", None), ("+5", None), (" 5", None), ("inf", None),
])  # fmt: skip
def test_a_number_is_one_only_if_it_comes_back_as_the_same_text(text, number):
    assert as_number(text) == number
