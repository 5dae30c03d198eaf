"""Tiles are read back with GDAL as a client would, and compared with the network they were made of."""

import dataclasses

import numpy as np
import pyogrio
import pytest
from pyproj import Geod

from geo.engine.gridcity import grid_city
from geo.engine.progress import Cancelled
from geo.tiles import GROUPS, LAYER, MAX_ZOOM, build_tiles, group_of_class, tiles_path

GEOD = Geod(ellps="WGS84")


def with_classes(network, classes, edge_class):
    return dataclasses.replace(network, classes=classes, edge_class=np.asarray(edge_class, np.uint8))


@pytest.fixture(scope="module")
def city():
    """Return 6 × 6 crossings, 60 streets of 250 m: 50 residential, then 5 primary, 3 motorways and 2 cycleways."""
    network = grid_city(columns=6, rows=6, block_metres=250.0)
    assert network.edge_count == 60
    return with_classes(network, ("residential", "primary", "motorway", "cycleway"), [0] * 50 + [1] * 5 + [2] * 3 + [3] * 2)


@pytest.fixture(scope="module")
def tiles(city, tmp_path_factory):
    path, created = build_tiles(city, tmp_path_factory.mktemp("var"))
    assert created
    return path


def streets_at(path, zoom):
    return pyogrio.read_dataframe(path, layer=LAYER, ZOOM_LEVEL=str(zoom))


def metres(lines, kind):
    lon_lat = lines[lines["kind"] == kind].to_crs(4326).geometry
    return sum(GEOD.geometry_length(line) for line in lon_lat)


def test_the_nearest_zoom_holds_every_street_in_full_length(tiles):
    lines = streets_at(tiles, MAX_ZOOM)
    # 250 m each; tiles overlap by a buffer, so lengths may only be longer; coordinates are on a grid of 1.2 m.
    for kind, count in {"minor": 50, "primary": 5, "highway": 3, "path": 2}.items():
        assert 250 * count * 0.99 <= metres(lines, kind) <= 250 * count * 1.5, kind


@pytest.mark.parametrize(
    ("zoom", "kinds"),
    [(6, {"highway"}), (7, {"highway", "primary"}), (11, {"highway", "primary"}), (12, {"highway", "primary", "minor"})],
)
def test_streets_appear_from_their_own_zoom_on(tiles, zoom, kinds):
    assert set(streets_at(tiles, zoom)["kind"]) == kinds


def test_the_file_is_pmtiles_version_3(tiles):
    assert tiles.read_bytes()[:8] == b"PMTiles\x03"


def test_a_second_build_finds_the_first(city, tiles):
    before = tiles.stat().st_mtime_ns
    path, created = build_tiles(city, tiles.parents[1])
    assert (path, created) == (tiles_path(tiles.parents[1], city.digest), False)
    assert path.stat().st_mtime_ns == before


def test_progress_rises_to_one(city, tmp_path):
    seen = []
    build_tiles(city, tmp_path, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)


@pytest.mark.parametrize("stop_at", [0.1, 0.5])
def test_a_cancelled_build_leaves_nothing(city, tmp_path, stop_at):
    def stop(share):
        if share >= stop_at:
            raise Cancelled

    with pytest.raises(Cancelled):
        build_tiles(city, tmp_path, progress=stop)
    assert list((tmp_path / "tiles").iterdir()) == []


def test_each_class_has_one_group_and_unknown_ones_are_minor():
    named = [name for group in GROUPS for name in group.classes]
    assert len(named) == len(set(named))
    assert GROUPS[group_of_class("trunk_link")].kind == "highway"
    assert GROUPS[group_of_class("residential")].kind == "minor"
    assert GROUPS[group_of_class("what_is_this")].kind == "minor"
