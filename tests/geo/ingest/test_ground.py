"""Points in regions, derived by hand on two boxes of a tenth of a degree that share the meridian 118.8."""

import numpy as np
import pytest
import shapely

from geo.ingest.ground import Ground, Place

# At 32.05° N one degree of longitude is 94,453 m on the ellipsoid, so 0.005° are 472 m and 0.02° are 1,889 m.
CITY = Place(pk=2, code="320100", name="city", path="320000/320100/", shape=shapely.box(118.7, 32.0, 118.9, 32.1))
PROVINCE = Place(pk=1, code="320000", name="province", path="320000/", shape=shapely.box(118.7, 32.0, 118.9, 32.1))
WEST = Place(pk=3, code="320102", name="west", path="320000/320100/320102/", shape=shapely.box(118.7, 32.0, 118.8, 32.1))
EAST = Place(pk=4, code="320104", name="east", path="320000/320100/320104/", shape=shapely.box(118.8, 32.0, 118.9, 32.1))
ZONE = Place(pk=5, code="320171", name="zone", path="320000/320100/320171/", shape=None)
TOWN = Place(pk=6, code="320102002", name="town", path="320000/320100/320102/320102002/", shape=None)
GROUND = Ground([PROVINCE, CITY, EAST, WEST, ZONE, TOWN])


def find(lon, lat, code="", **options):
    found = GROUND.find(np.array([lon]), np.array([lat]), [code], **options)[0]
    return (found.place.name if found.place else found.fault), found.is_border


@pytest.mark.parametrize(
    ("lon", "code", "expected"),
    [
        (118.75, "", ("west", False)),
        (118.85, "", ("east", False)),
        (118.8, "", ("west", False)),  # on the shared side: the lower code
        (118.75, "320102", ("west", False)),
        (118.75, "320100", ("west", False)),  # the city's code is a check only
        (118.75, "320171", ("zone", False)),  # no boundary: the city holds the point
        (118.75, "320102002", ("town", False)),
        (118.85, "320102002", ("region.not_here", False)),
        (118.75, "320104", ("region.not_here", False)),
        (118.795, "320104", ("east", True)),  # 472 m from the east
        (118.75, "999999", ("region.unknown_code", False)),
        (118.905, "", ("east", True)),
        (118.905, "320104", ("east", True)),
        (118.92, "", ("place.outside", False)),
        (118.92, "320104", ("place.outside", False)),
    ],
)
def test_find(lon, code, expected):
    assert find(lon, 32.05, code) == expected


def test_the_tolerance_is_in_metres_on_the_ground():
    assert find(118.92, 32.05, border_metres=1_880)[0] == "place.outside"
    assert find(118.92, 32.05, border_metres=1_900)[0] == "east"
    assert find(118.905, 32.05, border_metres=460)[0] == "place.outside"


def test_many_points_agree_with_one_by_one():
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(118.68, 118.92, 300), rng.uniform(31.98, 32.12, 300)
    together = GROUND.find(lon, lat, [""] * 300)
    for i in range(300):
        inside = 118.7 <= lon[i] <= 118.9 and 32.0 <= lat[i] <= 32.1
        if inside:
            assert together[i].place is (WEST if lon[i] <= 118.8 else EAST)
        assert together[i] == GROUND.find(lon[i : i + 1], lat[i : i + 1], [""])[0]


def test_no_regions_is_false():
    assert not Ground([ZONE])
    assert GROUND
