"""Two counties of one city with the same records in each: what is one person's own is foreign to the other."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.gis.geos import Point

from coverage.models import CoverageRun, CoverageStandard, Recommendation, SitingPlan
from geo.models import DemandCell, DemandModel, ImportBatch, NetworkSnapshot, Occupation, OpeningHours, Region, Venue
from planner.accounts.models import RegionGrant, Role, User
from tests.factories import NOW, make_network, make_province, make_result, make_run, make_site, make_source, make_standard


@dataclass
class County:
    """The records of one county."""

    region: Region
    venue: Venue
    hours: OpeningHours
    cell: DemandCell
    run: CoverageRun
    result: object
    recommendation: Recommendation
    site: object
    account: User
    grant: RegionGrant
    batch: ImportBatch
    grid: ImportBatch
    model: DemandModel


@dataclass
class World:
    """Everything there is."""

    province: Region
    city: Region
    west: County
    east: County
    standard: CoverageStandard
    plan: SitingPlan
    network: NetworkSnapshot
    occupation: Occupation


def _recommendation(run, plan, digest):
    return Recommendation.objects.create(
        digest=digest, plan=plan, run=run, region=run.region, engine_version="0.1.0", state="done", workers_persons=100,
        reached_before_persons=10, reached_after_persons=50, created_at=NOW,
    )  # fmt: skip


def _batch(region, source):
    return ImportBatch.objects.create(
        kind="venues", region=region, source=source, file_name="场所.csv", file_digest="0" * 32, created_at=NOW,
        stage="received",
    )  # fmt: skip


def _grid(region, source):
    return ImportBatch.objects.create(
        kind="demand", region=region, source=source, file_name="人口.tif", file_digest="0" * 32, created_at=NOW,
        stage="received", options={"grid": {}},
    )  # fmt: skip


def _model(region, letter):
    return DemandModel.objects.create(
        slug=f"model-{letter}", name_zh="模型", name_en="Model", region=region, recipe={}, created_at=NOW, state="done"
    )


def _county(region, letter, *, standard, network, plan):
    source = make_source()
    place = region.boundary.centroid
    venue = Venue.objects.create(
        code=f"v-{letter}", name_zh=f"场所{letter}", kind="gig_station", status="operating", region=region,
        location=Point(place.x, place.y, srid=4326), source=source,
    )  # fmt: skip
    hours = OpeningHours.objects.create(venue=venue, opens_at=dt.time(5), closes_at=dt.time(10))
    cell = DemandCell.objects.create(
        h3_index=f"8831aa5{letter}1ffffff", region=region, settlement_class="urban", location=place, area_km2=0.8,
        workers_persons=10, year=2020, confidence="low", is_modelled=True, source=source,
    )  # fmt: skip
    run = make_run(region, standard=standard, network=network, digest=letter * 32)
    recommendation = _recommendation(run, plan, f"{letter}1" * 16)
    account = User.objects.create_user(f"colleague-{letter}")
    grant = RegionGrant.objects.create(user=account, role=Role.PLANNER, region=region)
    return County(
        region=region, venue=venue, hours=hours, cell=cell, run=run, result=make_result(run, region, 5, 3, 2),
        recommendation=recommendation, site=make_site(recommendation, region, 1, lon=place.x, lat=place.y), account=account,
        grant=grant, batch=_batch(region, source), grid=_grid(region, source), model=_model(region, letter),
    )  # fmt: skip


def make_world():
    """Return province, city and the two counties with their records."""
    province, city, west, east = make_province()
    shared = {
        "standard": make_standard(),
        "network": make_network(),
        "plan": SitingPlan.objects.create(slug="plan", name_zh="计划", name_en="Plan", phases=[]),
    }
    return World(
        province=province, city=city, west=_county(west, "a", **shared), east=_county(east, "b", **shared), **shared,
        occupation=Occupation.objects.create(code="mason", name_zh="瓦工", name_en="mason"),
    )  # fmt: skip


def make_member(role, *regions, name="member", **values):
    """Return a user with one role in the regions."""
    user = User.objects.create_user(name, **values)
    for region in regions:
        RegionGrant.objects.create(user=user, role=role, region=region)
    return user
