"""Load the demonstration province: generate from facts, then keep streets, demand and venues in one transaction."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from django.db import transaction
from django.db.models import Count, Sum

from geo.engine.digest import digest_of
from geo.engine.errors import InputError, Problem
from geo.engine.modes import DEFAULT_SPEEDS
from geo.engine.network.build import build_network
from geo.engine.network.model import TravelNetwork
from geo.engine.network.store import save_network
from geo.engine.progress import Progress, part_of
from geo.engine.synthetic.demand import ModelledDemand, model_demand
from geo.engine.synthetic.province import Province
from geo.engine.synthetic.settlements import settle
from geo.engine.synthetic.streets import generate_streets
from geo.engine.synthetic.venues import MadeVenue, generate_venues
from geo.ingest.demonstration import CountyFact, facts_digest, read_province
from geo.models import DataSource, DemandCell, NetworkSnapshot, Region, Venue
from geo.services.demonstration_rows import (
    DEMAND_SLUG,
    STREETS_SLUG,
    VENUES_SLUG,
    keep_demand,
    keep_network,
    keep_venues,
)  # fmt: skip

GENERATOR_VERSION = 4


@dataclass(frozen=True, kw_only=True)
class Demonstration:
    """What a load did: whether it was there already, and how much there is."""

    is_new: bool
    digest: str
    snapshot: NetworkSnapshot
    demand_cells: int
    workers_persons: int
    venues: int
    venues_by_kind: dict[str, int]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Made:
    """What the generators made."""

    province: Province
    network: TravelNetwork
    demand: ModelledDemand
    venues: list[MadeVenue]


def inputs_digest(province: str, *, seed: int, nodes: int) -> str:
    """Return the digest of everything the demonstration is made from."""
    made_with = {"generator": GENERATOR_VERSION, "facts": facts_digest(province), "speeds": DEFAULT_SPEEDS.read_text()}
    return digest_of({"province": province, "seed": seed, "nodes": nodes} | made_with)


def existing(digest: str, networks_folder: Path) -> Demonstration | None:
    """Return the demonstration made from ``digest`` if its rows and files are all there, else None."""
    sources = dict(DataSource.objects.filter(slug__in=[STREETS_SLUG, DEMAND_SLUG, VENUES_SLUG]).values_list("slug", "digest"))
    if list(sources.values()) != [digest] * 3:
        return None
    snapshot = NetworkSnapshot.objects.filter(source__slug=STREETS_SLUG, report__inputs_digest=digest).first()
    if snapshot is None or not (networks_folder / snapshot.digest / "meta.json").is_file():
        return None
    return _counted(digest, snapshot, is_new=False)


def load(
    province: str, counties: list[Region], *, seed: int, nodes: int, networks_folder: Path, now: dt.datetime, progress: Progress
) -> Demonstration:  # fmt: skip
    """Generate the demonstration of ``province`` on ``counties`` and keep it; an earlier demonstration is replaced.

    Rows are written in one transaction; the network's files first, under their digest. Raises
    :class:`geo.engine.errors.InputError` if there are no facts about the province or they do not fit the counties.
    """
    digest = inputs_digest(province, seed=seed, nodes=nodes)
    made = _make(province, counties, seed=seed, nodes=nodes, progress=part_of(progress, 0.0, 0.7))
    save_network(made.network, networks_folder)
    with transaction.atomic():
        snapshot = keep_network(made.network, province=province, nodes=nodes, seed=seed, digest=digest, now=now)
        progress(0.75)
        keep_demand(made.demand, counties, digest=digest)
        progress(0.93)
        keep_venues(made.venues, counties, digest=digest)
    progress(1.0)
    return _counted(digest, snapshot, is_new=True)


def _make(province: str, counties: list[Region], *, seed: int, nodes: int, progress: Progress) -> _Made:
    """Run the generators, each with its own stream of the seed: changing ``nodes`` leaves demand as it is."""
    settling, paving, housing = (np.random.default_rng(part) for part in np.random.SeedSequence(seed).spawn(3))
    facts = read_province(province, [_fact(county) for county in counties])
    progress(0.1)
    settlements = settle(facts, settling)
    streets = generate_streets(facts, settlements, nodes=nodes, rng=paving, progress=part_of(progress, 0.12, 0.6))
    network = build_network(streets, source=STREETS_SLUG)
    progress(0.8)
    demand = model_demand(facts, settlements)
    progress(0.92)
    walkable = _walkable_nodes(network)
    venues = generate_venues(
        facts, settlements,
        county_names_zh=tuple(county.name_zh for county in counties), county_names_en=tuple(county.name_en for county in
        counties), county_workers=demand.county_workers, node_lon=network.node_lon[walkable],
        node_lat=network.node_lat[walkable], rng=housing,
    )  # fmt: skip
    return _Made(province=facts, network=network, demand=demand, venues=venues)


def _walkable_nodes(network: TravelNetwork) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    open_edges = network.allowed_edges("walk")
    return np.unique(np.concatenate([network.edge_from[open_edges], network.edge_to[open_edges]])).astype(np.int64)


def _fact(county: Region) -> CountyFact:
    if county.boundary is None:
        raise InputError(Problem(code="demonstration.counties", details={"found": f"{county.code} -"}))
    return CountyFact(
        code=county.code, name_zh=county.name_zh, name_en=county.name_en, shape=shapely.from_wkb(bytes(county.boundary.wkb))
    )


def _counted(digest: str, snapshot: NetworkSnapshot, *, is_new: bool) -> Demonstration:
    cells = DemandCell.objects.filter(source__slug=DEMAND_SLUG)
    counts = Venue.objects.filter(source__slug=VENUES_SLUG).order_by("kind").values_list("kind").annotate(count=Count("pk"))
    by_kind = dict(counts)
    return Demonstration(
        is_new=is_new, digest=digest, snapshot=snapshot, demand_cells=cells.count(),
        workers_persons=cells.aggregate(sum=Sum("workers_persons"))["sum"] or 0,
        venues=sum(by_kind.values()), venues_by_kind=by_kind,
    )  # fmt: skip
