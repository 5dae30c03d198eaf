"""The commands that bring a grid and build a model from it."""

import json

import numpy as np
import pytest
from django.core.management import call_command

from geo.models import DataSource, DemandCell, DemandModel
from tests.factories import make_province
from tests.geo.ingest.raster.rasters import write_raster
from tests.geo.services.demand_models.models import CENSUS, make_totals

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def var_folder(tmp_path, settings):
    settings.VAR_DIR = tmp_path / "var"


def run(capsys, *arguments):
    capsys.readouterr()
    call_command(*map(str, arguments), "--json")
    return json.loads(capsys.readouterr().out)


def refused(capsys, *arguments):
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        call_command(*map(str, arguments), "--json")
    assert end.value.code == 2
    return [problem["code"] for problem in json.loads(capsys.readouterr().out)["problems"]]


def write_recipe(folder, recipe, name="workers.json"):
    path = folder / name
    path.write_text(json.dumps(recipe), encoding="utf-8")
    return path


def test_a_raster_becomes_a_grid_and_a_grid_a_model(capsys, tmp_path):
    make_province()
    make_totals(("320102", "玄武区", 300), ("320104", "秦淮区", 100))
    raster = write_raster(tmp_path / "pop.tif", np.full((100, 200), 0.5, np.float32), nodata=-1)
    grid = run(capsys, "import_raster", raster, "--source", "pop", "--year", "2020", "--licence", "CC BY 4.0")
    assert grid["persons"] == 10_000
    assert grid["found"]["pixels"]["pixels"] == 20_000
    source = DataSource.objects.get(slug="pop")
    assert source.digest == grid["digest"]
    assert (source.year, source.licence, source.file_name) == (2020, "CC BY 4.0", "pop.tif")
    assert "exact share" in source.method
    recipe = write_recipe(tmp_path, {"components": [{**CENSUS, "spread_by": "grid:pop"}]})
    built = run(capsys, "build_demand", "--recipe", recipe, "--name-zh", "零工")
    assert (built["workers_persons"], built["model"], built["is_new"]) == (400, "workers", True)
    assert not run(capsys, "build_demand", "--model", "workers")["is_new"]
    assert DemandCell.objects.filter(source__slug="model-workers").exists()


def test_people_read_what_was_done(capsys, tmp_path):
    make_province()
    make_totals(("320102", "玄武区", 300), ("", "火星", 5))
    recipe = write_recipe(tmp_path, {"components": [CENSUS]})
    call_command("build_demand", "--recipe", str(recipe), "--name-zh", "零工", "--model", "m")
    said = capsys.readouterr().out
    assert "300" in said
    assert "“火星”的 5 人未计入" in said
    assert "5 people of “火星” are lost" in said


def test_a_region_clips_the_raster(capsys, tmp_path):
    make_province()
    raster = write_raster(tmp_path / "pop.tif", np.ones((100, 200), np.float32))
    found = run(capsys, "import_raster", raster, "--source", "pop", "--year", "2020", "--region", "320102")
    assert found["persons"] == pytest.approx(10_000, rel=0.02)
    assert refused(capsys, "import_raster", raster, "--source", "p", "--year", "2020", "--region", "1") == [
        "region.not_on_record"
    ]


def test_what_cannot_be_used_is_told(capsys, tmp_path):
    assert refused(capsys, "build_demand", "--model", "nothing") == ["demand_model.unknown"]
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert refused(capsys, "build_demand", "--recipe", broken) == ["recipe.no_json"]
    broken.write_text("[" * 100_000)
    assert refused(capsys, "build_demand", "--recipe", broken) == ["recipe.no_json"]
    recipe = write_recipe(tmp_path, {"components": [CENSUS]})
    assert refused(capsys, "build_demand", "--recipe", recipe, "--name-zh", "零工") == ["demand_model.region"]
    make_province()
    assert refused(capsys, "build_demand", "--recipe", recipe) == ["demand_model.name"]
    assert refused(capsys, "build_demand", "--recipe", recipe, "--name-zh", "x", "--model", "no slug") == ["source.slug"]
    assert not DemandModel.objects.exists()


def test_names_and_recipe_are_brought_up_to_date(capsys, tmp_path):
    make_province()
    make_totals(("320102", "玄武区", 300))
    recipe = write_recipe(tmp_path, {"components": [CENSUS]})
    run(capsys, "build_demand", "--recipe", recipe, "--name-zh", "零工")
    write_recipe(tmp_path, {"components": [CENSUS], "total_persons": 30})
    built = run(capsys, "build_demand", "--recipe", recipe, "--name-en", "Workers")
    assert built["workers_persons"] == 30
    model = DemandModel.objects.get()
    assert (model.name_zh, model.name_en) == ("零工", "Workers")
