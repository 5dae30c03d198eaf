"""load_demo: loads once, finds it again, refuses what it cannot do, replaces another seed's data."""

import json

import pytest
from django.core.management import call_command
from django.db.models import Count, Sum

from geo.engine.network.store import open_network
from geo.models import DataSource, DemandCell, NetworkSnapshot, OpeningHours, Region, Venue
from geo.services import demonstration
from geo.services.demonstration_rows import DEMAND_SLUG, STREETS_SLUG, SYNTHETIC_NOTICE, VENUES_SLUG

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NODES = "20_000"


def _run(capsys, settings, tmp_path, *arguments):
    settings.VAR_DIR = tmp_path
    call_command("load_demo", "--json", *arguments)
    return json.loads(capsys.readouterr().out)


def test_loads_finds_again_and_replaces(capsys, settings, tmp_path):
    first = _run(capsys, settings, tmp_path, "--nodes", NODES)
    assert first["is_new"]
    _check_rows(first, tmp_path)
    codes = set(Venue.objects.values_list("code", flat=True))

    again = _run(capsys, settings, tmp_path, "--nodes", NODES)
    assert again == first | {"is_new": False}

    assert demonstration.existing(first["digest"], tmp_path / "networks") is not None
    assert demonstration.existing(first["digest"], tmp_path / "emptied") is None  # files are gone: it would be made again

    other = _run(capsys, settings, tmp_path, "--nodes", NODES, "--seed", "2")
    assert other["is_new"]
    assert other["network"] != first["network"]
    assert other["digest"] != first["digest"]
    assert DemandCell.objects.count() == other["demand_cells"]
    assert Venue.objects.count() == other["venues"]
    assert set(Venue.objects.values_list("code", flat=True)) != codes
    assert NetworkSnapshot.objects.count() == 2
    assert NetworkSnapshot.objects.get(is_active=True).digest == other["network"]


def _check_rows(found, folder):
    assert found["venues"] == Venue.objects.count() >= 1_500
    assert found["demand_cells"] == DemandCell.objects.count() >= 40_000
    assert found["workers_persons"] == DemandCell.objects.aggregate(sum=Sum("workers_persons"))["sum"] == 8_000_000
    assert sum(found["venues_by_kind"].values()) == found["venues"]
    assert found["venues_by_kind"]["public_hr_market"] == 95
    assert 17 <= found["venues_by_kind"]["gig_market_comprehensive"] + found["venues_by_kind"]["gig_market_trade"] <= 30
    assert found["venues_by_kind"]["informal_gathering_point"] == 90
    _check_demand()
    _check_venues()
    _check_sources()
    network = open_network(folder / "networks", found["network"])
    assert network.node_count == found["nodes"] == NetworkSnapshot.objects.get().node_count
    assert 15_000 < found["nodes"] < 30_000
    assert NetworkSnapshot.objects.get().extent.srid == 4326


def _check_demand():
    assert Region.objects.filter(level="county", unit_type="statutory", demand_cells__isnull=True).count() == 0
    assert DemandCell.objects.filter(workers_persons=0).count() == 0
    assert set(DemandCell.objects.values_list("year", "confidence", "is_modelled").distinct()) == {(2020, "low", True)}
    for cell in DemandCell.objects.select_related("region")[:200]:
        assert sum(cell.workers_by_group.values()) == cell.workers_persons
        assert cell.region.boundary.intersects(cell.location)
    urban = DemandCell.objects.filter(settlement_class="urban").aggregate(sum=Sum("workers_persons"))["sum"]
    # By workers the urban share lies above the 73.4 % of residents: the counties where workers are many are more urban.
    assert 0.73 < urban / 8_000_000 < 0.85


def _check_venues():
    kinds = dict(OpeningHours.objects.values_list("venue__kind").annotate(count=Count("venue", distinct=True)))
    assert sum(kinds.values()) == Venue.objects.count()
    assert not Venue.objects.filter(occupations__isnull=True).exists()
    assert not Venue.objects.exclude(kind="informal_gathering_point").filter(phone="").exists()
    market = Venue.objects.filter(kind="public_hr_market", region__code="320102").get()
    assert (market.code, market.name_zh) == ("320102-HR-01", "玄武区公共人力资源市场")
    assert market.region.boundary.intersects(market.location)


def _check_sources():
    sources = {source.slug: source for source in DataSource.objects.all()}
    for slug in (STREETS_SLUG, VENUES_SLUG):
        assert sources[slug].is_synthetic
        assert SYNTHETIC_NOTICE in sources[slug].method
    assert sources[DEMAND_SLUG].is_modelled


def test_province_without_census_is_refused(capsys, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with pytest.raises(SystemExit) as stopped:
        call_command("load_demo", "--json", "--province", "浙江省")
    assert stopped.value.code == 2
    said = json.loads(capsys.readouterr().out)
    assert said["problems"][0]["code"] == "demonstration.no_facts"
    assert not Region.objects.exists()
    assert not DataSource.objects.exists()


@pytest.mark.parametrize("arguments", [["--nodes", "100"], ["--nodes", "many"], ["--seed", "-1"], ["--nodes", "20_000_000"]])
def test_wrong_options_are_refused(arguments):
    with pytest.raises(Exception, match="argument --"):
        call_command("load_demo", *arguments)
    assert not DataSource.objects.exists()
