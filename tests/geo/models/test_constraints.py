"""The rules hold in the database itself, whatever code writes to it."""

import datetime as dt

import pytest
from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from geo.models import DemandCell, NetworkSnapshot, OpeningHours, Region, Venue
from tests.factories import VALID_FROM, make_network, make_province, make_region, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def refused(act):
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def make_venue(region, **values):
    defaults = {
        "code": "A1", "name_zh": "站", "kind": "gig_station", "status": "operating", "region": region,
        "location": Point(118.75, 32.05, srid=4326), "source": make_source(),
    }  # fmt: skip
    return Venue.objects.create(**defaults | values)


def make_cell(region, **values):
    defaults = {
        "h3_index": "8830e1d8a1fffff", "region": region, "settlement_class": "urban", "area_km2": 0.5, "workers_persons": 1,
        "location": Point(118.75, 32.05, srid=4326), "year": 2020, "confidence": "low", "is_modelled": True,
        "source": make_source(),
    }  # fmt: skip
    return DemandCell.objects.create(**defaults | values)


def test_the_path_follows_the_parents():
    province, city, west, _east = make_province()
    assert (province.path, city.path, west.path) == ("320000/", "320000/320100/", "320000/320100/320102/")
    town = make_region("320102002", "梅园新村街道", "township", parent=west)
    assert town.path == "320000/320100/320102/320102002/"
    assert set(Region.objects.filter(path__startswith=city.path)) == {city, west, Region.objects.get(code="320104"), town}
    town.parent = city
    town.save()
    assert Region.objects.get(pk=town.pk).path == "320000/320100/320102002/"


def test_regions():
    province, _city, west, _east = make_province()
    refused(lambda: make_region("320102", "又一个", "county", parent=west))  # same code, same day
    refused(lambda: make_region("320105", "孤儿区", "county"))  # no parent
    for code in ("32010", "3201020", "32010A", ""):
        refused(lambda code=code: make_region(code, "坏代码", "county", parent=west))
    refused(
        lambda: Region.objects.create(
            code="320106", name_zh="无期", level="county", parent=west, valid_from=VALID_FROM, valid_until=VALID_FROM,
            source=make_source(),
        )
    )  # fmt: skip
    Region.objects.create(
        code="320102",
        name_zh="新玄武",
        level="county",
        parent=west.parent,
        valid_from=dt.date(2025, 1, 1),
        source=make_source(),
    )
    with pytest.raises(ProtectedError):
        province.delete()


def test_venues():
    _province, _city, west, _east = make_province()
    make_venue(west)
    refused(lambda: make_venue(west))
    refused(lambda: make_venue(west, code=""))
    for area in (0, -1):
        refused(lambda area=area: make_venue(west, code="A2", floor_area_m2=area))
    refused(lambda: make_venue(west, code="A2", capacity_persons=-1))


def test_opening_hours():
    _province, _city, west, _east = make_province()
    venue = make_venue(west)
    span = {"venue": venue, "opens_at": dt.time(5), "closes_at": dt.time(12)}
    OpeningHours.objects.create(**span)
    refused(lambda: OpeningHours.objects.create(**span))
    for mask in (0, 128):
        refused(lambda mask=mask: OpeningHours.objects.create(**span | {"weekday_mask": mask}))
    venue.delete()
    assert OpeningHours.objects.count() == 0


def test_demand_cells():
    _province, _city, west, _east = make_province()
    make_cell(west)
    refused(lambda: make_cell(west))
    make_cell(west, source=make_source("other"))
    refused(lambda: make_cell(west, h3_index="b", area_km2=0))
    refused(lambda: make_cell(west, h3_index="b", workers_persons=-1))
    with pytest.raises(ProtectedError):
        west.delete()


def test_networks():
    network = make_network()
    refused(make_network)
    refused(lambda: NetworkSnapshot.objects.filter(pk=network.pk).update(edge_count=0))
