"""Demand in two counties: what is one planner's own is foreign to the other."""

import numpy as np
from django.conf import settings

from geo.engine.demand.cells import cell_of_points
from geo.ingest.raster import Grid
from geo.jobs.demand_models import build_demand
from geo.models import AreaTotal, DataSource, DemandModel, GatheringDetail, ImportBatch
from geo.services.grids import keep_grid
from tests.factories import NOW, make_source
from tests.geo.services.demand_models.models import make_gathering_point

MODES = {"walk": 0.2, "ebike": 0.5, "bus": 0.2, "motor": 0.1}
RECIPE = {
    "components": [
        {"source": "census", "kind": "area_totals", "measure": "residents", "workers_share": 0.1, "spread_by": "grid:pop"}
    ],
    "mode_shares": MODES, "age50plus_share": 0.5,
}  # fmt: skip


def make_census(world):
    """Keep 5,000 residents of the west, 3,000 of the east, 8,000 of the city of both, and 70 of a place nobody knows."""
    source = make_source(
        "census", name_zh="普查", name_en="Census", owner="统计局", year=2020, confidence="high", licence="MIT"
    )
    batch = ImportBatch.objects.create(
        kind="area_totals", region=world.city, source=source, stage="committed", file_name="普查.csv", file_digest="0" * 32,
        created_at=NOW,
    )  # fmt: skip
    rows = [(world.west.region, "320102", 5_000), (world.east.region, "320104", 3_000), (world.city, "320100", 8_000),
            (None, "320999", 70)]  # fmt: skip
    for region, code, persons in rows:
        AreaTotal.objects.create(
            source=source, batch=batch, region=region, area_code=code, area_name=region.name_zh if region else "=某农场",
            year=2020, measure="residents", persons=persons, age50plus_persons=persons // 2,
            join_note="" if region else "没有这个区域",
        )  # fmt: skip
    return source


def make_grid(slug="pop"):
    """Keep a grid of 2,000 people in the west and 6,000 in the east."""
    points = np.array([[118.72, 32.02], [118.78, 32.08], [118.85, 32.05]])
    cells = cell_of_points(points[:, 0], points[:, 1], 8)
    order = np.argsort(cells)
    people = np.array([500.0, 1_500.0, 6_000.0])[order]
    about = {
        "form": "geotiff", "band": 1, "width": 30, "height": 20, "type": "float32", "persons": 8_000.0,
        "pixels": {"pixels": 600, "nodata": 40, "not_finite": 1, "negative": 2, "absurd": 3, "persons": 8_000.0},
    }  # fmt: skip
    grid = Grid(cells=cells[order], persons=people, resolution=8, about=about)
    source = make_source(slug, name_zh="人口栅格", name_en="Grid", year=2020)
    return keep_grid(grid, source, var_dir=settings.VAR_DIR, method="test")


def make_built(world, region=None, slug="workers"):
    """Return a model of the city that was built: 500 workers in the west, 300 in the east."""
    model = DemandModel.objects.create(
        slug=slug, name_zh="零工模型", name_en="Workers", region=region or world.city, recipe=RECIPE, created_at=NOW
    )
    build_demand(model.pk)
    return DemandModel.objects.get(pk=model.pk)


def make_survey(world):
    """Keep a gathering point in each county: 40 people at five in the west, half of them on foot; 90 at six in the east."""
    west = make_gathering_point(world.west.region, [(1, 5, 30), (2, 5, 50), (1, 6, 8), (2, 6, 8)], code="G-west")
    east = make_gathering_point(world.east.region, [(1, 6, 90)], code="G-east", lon=118.85)
    GatheringDetail.objects.create(venue=west, mode_shares={"walk": 0.5, "ebike": 0.5})
    DataSource.objects.filter(slug="survey").update(name_zh="摸排", name_en="Survey")
    return west, east
