"""The census of 2020, as the file has it, becomes cells: nobody of 84,748,016 is lost."""

import csv
import json

import pytest
from django.core.management import call_command
from django.db.models import Sum

from geo.ingest.facts import read_facts
from geo.models import DemandCell
from tests.trials.ground import data_file

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.trial]
RESIDENTS = 84_748_016


def load_census(capsys):
    """Import the 121 rows of the file as it is; return the answer."""
    capsys.readouterr()
    call_command(
        "import_area_totals", str(data_file("jiangsu_census2020_county_leiii.csv")), "--source", "census-2020", "--set",
        "year=2020", "--set", "measure=residents", "--map", "persons=人口数_合计", "--json",
    )  # fmt: skip
    return json.loads(capsys.readouterr().out)


def built(capsys, folder, recipe):
    path = folder / "recipe.json"
    path.write_text(json.dumps(recipe), encoding="utf-8")
    capsys.readouterr()
    call_command("build_demand", "--model", "residents", "--recipe", str(path), "--name-zh", "常住人口", "--json")
    return json.loads(capsys.readouterr().out)


def people_by_county():
    cells = DemandCell.objects.filter(source__slug="model-residents")
    return dict(cells.order_by().values_list("region__code").annotate(people=Sum("workers_persons")))


def test_all_residents_of_the_census_arrive_in_95_counties(capsys, tmp_path, settings):
    settings.VAR_DIR = tmp_path
    call_command("load_regions", "--province", "江苏省", "--json")
    answer = load_census(capsys)
    assert answer["written"] == {"created": 121, "changed": 0}
    joined = answer["findings"][0]["details"]
    assert (joined["by_code"], joined["by_succession"], joined["zones"], joined["sums"], joined["lost"]) == (95, 1, 11, 14, 0)
    assert load_census(capsys)["counts"]["unchanged"] == 121
    call_command(
        "import_raster", str(data_file("jiangsu_worldpop2020_10km.csv")), "--source", "worldpop", "--year", "2020", "--column",
        "pop_in_js", "--resolution", "7", "--json",
    )  # fmt: skip
    component = {"source": "census-2020", "kind": "area_totals", "measure": "residents", "spread_by": "grid:worldpop"}
    report = built(capsys, tmp_path, {"resolution": 7, "components": [component]})
    found = people_by_county()
    assert sum(found.values()) == RESIDENTS
    assert found == read_facts("320000").county_residents_persons
    assert len(found) == 95
    part = report["components"][0]
    assert (part["persons_in"], part["persons_placed"], part["persons_lost"]) == (RESIDENTS, RESIDENTS, 0)
    factors = [region["components"][0]["rescaling_factor"] for region in report["regions"]]
    assert 0.3 < min(factors) < 1 < max(factors) < 6
    assert report["urban_persons"] + report["rural_persons"] == RESIDENTS
    assert report["notes"] == []


def test_joined_by_code_alone_the_zones_fall_out():
    """What would happen without shares: the 95 codes hold 4.7 % less."""
    path = data_file("jiangsu_census2020_county_leiii.csv")
    counties = set(read_facts("320000").county_residents_persons)
    with path.open(encoding="utf-8-sig", newline="") as file:
        alone = sum(int(row["人口数_合计"]) for row in csv.DictReader(file) if row["区划代码"].removesuffix(".0") in counties)
    assert 1 - alone / RESIDENTS == pytest.approx(0.047, abs=0.001)


def test_a_model_of_one_city_has_the_people_of_that_city(capsys, tmp_path, settings):
    settings.VAR_DIR = tmp_path
    call_command("load_regions", "--province", "江苏省", "--json")
    load_census(capsys)
    component = {"source": "census-2020", "kind": "area_totals", "measure": "residents"}
    recipe = tmp_path / "recipe.json"
    recipe.write_text(json.dumps({"resolution": 7, "components": [component]}))
    capsys.readouterr()
    call_command(
        "build_demand", "--model", "suzhou", "--recipe", str(recipe), "--name-zh", "苏州", "--region", "320500", "--json"
    )
    report = json.loads(capsys.readouterr().out)
    assert report["workers_persons"] == 12_748_262
