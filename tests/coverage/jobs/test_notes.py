"""What a run tells: people and venues off the streets, what is cut off, what was assumed."""

import pytest
from django.contrib.gis.geos import Point

from coverage.jobs.coverage import run_coverage, start_coverage_run
from geo.models import DataSource, DemandCell, OpeningHours, Region, Venue
from tests.coverage.ground import make_ground, make_venue
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def notes_after(change):
    standard, region, network = make_ground()
    change()
    run = run_coverage(start_coverage_run(standard=standard, region=region, network=network, at=NOW)[0].pk)
    return {warning["code"]: warning for warning in run.warnings}, run


def move_away(queryset, count):
    """Move some rows 0.1 degree south: 11 km from the nearest street."""
    for row in queryset.order_by("pk")[:count]:
        row.location = Point(row.location.x, row.location.y - 0.1, srid=4326)
        row.save(update_fields=["location"])


def test_people_far_from_any_street_are_counted():
    notes, run = notes_after(lambda: move_away(DemandCell.objects.all(), 2))
    told = notes["coverage.cells_off_streets"]
    assert (told["cells"], told["persons"], told["metres"]) == (2, 20, 1000.0)
    assert "20" in told["zh"]
    assert run.results.get(region__code="320000").unsnapped_persons == 20


def test_a_venue_far_from_any_street_is_counted_and_everyone_is_cut_off():
    notes, run = notes_after(lambda: move_away(Venue.objects.all(), 1))
    assert notes["coverage.venues_off_streets"]["venues"] == 1
    told = notes["coverage.cells_cut_off"]
    assert (told["cells"], told["persons"]) == (121, 1210)
    assert run.results.get(region__code="320000").gini_minutes is None


def test_what_is_not_on_record_is_assumed_aloud():
    def change():
        OpeningHours.objects.all().delete()
        make_venue("V2", Region.objects.get(code="320104"), (8, 5), capacity=None)

    notes, _ = notes_after(change)
    assert notes["coverage.venues_without_hours"]["venues"] == 1
    assert notes["coverage.venues_without_capacity"]["venues"] == 1


def test_functional_zones_without_a_row_are_counted():
    def change():
        east = Region.objects.get(code="320104")
        Region.objects.filter(pk=east.pk).update(unit_type=Region.UnitType.FUNCTIONAL_ZONE)

    notes, run = notes_after(change)
    assert notes["coverage.zones_skipped"]["zones"] == 1
    assert list(run.results.values_list("region__code", "workers_persons")) == [
        ("320000", 1210), ("320100", 1210), ("320102", 660),
    ]  # fmt: skip


def test_observed_people_and_real_streets_are_not_called_otherwise():
    def change():
        DemandCell.objects.update(is_modelled=False)
        DataSource.objects.update(is_synthetic=False)

    notes, _ = notes_after(change)
    assert notes == {}
