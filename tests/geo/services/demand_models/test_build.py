"""Models on a province of two counties: hand-derived totals, nothing lost unnoticed, all or nothing."""

import datetime as dt

import h3
import numpy as np
import pytest
from django.conf import settings
from django.contrib.gis.geos import Point
from django.db.models import Sum

from geo.engine.demand.cells import cell_ids, cell_of_points
from geo.engine.demand.streets import street_metres
from geo.engine.errors import InputError
from geo.engine.gridcity import grid_city
from geo.engine.network.store import save_network
from geo.engine.progress import Cancelled
from geo.ingest.raster import Grid
from geo.models import DemandCell, DemandCellProfile, NetworkSnapshot, Region, RegionSuccession
from geo.services.demand_models import build_demand_model, waiting_places
from geo.services.grids import grid_sources, keep_grid
from tests.factories import box, make_network, make_province, make_source
from tests.geo.services.demand_models.models import CENSUS, MODES, make_gathering_point, make_model, make_totals

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def var_folder(tmp_path, settings):
    settings.VAR_DIR = tmp_path


def by_county(slug="model-workers"):
    cells = DemandCell.objects.filter(source__slug=slug)
    return dict(cells.order_by().values_list("region__code").annotate(people=Sum("workers_persons")))


def codes(error):
    return [problem.code for problem in error.value.problems]


def make_grid(slug, people):
    """Keep a grid of {(lon, lat): persons}, resolution 8."""
    points = np.array(list(people))
    cells = cell_of_points(points[:, 0], points[:, 1], 8)
    order = np.argsort(cells)
    grid = Grid(cells=cells[order], persons=np.array(list(people.values()), float)[order], resolution=8, about={})
    return keep_grid(grid, make_source(slug), var_dir=_var(), method="test")


def _var():
    return settings.VAR_DIR


def test_totals_of_counties_arrive_exactly():
    model = make_model({"components": [{**CENSUS, "workers_share": 0.14}]})
    make_totals(("320102", "玄武区", 10_001), ("320104", "秦淮区", 4_999))
    built = build_demand_model(model)
    assert built.is_new
    assert by_county() == {"320102": 1_400, "320104": 700}  # 1,400.14 and 699.86; 2,100 together
    model.refresh_from_db()
    assert model.output.slug == "model-workers"
    assert model.output.is_modelled
    assert model.output.confidence == "high"
    assert model.output.year == 2020
    assert model.report["components"][0]["persons_placed"] == 15_000


def test_the_same_again_is_not_built_again_but_new_data_are():
    model = make_model({"components": [CENSUS]})
    source = make_totals(("320102", "玄武区", 100), ("320104", "秦淮区", 50))
    assert build_demand_model(model).is_new
    model.refresh_from_db()
    before = set(DemandCell.objects.values_list("pk", flat=True))
    assert not build_demand_model(model).is_new
    source.area_totals.filter(area_code="320104").update(persons=60)
    assert build_demand_model(model).is_new
    assert by_county() == {"320102": 100, "320104": 60}
    assert before & set(DemandCell.objects.values_list("pk", flat=True))


def test_a_grid_spreads_and_its_factor_is_kept():
    """West: 300 people where the grid has 50 and 100; east: 20 people and no grid, so by land, and it is said."""
    model = make_model({"components": [{**CENSUS, "spread_by": "grid:pop"}]})
    make_totals(("320102", "玄武区", 300), ("320104", "秦淮区", 20))
    make_grid("pop", {(118.72, 32.02): 50, (118.78, 32.08): 100})
    report = build_demand_model(model).report
    west = DemandCell.objects.filter(region__code="320102")
    assert sorted(west.values_list("workers_persons", flat=True)) == [100, 200]
    assert west.get(workers_persons=200).h3_index == h3.latlng_to_cell(32.08, 118.78, 8)
    found = {region["code"]: region["components"][0] for region in report["regions"]}
    assert (found["320102"]["grid_persons"], found["320102"]["rescaling_factor"]) == (150, 2.0)
    assert found["320104"]["rescaling_factor"] is None
    assert [note["code"] for note in report["notes"]] == ["area.by_land"]
    assert by_county() == {"320102": 300, "320104": 20}
    assert [source.slug for source in grid_sources(_var())] == ["pop"]


