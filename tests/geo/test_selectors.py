"""Selectors of the ground, against rows whose answer is known by hand."""

import datetime as dt

import numpy as np
import pytest
from django.contrib.gis.geos import Point

from geo.engine.errors import InputError
from geo.engine.gridcity import grid_city
from geo.engine.network.store import save_network
from geo.models import DemandCell, NetworkSnapshot, Region
from geo.selectors import active_network, demand_inputs, demand_source, network_of, region_by_code
from tests.factories import NOW, make_network, make_province, make_region, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def make_cell(h3_index, region, *, lon=118.75, lat=32.05, workers=10, source=None, year=2020, settlement="urban"):
    return DemandCell.objects.create(
        h3_index=h3_index, region=region, settlement_class=settlement, location=Point(lon, lat, srid=4326), area_km2=0.5,
        workers_persons=workers, year=year, confidence="low", is_modelled=True, source=source or make_source("people"),
    )  # fmt: skip


def codes_of(error):
    return [problem.code for problem in error.value.problems]


def test_demand_is_sorted_by_cell_and_complete():
    province, _city, west, east = make_province()
    make_cell("8830e1d8b9fffff", east, lon=118.85, lat=32.04, workers=7, settlement="rural")
    make_cell("8830e1d8a1fffff", west, lon=118.75, lat=32.05, workers=5)
    make_cell("8830e1d8d5fffff", west, lon=118.76, lat=32.06, workers=0)
    demand = demand_inputs(province)
    assert demand.cell_ids == ("8830e1d8a1fffff", "8830e1d8b9fffff", "8830e1d8d5fffff")
    assert demand.lon.tolist() == [118.75, 118.85, 118.76]
    assert demand.lat.tolist() == [32.05, 32.04, 32.06]
    assert demand.workers_persons.tolist() == [5, 7, 0]
    assert demand.is_urban.tolist() == [True, False, True]
    assert demand.area_km2.tolist() == [0.5, 0.5, 0.5]
    assert demand.region_codes == ("320102", "320104")
    assert demand.region_index.tolist() == [0, 1, 0]
    assert demand.workers_persons.dtype == np.int64
    assert demand.region_index.dtype == np.int32


def test_a_county_gets_its_own_cells_only():
    _province, _city, west, east = make_province()
    make_cell("8830e1d8a1fffff", west, workers=5)
    make_cell("8830e1d8b9fffff", east, workers=7)
    assert demand_inputs(east).workers_persons.sum() == 7


def test_cells_of_a_township_count_for_its_county():
    province, _city, west, _east = make_province()
    town = make_region("320102002", "梅园新村街道", "township", parent=west)
    make_cell("8830e1d8a1fffff", town)
    assert demand_inputs(province).region_codes == ("320102",)


def test_of_several_sources_the_latest_year_is_used_then_the_newest_source():
    province, _city, west, _east = make_province()
    old, new, newer = (make_source(slug) for slug in ("survey-2019", "survey-2021", "survey-2021b"))
    make_cell("8830e1d8a1fffff", west, workers=1, source=new, year=2021)
    make_cell("8830e1d8a1fffff", west, workers=2, source=newer, year=2021)
    make_cell("8830e1d8a1fffff", west, workers=3, source=old, year=2019)
    assert demand_source(province) == newer
    assert demand_inputs(province).workers_persons.tolist() == [2]
    assert demand_inputs(province, source=old).workers_persons.tolist() == [3]


def test_no_demand_is_said_with_the_name_of_the_region():
    province, *_rest = make_province()
    with pytest.raises(InputError) as error:
        demand_inputs(province)
    assert codes_of(error) == ["demand.none"]
    assert "江苏省 320000" in error.value.problems[0].sentence("en")
    with pytest.raises(InputError):
        demand_inputs(province, source=make_source("empty"))


def test_the_same_rows_have_the_same_digest_and_other_people_another():
    province, _city, west, _east = make_province()
    cell = make_cell("8830e1d8a1fffff", west, workers=5)
    before = demand_inputs(province).digest
    assert demand_inputs(province).digest == before
    DemandCell.objects.filter(pk=cell.pk).update(workers_persons=6)
    assert demand_inputs(province).digest != before


def test_a_region_is_found_by_the_day_it_is_valid_on():
    make_province()
    old = Region.objects.get(code="320102")
    Region.objects.filter(pk=old.pk).update(valid_until=dt.date(2022, 1, 1))
    new = Region.objects.create(
        code="320102", name_zh="玄武新区", level="county", parent=old.parent, valid_from=dt.date(2022, 1, 1), source=old.source
    )
    assert region_by_code("320102", on=dt.date(2021, 12, 31)) == old
    assert region_by_code("320102", on=dt.date(2022, 1, 1)) == new
    with pytest.raises(InputError) as error:
        region_by_code("320102", on=dt.date(2019, 1, 1))
    assert codes_of(error) == ["region.not_on_record"]


def test_the_newest_active_network_is_used():
    with pytest.raises(InputError) as error:
        active_network()
    assert codes_of(error) == ["network.none"]
    first, second, third = (make_network(letter * 32) for letter in "abc")
    NetworkSnapshot.objects.filter(pk=first.pk).update(created_at=NOW - dt.timedelta(days=1))
    NetworkSnapshot.objects.filter(pk=third.pk).update(is_active=False)
    assert active_network() == second


def test_a_network_is_opened_from_its_files(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    city = grid_city(columns=3, rows=2)
    save_network(city, tmp_path / "networks")
    assert network_of(make_network(city.digest)).node_count == 6
    with pytest.raises(InputError):
        network_of(make_network("0" * 32))
