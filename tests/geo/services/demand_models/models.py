"""Demand models on the province of two counties, for tests."""

import datetime as dt

from django.contrib.gis.geos import Point

from geo.models import AreaTotal, DemandModel, HourlyCount, Venue
from tests.factories import NOW, make_province, make_source

CENSUS = {"source": "census", "kind": "area_totals", "measure": "residents"}
MODES = {"walk": 0.2, "ebike": 0.5, "bus": 0.2, "motor": 0.1}


def make_totals(*rows, slug="census", measure="residents", year=2020):
    """Keep rows (code, name, persons[, aged 50 or more]) of a source."""
    source = make_source(slug, confidence="high")
    for code, name, persons, *old in rows:
        AreaTotal.objects.create(
            source=source, area_code=code, area_name=name, persons=persons, measure=measure, year=year,
            age50plus_persons=old[0] if old else None,
        )  # fmt: skip
    return source


def make_model(recipe, *, region=None, slug="workers"):
    """Return a model on the region, by default the province of two counties, which is made."""
    return DemandModel.objects.create(
        slug=slug, name_zh="零工", name_en="Workers", region=region or make_province()[0], recipe=recipe, created_at=NOW
    )


def make_gathering_point(region, counts, *, code="G1", lon=118.75, lat=32.05, source=None):
    """Return a gathering point with counts (day of June 2021, hour, workers)."""
    venue = Venue.objects.create(
        code=code, name_zh=code, kind="informal_gathering_point", status="operating", region=region,
        location=Point(lon, lat, srid=4326), source=source or make_source("survey"),
    )  # fmt: skip
    for day, hour, workers in counts:
        HourlyCount.objects.create(venue=venue, counted_on=dt.date(2021, 6, day), hour=hour, workers_persons=workers)
    return venue