def test_zones_and_former_counties_are_not_lost():
    province, city, west, _ = make_province()
    Region.objects.create(
        code="320171", name_zh="开发区", level="county", unit_type="functional_zone", parent=city, valid_from=west.valid_from,
        source=west.source,
    )  # fmt: skip
    for successor, share in (("320102", 0.25), ("320104", 0.75)):
        RegionSuccession.objects.create(
            predecessor_code="320103", predecessor_name="白下区", successor_code=successor, share=share,
            happened_on=dt.date(2013, 2, 8),
        )  # fmt: skip
    make_totals(
        ("320100", "南京市", 190), ("320102", "玄武区", 80), ("320104", "秦淮区", 60), ("320171", "开发区", 10),
        ("320103", "白下区", 40), ("", "火星", 7),
    )  # fmt: skip
    report = build_demand_model(make_model({"components": [CENSUS]}, region=province)).report
    assert report["workers_persons"] == 190
    found = by_county()
    assert found["320102"] + found["320104"] == 190
    assert found["320102"] >= 90
    assert report["components"][0]["persons_lost"] == 7
    assert [(note["code"], note["value"]) for note in report["notes"]] == [("area.not_found", "火星")]


def test_sources_are_blended_by_weight():
    """Residents say 100 and 200 workers, a register 40 for the west only: west (3 × 100 + 40) / 4 = 85, east 200."""
    model = make_model({"components": [
        {**CENSUS, "weight": 3}, {"source": "register", "kind": "area_totals", "measure": "gig_workers", "weight": 1},
    ]})  # fmt: skip
    make_totals(("320102", "玄武区", 100), ("320104", "秦淮区", 200))
    make_totals(("320102", "玄武区", 40), slug="register", measure="gig_workers", year=2021)
    assert build_demand_model(model).report["workers_persons"] == 285
    assert by_county() == {"320102": 85, "320104": 200}
    model.refresh_from_db()
    assert model.output.year == 2021


def test_cells_and_gathering_points_as_components():
    province, _, west, _ = make_province()
    source = make_source("grid-workers", confidence="low")
    for lon, workers in ((118.75, 30), (118.85, 10), (110.0, 5)):
        fine = h3.latlng_to_cell(32.05, lon, 9)
        DemandCell.objects.create(
            h3_index=fine, region=west, settlement_class="urban", location=Point(lon, 32.05, srid=4326), area_km2=0.1,
            workers_persons=workers, year=2022, confidence="low", is_modelled=False, source=source,
        )  # fmt: skip
    survey = make_source("survey", confidence="high")
    make_gathering_point(west, [(1, 5, 40), (2, 5, 60), (1, 6, 20)], source=survey)
    recipe = {"components": [{"source": "grid-workers", "kind": "cells"}, {"source": "survey", "kind": "gathering"}],
              "settlement": {"by": "source", "source": "grid-workers"}}  # fmt: skip
    model = make_model(recipe, region=province)
    report = build_demand_model(model).report
    assert by_county() == {"320102": 40, "320104": 10}  # (30 + 50) / 2
    assert report["components"][0]["persons_elsewhere"] == 5
    assert report["waiting"]["points"] == 1
    assert report["waiting"]["persons_by_hour"][5] == 50
    assert report["waiting"]["persons_by_hour"][6] == 20
    model.refresh_from_db()
    assert model.output.confidence == "low"
    assert report["urban_persons"] == 50


def test_cells_coarser_than_the_model_are_refused():
    province, _, west, _ = make_province()
    source = make_source("coarse")
    DemandCell.objects.create(
        h3_index=h3.latlng_to_cell(32.05, 118.75, 6), region=west, settlement_class="urban", area_km2=36, workers_persons=3,
        location=Point(118.75, 32.05, srid=4326), year=2022, confidence="low", is_modelled=False, source=source,
    )  # fmt: skip
    recipe = {"components": [{"source": "coarse", "kind": "cells"}], "settlement": {"by": "source", "source": "coarse"}}
    with pytest.raises(InputError) as error:
        build_demand_model(make_model(recipe, region=province))
    assert codes(error) == ["demand_model.coarse"]


def test_profiles_add_up_in_every_cell():
    model = make_model(
        {
            "components": [CENSUS], "mode_shares": {"urban": MODES, "rural": {"walk": 1.0}},
            "age50plus_share": {"source": "census"}, "group_shares": {"construction": 0.7, "catering": 0.3},
        }
    )  # fmt: skip
    make_totals(("320102", "玄武区", 100_000, 30_000), ("320104", "秦淮区", 1_000, 600))
    report = build_demand_model(model).report
    profiles = list(DemandCellProfile.objects.select_related("cell__region"))
    assert len(profiles) == DemandCell.objects.count() == report["cells"]
    old = dict.fromkeys(("320102", "320104"), 0)
    for profile in profiles:
        modes = [getattr(profile, f"{mode}_persons") for mode in MODES]
        assert sum(modes) == profile.cell.workers_persons
        assert sum(profile.cell.workers_by_group.values()) == profile.cell.workers_persons
        assert profile.age50plus_persons <= profile.cell.workers_persons
        old[profile.cell.region.code] += profile.age50plus_persons
        if profile.cell.settlement_class == "rural":
            assert modes[0] == profile.cell.workers_persons
    assert old == {"320102": 30_000, "320104": 600}
    assert report["urban_persons"] == 100_000  # 1,000 per km² in one piece; the east has 10 per km²
    assert report["modes"] == {"walk": 20_000 + 1_000, "ebike": 50_000, "bus": 20_000, "motor": 10_000}


