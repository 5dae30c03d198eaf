"""The streets tell which datum was meant: on a grid of streets whose distances are known by a formula."""

import numpy as np
import pytest

from geo.engine.crs import Plane
from geo.engine.datum import Crs, from_wgs84, parse_crs
from geo.engine.plausibility import MIN_POINTS, datum_finding, hypotheses, repeated_places

PLANE = Plane(lon=118.8, lat=32.05)
BLOCK_METRES = 400.0


def distances(lon, lat):
    """Return metres to the nearest street of a grid of 400 m blocks."""
    x, y = PLANE.to_metres(lon, lat)
    return np.minimum(
        np.abs(x - BLOCK_METRES * np.round(x / BLOCK_METRES)), np.abs(y - BLOCK_METRES * np.round(y / BLOCK_METRES))
    )


def beside_streets(count, off_metres=10.0):
    """Return points ten metres east of streets that run north, spread over 8 km."""
    rng = np.random.default_rng(7)
    x = BLOCK_METRES * rng.integers(-10, 10, count) + off_metres
    y = rng.uniform(-4000, 4000, count)
    return PLANE.to_degrees(x.astype(float), y)


@pytest.mark.parametrize("meant", ["wgs84", "gcj02", "bd09"])
@pytest.mark.parametrize("declared", ["wgs84", "gcj02", "bd09"])
def test_the_datum_that_puts_points_beside_streets_is_proposed(meant, declared):
    x, y = from_wgs84(*beside_streets(300), Crs(code=meant))
    finding = datum_finding(x, y, Crs(code=declared), distances)
    assert (finding.code, finding.value) == ("datum.fits" if meant == declared else "datum.looks_like", meant)


def test_the_evidence_is_the_median_distance():
    x, y = from_wgs84(*beside_streets(300), Crs(code="gcj02"))
    here, *others = hypotheses(x, y, Crs(code="wgs84"), distances)
    right = next(each for each in others if each.code == "gcj02")
    assert right.median_metres == pytest.approx(10.0, abs=0.5)
    assert here.median_metres > 3 * right.median_metres
    assert [each.code for each in others] == ["gcj02", "bd09"]


def test_points_anywhere_decide_nothing():
    lon, lat = PLANE.to_degrees(*np.random.default_rng(1).uniform(-4000, 4000, (2, 500)))
    assert datum_finding(lon, lat, Crs(code="wgs84"), distances).code == "datum.cannot_tell"


def test_few_points_decide_nothing():
    x, y = beside_streets(MIN_POINTS - 1)
    assert datum_finding(x, y, Crs(code="gcj02"), distances) is None


def test_metres_cannot_be_degrees_of_another_datum():
    crs = parse_crs("epsg:4549")
    x, y = from_wgs84(*beside_streets(100), crs)
    assert [each.code for each in hypotheses(x, y, crs, distances)] == ["epsg:4549"]


def test_a_place_that_comes_again_and_again_is_named():
    x = np.array([116.397] * 5 + [118.0, 118.1, np.nan])
    y = np.array([39.909] * 5 + [32.0, 32.1, np.nan])
    (found,) = repeated_places(x, y)
    assert (found.value, found.details["count"]) == ("116.397, 39.909", 5)
    assert repeated_places(x[4:], y[4:]) == []
