"""load_place_demo: regions, people and venues for whatever place the active network shows."""

import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from geo.engine.gridcity import grid_city
from geo.models import DemandCell, Region, Venue
from geo.services.networks import keep_network
from geo.services.sources import keep_source

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NANJING, ABROAD = (118.78, 32.04), (9.52, 47.14)


@pytest.fixture(autouse=True)
def _var(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def network_at(settings, south_west):
    keep_network(
        grid_city(columns=9, rows=9, south_west=south_west), name="grid", kind="synthetic",
        source=keep_source("streets", name_zh="路", name_en="streets"), var_dir=settings.VAR_DIR, at=timezone.now(),
    )  # fmt: skip


def loaded(capsys, *words):
    call_command("load_place_demo", "--json", *words)
    return json.loads(capsys.readouterr().out)


def test_a_place_in_china_lies_in_its_real_regions(capsys, settings):
    network_at(settings, NANJING)
    said = loaded(capsys, "--name", "南京市")
    assert said["region"].startswith("3201")
    assert Region.objects.filter(level="county", unit_type="statutory").count() == 95
    assert {cell.region.code[:4] for cell in DemandCell.objects.select_related("region")} == {"3201"}
    assert Venue.objects.filter(name_zh__startswith="南京市").count() == said["venues"]


def test_a_place_abroad_gets_a_stand_in(capsys, settings):
    network_at(settings, ABROAD)
    assert loaded(capsys)["region"] == "990101"
    assert list(Region.objects.order_by("code").values_list("code", "level")) == [
        ("990000", "province"), ("990100", "prefecture"), ("990101", "county"),
    ]  # fmt: skip
    assert Region.objects.get(code="990101").boundary.contains(DemandCell.objects.first().location)


def test_a_total_is_kept_and_a_second_call_replaces_the_first(capsys, settings):
    network_at(settings, ABROAD)
    loaded(capsys, "--workers", "5000")
    first = Venue.objects.count()
    said = loaded(capsys, "--workers", "7000", "--seed", "2")
    assert sum(DemandCell.objects.values_list("workers_persons", flat=True)) == said["workers_persons"] == 7000
    assert Venue.objects.count() == first == said["venues"]


def test_what_is_modelled_or_invented_says_so(capsys, settings):
    network_at(settings, ABROAD)
    loaded(capsys)
    assert set(DemandCell.objects.values_list("is_modelled", "source__is_modelled", "confidence")) == {(True, True, "low")}
    assert set(Venue.objects.values_list("source__is_synthetic", flat=True)) == {True}


@pytest.mark.parametrize("workers", ["0", "-5", "999999999999"])
def test_absurd_totals_are_refused(capsys, settings, workers):
    network_at(settings, ABROAD)
    with pytest.raises(SystemExit) as stopped:
        call_command("load_place_demo", "--workers", workers)
    assert stopped.value.code == 2
    assert not DemandCell.objects.exists()


def test_without_a_network_it_says_so(capsys):
    with pytest.raises(SystemExit) as stopped:
        call_command("load_place_demo")
    assert stopped.value.code == 2
    assert "run load_network first" in capsys.readouterr().err