def test_a_total_and_floors():
    model = make_model({"components": [CENSUS], "total_persons": 30, "floors": {"320104": 15}})
    make_totals(("320102", "玄武区", 200), ("320104", "秦淮区", 100))
    build_demand_model(model)
    assert by_county() == {"320102": 20, "320104": 15}


def test_cells_that_are_gone_go():
    model = make_model({"components": [{**CENSUS, "spread_by": "grid:pop"}]})
    source = make_totals(("320102", "玄武区", 300))
    make_grid("pop", {(118.72, 32.02): 50, (118.78, 32.08): 100})
    build_demand_model(model)
    make_grid("pop", {(118.72, 32.02): 50})
    build_demand_model(model)
    assert DemandCell.objects.get().h3_index == h3.latlng_to_cell(32.02, 118.72, 8)
    assert by_county() == {"320102": 300}
    assert source.area_totals.count() == 1


def test_streets_as_weights():
    network = grid_city()
    save_network(network, settings.VAR_DIR / "networks")
    make_network(network.digest)
    lon, lat = float(network.node_lon.mean()), float(network.node_lat.mean())
    region = Region.objects.create(
        code="990000", name_zh="格城", level="province", valid_from=dt.date(2020, 1, 1), source=make_source(),
        boundary=None,
    )  # fmt: skip
    county = Region.objects.create(
        code="990100", name_zh="格城", level="county", parent=region, valid_from=dt.date(2020, 1, 1), source=make_source(),
        boundary=box(lon - 0.2, lat - 0.2, lon + 0.2, lat + 0.2),
    )  # fmt: skip
    make_totals((county.code, "格城", 500))
    NetworkSnapshot.objects.update(is_active=True)
    model = make_model({"components": [{**CENSUS, "spread_by": "streets"}]}, region=region)
    assert build_demand_model(model).report["workers_persons"] == 500
    found = cell_ids(DemandCell.objects.values_list("h3_index", flat=True))
    assert set(found.tolist()) <= set(street_metres(network, "walk", 8)[0].tolist())
    model.refresh_from_db()
    assert model.output.is_synthetic


def test_what_cannot_be_built_changes_nothing():
    model = make_model({"components": [CENSUS]})
    make_totals(("320102", "玄武区", 100))
    build_demand_model(model)
    kept = by_county()
    for recipe, code in (
        ({"components": [{**CENSUS, "source": "nowhere"}]}, "demand_model.source"),
        ({"components": [{**CENSUS, "year": 1999}]}, "demand_model.nothing"),
        ({"components": [{**CENSUS, "spread_by": "grid:census"}]}, "grid.not_stored"),
        ({"components": [CENSUS], "floors": {"999999": 1}}, "demand_model.floor_region"),
        ({"components": [{**CENSUS, "workers_share": 0.0}]}, "demand_model.nobody"),
        ({"components": [CENSUS], "age50plus_share": {"source": "census"}}, "demand_model.nothing"),
        ({"components": [{"source": "census", "kind": "gathering"}, CENSUS]}, "demand_model.nothing"),
        ({"components": [{"source": "census", "kind": "cells"}, CENSUS]}, "demand_model.nothing"),
    ):
        model.recipe = recipe
        with pytest.raises(InputError) as error:
            build_demand_model(model)
        assert codes(error) == [code]
        assert error.value.problems[0].sentence("zh-hans")
    assert by_county() == kept


def test_a_region_without_counties():
    region = Region.objects.create(
        code="990000", name_zh="空", level="province", valid_from=dt.date(2020, 1, 1), source=make_source()
    )
    model = make_model({"components": [CENSUS]}, region=region)
    with pytest.raises(InputError) as error:
        build_demand_model(model)
    assert codes(error) == ["demand_model.no_counties"]


def test_cancelled_writes_nothing():
    model = make_model({"components": [CENSUS]})
    make_totals(("320102", "玄武区", 1000))

    def stop(share):
        if share >= 0.55:
            raise Cancelled

    with pytest.raises(Cancelled):
        build_demand_model(model, stop)
    assert not DemandCell.objects.exists()
    model.refresh_from_db()
    assert model.output is None


def test_where_people_wait():
    province, _, west, east = make_province()
    make_gathering_point(west, [(1, 5, 40), (2, 5, 60)])
    make_gathering_point(east, [(1, 4, 9)], code="G2", lon=118.85)
    assert [(place.code, place.peak_hour, place.peak_persons) for place in waiting_places(region=province)] == [
        ("G1", 5, 50.0), ("G2", 4, 9.0),
    ]  # fmt: skip
    assert [place.code for place in waiting_places(region=east)] == ["G2"]
    assert waiting_places(year=1999) == []
