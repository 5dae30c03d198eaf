"""Differences on record: sums in the database, ways in files, and only where ids of ways mean the same."""

import datetime as dt
import json

import geopandas
import pandas as pd
import pytest

from geo.engine.errors import InputError
from geo.engine.gridcity import GRID_SPEEDS, grid_city, grid_streets
from geo.engine.network.build import build_network
from geo.engine.network.clip import take_edges
from geo.models import NetworkDifference
from geo.services.network_differences import difference_to_former, keep_difference
from geo.services.networks import keep_network, snapshot_by_digest
from tests.factories import NOW, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def var(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    return settings.VAR_DIR


def keep(network, var, *, kind="osm", slug="streets", name="grid"):
    return keep_network(network, name=name, kind=kind, source=make_source(slug), var_dir=var, at=NOW)[0]


def without_first_ways(count):
    streets = grid_streets(columns=4, rows=4)
    kept = streets.edge_way_id > count
    return build_network(take_edges(streets, kept), speeds=GRID_SPEEDS, source="test")


@pytest.fixture
def pair(var):
    return keep(grid_city(columns=4, rows=4), var), keep(without_first_ways(1), var)


def test_the_ways_lie_in_files(pair, var):
    record, folder = keep_difference(*pair, var_dir=var, at=NOW)
    assert folder.name == f"{pair[0].digest[:8]}-{pair[1].digest[:8]}"
    assert record.report["changes"]["removed"]["ways"] == 1
    assert json.loads((folder / "report.json").read_text()) == record.report
    table = pd.read_csv(folder / "ways.csv", keep_default_na=False)
    assert table[["way_id", "changes", "class_before", "class_after"]].to_numpy().tolist() == [
        [1, "removed", "residential", ""]
    ]
    for name in ("ways.gpkg", "ways.geojson"):
        layer = geopandas.read_file(folder / name)
        assert layer.crs.to_epsg() == 4326
        assert layer.geometry.iloc[0].geom_type == "MultiLineString"
        assert layer.geometry.iloc[0].bounds[0] == pytest.approx(118.8, abs=1e-6)
    assert {each.name for each in folder.parent.iterdir()} == {folder.name}


def test_it_is_worked_out_once(pair, var, monkeypatch):
    first, _ = keep_difference(*pair, var_dir=var, at=NOW)
    monkeypatch.setattr("geo.services.network_differences.compare", lambda *args, **values: pytest.fail("again"))
    again, _ = keep_difference(*pair, var_dir=var, at=NOW + dt.timedelta(days=1))
    assert (again, NetworkDifference.objects.count()) == (first, 1)


def test_networks_without_a_difference_have_empty_files(var):
    first = keep(grid_city(columns=4, rows=4), var)
    other = keep(grid_city(columns=4, rows=4, signals=((1, 1),)), var)
    record, folder = keep_difference(first, other, var_dir=var, at=NOW)
    assert all(sums["ways"] == 0 for sums in record.report["changes"].values())
    assert len(pd.read_csv(folder / "ways.csv")) == 0


def test_ids_of_other_sources_are_not_compared(pair, var):
    table = keep(grid_city(columns=5, rows=4), var, kind="edges", slug="table", name="table")
    with pytest.raises(InputError) as error:
        keep_difference(pair[0], table, var_dir=var, at=NOW)
    assert error.value.problems[0].code == "difference.other_ways"
    record, problem = difference_to_former(pair[0], table, var_dir=var, at=NOW)
    assert (record, problem.code) == (None, "difference.other_ways")


def test_places_far_apart_are_not_compared(pair, var):
    far = keep(grid_city(columns=4, rows=4, south_west=(120.0, 30.0)), var)
    assert difference_to_former(pair[0], far, var_dir=var, at=NOW)[1].code == "difference.no_common_extent"
    assert difference_to_former(pair[0], pair[0], var_dir=var, at=NOW) == (None, None)
    assert difference_to_former(None, far, var_dir=var, at=NOW) == (None, None)


def test_a_lost_file_does_not_stop_the_next_network(pair, var):
    (var / "networks" / pair[0].digest / "meta.json").unlink()
    record, problem = difference_to_former(*pair, var_dir=var, at=NOW)
    assert (record, problem.code) == (None, "network.not_stored")


def test_a_digest_is_named_by_its_beginning(pair):
    assert snapshot_by_digest(pair[0].digest[:6]) == pair[0]
    for unclear in ("", "zz"):
        with pytest.raises(InputError):
            snapshot_by_digest(unclear)
