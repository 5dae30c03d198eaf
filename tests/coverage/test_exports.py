"""Files say what the rows say, and hold no live formula."""

import csv
from pathlib import Path

import geopandas
import h3
import numpy as np
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage import exports
from coverage.engine.assess import Assessment
from coverage.engine.catchments import Catchments
from coverage.models import CoverageResult
from geo.engine.inputs import Demand, Facilities
from geo.models import Region
from tests.factories import make_province, make_result, make_run

CELLS = tuple(sorted(h3.grid_disk(h3.latlng_to_cell(32.05, 118.75, 8), 1)))[:3]


def make_demand():
    centres = [h3.cell_to_latlng(cell) for cell in CELLS]
    return Demand(
        cell_ids=CELLS, lon=np.array([lon for _, lon in centres]), lat=np.array([lat for lat, _ in centres]),
        workers_persons=np.array([10, 20, 30]), is_urban=np.array([True, True, False]), area_km2=np.ones(3),
        region_codes=("320102", "320104"), region_index=np.array([0, 0, 1], np.int32),
    )  # fmt: skip


def make_assessment():
    catchments = Catchments(
        indptr=np.array([0, 2]), cell=np.array([0, 1], np.int32), cost=np.array([60, 120], np.float32), cell_count=3,
        cell_snapped=np.array([True, True, False]), facility_snapped=np.array([True]),
    )  # fmt: skip
    return Assessment(
        reached=np.array([True, True, False]), served_persons=np.array([10, 5, 0]), over_capacity_persons=np.array([0, 15, 0]),
        out_of_reach_persons=np.array([0, 0, 30]), load_persons=np.array([15]),
        nearest_facility=np.array([0, 0, -1], np.int32), nearest_minutes=np.array([1, 2, np.inf], np.float32),
        snap_metres=np.array([0, 12.5, np.inf], np.float32), catchments=catchments,
    )  # fmt: skip


def make_facilities():
    return Facilities(ids=("V1",), lon=np.array([118.75]), lat=np.array([32.05]), capacity_persons=np.array([15]))


def cells():
    return exports.cells_frame(make_demand(), make_facilities(), make_assessment())


def test_cells_have_a_row_each_and_add_up():
    frame = cells()
    assert frame["h3_index"].tolist() == list(CELLS)
    assert frame["region_code"].tolist() == ["320102", "320102", "320104"]
    parts = frame["served_persons"] + frame["over_capacity_persons"] + frame["out_of_reach_persons"]
    assert parts.tolist() == frame["workers_persons"].tolist()
    assert frame["nearest_minutes"].tolist()[:2] == [1.0, 2.0]
    assert np.isnan(frame["nearest_minutes"].iloc[2])
    assert frame["nearest_venue_code"].tolist()[:2] == ["V1", "V1"]
    assert frame["nearest_venue_code"].isna().tolist() == [False, False, True]
    assert frame["snap_metres"].tolist()[:2] == [0.0, 12.5]
    assert np.isnan(frame["snap_metres"].iloc[2])


def test_hexagons_are_those_of_h3_and_other_ids_have_none():
    polygons = exports.cell_polygons([CELLS[0], "not-a-cell"])
    ring = {(round(lon, 9), round(lat, 9)) for lat, lon in h3.cell_to_boundary(CELLS[0])}
    assert {(round(x, 9), round(y, 9)) for x, y in polygons[0].exterior.coords} == ring
    assert polygons[1] is None


@given(st.text())
def test_no_text_begins_like_a_formula(text):
    made = exports.harmless(text)
    assert not made.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert made.removeprefix("'") == text.removeprefix("'") or made == text


def test_numbers_stay_numbers():
    made = exports.harmless_frame(pd.DataFrame({"name": ["=1+1", "好"], "minutes": [-1.5, 2.0], "none": [None, "@x"]}))
    assert made["name"].tolist() == ["'=1+1", "好"]
    assert made["minutes"].tolist() == [-1.5, 2.0]
    assert made["none"].tolist()[1] == "'@x"


@pytest.mark.django_db
@pytest.mark.database
def test_the_files_of_a_run(tmp_path):
    province, _, west, _ = make_province()
    Region.objects.filter(pk=west.pk).update(name_zh='=HYPERLINK("x")', boundary=None)
    run = make_run(province)
    make_result(run, province, 15, 15, 30)
    make_result(run, west, 15, 15, 0)
    results = list(CoverageResult.objects.select_related("region").order_by("region__code"))
    exports.write_run_files(tmp_path, cells(), results)
    with Path(tmp_path / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["region_code"] for row in rows] == ["320000", "320102"]
    assert rows[1]["name_zh"] == '\'=HYPERLINK("x")'
    # 15 of 60 served, 30 of 60 reached, 2 of 8 km² reached.
    shares = ("served_share_of_workers", "reached_share_of_workers", "reached_area_share_of_populated_area")
    assert [float(rows[0][name]) for name in shares] == [0.25, 0.5, 0.25]
    assert set(pyogrio.list_layers(tmp_path / "results.gpkg")[:, 0]) == {"results", "cells"}
    regions = geopandas.read_file(tmp_path / "results.gpkg", layer="results")
    assert regions.crs.to_epsg() == 4326
    assert regions.geometry.notna().tolist() == [True, False]
    assert regions["served_persons"].tolist() == [15, 15]
    hexagons = geopandas.read_file(tmp_path / "results.gpkg", layer="cells")
    assert hexagons["workers_persons"].sum() == 60
    assert pd.read_parquet(tmp_path / "cells.parquet")["is_reached"].tolist() == [True, True, False]


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "made" / "abc"
    with exports.replaced_folder(folder) as temporary:
        (temporary / "a").write_text("first")
        assert not folder.exists()
    assert (folder / "a").read_text() == "first"

    def fail():
        with exports.replaced_folder(folder) as temporary:
            (temporary / "a").write_text("second")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (folder / "a").read_text() == "first"
    assert [path.name for path in folder.parent.iterdir()] == ["abc"]
