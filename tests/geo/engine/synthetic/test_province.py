"""Counties at points, water that stays out of towns."""

import numpy as np

from geo.engine.synthetic.invented import invented_province


def test_points_find_their_county(province):
    lon, lat = np.array([119.1, 119.3, 119.1, 110.0]), np.array([32.1, 32.1, 32.4, 32.1])
    assert province.county_at(*province.plane.to_metres(lon, lat)).tolist() == [0, 1, 3, -1]


def test_border_points_go_to_the_first_county(province):
    x, y = province.plane.to_metres(np.array([119.25]), np.array([32.1]))
    shapes = province.county_shapes_metres
    assert province.county_at(x, y)[0] in {0, 1}
    assert len(shapes) == len(province.counties) == 6


def test_river_is_wet_and_towns_are_dry(province):
    x, y = province.plane.to_metres(np.array([119.05, 119.05]), np.array([32.25, 32.2]))
    assert province.is_dry(x, y).tolist() == [False, True]
    towns = province.plane.to_metres(province.towns.lon, province.towns.lat)
    assert province.is_dry(*towns).all()


def test_province_without_water_is_dry():
    province = invented_province(rows=1, with_river=False)
    x, y = province.plane.to_metres(province.towns.lon, province.towns.lat)
    assert province.is_dry(x, y).all()
