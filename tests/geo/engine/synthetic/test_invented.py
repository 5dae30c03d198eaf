"""The invented province is what its docstring says."""

import numpy as np
import shapely

from geo.engine.synthetic.invented import invented_province


def test_shape():
    province = invented_province(columns=4, rows=3, towns_per_county=5, residents_persons=1000)
    assert len(province.counties) == 12
    assert len(province.towns) == 60
    assert province.towns.is_seat.sum() == 12
    assert shapely.union_all(province.counties.shapes).bounds == (119.0, 32.0, 120.0, 32.75)
    assert province.counties.urban_persons.tolist() == [600] * 12
    owners = [
        province.counties.shapes[c].contains(shapely.Point(x, y))
        for c, x, y in zip(province.towns.county, province.towns.lon, province.towns.lat, strict=True)
    ]
    assert all(owners)


def test_one_row_has_no_river():
    assert len(invented_province(rows=1).water) == 0
    assert np.array([shape.area for shape in invented_province(rows=2).water]).sum() > 0
