"""Small records for tests: one province of one city of two counties, a run and a plan on it, all numbers round."""

import datetime as dt

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from coverage.models import (
    CoverageResult,
    CoverageRule,
    CoverageRun,
    CoverageStandard,
    Recommendation,
    RecommendedSite,
    SitingPlan,
)  # fmt: skip
from geo.models import DataSource, JobState, NetworkSnapshot, Region

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
VALID_FROM = dt.date(2020, 1, 1)


def make_source(slug="facts", **values):
    values.setdefault("name_zh", "事实")
    values.setdefault("name_en", "Facts")
    return DataSource.objects.get_or_create(slug=slug, defaults=values)[0]


def box(west, south, east, north):
    return MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=4326)


def make_region(code, name_zh, level, *, parent=None, bounds=None, name_en=""):
    return Region.objects.create(
        code=code, name_zh=name_zh, name_en=name_en, level=level, parent=parent, valid_from=VALID_FROM,
        boundary=box(*bounds) if bounds else None, source=make_source(),
    )  # fmt: skip


def make_province():
    """Return province 320000, city 320100 and its counties 320102 (west) and 320104 (east), each 0.1° wide."""
    province = make_region("320000", "江苏省", "province", bounds=(118.7, 32.0, 118.9, 32.1), name_en="Jiangsu")
    city = make_region("320100", "南京市", "prefecture", parent=province, bounds=(118.7, 32.0, 118.9, 32.1), name_en="Nanjing")
    west = make_region("320102", "玄武区", "county", parent=city, bounds=(118.7, 32.0, 118.8, 32.1), name_en="Xuanwu")
    east = make_region("320104", "秦淮区", "county", parent=city, bounds=(118.8, 32.0, 118.9, 32.1), name_en="Qinhuai")
    return province, city, west, east


def make_network(digest="a" * 32):
    return NetworkSnapshot.objects.create(
        name="grid", kind="synthetic", digest=digest, extent=Polygon.from_bbox((118.7, 32.0, 118.9, 32.1)), modes=["walk"],
        node_count=4, edge_count=4, length_km=1.0, created_at=NOW, source=make_source("streets", is_synthetic=True),
    )  # fmt: skip


def make_standard(slug="walk15"):
    standard = CoverageStandard.objects.create(
        slug=slug, name_zh="步行15分钟", name_en="15-minute walk", venue_kinds=["gig_station"], venue_statuses=["operating"]
    )
    for settlement_class in ("urban", "rural"):
        CoverageRule.objects.create(standard=standard, settlement_class=settlement_class, mode="walk", cutoff_minutes=15)
    return standard


def make_run(region, *, standard=None, network=None, digest="b" * 32):
    return CoverageRun.objects.create(
        digest=digest, standard=standard or make_standard(), region=region, network=network or make_network(),
        network_digest="a" * 32, demand_digest="d" * 32, venues_digest="e" * 32, parameters_digest="f" * 32,
        engine_version="0.1.0", state=JobState.DONE, created_at=NOW, finished_at=NOW,
        warnings=[{"code": "snap", "zh": "3 人远离道路。", "en": "3 people are far from any street."}],
    )  # fmt: skip


def make_result(run, region, served, over_capacity, out_of_reach, **values):
    return CoverageResult.objects.create(
        run=run, region=region, workers_persons=served + over_capacity + out_of_reach, served_persons=served,
        over_capacity_persons=over_capacity, out_of_reach_persons=out_of_reach, cells_count=10, populated_area_km2=8.0,
        reached_area_km2=2.0, median_minutes=12.5, p90_minutes=30.0, gini_minutes=0.25, **values,
    )  # fmt: skip


def make_recommendation(run, *, digest="c" * 32):
    plan = SitingPlan.objects.create(slug="plan", name_zh="计划", name_en="Plan", phases=[{"year": 2022, "sites": 2}])
    return Recommendation.objects.create(
        digest=digest, plan=plan, run=run, region=run.region, engine_version="0.1.0", state=JobState.DONE, method="exact",
        workers_persons=1000, reached_before_persons=300, reached_after_persons=700, served_before_persons=200,
        served_after_persons=500, objective_persons=400.0, bound_persons=410.0, gap_share=10 / 410, cost_yuan=2_340_000,
        unmet=[{"code": "quota", "zh": "秦淮区没有可行站点。", "en": "Qinhuai has no feasible site."}], created_at=NOW,
    )  # fmt: skip


def make_site(recommendation, region, rank, *, action="integrate", year=2022, lon=118.75, lat=32.05, newly=100, overlap=20):
    return RecommendedSite.objects.create(
        recommendation=recommendation, region=region, rank=rank, action=action, year=year, cost_yuan=480_000,
        place_code=f"P{rank}", name_zh=f"站点{rank}", name_en=f"Site {rank}", location=Point(lon, lat, srid=4326),
        floor_area_m2=500, capacity_persons=4000, in_reach_persons=newly + overlap, newly_reached_persons=newly,
        overlap_persons=overlap, lost_without_persons=newly // 2,
    )  # fmt: skip


def make_plan_on_province():
    """Return a recommendation with three sites on the province of two counties; 1,000 workers, 300 within reach."""
    province, city, west, east = make_province()
    run = make_run(province)
    make_result(run, province, 200, 100, 700)
    make_result(run, city, 200, 100, 700)
    make_result(run, west, 200, 100, 100)
    make_result(run, east, 0, 0, 600)
    recommendation = make_recommendation(run)
    make_site(recommendation, west, 1, newly=100)
    make_site(recommendation, east, 2, action="build", lon=118.85, newly=200)
    make_site(recommendation, east, 3, action="renovate", year=2025, lon=118.88, newly=100)
    return recommendation
